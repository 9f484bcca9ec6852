"""What is asked of the tables, in one thread: the part of the SQLite store that blocks."""

import sqlite3
from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path

from fujita.chat import schema
from fujita.chat.errors import StoreError
from fujita.chat.store import Draft, Message, Stored

_BUSY_SECONDS = 5.0
_HIGHEST_ID = (1 << 63) - 1

_SELECT = "SELECT id, time, author_id, author_name, text, key FROM message"
_IN_ROOM = "room = (SELECT id FROM room WHERE name = ?)"


class Tables:
    """An open database. All calls, the constructor's too, must come from the same thread.

    Args:
        path: The file, created where there is none; ``:memory:`` keeps nothing.

    Raises:
        StoreError: It cannot be opened; the text names the file and says why.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        place = fspath(path)
        try:
            # isolation_level=None: sqlite3 begins no transaction behind our back.
            self._database = sqlite3.connect(place, timeout=_BUSY_SECONDS, isolation_level=None)
        except sqlite3.Error as error:
            raise StoreError(f"cannot open the history {place}: {_reason(place, error)}") from None
        try:
            schema.prepare(self._database)
            # The write-ahead log lets others read the file meanwhile. With NORMAL a commit
            # outlives the end of this process; only a power cut may cost the last few.
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._rooms = dict(self._database.execute("SELECT name, id FROM room"))
        except (sqlite3.Error, StoreError) as error:
            self._database.close()
            raise StoreError(f"cannot open the history {place}: {_reason(place, error)}") from None

    def note(self, name: str) -> str:
        """Returns what was noted under a name when the database was created."""
        value: str = self._database.execute(
            "SELECT value FROM meta WHERE name = ?", (name,)
        ).fetchone()[0]
        return value

    def rooms(self) -> list[str]:
        """Returns the names of the rooms, the latest used first."""
        rows = self._database.execute(
            "SELECT name FROM room ORDER BY"
            " (SELECT max(id) FROM message WHERE message.room = room.id) DESC"
        )
        return [name for (name,) in rows]

    def append(self, drafts: Sequence[Draft]) -> list[Stored]:
        """Stores messages in one transaction: all of them or none."""
        created: list[str] = []
        self._database.execute("BEGIN IMMEDIATE")
        try:
            stored = [self._append(draft, created) for draft in drafts]
            self._database.execute("COMMIT")
        except BaseException:
            for room in created:
                del self._rooms[room]
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise
        return stored

    def latest(self, room: str, limit: int, before: int | None) -> list[Message]:
        """Returns the last messages of a room, the oldest first."""
        rows = self._database.execute(
            f"{_SELECT} WHERE {_IN_ROOM} AND id < ? ORDER BY id DESC LIMIT ?",
            (room, _HIGHEST_ID if before is None else before, limit),
        ).fetchall()
        return [_message(room, row) for row in reversed(rows)]

    def after(self, room: str, id: int, limit: int) -> list[Message]:
        """Returns the first messages of a room with higher ids, the oldest first."""
        rows = self._database.execute(
            f"{_SELECT} WHERE {_IN_ROOM} AND id > ? ORDER BY id LIMIT ?", (room, id, limit)
        )
        return [_message(room, row) for row in rows]

    def close(self) -> None:
        """Closes the database; its write-ahead log goes into the file."""
        self._database.close()

    def _append(self, draft: Draft, created: list[str]) -> Stored:
        room = self._rooms.get(draft.room)
        if room is None:
            room = self._rooms[draft.room] = self._room_for(draft)
            created.append(draft.room)
        author = (draft.author_id, draft.author_name)
        cursor = self._database.execute(
            "INSERT INTO message (room, time, author_id, author_name, text, key)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (author_id, key, room) DO NOTHING",
            (room, draft.time, *author, draft.text, draft.key),
        )
        if cursor.rowcount == 1 and cursor.lastrowid is not None:
            row = (cursor.lastrowid, draft.time, *author, draft.text, draft.key)
            return Stored(_message(draft.room, row), fresh=True)
        found = self._database.execute(
            f"{_SELECT} WHERE author_id = ? AND key = ? AND room = ?",
            (draft.author_id, draft.key, room),
        ).fetchone()
        return Stored(_message(draft.room, found), fresh=False)

    def _room_for(self, draft: Draft) -> int:
        # Another process may have made the room since we read which there are.
        self._database.execute(
            "INSERT INTO room (name, created) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
            (draft.room, draft.time),
        )
        row = self._database.execute("SELECT id FROM room WHERE name = ?", (draft.room,)).fetchone()
        return int(row[0])


def _message(room: str, row: tuple[int, int, str, str, str, str]) -> Message:
    return Message(row[0], room, *row[1:])


def _reason(place: str, error: Exception) -> str:
    """Says why a database cannot be opened where SQLite itself says too little."""
    folder = Path(place).parent
    if Path(place).is_dir():
        return "it is a folder"
    if not folder.is_dir():
        return f"there is no folder {folder}"
    return str(error)
