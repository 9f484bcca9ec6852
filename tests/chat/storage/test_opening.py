import asyncio
import sqlite3
from pathlib import Path

import pytest

from fujita.chat.errors import StoreError
from fujita.chat.storage import Store, open_store
from tests.chat.postgres import Postgres
from tests.chat.storage.stores import Run, draft, on_store, open_room, say

# A file as the first version of the chat made it.
FIRST_VERSION = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE room (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL);
CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room INTEGER NOT NULL REFERENCES room (id),
    time INTEGER NOT NULL,
    author_id TEXT NOT NULL,
    author_name TEXT NOT NULL,
    text TEXT NOT NULL,
    key TEXT NOT NULL,
    UNIQUE (author_id, key, room)
);
CREATE INDEX message_in_room ON message (room, id);
INSERT INTO meta VALUES ('secret', 'the secret'), ('epoch', 'the epoch');
INSERT INTO room VALUES (1, 'lobby', 100), (2, '大厅', 200);
INSERT INTO message VALUES
    (3, 1, 1000, 'a', 'Alice', 'first', 'k1'),
    (5, 2, 1001, 'b', 'Bob', '你好', 'k1'),
    (6, 1, 1002, 'a', 'Alicia', 'third', 'k2');
PRAGMA application_id = 1182100073;
PRAGMA user_version = 1;
"""


def expect_refusal(place: Path | str, reason: str) -> None:
    async def main() -> None:
        await (await open_store(place)).close()

    with pytest.raises(StoreError) as raised:
        asyncio.run(main())
    message = str(raised.value)
    assert message.startswith("cannot open the history")
    assert reason in message
    assert "\n" not in message


def test_a_database_of_the_first_version_is_carried_over_without_loss(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    former = sqlite3.connect(path)
    former.executescript(FIRST_VERSION)
    former.close()

    async def look(store: Store) -> None:
        assert (store.secret, store.epoch) == ("the secret", "the epoch")
        first, third = await store.history.latest("lobby", 10)
        assert (first.id, first.number, first.position, first.text) == (3, 1, 1, "first")
        assert (third.id, third.number, third.author_name) == (6, 2, "Alicia")
        assert first.key == "k1"
        (other,) = await store.history.latest("大厅", 10)
        assert (other.id, other.author_id, other.time) == (5, "b", 1001)
        rooms = await store.rooms.listed(10)
        assert [(room.name, room.last, room.used) for room in rooms] == [
            ("lobby", 2, 1002),
            ("大厅", 1, 1001),
        ]
        alice = await store.people.find("a")
        assert alice is not None
        assert alice.name == "Alicia"
        assert [m.id for m in await store.history.search("你好", "a")] == [5]
        assert [m.id for m in await store.history.search("third", "a")] == [6]

    async def go_on(store: Store) -> None:
        who = await store.people.find("a")
        assert who is not None
        await store.rooms.enter("lobby", who, 2000)
        message = await say(store, "fourth", author=who)
        assert (message.id, message.number, message.position) == (7, 3, 3)

    on_store(path, look)
    on_store(path, look)
    on_store(path, go_on)
    after = sqlite3.connect(path)
    tables = {name for (name,) in after.execute("SELECT name FROM sqlite_schema")}
    assert not {name for name in tables if name.startswith("former")}
    assert after.execute("PRAGMA user_version").fetchone() == (2,)
    assert after.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    after.close()


def test_a_carry_over_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    former = sqlite3.connect(path)
    former.executescript(FIRST_VERSION)
    former.execute("ALTER TABLE message DROP COLUMN text")
    former.commit()
    expect_refusal(path, "no such column")
    assert former.execute("SELECT count(*) FROM message").fetchone() == (3,)
    assert former.execute("PRAGMA user_version").fetchone() == (1,)
    former.close()


def test_it_is_the_same_store_after_a_restart(run: Run) -> None:
    notes = []

    async def work(store: Store) -> None:
        notes.append((store.secret, store.epoch))
        if len(notes) == 1:
            await open_room(store)
            await say(store, "remember")
        assert [m.text for m in await store.history.latest("lobby", 9)] == ["remember"]

    run(work)
    run(work)
    assert notes[0] == notes[1]
    assert len(notes[0][0]) == 64


def test_two_nodes_may_start_at_once(postgres_server: Postgres, tmp_path: Path) -> None:
    async def main(place: str) -> None:
        stores = await asyncio.gather(*(open_store(place) for _ in range(3)))
        assert len({store.secret for store in stores}) == 1
        for store in stores:
            await store.close()

    asyncio.run(main(postgres_server.database("together")))
    asyncio.run(main(str(tmp_path / "chat.db")))


def test_a_database_that_cannot_be_opened_is_one_clear_error(tmp_path: Path) -> None:
    expect_refusal(tmp_path / "no" / "chat.db", f"there is no folder {tmp_path / 'no'}")
    expect_refusal(tmp_path, "it is a folder")
    text = tmp_path / "text.db"
    text.write_text("no database at all, but long enough to look at\n" * 100)
    expect_refusal(text, "file is not a database")
    expect_refusal("mysql://host/name", "expected a file or postgresql+asyncpg://host/name")
    expect_refusal("://", "expected a file or postgresql+asyncpg://host/name")
    expect_refusal("postgresql://user:hidden@127.0.0.1:1/x", "postgresql+asyncpg://user:***@")


def test_a_postgresql_database_that_is_not_there(postgres_server: Postgres) -> None:
    place = f"postgresql+asyncpg://fujita@127.0.0.1:{postgres_server.port}/nowhere"
    expect_refusal(place, 'database "nowhere" does not exist')


def test_the_database_of_another_program_is_left_alone(
    tmp_path: Path, postgres_server: Postgres
) -> None:
    path = tmp_path / "bookmarks.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE bookmark (url)")
    other.close()
    before = path.read_bytes()
    expect_refusal(path, "it is the database of another program")
    assert path.read_bytes() == before


def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"

    async def nothing(store: Store) -> None:
        pass

    on_store(path, nothing)
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 99")
    other.close()
    expect_refusal(path, "it was written by a later Fujita (its version is 99, known are 1 to 2)")


def test_messages_survive_a_restart_of_the_database(postgres_server: Postgres) -> None:
    """Those that come while it is away wait, and are stored once."""
    place = postgres_server.database("restarted")

    async def work(store: Store) -> None:
        await open_room(store)
        await say(store, "before")
        postgres_server.stop()
        waiting = asyncio.create_task(store.append(draft("meanwhile")))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await asyncio.to_thread(postgres_server.start)
        await waiting
        messages = await store.history.latest("lobby", 10)
        assert [message.text for message in messages] == ["before", "meanwhile"]
        postgres_server.stop()
        store._patience = 0.5
        with pytest.raises(StoreError) as raised:
            await store.append(draft("lost"))
        assert raised.value.is_away
        await asyncio.to_thread(postgres_server.start)
        await store.check()
        assert (await say(store, "lost")).number == 3

    on_store(place, work)


def test_pages_are_found_by_an_index(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"

    async def nothing(store: Store) -> None:
        await open_room(store)

    on_store(path, nothing)
    database = sqlite3.connect(path)
    for column in ("id", "changed"):
        plan = database.execute(
            f"EXPLAIN QUERY PLAN SELECT message.id FROM message JOIN room"
            f" ON room.id = message.room_id WHERE room.name = ? AND message.{column} > ?"
            f" ORDER BY message.{column} LIMIT 1",
            ("lobby", 1),
        )
        steps = " ".join(row[3] for row in plan)
        assert "SCAN" not in steps
        assert "TEMP B-TREE" not in steps
    database.close()
