"""The chat's store: one database, and its parts."""

import asyncio
import time
from collections.abc import Sequence
from os import PathLike

from sqlalchemy import select

from fujita.chat.errors import StoreError
from fujita.chat.storage import changing, migrations, writing
from fujita.chat.storage.database import Database
from fujita.chat.storage.files import FileBook
from fujita.chat.storage.history import History
from fujita.chat.storage.people import People
from fujita.chat.storage.records import Draft, Message, Refused, Stored
from fujita.chat.storage.rooms import RoomBook
from fujita.chat.storage.schema import meta

_LONGEST_BATCH = 500


class Store:
    """Everything that outlives a process.

    Messages that arrive while a transaction is under way wait for it and make up the next
    one together, so that a busy room costs few transactions and a quiet one no delay.

    Made by `open_store`.

    Attributes:
        place: Where it is, for people to read.
        secret: What cookies are signed with; the same at every start and on every node.
        epoch: Names this history: positions that a client remembers from another mean nothing here.
        history: The messages, to be read.
        people: People, accounts, sessions.
        rooms: Rooms and members.
        files: Uploaded files.
    """

    def __init__(self, database: Database, secret: str, epoch: str, patience: float) -> None:
        self.place = database.place
        self.secret = secret
        self.epoch = epoch
        self.history = History(database)
        self.people = People(database)
        self.rooms = RoomBook(database)
        self.files = FileBook(database)
        self._database = database
        self._patience = patience
        self._waiting: list[tuple[Draft, asyncio.Future[Stored | Refused]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._closed = False

    async def append(self, draft: Draft) -> Stored | Refused:
        """Stores a message, or finds it if it was stored before: author, room and key name it.

        Returns when the message is safe from the end of this process. While the database is away
        it is tried again for a while.

        Raises:
            StoreError: It could not be stored, or is not known to be: it may be sent again.
        """
        if self._closed:
            raise StoreError(f"the history {self.place} is closed")
        future: asyncio.Future[Stored | Refused] = asyncio.get_running_loop().create_future()
        self._waiting.append((draft, future))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        return await future

    async def change(
        self, room: str, id: int, person_id: str, what: changing.Change
    ) -> Message | Refused:
        """Edits or deletes a message, or reacts to it.

        Args:
            room: The room's name.
            id: The message.
            person_id: Who does it.
            what: From `fujita.chat.storage.changing`.

        Raises:
            StoreError: The database is not there, or refuses.
        """
        return await changing.change(self._database, room, id, person_id, milliseconds(), what)

    async def check(self) -> None:
        """Sees whether the database answers.

        Raises:
            StoreError: It does not.
        """
        async with self._database.reading() as connection:
            await connection.execute(select(1))

    async def close(self) -> None:
        """Stores what waits, and closes the database."""
        if self._closed:
            return
        self._closed = True
        while self._writer is not None:
            await self._writer
        await self._database.close()

    async def _write(self) -> None:
        """Writes batch after batch until nothing waits."""
        try:
            while self._waiting:
                batch = self._waiting[:_LONGEST_BATCH]
                del self._waiting[:_LONGEST_BATCH]
                await self._write_batch(batch)
        finally:
            self._writer = None

    async def _write_batch(
        self, batch: Sequence[tuple[Draft, asyncio.Future[Stored | Refused]]]
    ) -> None:
        drafts = [draft for draft, _ in batch]

        async def work() -> list[Stored | Refused]:
            async with self._database.writing() as connection:
                return await writing.append(connection, drafts)

        try:
            results = await self._database.retrying(work, self._patience)
        except Exception as error:
            failure = (
                error
                if isinstance(error, StoreError)
                else StoreError(f"the history {self.place}: {type(error).__name__}: {error}")
            )
            for _, future in batch:
                if not future.done():
                    future.set_exception(failure)
            return
        for (_, future), result in zip(batch, results, strict=True):
            # A caller that was cancelled does not wait any more; its message is stored.
            if not future.done():
                future.set_result(result)


async def open_store(place: str | PathLike[str] = "chat.db", *, patience: float = 5.0) -> Store:
    """Opens a chat's database; one that is empty or of an earlier version gets today's tables.

    Args:
        place: The path of an SQLite file, or a URL: ``postgresql+asyncpg://user@host/name``.
        patience: For how many seconds a message waits for a database that is away.

    Raises:
        StoreError: It cannot be opened; the text names it and says why.
    """
    database = Database(place)
    try:
        await migrations.prepare(database)
        async with database.reading() as connection:
            rows = await connection.execute(select(meta.c.name, meta.c.value))
            notes = {row.name: row.value for row in rows}
    except BaseException:
        await database.close()
        raise
    return Store(database, notes["secret"], notes["epoch"], patience)


def milliseconds() -> int:
    """Returns the time, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000
