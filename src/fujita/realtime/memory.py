"""The engine for one process: everything in memory."""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any

from fujita.realtime.broadcast import Broadcast
from fujita.realtime.engine import Engine, History, Presence, Receiver
from fujita.realtime.events import Counted, EngineEvent, Joined, Left, Member, Removal
from fujita.realtime.options import RoomOptions
from fujita.realtime.position import Position
from fujita.realtime.publication import Publication

SWEEP_INTERVAL = 60.0
"""Seconds between two looks for streams that have become too old."""

UNUSED_AGE = 300.0
"""Seconds that a stream is remembered to which nothing was ever published."""


class Stream:
    """The publications of one room.

    Args:
        options: The room's.
        now: The time in seconds since 1970.
    """

    __slots__ = ("epoch", "keys", "offset", "options", "publications", "time")

    def __init__(self, options: RoomOptions, now: float) -> None:
        self.epoch = secrets.token_hex(4)
        self.offset = 0
        self.options = options
        self.publications: deque[Publication] = deque()
        self.keys: dict[str, tuple[int, float]] = {}
        """Offset by idempotency key, and when it was used; the oldest comes first."""
        self.time = now

    @property
    def position(self) -> Position:
        """Where the stream ends."""
        return Position(self.offset, self.epoch)

    def append(
        self, room: str, payload: bytes, key: str, exclude: str, now: float
    ) -> Publication | Position:
        """Adds a publication; gives the position of the earlier one that had the same key."""
        self.trim(now)
        self.time = now
        if key:
            known = self.keys.get(key)
            if known is not None:
                return Position(known[0], self.epoch)
            self.keys[key] = (self.offset + 1, now)
        self.offset += 1
        publication = Publication(room, payload, self.offset, self.epoch, now, exclude)
        if self.options.history_size:
            self.publications.append(publication)
            if len(self.publications) > self.options.history_size:
                self.publications.popleft()
        return publication

    def trim(self, now: float) -> None:
        """Forgets what has become too old."""
        oldest = now - self.options.history_age
        while self.publications and self.publications[0].time < oldest:
            self.publications.popleft()
        oldest = now - self.options.key_age
        while self.keys:
            key = next(iter(self.keys))
            if self.keys[key][1] >= oldest:
                break
            del self.keys[key]

    def read(self, since: Position | None, limit: int | None) -> History:
        """Reads what `Engine.history` describes."""
        kept = self.publications
        first = kept[0].offset if kept else self.offset + 1
        if since is None:
            begin = 0 if limit is None else max(len(kept) - limit, 0)
            # The beginning is there if nothing has been trimmed yet.
            complete = first + begin == 1
            return History(list(islice(kept, begin, None)), self.position, complete)
        if since.epoch != self.epoch or since.offset > self.offset:
            return History([], self.position, False)
        begin = max(since.offset + 1 - first, 0)
        end = len(kept) if limit is None else min(begin + limit, len(kept))
        complete = since.offset + 1 >= first and end == len(kept)
        return History(list(islice(kept, begin, end)), self.position, complete)


class Attendance:
    """A user in a room: what is shown of it, and its connections."""

    __slots__ = ("connections", "data")

    def __init__(self, data: Any) -> None:
        self.data = data
        self.connections: set[str] = set()


class MemoryEngine(Engine):
    """Keeps rooms in this process, for this process; what it holds ends with it.

    Args:
        clock: Gives the time in seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._streams: dict[str, Stream] = {}
        self._held: set[str] = set()
        self._rooms: dict[str, dict[str, Attendance]] = {}
        self._receiver: Receiver | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def start(self, receiver: Receiver) -> None:
        """Gets ready."""
        self._receiver = receiver
        self._plan_sweep()

    async def close(self) -> None:
        """Forgets everything."""
        self._receiver = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._streams.clear()
        self._held.clear()
        self._rooms.clear()

    def _plan_sweep(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(SWEEP_INTERVAL, self._sweep)

    def _sweep(self) -> None:
        self.sweep()
        self._plan_sweep()

    def sweep(self) -> None:
        """Forgets what has become too old, and whole streams that nobody asks for."""
        now = self._clock()
        for room, stream in list(self._streams.items()):
            stream.trim(now)
            # Rooms that were only looked into are many where somebody tries out names.
            age = stream.options.position_age if stream.offset else UNUSED_AGE
            if room not in self._held and stream.time < now - age:
                del self._streams[room]

    def _stream(self, room: str, options: RoomOptions) -> Stream:
        stream = self._streams.get(room)
        if stream is None:
            stream = self._streams[room] = Stream(options, self._clock())
        return stream

    def _emit(self, room: str, event: EngineEvent) -> None:
        if room in self._held and self._receiver is not None:
            self._receiver.receive(room, event)

    # Streams.

    async def publish(
        self, room: str, payload: bytes, options: RoomOptions, key: str = "", exclude: str = ""
    ) -> Position:
        """Appends to a room's stream, and hands the publication over."""
        stream = self._stream(room, options)
        made = stream.append(room, payload, key, exclude, self._clock())
        if isinstance(made, Position):
            return made
        self._emit(room, made)
        return made.position

    async def send(self, room: str, payload: bytes, exclude: str = "") -> None:
        """Hands an ephemeral publication over."""
        self._emit(room, Publication(room, payload, 0, "", self._clock(), exclude))

    async def broadcast(self, payload: bytes) -> None:
        """Hands over what is for everybody."""
        if self._receiver is not None:
            self._receiver.receive_broadcast(Broadcast(payload, self._clock()))

    async def history(
        self,
        room: str,
        options: RoomOptions,
        since: Position | None,
        limit: int | None = None,
        witness: float | None = None,
    ) -> History:
        """Reads a room's stream."""
        stream = self._stream(room, options)
        stream.trim(self._clock())
        return stream.read(since, limit)

    async def subscribe(self, room: str, options: RoomOptions) -> Position:
        """Begins to hand over a room's events."""
        self._held.add(room)
        return self._stream(room, options).position

    async def unsubscribe(self, room: str) -> None:
        """Hands over no more events of a room."""
        self._held.discard(room)
        stream = self._streams.get(room)
        if stream is not None:
            stream.time = self._clock()

    async def remove(self, room: str, user: str, reason: str) -> None:
        """Tells that a user is to leave a room."""
        self._emit(room, Removal(room, user, reason))

    # Presence.

    async def join(self, room: str, member: Member, connection: str, options: RoomOptions) -> int:
        """Adds a connection of a user to a room."""
        users = self._rooms.setdefault(room, {})
        attendance = users.get(member.user)
        if attendance is None:
            attendance = users[member.user] = Attendance(member.data)
            if len(users) <= options.presence_cap:
                self._emit(room, Joined(room, member.user, member.data, len(users)))
            elif len(users) == options.presence_cap + 1:
                self._emit(room, Counted(room, len(users), named=False))
        attendance.connections.add(connection)
        return len(users)

    async def leave(self, presence: Presence, options: RoomOptions) -> int:
        """Takes a connection out of a room."""
        room, user, connection = presence
        users = self._rooms.get(room)
        if users is None:
            return 0
        attendance = users.get(user)
        if attendance is not None:
            attendance.connections.discard(connection)
            if not attendance.connections:
                del users[user]
                if len(users) < options.presence_cap:
                    self._emit(room, Left(room, user, len(users)))
        if not users:
            del self._rooms[room]
        return len(users)

    async def members(self, room: str) -> dict[str, Any]:
        """Gives the data of all users in a room by user id."""
        users = self._rooms.get(room, {})
        return {user: attendance.data for user, attendance in users.items()}

    async def count(self, room: str) -> int:
        """Gives the number of users in a room."""
        return len(self._rooms.get(room, ()))
