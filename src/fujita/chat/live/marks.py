"""Read marks on their way into the database: many become one."""

import asyncio

from fujita.chat.errors import StoreError
from fujita.chat.storage import Store
from fujita.log import app_log

_SECONDS = 1.0


class Marks:
    """Writes how far people have read, a second later and only the last of each.

    A mark that is lost with this process costs its reader a few messages that count as unread.

    Args:
        store: Where they are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[tuple[str, str], int] = {}
        self._task: asyncio.Task[None] | None = None

    def note(self, room: str, person_id: str, number: int) -> None:
        """Notes that somebody has read up to a message."""
        key = (room, person_id)
        self._waiting[key] = max(number, self._waiting.get(key, 0))
        if self._task is None:
            self._task = asyncio.create_task(self._write_later())

    async def close(self) -> None:
        """Writes what waits."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._write()

    async def _write_later(self) -> None:
        while self._waiting:
            await asyncio.sleep(_SECONDS)
            await self._write()
        self._task = None

    async def _write(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for (room, person_id), number in waiting.items():
            try:
                await self._store.rooms.read(room, person_id, number)
            except StoreError as error:
                app_log.warning("read marks are lost: %s", error)
                return
