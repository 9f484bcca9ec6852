"""Connections without sockets, and a store without a file, for the tests of rooms."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from fujita.chat.errors import StoreError
from fujita.chat.guests import Guest, Identity
from fujita.chat.limits import Limits
from fujita.chat.rooms import Rooms
from fujita.chat.store import Draft, Message, Stored

# What the clock decides happens at once or never, unless a test wants it otherwise.
QUICK = Limits(departure_grace=0.0, presence_interval=0.0, directory_interval=0.0, quiet_start=0.0)


class MemoryStore:
    """Keeps messages in a list. A test may hold up reading and writing, or make it fail."""

    place = "memory"
    secret = "secret"
    epoch = "epoch"

    def __init__(self, rooms: Sequence[str] = ()) -> None:
        self.rooms = rooms
        self.messages: list[Message] = []
        self.reads = 0
        self.closed = False
        self.failure: StoreError | None = None
        self.writing = asyncio.Event()
        self.writing.set()
        self.reading = asyncio.Event()
        self.reading.set()

    def fill(self, count: int, room: str = "lobby") -> None:
        for _ in range(count):
            number = len(self.messages) + 1
            text = f"text {number}"
            self.messages.append(Message(number, room, 0, "x", "Xu", text, f"x{number}"))

    async def append(self, draft: Draft) -> Stored:
        if self.failure is not None:
            raise self.failure
        for message in self.messages:
            if (message.author_id, message.key) == (draft.author_id, draft.key):
                return Stored(message, fresh=False)
        message = Message(
            len(self.messages) + 1,
            draft.room,
            draft.time,
            draft.author_id,
            draft.author_name,
            draft.text,
            draft.key,
        )
        self.messages.append(message)
        await self.writing.wait()
        return Stored(message, fresh=True)

    async def latest(self, room: str, limit: int, before: int | None = None) -> list[Message]:
        found = [m for m in self.messages if m.room == room and (not before or m.id < before)]
        return await self._read(found[-limit:])

    async def after(self, room: str, id: int, limit: int) -> list[Message]:
        return await self._read([m for m in self.messages if m.room == room and m.id > id][:limit])

    async def close(self) -> None:
        self.closed = True

    async def _read(self, found: list[Message]) -> list[Message]:
        if self.failure is not None:
            raise self.failure
        self.reads += 1
        await self.reading.wait()
        await asyncio.sleep(0)
        return found


class Tab:
    """A connection that remembers what it was told."""

    guest: Guest

    def __init__(self, rooms: Rooms, id: str, name: str | None = None) -> None:
        self.events: list[dict[str, Any]] = []
        self.guest = rooms.connect(self, Identity(id, name or id.title(), 0))

    def send(self, event: bytes) -> None:
        self.events.append(json.loads(event))

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Returns the events of a type."""
        return [event for event in self.events if event["type"] == kind]

    def last(self, kind: str) -> dict[str, Any]:
        """Returns the last event of a type."""
        return self.of(kind)[-1]

    def texts(self) -> list[str]:
        """Returns all texts in the order in which they came."""
        texts = []
        for event in self.events:
            if event["type"] == "message":
                texts.append(event["text"])
            elif event["type"] == "joined":
                texts += [message["text"] for message in event["messages"]]
        return texts


async def turns(count: int = 10) -> None:
    """Lets the loop go round; timers of no delay have rung then."""
    for _ in range(count):
        await asyncio.sleep(0)
    await asyncio.sleep(0.001)
