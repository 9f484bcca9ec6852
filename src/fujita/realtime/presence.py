"""What a hub does from time to time for those who are in its rooms."""

import asyncio
from typing import TYPE_CHECKING

from fujita.log import app_log
from fujita.realtime.errors import EngineUnavailableError

if TYPE_CHECKING:
    from fujita.realtime.node import Node
    from fujita.realtime.room import Room

TICK = 1.0
"""Seconds between two looks at which rooms are due."""

AT_ONCE = 100
"""Rooms that are refreshed at the same time."""


class PresenceKeeper:
    """Tells counts where there are too many users to be named, and refreshes what expires.

    Args:
        hub: Whose rooms it looks after.
    """

    def __init__(self, hub: "Node") -> None:
        self._hub = hub
        self._tasks: list[asyncio.Task[None]] = []
        self._counted: dict[str, float] = {}
        """When a room's users were counted last, by the loop's clock."""

    def start(self) -> None:
        """Begins."""
        self._tasks.append(asyncio.ensure_future(self._count_for_ever()))
        if self._hub.engine.refresh_interval is not None:
            self._tasks.append(asyncio.ensure_future(self._refresh_for_ever()))

    def stop(self) -> None:
        """Ends."""
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()

    async def _count_for_ever(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            try:
                await self.count()
            except EngineUnavailableError as error:
                app_log.info("Members are not counted: %s", error)

    async def count(self) -> None:
        """Counts the users of the rooms that are due, and tells their members."""
        hub = self._hub
        now = hub.loop.time()
        due = [room for room in hub.rooms.values() if self._is_due(room, now)]
        counted = {room.name: now for room in due}
        for name, time in self._counted.items():
            if name in hub.rooms:
                counted.setdefault(name, time)
        self._counted = counted
        for room in due:
            crossings = room.crossings
            users = await hub.engine.count(room.name)
            # What was counted before the cap was crossed is told no more.
            if room.crossings == crossings:
                room.tell_count(users)

    def _is_due(self, room: "Room", now: float) -> bool:
        options = room.options
        if room.count_unsure:
            return True
        if not room.crowded:
            return False
        last = self._counted.get(room.name)
        return last is None or now - last >= options.presence_interval

    async def _refresh_for_ever(self) -> None:
        interval = self._hub.engine.refresh_interval
        assert interval is not None
        while True:
            await asyncio.sleep(interval)
            try:
                await self.refresh()
            except EngineUnavailableError as error:
                app_log.info("Presence is not refreshed: %s", error)

    async def refresh(self) -> None:
        """Tells the engine who is still there."""
        rooms = list(self._hub.rooms.values())
        for start in range(0, len(rooms), AT_ONCE):
            await asyncio.gather(*(room.refresh() for room in rooms[start : start + AT_ONCE]))
