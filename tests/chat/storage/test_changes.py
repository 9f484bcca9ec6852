from fujita.chat.storage import Message, Refused, Store, delete, edit, react
from tests.chat.storage.stores import ALICE, BOB, NOW, Run, draft, open_room, say

HOUR = 3600.0


async def fresh(store: Store, text: str = "first") -> Message:
    """Says something now: edits look at the clock."""
    from fujita.chat.storage import Stored, milliseconds

    stored = await store.append(draft(text, time=milliseconds()))
    assert isinstance(stored, Stored)
    return stored.message


def test_a_change_has_a_position_of_its_own_and_is_found_by_it(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        first = await fresh(store)
        second = await say(store, "second", author=BOB)
        edited = await store.change("lobby", first.id, "alice", edit("first!", ("bob",), HOUR))
        assert isinstance(edited, Message)
        assert (edited.text, edited.position, edited.changed) == ("first!", 1, 3)
        assert edited.edited > 0
        assert edited.mentions == ("bob",)
        assert await store.history.changes("lobby", 0, 10) == [second, edited]
        assert await store.history.changes("lobby", 2, 10) == [edited]
        assert await store.history.changes("lobby", 3, 10) == []
        assert await store.history.positions(["lobby", "nowhere"]) == {"lobby": 3}
        assert await store.history.latest("lobby", 10) == [edited, second]
        # The same text again changes nothing.
        again = await store.change("lobby", first.id, "alice", edit("first!", (), HOUR))
        assert again == edited
        assert await store.history.positions(["lobby"]) == {"lobby": 3}

    run(work)


def test_who_may_edit_and_delete(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        of_alice, of_bob = await fresh(store), await say(store, "of bob", author=BOB)
        assert await store.change("lobby", of_alice.id, "bob", edit("x", (), HOUR)) == Refused(
            "not-yours"
        )
        assert await store.change("lobby", of_alice.id, "bob", delete()) == Refused("not-yours")
        assert await store.change("lobby", of_bob.id, "bob", edit("x", (), HOUR)) == Refused(
            "too-late"
        )
        assert await store.change("lobby", 10**9, "bob", delete()) == Refused("no-message")
        assert await store.change("nowhere", 1, "bob", delete()) == Refused("no-room")
        assert await store.change("lobby", of_bob.id, "carol", delete()) == Refused("not-joined")
        # Alice owns the room.
        gone = await store.change("lobby", of_bob.id, "alice", delete())
        assert isinstance(gone, Message)
        assert (gone.text, gone.deleted > 0) == ("", True)
        assert await store.change("lobby", of_bob.id, "bob", delete()) == gone
        assert await store.change("lobby", of_bob.id, "bob", edit("x", (), HOUR)) == Refused(
            "no-message"
        )
        assert await store.change("lobby", of_bob.id, "bob", react("👍", True)) == Refused(
            "no-message"
        )

    run(work)


def test_reactions_are_kept_in_the_order_in_which_they_came(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        said = await fresh(store)

        async def reacted(who: str, emoji: str, on: bool = True) -> Message:
            message = await store.change("lobby", said.id, who, react(emoji, on))
            assert isinstance(message, Message)
            return message

        await reacted("bob", "🗻")
        await reacted("alice", "👍")
        both = await reacted("alice", "🗻")
        assert both.reactions == (("🗻", ("bob", "alice")), ("👍", ("alice",)))
        assert await reacted("alice", "🗻") == both
        fewer = await reacted("alice", "👍", False)
        assert fewer.reactions == (("🗻", ("bob", "alice")),)
        assert fewer.changed == both.changed + 1
        assert await store.history.find("lobby", said.id) == fewer
        assert Message.unpack(fewer.pack()) == fewer
        for number in range(19):
            await reacted("bob", f"e{number}")
        assert await store.change("lobby", said.id, "bob", react("one more", True)) == Refused(
            "too-many-reactions"
        )

    run(work)


def test_who_is_muted_changes_nothing(run: Run) -> None:
    async def work(store: Store) -> None:
        await open_room(store)
        said = await fresh(store, "hi")
        await store.rooms.restrict("lobby", ALICE, NOW, muted=1 << 52)
        for what in (edit("x", (), HOUR), react("👍", True)):
            refused = await store.change("lobby", said.id, "alice", what)
            assert isinstance(refused, Refused)
            assert refused.code == "muted"

    run(work)
