"""How a database comes to have today's tables, whatever it had before.

A table ``meta`` notes the version. Each step brings a database from the version of its index to
the next one, on SQLite and on PostgreSQL; none is ever changed once it was released. Alembic would
bring the same with a folder of scripts and a configuration, and could not see what the chat's
first files (version 1, made before there was SQLAlchemy) have in them.
"""

import secrets
from collections.abc import Callable

from sqlalchemy import Connection, inspect, select, text

from fujita.chat.errors import StoreError
from fujita.chat.storage import schema, search
from fujita.chat.storage.carry import carry_over
from fujita.chat.storage.database import Database

# "Fuji": SQLite keeps it in the file's header, so that `file chat.db` and we can tell whose it is.
APPLICATION_ID = 0x46756A69

# Any number that no other program is likely to lock: nodes that start together go one by one.
_ADVISORY_LOCK = 0x46756A6974610001

_FIRST_TABLES = {"meta", "room", "message"}


def _create_tables(connection: Connection) -> None:
    """From nothing, or from a file of version 1, to version 2."""
    was_there = inspect(connection).has_table("message")
    if was_there:
        connection.execute(text("DROP INDEX message_in_room"))
        for name in sorted(_FIRST_TABLES):
            connection.execute(text(f"ALTER TABLE {name} RENAME TO former_{name}"))
    schema.metadata.create_all(connection)
    search.create(connection)
    if was_there:
        carry_over(connection)
        for name in ("message", "room", "meta"):
            connection.execute(text(f"DROP TABLE former_{name}"))
    else:
        notes = {"secret": secrets.token_hex(32), "epoch": secrets.token_hex(8)}
        for name, value in notes.items():
            connection.execute(schema.meta.insert().values(name=name, value=value))


# Version 1 was made without SQLAlchemy: from there and from nothing it is the same step.
MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _create_tables,
    _create_tables,
)

VERSION = len(MIGRATIONS)


async def prepare(database: Database) -> None:
    """Creates or updates the tables, in one transaction.

    Raises:
        StoreError: The database cannot be opened, is another program's, or of a later Fujita.
    """
    try:
        if database.is_sqlite:
            await _use_write_ahead_log(database)
        async with database.writing() as connection:
            await connection.run_sync(_migrate, database.is_sqlite)
    except StoreError as error:
        reason = str(error).removeprefix(f"the history {database.place}: ")
        raise StoreError(f"cannot open the history {database.place}: {reason}") from error


async def _use_write_ahead_log(database: Database) -> None:
    """Lets others read while one writes; the file itself remembers it."""
    async with database.reading() as connection:
        owner = (await connection.execute(text("PRAGMA application_id"))).scalar_one()
        tables = (await connection.execute(text("SELECT count(*) FROM sqlite_schema"))).scalar_one()
        if tables and owner != APPLICATION_ID:
            # Checked before anything is written: the file of another program stays as it is.
            raise StoreError("it is the database of another program")
    async with database.reading(in_transaction=False) as connection:
        await connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def _migrate(connection: Connection, is_sqlite: bool) -> None:
    if not is_sqlite:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
    version = _version(connection, is_sqlite)
    if version > VERSION:
        raise StoreError(
            f"it was written by a later Fujita (its version is {version}, known are 1 to {VERSION})"
        )
    if version == VERSION:
        return
    # Version 1 is taken over by the step from nothing.
    for step in MIGRATIONS[max(version, 1) :]:
        step(connection)
    connection.execute(schema.meta.delete().where(schema.meta.c.name == "version"))
    connection.execute(schema.meta.insert().values(name="version", value=str(VERSION)))
    if is_sqlite:
        # Read by versions of Fujita that know no other place for it.
        connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
        connection.execute(text(f"PRAGMA user_version = {VERSION}"))


def _version(connection: Connection, is_sqlite: bool) -> int:
    if is_sqlite:
        return int(connection.execute(text("PRAGMA user_version")).scalar_one())
    inspector = inspect(connection)
    if not inspector.has_table("meta"):
        if inspector.has_table("message") or inspector.has_table("room"):
            raise StoreError("it is the database of another program")
        return 0
    noted = connection.execute(
        select(schema.meta.c.value).where(schema.meta.c.name == "version")
    ).scalar_one_or_none()
    if noted is None or not noted.isdecimal():
        raise StoreError("it is the database of another program")
    return int(noted)
