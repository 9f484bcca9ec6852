"""Reading what was said: pages, what has changed since, and what words occur in."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Select, select

from fujita.chat.storage import search
from fujita.chat.storage.database import Database
from fujita.chat.storage.records import Message
from fujita.chat.storage.rows import MESSAGE_COLUMNS, message_from_row
from fujita.chat.storage.schema import member, message, room


class History:
    """The messages, to be read.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, name: str, limit: int, before: int | None = None) -> list[Message]:
        """Returns the last messages of a room (with ids below ``before``), the oldest first.

        Raises:
            StoreError: They cannot be read.
        """
        query = _messages().where(room.c.name == name)
        if before is not None:
            query = query.where(message.c.id < before)
        return (await self._read(query.order_by(message.c.id.desc()).limit(limit)))[::-1]

    async def after(self, name: str, id: int, limit: int) -> list[Message]:
        """Returns the first messages of a room with higher ids, the oldest first.

        Raises:
            StoreError: They cannot be read.
        """
        query = _messages().where(room.c.name == name, message.c.id > id)
        return await self._read(query.order_by(message.c.id).limit(limit))

    async def changes(self, name: str, position: int, limit: int) -> list[Message]:
        """Returns the messages that were said or have changed after a position.

        Those that changed first come first. One read sees all changes up to the last that it
        returns: positions are committed in their order.

        Raises:
            StoreError: They cannot be read.
        """
        query = _messages().where(room.c.name == name, message.c.changed > position)
        return await self._read(query.order_by(message.c.changed).limit(limit))

    async def positions(self, names: Collection[str]) -> dict[str, int]:
        """Returns how far rooms have come; a room that is gone has no entry.

        Raises:
            StoreError: They cannot be read.
        """
        query = select(room.c.name, room.c.position).where(room.c.name.in_(names))
        async with self._database.reading() as connection:
            return {row.name: row.position for row in await connection.execute(query)}

    async def find(self, name: str, id: int) -> Message | None:
        """Returns a message of a room.

        Raises:
            StoreError: It cannot be read.
        """
        found = await self._read(_messages().where(room.c.name == name, message.c.id == id))
        return found[0] if found else None

    async def search(
        self,
        words: str,
        person_id: str,
        *,
        name: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> list[Message]:
        """Returns messages in which words occur, the newest first.

        Args:
            words: What must occur, in any order; in double quotes, as it stands.
            person_id: Who asks: they find what was said in public rooms and in their own.
            name: The room to look in; all of them without it.
            before: Only messages with lower ids.
            limit: The most messages.

        Raises:
            StoreError: They cannot be read.
        """
        if not search.split_terms(words):
            return []
        query = _messages().where(
            search.condition(words, self._database.is_sqlite),
            room.c.id.in_(_readable_rooms(person_id)),
        )
        if name is not None:
            query = query.where(room.c.name == name)
        if before is not None:
            query = query.where(message.c.id < before)
        return await self._read(query.order_by(message.c.id.desc()).limit(limit))

    async def _read(self, query: Select[Any]) -> list[Message]:
        async with self._database.reading() as connection:
            rows: Iterable[Any] = await connection.execute(query)
            return [message_from_row(row) for row in rows]


def _messages() -> Select[Any]:
    return select(*MESSAGE_COLUMNS).join(room, room.c.id == message.c.room_id)


def _readable_rooms(person_id: str) -> Select[Any]:
    own = select(member.c.room_id).where(
        member.c.person_id == person_id, member.c.role != "none", member.c.banned == 0
    )
    banned = select(member.c.room_id).where(member.c.person_id == person_id, member.c.banned > 0)
    return select(room.c.id).where(
        (~room.c.private & room.c.id.not_in(banned)) | room.c.id.in_(own)
    )
