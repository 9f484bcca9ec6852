"""The tables of a chat database, and how an older database becomes one of today."""

import secrets
import sqlite3

from fujita.chat.errors import StoreError

# "Fuji": SQLite keeps it in the file's header, so that `file chat.db` and we can tell whose it is.
APPLICATION_ID = 0x46756A69

# Each entry brings a database from the version of its index to the next; none is ever changed.
MIGRATIONS = (
    """
    CREATE TABLE meta (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE room (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        created INTEGER NOT NULL
    );
    CREATE TABLE message (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        room INTEGER NOT NULL REFERENCES room (id),
        time INTEGER NOT NULL,
        author_id TEXT NOT NULL,
        author_name TEXT NOT NULL,
        text TEXT NOT NULL,
        key TEXT NOT NULL,
        UNIQUE (author_id, key, room)
    );
    CREATE INDEX message_in_room ON message (room, id);
    """,
)

VERSION = len(MIGRATIONS)


def prepare(database: sqlite3.Connection) -> None:
    """Creates or updates the tables.

    Args:
        database: A connection that leaves transactions to us (``isolation_level=None``).

    Raises:
        StoreError: The file is another program's database, or one of a later Fujita.
        sqlite3.Error: The file cannot be read or written.
    """
    version = _number(database, "user_version")
    if version > VERSION:
        raise StoreError(
            f"it was written by a later Fujita (its version is {version}, known are 1 to {VERSION})"
        )
    owner = _number(database, "application_id")
    is_empty = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if owner != APPLICATION_ID and not is_empty:
        raise StoreError("it is the database of another program")
    if version == VERSION:
        return
    with_secrets = (
        f"INSERT INTO meta VALUES ('secret', '{secrets.token_hex(32)}'), "
        f"('epoch', '{secrets.token_hex(8)}');"
        if version == 0
        else ""
    )
    # One transaction: a start that is interrupted leaves the database as it was.
    database.executescript(
        "BEGIN IMMEDIATE;"
        + "".join(MIGRATIONS[version:])
        + with_secrets
        + f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
    )


def _number(database: sqlite3.Connection, pragma: str) -> int:
    value: int = database.execute(f"PRAGMA {pragma}").fetchone()[0]
    return value
