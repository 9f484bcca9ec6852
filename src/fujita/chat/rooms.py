"""All rooms, and what connected guests do in them."""

import asyncio
import time
from collections.abc import Callable

from fujita.chat import events
from fujita.chat.directory import Directory
from fujita.chat.guests import Guest, Guests, Identity
from fujita.chat.limits import Limits
from fujita.chat.room import Connection, Room
from fujita.chat.store import Draft, Message, Store


class Rooms:
    """The chat room as a whole, without HTTP and sockets.

    Args:
        store: Keeps what is said.
        limits: The bounds.
    """

    def __init__(self, store: Store, limits: Limits) -> None:
        self.limits = limits
        self.guests = Guests(limits)
        self.directory = Directory(store.rooms, limits, self._tell_all)
        self._store = store
        self._started = time.monotonic()
        self._connections: set[Connection] = set()
        self._rooms: dict[str, Room] = {}
        self._loading: dict[str, asyncio.Task[None]] = {}
        self._joined: dict[Connection, dict[str, Room]] = {}
        self._unfinished = 0
        self._closing = False
        self._waiters: list[asyncio.Future[None]] = []

    # Connections

    def connect(self, connection: Connection, identity: Identity) -> Guest:
        """Takes a connection in and returns whose it is."""
        guest = self.guests.attach(connection, identity)
        self._joined[connection] = {}
        self._connections.add(connection)
        return guest

    def welcome(self, guest: Guest) -> bytes:
        """Returns a connection's first event."""
        return events.welcome(guest, self._store.epoch, self.directory.rooms(), self.limits)

    def disconnect(self, connection: Connection) -> None:
        """Lets a connection go, whichever rooms it is in."""
        joined = self._joined.pop(connection, None)
        if joined is None:
            return
        self._connections.discard(connection)
        self.guests.detach(connection)
        for room in joined.values():
            room.leave(connection, at_once=False)
        self._progress()

    def connections(self) -> tuple[Connection, ...]:
        """Returns all connections."""
        return tuple(self._connections)

    def is_in(self, connection: Connection, name: str) -> bool:
        """Says whether a connection has joined a room."""
        return name in self._joined.get(connection, ())

    # What guests do

    async def join(self, connection: Connection, name: str, after: int | None) -> None:
        """Takes a connection into a room and sends it what it has not got.

        Raises:
            StoreError: The history cannot be read.
        """
        joined = self._joined.get(connection)
        if joined is None:
            return
        if name not in joined and len(joined) >= self.limits.rooms_per_connection:
            detail = f"at most {self.limits.rooms_per_connection} rooms at once"
            connection.send(events.error("too-many-rooms", detail, room=name))
            return
        try:
            room, missed = await self._open(name, after)
        except BaseException:
            self._drop_if_empty(name)
            raise
        # Nothing is awaited from here to the end: whatever is said next reaches the connection
        # as a member, and whatever was said before is in `missed` or in `recent`.
        if connection not in self._joined:
            self._drop_if_empty(name)
            return
        messages = self._not_seen(room, missed, after)
        fresh = messages is None
        if messages is None:
            messages = list(room.recent)[-self.limits.page :]
        more = fresh and (room.floor > 0 or len(messages) < len(room.recent))
        is_restart = time.monotonic() - self._started < self.limits.quiet_start
        room.enter(
            connection,
            seen=messages[-1].id if messages else after or 0,
            quietly=after is not None and is_restart,
        )
        joined[name] = room
        connection.send(
            events.joined(name, messages, fresh=fresh, more=more, members=room.members())
        )

    def leave(self, connection: Connection, name: str) -> None:
        """Lets a connection out of a room."""
        room = self._joined.get(connection, {}).pop(name, None)
        if room is not None:
            room.leave(connection, at_once=True)
        connection.send(events.left(name))

    async def say(self, connection: Connection, name: str, text: str, key: str) -> None:
        """Stores a message and tells everybody in the room; said twice, its author only.

        Raises:
            StoreError: It could not be stored.
        """
        if self._closing:
            # Unanswered, it is sent again to whoever serves this address next.
            return
        guest = connection.guest
        now = time.time_ns() // 1_000_000
        self._unfinished += 1
        try:
            # The store resumes us in the order of the ids, and so every room hears them in order.
            stored = await self._store.append(Draft(name, now, guest.id, guest.name, text, key))
            if not stored.fresh:
                connection.send(events.message(stored.message))
                return
            self.directory.used(name)
            room = self._rooms.get(name)
            if room is not None:
                room.publish(stored.message)
        finally:
            self._unfinished -= 1
            self._progress()

    async def history(self, connection: Connection, name: str, before: int) -> None:
        """Sends a page of older messages.

        Raises:
            StoreError: The history cannot be read.
        """
        page = await self._store.latest(name, self.limits.page + 1, before)
        more = len(page) > self.limits.page
        connection.send(events.history(name, before, page[-self.limits.page :], more=more))

    def rename(self, guest: Guest, name: str) -> None:
        """Gives a guest another name, in all rooms and tabs."""
        former, guest.name = guest.name, name
        for connection in guest.connections:
            connection.send(events.named(guest))
        rooms = {
            room.name: room
            for connection in guest.connections
            for room in self._joined[connection].values()
        }
        for room in rooms.values():
            room.rename(guest, former)

    # The end

    async def finish(self) -> None:
        """Takes no more messages, and waits for those that are being stored."""
        self._closing = True
        await self._until(lambda: not self._unfinished)

    async def emptied(self) -> None:
        """Waits until nobody is connected any more."""
        await self._until(lambda: not self._connections)

    async def close(self) -> None:
        """Stops all timers and closes the store."""
        self.directory.close()
        for room in self._rooms.values():
            room.close()
        await self._store.close()

    async def _until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter

    def _progress(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    # Rooms in memory

    async def _open(self, name: str, after: int | None) -> tuple[Room, list[Message]]:
        """Returns a room with its latest messages, and those after ``after`` that it lacks."""
        while True:
            room = self._rooms.get(name)
            if room is None:
                room = self._rooms[name] = Room(name, self.limits, self._room_changed)
                self._loading[name] = asyncio.create_task(self._load(room))
            loading = self._loading.get(name)
            if loading is not None:
                # Shielded: several may wait for the same room, and one of them may be cancelled.
                await asyncio.shield(loading)
            missed = await self._read_up_to_floor(room, after)
            if self._rooms.get(name) is room:
                return room, missed

    async def _load(self, room: Room) -> None:
        try:
            size = self.limits.kept_in_memory
            messages = await self._store.latest(room.name, size + 1)
            floor = messages.pop(0).id if len(messages) > size else 0
            room.load(messages, floor)
        except BaseException:
            del self._rooms[room.name]
            raise
        finally:
            del self._loading[room.name]

    async def _read_up_to_floor(self, room: Room, after: int | None) -> list[Message]:
        """Reads what came after ``after`` and is older than what the room has in memory."""
        missed: list[Message] = []
        position = after
        # The floor rises while we read: we are there when nothing is between it and what we have.
        while position is not None and position < room.floor and len(missed) <= self.limits.replay:
            read = await self._store.after(room.name, position, self.limits.replay + 1)
            if not read:
                break
            missed += read
            position = read[-1].id
        return missed

    def _not_seen(
        self, room: Room, missed: list[Message], after: int | None
    ) -> list[Message] | None:
        """Returns what a client missed; None if that is too much, or it knows nothing yet."""
        if after is None or len(missed) > self.limits.replay:
            return None
        position = missed[-1].id if missed else after
        messages = missed + [message for message in room.recent if message.id > position]
        return messages if len(messages) <= self.limits.replay else None

    def _room_changed(self, room: Room) -> None:
        self.directory.count(room.name, room.online)
        self._drop_if_empty(room.name)

    def _drop_if_empty(self, name: str) -> None:
        room = self._rooms.get(name)
        if room is not None and room.online == 0 and name not in self._loading:
            room.close()
            del self._rooms[name]

    def _tell_all(self, event: bytes) -> None:
        for connection in tuple(self._connections):
            connection.send(event)
