import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fujita.chat.limits import Limits
from fujita.chat.live.feed import Entry, Feed
from fujita.chat.storage import Message, Store, edit, open_store, react
from tests.chat.storage.stores import draft, open_room, say

LIMITS = Limits(gap_patience=0.01, kept_in_memory=4, replay=6)


class Room:
    """What a feed hands on."""

    def __init__(self, store: Store, limits: Limits = LIMITS) -> None:
        self.told: list[tuple[int, str]] = []
        self.restarts = 0
        self.gone = asyncio.Event()
        self.feed = Feed("lobby", store, limits, self._deliver, self._restart, self.gone.set)
        self._told = asyncio.Event()

    def _deliver(self, entry: Entry) -> None:
        message = entry.message
        kind = "settings" if message is None else message.text
        self.told.append((entry.position, kind if entry.is_new or not message else f"~{kind}"))
        self._told.set()

    def _restart(self) -> None:
        self.restarts += 1

    async def reaches(self, position: int) -> list[tuple[int, str]]:
        while self.feed.position < position:
            self._told.clear()
            await self._told.wait()
        return self.told


def run(folder: Path, work: Callable[[Store], Awaitable[None]]) -> None:
    async def main() -> None:
        store = await open_store(folder / "chat.db")
        try:
            await open_room(store)
            await work(store)
        finally:
            await store.close()

    asyncio.run(main())


def test_what_comes_in_order_goes_on_at_once(tmp_path: Path) -> None:
    async def work(store: Store) -> None:
        room = Room(store)
        assert await room.feed.load()
        for text in "ab":
            room.feed.take(await say(store, text))
        assert room.told == [(1, "a"), (2, "b")]
        await room.feed.close()

    run(tmp_path, work)


def test_what_comes_twice_or_too_early_comes_once_and_in_order(tmp_path: Path) -> None:
    async def work(store: Store) -> None:
        room = Room(store)
        await room.feed.load()
        messages = [await say(store, text) for text in "abcd"]
        for index in (1, 3, 1, 0, 0, 2, 3):
            room.feed.take(messages[index])
        assert room.told == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]
        await room.feed.close()

    run(tmp_path, work)


def test_what_never_comes_is_read_from_the_database(tmp_path: Path) -> None:
    async def work(store: Store) -> None:
        room = Room(store)
        await room.feed.load()
        messages = [await say(store, text) for text in "abcd"]
        room.feed.take(messages[0])
        room.feed.take(messages[3])
        assert await room.reaches(4) == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]
        # Nothing comes at all: whoever compares with the database notices.
        await say(store, "e")
        room.feed.reached(5)
        assert (await room.reaches(5))[-1] == (5, "e")
        await room.feed.catch_up()
        assert room.told[-1] == (5, "e")
        await room.feed.close()

    run(tmp_path, work)


def test_changes_of_messages_that_were_missed_are_told_after_the_messages(tmp_path: Path) -> None:
    async def work(store: Store) -> None:
        old = await say(store, "old")
        room = Room(store)
        await room.feed.load()
        new = await say(store, "new")
        await say(store, "other")
        await store.change("lobby", new.id, "alice", react("👍", True))
        await store.change("lobby", old.id, "alice", react("👍", True))
        await store.rooms.configure("lobby", slow=3)
        room.feed.reached(6)
        assert await room.reaches(6) == [
            (2, "new"),
            (3, "other"),
            (4, "~new"),
            (5, "~old"),
            (6, "settings"),
        ]
        await room.feed.close()

    run(tmp_path, work)


def test_overwritten_changes_leave_no_gap(tmp_path: Path) -> None:
    async def work(store: Store) -> None:
        room = Room(store)
        await room.feed.load()
        said = await say(store, "a")
        for on in (True, False, True):
            await store.change("lobby", said.id, "alice", react("👍", on))
        last = await say(store, "b")
        room.feed.take(last)
        assert await room.reaches(5) == [(1, "a"), (4, "~a"), (5, "b")]
        room.feed.take(await say(store, "c"))
        assert room.told[-1] == (6, "c")
        await room.feed.close()

    run(tmp_path, work)


def test_who_comes_back_gets_what_they_missed(tmp_path: Path) -> None:
    async def work(store: Store) -> None:
        room = Room(store)
        await room.feed.load()
        messages = []
        for number in range(9):
            messages.append(await say(store, str(number)))
            room.feed.take(messages[-1])

        async def missed(after: int) -> tuple[list[str], list[str], int] | None:
            found = await room.feed.missed(after)
            if found is None:
                return None
            return [m.text for m in found.said], [m.text for m in found.changed], found.position

        assert await missed(9) == ([], [], 9)
        assert await missed(7) == (["7", "8"], [], 9)
        # Older than what is in memory (the last six changes): from the database.
        assert await missed(3) == (["3", "4", "5", "6", "7", "8"], [], 9)
        # More than is told after a break.
        assert await missed(2) is None
        changed = await store.change("lobby", messages[0].id, "alice", react("👍", True))
        assert isinstance(changed, Message)
        room.feed.take(changed)
        assert await missed(8) == (["8"], ["0"], 10)
        # Somebody who was told more by another node brings us up to date.
        await say(store, "nine")
        assert await missed(11) == ([], [], 11)
        assert room.told[-1] == (11, "nine")
        assert await missed(99) is None
        await room.feed.close()

    run(tmp_path, work)


def test_a_node_that_is_far_behind_starts_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fujita.chat.live.feed._FAR_BEHIND", 5)

    async def work(store: Store) -> None:
        room = Room(store)
        await room.feed.load()
        for number in range(7):
            await say(store, str(number))
        await room.feed.catch_up()
        assert (room.restarts, room.told, room.feed.position) == (1, [], 7)
        assert [message.text for message in room.feed.recent.values()] == ["3", "4", "5", "6"]
        assert room.feed.has_older
        await room.feed.close()

    run(tmp_path, work)


def test_a_room_that_was_deleted_is_noticed(tmp_path: Path) -> None:
    async def work(store: Store) -> None:
        room = Room(store)
        await room.feed.load()
        await store.rooms.remove("lobby")
        room.feed.catch_up()
        await room.gone.wait()
        assert not await Room(store).feed.load()
        await room.feed.close()

    run(tmp_path, work)


def test_news_while_the_room_is_being_read_are_neither_lost_nor_doubled(tmp_path: Path) -> None:
    async def work(store: Store) -> None:
        room = Room(store)
        first = await say(store, "before")
        room.feed.take(first)
        loading = asyncio.create_task(room.feed.load())
        await asyncio.sleep(0)
        second = await say(store, "meanwhile")
        room.feed.take(second)
        assert await loading
        assert room.feed.position == 2
        texts = [message.text for message in room.feed.recent.values()]
        assert texts == ["before", "meanwhile"]
        assert [text for _, text in room.told] in ([], ["meanwhile"])
        await room.feed.close()

    run(tmp_path, work)


def test_everything_is_told_once_and_in_order_under_disorder(tmp_path: Path) -> None:
    """Three nodes say and change things; news come late, twice, in any order or never."""
    import random

    dice = random.Random(7)

    async def work(store: Store) -> None:
        rooms = [Room(store, replace(LIMITS, replay=500, kept_in_memory=200)) for _ in range(3)]
        for room in rooms:
            await room.feed.load()
        said: list[Message] = []

        async def act(number: int) -> None:
            message = (await store.append(draft(f"text {number}"))).message  # type: ignore[union-attr]
            said.append(message)
            results = [message]
            if number % 5 == 0:
                what = edit(f"edited {number}", (), 1e12)
                changed = await store.change("lobby", dice.choice(said).id, "alice", what)
                if isinstance(changed, Message):
                    results.append(changed)
            for result in results:
                for room in rooms:
                    for _ in range(dice.choice([0, 1, 1, 1, 2])):
                        await asyncio.sleep(dice.random() / 100)
                        room.feed.take(result)

        await asyncio.gather(*(act(number) for number in range(100)))
        end = (await store.history.positions(["lobby"]))["lobby"]
        for room in rooms:
            room.feed.reached(end)
            told = await room.reaches(end)
            positions = [position for position, _ in told]
            assert positions == sorted(set(positions))
            new = [position for position, text in told if not text.startswith("~")]
            assert new == sorted(message.position for message in said)
            await room.feed.close()

    run(tmp_path, work)


def test_another_room_of_the_same_name_is_not_taken_for_the_former(tmp_path: Path) -> None:
    async def work(store: Store) -> None:
        room = Room(store)
        await say(store, "in the former")
        await say(store, "in the former, too")
        await room.feed.load()
        await store.rooms.remove("lobby")
        assert await store.rooms.create("lobby", "Lobby", None, 1)
        room.feed.reached(0)
        await room.gone.wait()
        await room.feed.close()

    run(tmp_path, work)
