import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from fujita.chat.errors import StoreError
from fujita.chat.sqlite import SqliteStore
from fujita.chat.store import Draft


def draft(text: str, *, room: str = "lobby", author: str = "a", key: str | None = None) -> Draft:
    return Draft(room, 1_700_000_000_000, author, "Alice", text, key or f"key-{text}")


def with_store(path: Path | str, work: Callable[[SqliteStore], Awaitable[None]]) -> None:
    async def main() -> None:
        store = SqliteStore(path)
        try:
            await work(store)
        finally:
            await store.close()

    asyncio.run(main())


def test_messages_come_back_in_order_after_a_restart(tmp_path: Path) -> None:
    async def write(store: SqliteStore) -> None:
        for number in range(5):
            stored = await store.append(draft(f"text {number} 🌪", room="大厅"))
            assert stored.fresh
        await store.append(draft("elsewhere", room="other"))

    async def read(store: SqliteStore) -> None:
        messages = await store.latest("大厅", 3)
        assert [message.text for message in messages] == ["text 2 🌪", "text 3 🌪", "text 4 🌪"]
        assert [message.id for message in messages] == sorted({m.id for m in messages})
        older = await store.latest("大厅", 10, before=messages[0].id)
        assert [message.text for message in older] == ["text 0 🌪", "text 1 🌪"]
        newer = await store.after("大厅", older[0].id, 2)
        assert [message.text for message in newer] == ["text 1 🌪", "text 2 🌪"]
        assert newer[0].author_name == "Alice"
        assert await store.latest("nowhere", 10) == []
        assert store.rooms == ["other", "大厅"]

    with_store(tmp_path / "chat.db", write)
    with_store(tmp_path / "chat.db", read)


def test_a_message_sent_again_is_stored_once(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        first, again = await asyncio.gather(
            store.append(draft("one", key="k")), store.append(draft("one", key="k"))
        )
        assert (first.fresh, again.fresh) == (True, False)
        assert again.message == first.message
        # Another guest or another room may happen to use the same key.
        assert (await store.append(draft("two", key="k", author="b"))).fresh
        assert (await store.append(draft("three", key="k", room="other"))).fresh
        assert len(await store.latest("lobby", 10)) == 2

    with_store(tmp_path / "chat.db", work)


def test_waiting_callers_are_resumed_in_the_order_of_their_ids() -> None:
    async def work(store: SqliteStore) -> None:
        resumed: list[int] = []

        async def say(number: int) -> None:
            stored = await store.append(draft(str(number)))
            resumed.append(stored.message.id)

        await asyncio.gather(*(say(number) for number in range(3000)))
        assert resumed == sorted(resumed)
        assert len(set(resumed)) == 3000

    with_store(":memory:", work)


def test_the_loop_runs_on_while_the_database_is_slow(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"

    async def work(store: SqliteStore) -> None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(store.append(draft("patience")))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not waiting.done()
        other.execute("COMMIT")
        other.close()
        assert (await waiting).fresh

    with_store(path, work)


def test_a_failed_batch_fails_its_callers_and_not_the_next_ones(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"

    async def work(store: SqliteStore) -> None:
        other = sqlite3.connect(path)
        other.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON message WHEN new.text = 'bad'"
            " BEGIN SELECT raise(ABORT, 'the disk is full'); END"
        )
        good, bad = await asyncio.gather(
            store.append(draft("good", room="new")),
            store.append(draft("bad", room="new")),
            return_exceptions=True,
        )
        results = [good, bad]
        assert all(isinstance(result, StoreError) for result in results[1:])
        assert "the disk is full" in str(bad)
        other.execute("DROP TRIGGER refuse")
        other.close()
        # The room was rolled back too, and is made again.
        assert (await store.append(draft("better", room="new"))).fresh
        assert "better" in [message.text for message in await store.latest("new", 10)]

    with_store(path, work)


def test_closing_stores_what_waits(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"

    async def main() -> None:
        store = SqliteStore(path)
        appends = [asyncio.create_task(store.append(draft(str(n)))) for n in range(50)]
        await asyncio.sleep(0)
        await store.close()
        assert all(stored.fresh for stored in await asyncio.gather(*appends))
        with pytest.raises(StoreError, match="is closed"):
            await store.append(draft("late"))
        with pytest.raises(StoreError, match="is closed"):
            await store.latest("lobby", 1)
        await store.close()

    asyncio.run(main())
    assert sqlite3.connect(path).execute("SELECT count(*) FROM message").fetchone() == (50,)
    assert not any(thread.name.startswith("chat-history") for thread in threading.enumerate())


def test_a_caller_that_gives_up_does_not_hold_up_the_others() -> None:
    async def work(store: SqliteStore) -> None:
        one, other = (asyncio.create_task(store.append(draft(text))) for text in "ab")
        await asyncio.sleep(0)
        one.cancel()
        assert (await other).fresh
        assert len(await store.latest("lobby", 10)) == 2

    with_store(":memory:", work)


def test_secret_and_epoch_last_as_long_as_the_database(tmp_path: Path) -> None:
    async def notes(path: Path) -> tuple[str, str]:
        store = SqliteStore(path)
        await store.close()
        return store.secret, store.epoch

    first = asyncio.run(notes(tmp_path / "one.db"))
    assert asyncio.run(notes(tmp_path / "one.db")) == first
    assert len(first[0]) == 64
    other = asyncio.run(notes(tmp_path / "other.db"))
    assert other[0] != first[0]
    assert other[1] != first[1]


def expect_refusal(path: Path, reason: str) -> None:
    with pytest.raises(StoreError) as raised:
        SqliteStore(path)
    message = str(raised.value)
    assert message.startswith(f"cannot open the history {path}: ")
    assert reason in message
    assert "\n" not in message
    assert not any(thread.name.startswith("chat-history") for thread in threading.enumerate())


def test_a_database_that_cannot_be_opened_is_one_clear_error(tmp_path: Path) -> None:
    expect_refusal(tmp_path / "no" / "chat.db", f"there is no folder {tmp_path / 'no'}")
    expect_refusal(tmp_path, "it is a folder")
    text = tmp_path / "text.db"
    text.write_text("no database at all, but long enough to look at\n" * 100)
    expect_refusal(text, "file is not a database")


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "bookmarks.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE bookmark (url)")
    other.close()
    before = path.read_bytes()
    expect_refusal(path, "it is the database of another program")
    assert path.read_bytes() == before


def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    asyncio.run(SqliteStore(path).close())
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 99")
    other.close()
    expect_refusal(path, "it was written by a later Fujita (its version is 99, known are 1 to 1)")


def test_rooms_and_pages_are_found_by_an_index(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    asyncio.run(SqliteStore(path).close())
    plan = sqlite3.connect(path).execute(
        "EXPLAIN QUERY PLAN SELECT id FROM message"
        " WHERE room = (SELECT id FROM room WHERE name = ?) AND id < ? ORDER BY id DESC LIMIT 1",
        ("lobby", 1),
    )
    steps = " ".join(row[3] for row in plan)
    assert "message_in_room" in steps
    assert "SCAN" not in steps
    assert "TEMP B-TREE" not in steps
