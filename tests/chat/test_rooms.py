import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from fujita.chat.errors import StoreError
from fujita.chat.limits import Limits
from fujita.chat.rooms import Rooms
from tests.chat.connections import QUICK, MemoryStore, Tab, turns


def run(
    work: Callable[[Rooms, MemoryStore], Awaitable[None]],
    limits: Limits = QUICK,
    stored: int = 0,
) -> None:
    async def main() -> None:
        store = MemoryStore()
        store.fill(stored)
        await work(Rooms(store, limits), store)

    asyncio.run(main())


def test_what_is_said_reaches_everybody_in_the_room_and_nobody_else() -> None:
    async def work(rooms: Rooms, store: MemoryStore) -> None:
        alice, bob, carol = Tab(rooms, "alice"), Tab(rooms, "bob"), Tab(rooms, "carol")
        await rooms.join(alice, "lobby", None)
        await rooms.join(bob, "lobby", None)
        await rooms.join(carol, "other", None)
        await rooms.say(alice, "lobby", "hello", "k1")
        assert alice.last("message") == bob.last("message")
        message = bob.last("message")
        assert message["author"] == {"id": "alice", "name": "Alice"}
        assert (message["text"], message["key"], message["room"]) == ("hello", "k1", "lobby")
        assert carol.of("message") == []

    run(work)


def test_who_joins_gets_the_latest_page_and_whether_there_is_more() -> None:
    async def work(rooms: Rooms, store: MemoryStore) -> None:
        tab = Tab(rooms, "alice")
        await rooms.join(tab, "lobby", None)
        joined = tab.last("joined")
        assert [message["id"] for message in joined["messages"]] == [6, 7, 8]
        assert (joined["fresh"], joined["more"]) == (True, True)
        await rooms.history(tab, "lobby", 6)
        page = tab.last("history")
        assert [message["id"] for message in page["messages"]] == [3, 4, 5]
        assert (page["before"], page["more"]) == (6, True)
        await rooms.history(tab, "lobby", 3)
        assert [message["id"] for message in tab.last("history")["messages"]] == [1, 2]
        assert tab.last("history")["more"] is False

    run(work, replace(QUICK, page=3), stored=8)


@pytest.mark.parametrize("kept", [1, 4, 100])
@pytest.mark.parametrize("after", range(11))
def test_who_comes_back_gets_exactly_what_they_missed(kept: int, after: int) -> None:
    async def work(rooms: Rooms, store: MemoryStore) -> None:
        tab = Tab(rooms, "alice")
        await rooms.join(tab, "lobby", after)
        joined = tab.last("joined")
        assert [message["id"] for message in joined["messages"]] == list(range(after + 1, 11))
        assert joined["fresh"] is False

    run(work, replace(QUICK, kept_in_memory=kept), stored=10)


@pytest.mark.parametrize("kept", [2, 100])
def test_who_missed_too_much_starts_afresh(kept: int) -> None:
    async def work(rooms: Rooms, store: MemoryStore) -> None:
        tab = Tab(rooms, "alice")
        await rooms.join(tab, "lobby", 5)
        assert tab.last("joined")["fresh"] is False
        await rooms.join(tab, "lobby", 4)
        joined = tab.last("joined")
        assert (joined["fresh"], joined["more"]) == (True, True)
        assert [message["id"] for message in joined["messages"]] == [9, 10]

    run(work, replace(QUICK, kept_in_memory=kept, replay=5, page=2), stored=10)


@pytest.mark.parametrize("kept", [1, 3, 100])
def test_nothing_is_lost_or_doubled_while_others_talk(kept: int) -> None:
    async def work(rooms: Rooms, store: MemoryStore) -> None:
        speaker = Tab(rooms, "speaker")
        await rooms.join(speaker, "lobby", None)
        listeners: list[Tab] = []

        async def talk() -> None:
            for number in range(60):
                await rooms.say(speaker, "lobby", str(number), f"k{number}")
                await asyncio.sleep(0)

        async def listen(number: int) -> None:
            for _ in range(number):
                await asyncio.sleep(0)
            tab = Tab(rooms, f"listener-{number}")
            listeners.append(tab)
            await rooms.join(tab, "lobby", 0)

        await asyncio.gather(talk(), *(listen(number) for number in range(100)))
        for tab in listeners:
            assert tab.texts() == [str(number) for number in range(60)]

    run(work, replace(QUICK, kept_in_memory=kept, command_burst=10_000))


def test_what_is_stored_while_a_room_is_being_opened_is_neither_lost_nor_doubled() -> None:
    async def work(rooms: Rooms, store: MemoryStore) -> None:
        early, late = Tab(rooms, "early"), Tab(rooms, "late")
        await rooms.join(early, "lobby", None)
        store.writing.clear()
        saying = asyncio.create_task(rooms.say(early, "lobby", "in between", "k1"))
        await turns()
        rooms.leave(early, "lobby")
        await turns()
        # The message is in the store, and the room, opened anew, reads it before it is told of it.
        await rooms.join(late, "lobby", None)
        assert late.texts() == ["in between"]
        store.writing.set()
        await saying
        assert late.texts() == ["in between"]
        later = Tab(rooms, "later")
        await rooms.join(later, "lobby", None)
        assert later.texts() == ["in between"]

    run(work)


def test_a_crowd_that_comes_at_once_reads_the_store_once() -> None:
    async def work(rooms: Rooms, store: MemoryStore) -> None:
        store.reading.clear()
        tabs = [Tab(rooms, f"guest-{number}") for number in range(50)]
        joining = [asyncio.create_task(rooms.join(tab, "lobby", 5)) for tab in tabs]
        await turns()
        store.reading.set()
        await asyncio.gather(*joining)
        assert store.reads == 1
        assert all(tab.texts() == ["text 6", "text 7"] for tab in tabs)

    run(work, stored=7)


def test_said_again_it_is_told_to_its_author_only() -> None:
    async def work(rooms: Rooms, store: MemoryStore) -> None:
        alice, bob = Tab(rooms, "alice"), Tab(rooms, "bob")
        await rooms.join(alice, "lobby", None)
        await rooms.join(bob, "lobby", None)
        await rooms.say(alice, "lobby", "once", "k1")
        await rooms.say(alice, "lobby", "once", "k1")
        assert bob.texts() == ["once"]
        one, again = alice.of("message")
        assert one == again

    run(work)


def test_a_room_that_cannot_be_read_can_be_tried_again() -> None:
    async def work(rooms: Rooms, store: MemoryStore) -> None:
        tab = Tab(rooms, "alice")
        store.failure = StoreError("no disk")
        with pytest.raises(StoreError):
            await rooms.join(tab, "lobby", None)
        assert not rooms.is_in(tab, "lobby")
        store.failure = None
        await rooms.join(tab, "lobby", None)
        assert tab.texts() == ["text 1"]

    run(work, stored=1)


def test_who_hangs_up_while_joining_leaves_nothing_behind() -> None:
    async def work(rooms: Rooms, store: MemoryStore) -> None:
        store.reading.clear()
        gone, stays = Tab(rooms, "gone"), Tab(rooms, "stays")
        joining = asyncio.create_task(rooms.join(gone, "lobby", None))
        await turns()
        rooms.disconnect(gone)
        store.reading.set()
        await joining
        assert gone.of("joined") == []
        await rooms.join(stays, "lobby", None)
        assert stays.last("joined")["online"] == 1
        rooms.disconnect(stays)
        await rooms.join(gone, "lobby", None)
        assert gone.events == []

    run(work)


def test_rooms_per_connection_are_limited() -> None:
    async def work(rooms: Rooms, store: MemoryStore) -> None:
        tab = Tab(rooms, "alice")
        await rooms.join(tab, "one", None)
        await rooms.join(tab, "two", None)
        await rooms.join(tab, "three", None)
        assert tab.last("error")["code"] == "too-many-rooms"
        assert not rooms.is_in(tab, "three")
        await rooms.join(tab, "one", None)
        rooms.leave(tab, "two")
        await rooms.join(tab, "three", None)
        assert rooms.is_in(tab, "three")

    run(work, replace(QUICK, rooms_per_connection=2))


def test_a_new_name_is_told_in_every_room_and_tab() -> None:
    async def work(rooms: Rooms, store: MemoryStore) -> None:
        one, other, bob = Tab(rooms, "alice"), Tab(rooms, "alice"), Tab(rooms, "bob")
        await rooms.join(one, "lobby", None)
        await rooms.join(one, "den", None)
        await rooms.join(bob, "lobby", None)
        await rooms.join(bob, "den", None)
        rooms.rename(one.guest, "Alicia")
        for tab in (one, other):
            assert tab.last("named") == {"type": "named", "id": "alice", "name": "Alicia"}
        renamed = bob.of("renamed")
        assert sorted(event["room"] for event in renamed) == ["den", "lobby"]
        assert (renamed[0]["former"], renamed[0]["name"]) == ("Alice", "Alicia")
        await rooms.say(one, "lobby", "hi", "k")
        assert bob.last("message")["author"]["name"] == "Alicia"
        late = Tab(rooms, "late")
        await rooms.join(late, "lobby", None)
        assert {"id": "alice", "name": "Alicia"} in late.last("joined")["members"]

    run(work)


def test_the_end_waits_for_what_is_being_stored_and_takes_nothing_more() -> None:
    async def work(rooms: Rooms, store: MemoryStore) -> None:
        tab = Tab(rooms, "alice")
        await rooms.join(tab, "lobby", None)
        store.writing.clear()
        saying = asyncio.create_task(rooms.say(tab, "lobby", "last words", "k1"))
        await turns()
        finishing = asyncio.create_task(rooms.finish())
        await turns()
        assert not finishing.done()
        await rooms.say(tab, "lobby", "too late", "k2")
        store.writing.set()
        await finishing
        await saying
        assert tab.texts() == ["last words"]
        emptied = asyncio.create_task(rooms.emptied())
        await turns()
        assert not emptied.done()
        rooms.disconnect(tab)
        await emptied
        await rooms.close()
        assert store.closed
        assert [message.text for message in store.messages] == ["last words"]

    run(work)


def test_who_is_welcomed_is_told_which_rooms_there_are() -> None:
    async def work(rooms: Rooms, store: MemoryStore) -> None:
        alice, bob = Tab(rooms, "alice"), Tab(rooms, "bob")
        alice.send(rooms.welcome(alice.guest))
        welcome = alice.last("welcome")
        assert welcome["you"] == {"id": "alice", "name": "Alice"}
        assert welcome["epoch"] == "epoch"
        assert welcome["rooms"] == [{"name": "lobby", "online": 0, "used": False}]
        await rooms.join(bob, "den", None)
        await turns()
        assert alice.last("rooms")["rooms"] == [{"name": "den", "online": 1, "used": False}]
        await rooms.say(bob, "den", "hi", "k")
        await turns()
        rooms.disconnect(bob)
        await turns()
        assert alice.last("rooms")["rooms"] == [{"name": "den", "online": 0, "used": True}]

    run(work)
