"""Looks for what no node has told us: whoever should have may be gone."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from fujita.chat.errors import StoreError
from fujita.chat.live.openrooms import OpenRooms
from fujita.chat.storage import Store
from fujita.log import app_log

# Rooms in one question to the database.
_ROOMS_AT_ONCE = 500


class Reconciler:
    """Compares the positions of open rooms with the database's, again and again.

    Args:
        store: The database.
        rooms: The open rooms.
        interval: Seconds between two looks.
        relist: Reads the list of rooms anew.
        relist_interval: Seconds between two times that it is called.
    """

    def __init__(
        self,
        store: Store,
        rooms: OpenRooms,
        interval: float,
        relist: Callable[[], Awaitable[None]],
        relist_interval: float,
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._interval = interval
        self._relist = relist
        self._relist_interval = relist_interval
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins."""
        self._task = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Ends."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        is_away = False
        listed = time.monotonic()
        while True:
            await asyncio.sleep(self._interval)
            try:
                await self._compare()
                if time.monotonic() - listed > self._relist_interval:
                    listed = time.monotonic()
                    await self._relist()
                is_away = False
            except StoreError as error:
                if not is_away:
                    app_log.warning("%s; trying again every %g s", error, self._interval)
                is_away = True
            except Exception:
                app_log.exception("cannot compare rooms with the database")

    async def _compare(self) -> None:
        rooms = self._rooms.all()
        names = list(rooms)
        for start in range(0, len(names), _ROOMS_AT_ONCE):
            some = names[start : start + _ROOMS_AT_ONCE]
            positions = await self._store.history.positions(some)
            for name in some:
                if name in positions:
                    rooms[name].feed.reached(positions[name])
                elif not rooms[name].is_gone:
                    rooms[name].vanish()
