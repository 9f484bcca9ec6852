"""The rooms that somebody on this node is in."""

import asyncio
from collections.abc import Callable

from fujita.chat.figures import Figures
from fujita.chat.limits import Limits
from fujita.chat.live.bus import Bus
from fujita.chat.live.people import Connection
from fujita.chat.live.room import Room
from fujita.chat.storage import Store


class OpenRooms:
    """Opens rooms when somebody comes and closes them behind the last one.

    Args:
        store: Where rooms are kept.
        bus: Connects them with the same rooms on other nodes.
        limits: The bounds of the chat.
        figures: Where they are counted.
        changed: Called when the number of people in a room has changed, or it is gone.
        forget: Called for a tab that has been put out of a room.
        closed: Called when a room has been closed here and nobody is in it elsewhere.
    """

    def __init__(
        self,
        store: Store,
        bus: Bus,
        limits: Limits,
        figures: Figures,
        *,
        changed: Callable[[Room], None],
        forget: Callable[[Connection, Room], None],
        closed: Callable[[Room], None],
    ) -> None:
        self._store = store
        self._bus = bus
        self._limits = limits
        self._figures = figures
        self._changed = changed
        self._forget = forget
        self._closed = closed
        self._rooms: dict[str, Room] = {}
        self._opening: dict[str, asyncio.Task[Room | None]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def get(self, name: str) -> Room | None:
        """Returns a room that is open."""
        return self._rooms.get(name)

    def all(self) -> dict[str, Room]:
        """Returns all rooms by name, as they are now."""
        return dict(self._rooms)

    async def open(self, name: str) -> Room | None:
        """Returns a room, opened if need be; None if there is none.

        Raises:
            StoreError: It cannot be read.
        """
        room = self._rooms.get(name)
        if room is not None:
            return room
        opening = self._opening.get(name)
        if opening is None:
            opening = self._opening[name] = asyncio.create_task(self._open(name))
            opening.add_done_callback(lambda _: self._opening.pop(name, None))
        # Shielded: several may wait for the same room, and one of them may be cancelled.
        return await asyncio.shield(opening)

    def close_if_empty(self, room: Room) -> None:
        """Closes a room in which nobody is."""
        if room.is_empty and self._rooms.get(room.name) is room:
            self._begin_to_close(room)

    async def close(self) -> None:
        """Closes all rooms."""
        for room in tuple(self._rooms.values()):
            self._begin_to_close(room)
        if self._closing:
            await asyncio.wait(self._closing)

    async def _open(self, name: str) -> Room | None:
        room = Room(name, self._store, self._bus, self._limits, self._room_changed, self._forget)
        try:
            if await room.open():
                self._rooms[name] = room
                self._figures.rooms_open = len(self._rooms)
                return room
        except BaseException:
            await room.close()
            raise
        await room.close()
        return None

    def _room_changed(self, room: Room) -> None:
        self._changed(room)
        self.close_if_empty(room)

    def _begin_to_close(self, room: Room) -> None:
        del self._rooms[room.name]
        self._figures.rooms_open = len(self._rooms)
        closing = asyncio.create_task(self._close(room))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def _close(self, room: Room) -> None:
        elsewhere = await room.close()
        # Another node that has it open says by itself how many are there.
        if not elsewhere and not room.is_gone and room.name not in self._rooms:
            self._closed(room)
