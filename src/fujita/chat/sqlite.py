"""The history in an SQLite file, written and read by one thread so that the loop never waits."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from os import PathLike, fspath
from typing import TypeVar

from fujita.chat.errors import StoreError
from fujita.chat.store import Draft, Message, Stored
from fujita.chat.tables import Tables

Result = TypeVar("Result")

_LONGEST_BATCH = 1000


class SqliteStore:
    """Keeps messages in an SQLite file; it is a `fujita.chat.store.Store`.

    Messages that arrive while a transaction is under way wait for it and make up the next
    one together, so that a busy room costs few transactions and a quiet one no delay.

    Args:
        path: The file, created on first use; ``:memory:`` keeps the history until the end only.

    Raises:
        StoreError: It cannot be opened; the text names the file and says why.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chat-history")
        self._waiting: list[tuple[Draft, asyncio.Future[Stored]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._closed = False
        try:
            self._tables = self._thread.submit(Tables, path).result()
            self.place = fspath(path)
            self.secret = self._thread.submit(self._tables.note, "secret").result()
            self.epoch = self._thread.submit(self._tables.note, "epoch").result()
            self.rooms: Sequence[str] = self._thread.submit(self._tables.rooms).result()
        except BaseException:
            self._thread.shutdown()
            raise

    async def append(self, draft: Draft) -> Stored:
        """Stores a message, or finds it if it was stored before."""
        if self._closed:
            raise StoreError(f"the history {self.place} is closed")
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((draft, future))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        stored: Stored = await future
        return stored

    async def latest(self, room: str, limit: int, before: int | None = None) -> list[Message]:
        """Returns the last messages of a room, the oldest first."""
        return await self._run(lambda: self._tables.latest(room, limit, before))

    async def after(self, room: str, id: int, limit: int) -> list[Message]:
        """Returns the first messages of a room with higher ids, the oldest first."""
        return await self._run(lambda: self._tables.after(room, id, limit))

    async def close(self) -> None:
        """Stores what waits, and closes the file."""
        if self._closed:
            return
        self._closed = True
        while self._writer is not None:
            await self._writer
        await asyncio.get_running_loop().run_in_executor(self._thread, self._tables.close)
        self._thread.shutdown()

    async def _write(self) -> None:
        """Writes batch after batch until nothing waits."""
        try:
            while self._waiting:
                batch = self._waiting[:_LONGEST_BATCH]
                del self._waiting[:_LONGEST_BATCH]
                await self._write_batch(batch)
        finally:
            self._writer = None

    async def _write_batch(self, batch: list[tuple[Draft, asyncio.Future[Stored]]]) -> None:
        drafts = [draft for draft, _ in batch]
        try:
            stored = await self._run(lambda: self._tables.append(drafts))
        except StoreError as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(batch, stored, strict=True):
            # A caller that was cancelled does not wait any more; its message is stored.
            if not future.done():
                future.set_result(result)

    async def _run(self, work: Callable[[], Result]) -> Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as error:
            raise StoreError(f"the history {self.place}: {error}") from error
        except RuntimeError as error:
            raise StoreError(f"the history {self.place} is closed") from error
