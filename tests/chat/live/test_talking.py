"""What people do in rooms, over sockets: changes, typing, reading, presence."""

import asyncio
from dataclasses import replace

from fujita.chat.limits import Rate
from tests.chat.api.asking import run
from tests.chat.running import QUICK, Chat


def test_edits_reactions_and_deletions_are_seen_by_all() -> None:
    async def work(chat: Chat) -> None:
        alice, bob = await chat.connect("alice"), await chat.connect("bob")
        await alice.join()
        await bob.join()
        said = await alice.say("frist", "k1")
        edit = await alice.ask(type="edit", room="lobby", id=said["id"], text="first")
        assert edit["type"] == "done"
        changed = await bob.next("changed")
        assert (changed["text"], changed["position"]) == ("first", 2)
        assert changed["edited"] >= said["time"]
        react = {"type": "react", "room": "lobby", "id": said["id"], "emoji": "🗻"}
        assert (await bob.ask(on=True, **react))["type"] == "done"
        assert (await alice.next("changed"))["text"] == "first"
        assert (await alice.next("changed"))["reactions"] == [{"emoji": "🗻", "users": ["bob"]}]
        # Twice is once, and nobody is told again.
        assert (await bob.ask(on=True, **react))["type"] == "done"
        delete = {"type": "delete", "room": "lobby", "id": said["id"]}
        assert (await bob.ask(**delete))["code"] == "not-yours"
        assert (await alice.ask(**delete))["type"] == "done"
        gone = await alice.next("changed")
        assert (gone["deleted"], gone["text"], gone["position"]) == (True, "", 4)
        assert "reactions" not in gone
        late = await chat.connect("late")
        assert (await late.join())["messages"][0]["deleted"]

    run(work)


def test_changes_are_limited_and_need_membership() -> None:
    async def work(chat: Chat) -> None:
        alice = await chat.connect("alice")
        delete = {"type": "delete", "room": "lobby", "id": 1}
        assert (await alice.ask(**delete))["code"] == "not-joined"
        await alice.join()
        assert (await alice.ask(**delete))["code"] == "no-message"
        assert (await alice.ask(**delete))["code"] == "too-fast"

    run(work, replace(QUICK, changes=Rate(2, 0.001)))


def test_typing_is_told_to_others_and_not_kept() -> None:
    async def work(chat: Chat) -> None:
        alice, bob = await chat.connect("alice"), await chat.connect("bob")
        await alice.join()
        await bob.join()
        for _ in range(9):
            await alice.ask(type="typing", room="lobby")
        await alice.say("done", "k")
        told = []
        while (event := await bob.any())["type"] != "message":
            if event["type"] == "typing":
                told.append(event)
        # Too often is as good as not at all.
        assert 1 <= len(told) <= 2
        assert told[0] == {"type": "typing", "room": "lobby", "id": "alice", "name": "Alice"}
        await alice.send(type="ping")
        while (event := await alice.any())["type"] != "pong":
            assert event["type"] != "typing"

    run(work)


def test_unread_messages_are_counted_across_connections() -> None:
    async def work(chat: Chat) -> None:
        alice, bob = await chat.connect("alice"), await chat.connect("bob")
        await alice.join()
        await bob.join()
        await bob.close()
        numbers = [(await alice.say(f"{n}", f"k{n}"))["number"] for n in range(4)]
        await alice.say("@Bob", "k9", mentions=["bob"])
        tab, other = await chat.connect("bob"), await chat.connect("bob")
        (lobby,) = tab.welcome["yours"]
        assert (lobby["unread"], lobby["mentions"], lobby["read"]) == (5, 1, 0)
        await tab.join()
        await other.join()
        assert (await tab.ask(type="read", room="lobby", number=numbers[2]))["type"] == "done"
        assert await other.next("read") == {
            "type": "read",
            "room": "lobby",
            "read": 3,
            "unread": 2,
            "mentions": 0,
        }
        await chat.application.rooms._marks.close()
        later = await chat.connect("bob")
        (lobby,) = later.welcome["yours"]
        assert (lobby["unread"], lobby["mentions"], lobby["read"]) == (2, 0, 3)

    run(work)


def test_leaving_is_for_all_tabs_and_closing_is_no_leaving() -> None:
    async def work(chat: Chat) -> None:
        one, two = await chat.connect("alice"), await chat.connect("alice")
        await one.join("den")
        await two.join("den")
        await one.close()
        assert [room["name"] for room in (await chat.connect("alice")).welcome["yours"]] == ["den"]
        # Its owner stays one: somebody has to be able to invite.
        bob = await chat.connect("bob")
        await bob.join("den")
        assert (await bob.ask(type="leave", room="den"))["type"] == "left"
        assert (await chat.connect("bob")).welcome["yours"] == []
        three = await chat.connect("alice")
        await three.join("den")
        await two.ask(type="leave", room="den")
        assert (await three.next("left")) == {"type": "left", "room": "den"}
        assert (await two.say("x", "k", "den"))["code"] == "not-joined"

    run(work)


def test_everybody_sees_who_comes_and_goes() -> None:
    async def work(chat: Chat) -> None:
        alice = await chat.connect("alice")
        assert [p["id"] for p in (await alice.join())["members"]] == ["alice"]
        bob, tab = await chat.connect("bob"), await chat.connect("bob")
        await bob.join()
        arrived = await alice.next("presence")
        while "bob" not in [p["id"] for p in arrived["arrived"]]:
            arrived = await alice.next("presence")
        assert arrived["online"] == 2
        # One person with two tabs is one person.
        joined = await tab.join()
        assert joined["online"] == 2
        await bob.close()
        await tab.ask(type="ping")
        await tab.close()
        departed = await alice.next("presence")
        while departed["departed"] != ["bob"]:
            departed = await alice.next("presence")
        assert departed["online"] == 1

    run(work)


def test_a_reload_is_no_departure() -> None:
    async def work(chat: Chat) -> None:
        alice, bob = await chat.connect("alice"), await chat.connect("bob")
        await alice.join()
        await bob.join()
        await bob.close()
        again = await chat.connect("bob")
        await again.join()
        await again.say("back", "k")
        while (event := await alice.any())["type"] != "message":
            assert event.get("departed", []) == []

    run(work, replace(QUICK, departure_grace=5.0))


def test_a_crowd_is_counted() -> None:
    async def work(chat: Chat) -> None:
        clients = [await chat.connect(f"guest{n}") for n in range(6)]
        for client in clients:
            await client.join()
        last = await (await chat.connect("last")).join()
        assert len(last["members"]) == 3
        event = await clients[0].next("presence")
        while event["online"] < 7:
            event = await clients[0].next("presence")
        assert event["arrived"] == []
        for client in clients[2:]:
            await client.close()
        event = await clients[0].next("members")
        while event["online"] > 3:
            event = await clients[0].next("members")
        assert {each["id"] for each in event["members"]} == {"guest0", "guest1", "last"}

    run(work, replace(QUICK, members_named=3))


def test_one_person_has_so_many_connections() -> None:
    from websockets.exceptions import ConnectionClosed

    async def work(chat: Chat) -> None:
        for _ in range(2):
            await chat.connect("alice")
        try:
            await chat.connect("alice")
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            assert closed.rcvd.code == 4429
        else:
            raise AssertionError("a third connection was taken")

    run(work, replace(QUICK, connections_per_person=2))


def test_too_many_rooms_and_too_many_new_ones() -> None:
    async def work(chat: Chat) -> None:
        alice = await chat.connect("alice")
        assert (await alice.join("one"))["type"] == "joined"
        refused = await alice.join("two")
        assert (refused["code"], refused["retry_after"] > 0) == ("too-often", True)
        assert (await alice.join("lobby"))["type"] == "joined"
        assert (await alice.join("three"))["code"] == "too-many-rooms"

    run(work, replace(QUICK, rooms_per_connection=2, rooms_made=Rate(1, 0.001)))


def test_many_join_at_once_and_hear_the_same() -> None:
    async def work(chat: Chat) -> None:
        clients = await asyncio.gather(*(chat.connect(f"guest{n}") for n in range(20)))

        async def take_part(number: int) -> list[int]:
            client = clients[number]
            joined = await client.join("den")
            position = joined["position"]
            heard = [message["id"] for message in joined["messages"]]
            for turn in range(5):
                await client.send(type="say", room="den", text=f"{number} {turn}", key=f"k{turn}")
            while len(heard) < 100:
                event = await client.next("message", "error")
                assert event["type"] == "message", event
                assert event["position"] > position
                position = event["position"]
                heard.append(event["id"])
            return heard

        heard = await asyncio.gather(*map(take_part, range(20)))
        assert all(ids == heard[0] for ids in heard)
        assert heard[0] == sorted(set(heard[0]))

    run(work, replace(QUICK, messages_per_address=Rate(1000, 100.0)))
