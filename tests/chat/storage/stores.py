"""Stores for the tests: each test runs on SQLite and on PostgreSQL."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fujita.chat.storage import Draft, Message, Person, Refused, Store, Stored, open_store
from tests.chat.postgres import Postgres

NOW = 1_700_000_000_000
ALICE = Person("alice", "Alice")
BOB = Person("bob", "Bob")

Work = Callable[[Store], Awaitable[None]]
Run = Callable[[Work], None]

_names = (f"chat{number}" for number in itertools.count())


def on_store(place: str | Path, work: Work) -> None:
    async def main() -> None:
        store = await open_store(place)
        try:
            await work(store)
        finally:
            await store.close()

    asyncio.run(main())


def draft(text: str, room: str = "lobby", author: Person = ALICE, **values: Any) -> Draft:
    key = values.pop("key", f"key-{text}")
    time = values.pop("time", NOW)
    return Draft(room, time, author.id, author.name, text, key, **values)


async def open_room(store: Store, name: str = "lobby", *who: Person) -> None:
    """Makes a room with members; the first of them owns it."""
    people = who or (ALICE, BOB)
    assert await store.rooms.create(name, name, people[0], NOW)
    for person in people[1:]:
        assert not isinstance(await store.rooms.enter(name, person, NOW), Refused)


async def say(store: Store, text: str, room: str = "lobby", author: Person = ALICE) -> Message:
    stored = await store.append(draft(text, room, author))
    assert isinstance(stored, Stored)
    return stored.message


def fresh_place(kind: str, folder: Path, server: Postgres | None) -> str | Path:
    if server is None:
        return folder / "chat.db"
    return server.database(next(_names))
