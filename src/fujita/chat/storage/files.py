"""What is known of uploaded files; their content is on disk."""

from typing import Any

from sqlalchemy import delete, func, insert, select

from fujita.chat.storage.database import Database
from fujita.chat.storage.records import StoredFile
from fujita.chat.storage.schema import file, room


class FileBook:
    """The list of uploaded files.

    Args:
        database: Where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, found: StoredFile, now: int) -> bool:
        """Notes a file; returns False if its room is gone.

        Raises:
            StoreError: The database is not there, or refuses.
        """
        which = select(room.c.id).where(room.c.name == found.room)
        async with self._database.writing() as connection:
            room_id = (await connection.execute(which)).scalar_one_or_none()
            if room_id is None:
                return False
            await connection.execute(
                insert(file).values(
                    id=found.id,
                    room_id=room_id,
                    person_id=found.person_id,
                    name=found.name,
                    type=found.type,
                    size=found.size,
                    created=now,
                )
            )
        return True

    async def find(self, id: str) -> StoredFile | None:
        """Returns a file.

        Raises:
            StoreError: The database cannot be read.
        """
        query = (
            select(file, room.c.name.label("room"))
            .join(room, room.c.id == file.c.room_id)
            .where(file.c.id == id)
        )
        async with self._database.reading() as connection:
            row: Any = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        return StoredFile(
            row.id, row.room, row.person_id, row.name, row.type, row.size, row.message_id
        )

    async def waiting_bytes(self, person_id: str) -> int:
        """Returns how much somebody has uploaded and not sent.

        Raises:
            StoreError: The database cannot be read.
        """
        query = select(func.coalesce(func.sum(file.c.size), 0)).where(
            file.c.person_id == person_id, file.c.message_id.is_(None)
        )
        async with self._database.reading() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def forget(self, ids: list[str]) -> None:
        """Takes files off the list.

        Raises:
            StoreError: The database is not there, or refuses.
        """
        async with self._database.writing() as connection:
            await connection.execute(delete(file).where(file.c.id.in_(ids)))

    async def abandoned(self, before: int, limit: int = 100) -> list[str]:
        """Returns the ids of files that were uploaded before a time and never sent.

        Raises:
            StoreError: The database cannot be read.
        """
        query = select(file.c.id).where(file.c.message_id.is_(None), file.c.created < before)
        async with self._database.reading() as connection:
            return list((await connection.execute(query.limit(limit))).scalars())
