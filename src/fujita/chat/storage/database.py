"""A database by its address: connections, transactions, and one kind of error."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from fujita.chat.errors import StoreError

Result = TypeVar("Result")

_BUSY_SECONDS = 10
_CONNECT_SECONDS = 5
_COMMAND_SECONDS = 20
_RETRY_DELAYS = (0.0, 0.1, 0.3, 0.6, 1.0)

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


class Database:
    """An SQLite file or a PostgreSQL database.

    Args:
        place: The path of an SQLite file, or a URL such as ``postgresql+asyncpg://host/name``.

    Raises:
        StoreError: The address cannot be one; the text says why.
    """

    def __init__(self, place: str | PathLike[str]) -> None:
        self.url = database_url(place)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.place = (
            str(self.url.database)
            if self.is_sqlite
            else self.url.render_as_string(hide_password=True)
        )
        self._engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)
        self._closed = False
        self._failures = _failures(self.is_sqlite)
        # SQLite has one writer; waiting here is cheaper than asking the file again and again.
        self._writing = asyncio.Lock() if self.is_sqlite else None

    @asynccontextmanager
    async def reading(self, *, in_transaction: bool = True) -> AsyncIterator[AsyncConnection]:
        """Opens a transaction that only reads.

        Args:
            in_transaction: False leaves SQLite without one: some of its settings demand that.

        Raises:
            StoreError: The database cannot be reached, or refuses.
        """
        self._check_open()
        try:
            async with self._engine.connect() as connection:
                if not in_transaction:
                    await connection.execution_options(fujita_begin="")
                yield connection
        except self._failures as error:
            raise self._store_error(error) from error

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Opens a transaction that writes; it is committed at the end of the context.

        Raises:
            StoreError: The database cannot be reached, or refuses; nothing was written then,
                unless it went away during the commit.
        """
        self._check_open()
        if self._writing is not None:
            await self._writing.acquire()
        try:
            async with self._engine.connect() as connection:
                # Before the first statement, which begins the transaction.
                writer = await connection.execution_options(fujita_begin="BEGIN IMMEDIATE")
                try:
                    yield writer
                    await writer.commit()
                except BaseException:
                    await _roll_back(writer)
                    raise
        except self._failures as error:
            raise self._store_error(error) from error
        finally:
            if self._writing is not None:
                self._writing.release()

    async def retrying(self, work: Callable[[], Awaitable[Result]], patience: float) -> Result:
        """Does something again while the database is away; it must not matter how often.

        Args:
            work: What is done.
            patience: For how many seconds.

        Raises:
            StoreError: It is still away, or refuses.
        """
        end = time.monotonic() + patience
        attempt = 0
        while True:
            try:
                return await work()
            except StoreError as error:
                delay = _RETRY_DELAYS[min(attempt, len(_RETRY_DELAYS) - 1)]
                if not error.is_away or time.monotonic() + delay >= end:
                    raise
            attempt += 1
            await asyncio.sleep(delay)

    async def close(self) -> None:
        """Closes all connections; there are no new ones."""
        self._closed = True
        await self._engine.dispose()

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError(f"the history {self.place} is closed")

    def _store_error(self, error: BaseException) -> StoreError:
        cause = getattr(error, "orig", None) or error
        text = " ".join(str(cause).split()) or type(cause).__name__
        # asyncpg's own errors come with their class in front.
        text = text.removeprefix(f"{type(cause)}: ").partition(">: ")[2] or text
        is_away = not isinstance(error, SQLAlchemyError) or (
            isinstance(error, DBAPIError) and (error.connection_invalidated or not self.is_sqlite)
        )
        return StoreError(f"the history {self.place}: {text}", is_away=is_away)


def database_url(place: str | PathLike[str]) -> URL:
    """Returns the URL of a database; a path is that of an SQLite file.

    Raises:
        StoreError: It is the address of a kind of database that the chat does not know.
    """
    text = fspath(place)
    if "://" not in text:
        return URL.create(DRIVERS["sqlite"], database=text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise StoreError(
            "cannot open the history: expected a file or postgresql+asyncpg://host/name"
        ) from None
    driver = DRIVERS.get(url.get_backend_name())
    if driver is None:
        raise StoreError(
            f"cannot open the history {url.render_as_string()}: expected a file or"
            " postgresql+asyncpg://host/name"
        )
    return url.set(drivername=driver)


def _sqlite_engine(url: URL) -> AsyncEngine:
    folder = Path(url.database or "").parent
    if not url.database or url.database == ":memory:":
        raise StoreError("cannot open the history: expected a file, got a database in memory")
    if Path(url.database).is_dir():
        raise StoreError(f"cannot open the history {url.database}: it is a folder")
    if not folder.is_dir():
        raise StoreError(f"cannot open the history {url.database}: there is no folder {folder}")
    engine = create_async_engine(
        url, connect_args={"timeout": _BUSY_SECONDS}, pool_size=4, max_overflow=4
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: ConnectionPoolEntry) -> None:
    # The driver would begin transactions behind our back, and not where we want them.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # With NORMAL a commit outlives the end of this process; only a power cut may cost the last few.
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    statement = connection.get_execution_options().get("fujita_begin", "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


def _postgresql_engine(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=5,
        max_overflow=10,
        pool_recycle=1800,
        connect_args={"timeout": _CONNECT_SECONDS, "command_timeout": _COMMAND_SECONDS},
    )


def _failures(is_sqlite: bool) -> tuple[type[BaseException], ...]:
    usual: tuple[type[BaseException], ...] = (SQLAlchemyError, OSError, TimeoutError)
    if is_sqlite:
        return usual
    # While it connects, the driver's errors come as they are.
    import asyncpg  # type: ignore[import-untyped]

    return (*usual, asyncpg.PostgresError, asyncpg.InterfaceError)


async def _roll_back(connection: AsyncConnection) -> None:
    try:
        await connection.rollback()
    except Exception:
        # The connection is gone, and with it the transaction; what led here is told.
        pass
