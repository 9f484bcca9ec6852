from fujita.chat.storage import Membership, Person, Refused, Store, StoredFile
from tests.chat.storage.stores import ALICE, BOB, NOW, Run, draft, open_room, say

CAROL = Person("carol", "Carol")


def test_rooms_are_made_once_and_listed_by_use(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store, "one")
        await open_room(store, "two")
        assert await store.rooms.create("one", "again", BOB, NOW) is None
        assert await store.rooms.create("lobby", "Lobby", None, NOW)
        assert await store.rooms.create("hidden", "Hidden", BOB, NOW, private=True)
        await store.append(draft("hi", "two", time=NOW + 5))
        listed = await store.rooms.listed(10)
        assert listed[0].name == "two"
        assert {room.name for room in listed} == {"one", "two", "lobby"}
        assert len(await store.rooms.listed(2)) == 2
        of_bob = {room.name: member.role for room, member in await store.rooms.of_person("bob")}
        assert of_bob == {"one": "member", "two": "member", "hidden": "owner"}

    run(work)


def test_settings_have_a_position_too(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        await say(store, "hi")
        room = await store.rooms.configure("lobby", topic="雪", slow=5)
        assert room is not None
        assert (room.topic, room.slow, room.position, room.changed) == ("雪", 5, 2, 2)
        assert await store.rooms.find("lobby") == room
        assert await store.rooms.configure("nowhere", topic="x") is None
        assert await store.rooms.find("nowhere") is None

    run(work)


def test_private_rooms_are_for_the_invited(run: Run) -> None:
    async def work(store: Store) -> None:
        assert await store.rooms.create("secret", "Secret", ALICE, NOW, private=True)
        enter = store.rooms.enter
        assert await enter("secret", BOB, NOW) == Refused("private")
        assert await enter("secret", BOB, NOW, "wrong") == Refused("no-invitation")
        token = await store.rooms.invite("secret", "alice", NOW, seconds=60, uses=1)
        assert token is not None
        assert await store.rooms.invited_to(token, NOW) == "secret"
        assert await store.rooms.invited_to(token, NOW + 60_000) is None
        assert await enter("secret", BOB, NOW + 60_000, token) == Refused("no-invitation")
        await open_room(store, "other")
        assert await enter("other", CAROL, NOW, token) != Refused("no-invitation")
        assert isinstance(await enter("secret", BOB, NOW, token), Membership)
        # Once in, no other invitation is needed; this one is used up.
        assert isinstance(await enter("secret", BOB, NOW), Membership)
        assert await enter("secret", CAROL, NOW, token) == Refused("no-invitation")
        assert await store.rooms.invite("nowhere", "alice", NOW, seconds=60, uses=1) is None
        await store.rooms.leave("secret", "bob")
        assert await enter("secret", BOB, NOW) == Refused("private")
        # The owner stays: a room without anybody who may invite would be lost.
        await store.rooms.leave("secret", "alice")
        assert (await store.rooms.membership("secret", ALICE)).role == "owner"

    run(work)


def test_newcomers_have_read_everything_and_markers_never_go_back(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        for number in range(5):
            await say(store, str(number))
        member = await store.rooms.enter("lobby", CAROL, NOW)
        assert isinstance(member, Membership)
        assert (member.role, member.read) == ("member", 5)
        await say(store, "more")
        await say(store, "and more")

        async def marked(number: int) -> int:
            await store.rooms.read("lobby", "carol", number)
            return (await store.rooms.membership("lobby", CAROL)).read

        assert [await marked(number) for number in (6, 2, 99, 7)] == [6, 6, 6, 7]

    run(work)


def test_restrictions_outlive_leaving(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        muted = await store.rooms.restrict("lobby", BOB, NOW, muted=NOW + 1000)
        assert isinstance(muted, Membership)
        assert (muted.role, muted.muted, muted.moderates) == ("member", NOW + 1000, False)
        await store.rooms.leave("lobby", "bob")
        back = await store.rooms.enter("lobby", BOB, NOW)
        assert isinstance(back, Membership)
        assert (back.role, back.muted) == ("member", NOW + 1000)
        banned = await store.rooms.restrict("lobby", CAROL, NOW, banned=NOW + 1000)
        assert isinstance(banned, Membership)
        assert banned.role == "none"
        assert await store.rooms.enter("lobby", CAROL, NOW) == Refused("banned", 1.0)
        promoted = await store.rooms.restrict("lobby", BOB, NOW, role="moderator", muted=0)
        assert isinstance(promoted, Membership)
        assert promoted.moderates
        members = await store.rooms.members("lobby", 10)
        assert {each.person.name: each.role for each in members} == {
            "Alice": "owner",
            "Bob": "moderator",
            "Carol": "none",
        }
        assert await store.history.positions(["lobby"]) == {"lobby": 3}
        assert await store.rooms.restrict("nowhere", BOB, NOW, muted=1) == Refused("no-room")

    run(work)


def test_a_removed_room_leaves_nothing_behind(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        await say(store, "hi")
        assert await store.files.add(StoredFile("f", "lobby", "alice", "a", "a/b", 1), NOW)
        assert await store.rooms.remove("lobby") == ["f"]
        assert await store.rooms.find("lobby") is None
        assert await store.files.find("f") is None
        assert await store.rooms.of_person("alice") == []
        await open_room(store)
        assert (await say(store, "new")).number == 1

    run(work)
