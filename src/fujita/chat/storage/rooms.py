"""Rooms, who is in them and who may do what."""

import secrets
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from fujita.chat.storage.database import Database
from fujita.chat.storage.records import Membership, Person, Refused, RoomRecord
from fujita.chat.storage.rows import (
    MEMBER_COLUMNS,
    ROOM_COLUMNS,
    membership_from_row,
    room_from_row,
)
from fujita.chat.storage.schema import file, invitation, member, person, room

_TOKEN_BYTES = 16


class RoomBook:
    """The list of rooms and of their members.

    Args:
        database: Where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dialect: Any = sqlite if database.is_sqlite else postgresql

    async def find(self, name: str) -> RoomRecord | None:
        """Returns a room.

        Raises:
            StoreError: The database cannot be read. (So do all others here.)
        """
        query = select(*ROOM_COLUMNS).where(room.c.name == name)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else room_from_row(row)

    async def create(
        self, name: str, title: str, owner: Person | None, now: int, *, private: bool = False
    ) -> RoomRecord | None:
        """Makes a room; returns None if there is one of that name."""
        values = {"name": name, "title": title, "private": private, "created": now, "used": now}
        async with self._database.writing() as connection:
            try:
                async with connection.begin_nested():
                    result = await connection.execute(
                        insert(room).values(values).returning(room.c.id)
                    )
                    room_id = result.scalar_one()
            except IntegrityError:
                return None
            if owner is not None:
                await self._note(connection, owner, now)
                await connection.execute(
                    insert(member).values(
                        room_id=room_id, person_id=owner.id, role="owner", joined=now
                    )
                )
        return await self.find(name)

    async def configure(self, name: str, **settings: Any) -> RoomRecord | None:
        """Changes ``title``, ``topic`` or ``slow``, and the room's position; None: no such room."""
        statement = (
            update(room)
            .where(room.c.name == name)
            .values(position=room.c.position + 1, changed=room.c.position + 1, **settings)
            .returning(*ROOM_COLUMNS)
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(statement)).one_or_none()
            return None if row is None else room_from_row(row)

    async def remove(self, name: str) -> list[str]:
        """Deletes a room with all that was said in it; returns the ids of its files."""
        which = select(room.c.id).where(room.c.name == name).scalar_subquery()
        async with self._database.writing() as connection:
            ids = await connection.execute(select(file.c.id).where(file.c.room_id == which))
            files = list(ids.scalars())
            await connection.execute(delete(room).where(room.c.name == name))
        return files

    async def listed(self, limit: int) -> list[RoomRecord]:
        """Returns the public rooms, the latest used first."""
        query = select(*ROOM_COLUMNS).where(~room.c.private).order_by(room.c.used.desc())
        async with self._database.reading() as connection:
            return [room_from_row(row) for row in await connection.execute(query.limit(limit))]

    async def of_person(self, person_id: str) -> list[tuple[RoomRecord, Membership]]:
        """Returns the rooms in which somebody is, the latest used first."""
        query = (
            select(*ROOM_COLUMNS, *MEMBER_COLUMNS)
            .join(member, member.c.room_id == room.c.id)
            .join(person, person.c.id == member.c.person_id)
            .where(member.c.person_id == person_id, member.c.role != "none")
            .order_by(room.c.used.desc())
        )
        size = len(ROOM_COLUMNS)
        async with self._database.reading() as connection:
            return [
                (room_from_row(row[:size]), membership_from_row(row))
                for row in await connection.execute(query)
            ]

    # Members

    async def membership(self, name: str, who: Person) -> Membership:
        """Returns what somebody is in a room."""
        query = _members().where(room.c.name == name, member.c.person_id == who.id)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return Membership(who) if row is None else membership_from_row(row)

    async def memberships(self, name: str, ids: list[str]) -> dict[str, Membership]:
        """Returns what people are in a room; who never came has no entry."""
        query = _members().where(room.c.name == name, member.c.person_id.in_(ids))
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return {row.person_id: membership_from_row(row) for row in rows}

    async def members(self, name: str, limit: int) -> list[Membership]:
        """Returns the members of a room and those who are muted or banned, owners first."""
        query = _members().where(room.c.name == name).order_by(member.c.role.desc(), person.c.name)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.limit(limit))
            return [membership_from_row(row) for row in rows]

    async def enter(
        self, name: str, who: Person, now: int, invited: str | None = None
    ) -> Membership | Refused:
        """Makes somebody a member; who is one already stays what they are.

        Args:
            name: The room.
            who: The person.
            now: Now, in milliseconds since 1970.
            invited: The token of an invitation: what a private room asks of newcomers.
        """
        async with self._database.writing() as connection:
            found = (await connection.execute(_room(name).with_for_update())).one_or_none()
            if found is None:
                return Refused("no-room")
            await self._note(connection, who, now)
            query = _members().where(member.c.room_id == found.id, member.c.person_id == who.id)
            row = (await connection.execute(query)).one_or_none()
            if row is not None and row.banned > now:
                return Refused("banned", (row.banned - now) / 1000)
            if row is not None and row.role != "none":
                return membership_from_row(row)
            if found.private and not await _use_invitation(connection, found.id, invited, now):
                return Refused("no-invitation" if invited else "private")
            await self._set(
                connection, found.id, who.id, role="member", joined=now, read=found.last
            )
            return membership_from_row((await connection.execute(query)).one())

    async def leave(self, name: str, person_id: str) -> None:
        """Ends a membership; a ban or mute stays."""
        which = select(room.c.id).where(room.c.name == name).scalar_subquery()
        async with self._database.writing() as connection:
            await connection.execute(
                update(member)
                .where(
                    member.c.room_id == which,
                    member.c.person_id == person_id,
                    member.c.role != "owner",
                )
                .values(role="none")
            )

    async def restrict(
        self, name: str, who: Person, now: int, **values: int | str
    ) -> Membership | Refused:
        """Sets ``role``, ``muted`` or ``banned`` of somebody, and changes the room's position."""
        async with self._database.writing() as connection:
            found = (await connection.execute(_room(name).with_for_update())).one_or_none()
            if found is None:
                return Refused("no-room")
            if values.get("banned"):
                values.setdefault("role", "none")
            await self._note(connection, who, now)
            await self._set(connection, found.id, who.id, **values)
            await connection.execute(
                update(room)
                .where(room.c.id == found.id)
                .values(position=room.c.position + 1, changed=room.c.position + 1)
            )
            query = _members().where(member.c.room_id == found.id, member.c.person_id == who.id)
            return membership_from_row((await connection.execute(query)).one())

    async def read(self, name: str, person_id: str, number: int) -> None:
        """Notes up to which message somebody has read; it never goes back."""
        which = select(room.c.id).where(room.c.name == name).scalar_subquery()
        last = select(room.c.last).where(room.c.name == name).scalar_subquery()
        async with self._database.writing() as connection:
            await connection.execute(
                update(member)
                .where(
                    member.c.room_id == which,
                    member.c.person_id == person_id,
                    member.c.read < number,
                    number <= last,
                )
                .values(read=number, mentioned=0)
            )

    # Invitations

    async def invite(
        self, name: str, author_id: str, now: int, *, seconds: float, uses: int
    ) -> str | None:
        """Returns the token of a new invitation; None if there is no such room."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        async with self._database.writing() as connection:
            found = (await connection.execute(_room(name))).one_or_none()
            if found is None:
                return None
            await connection.execute(delete(invitation).where(invitation.c.expires < now))
            await connection.execute(
                insert(invitation).values(
                    token=token,
                    room_id=found.id,
                    author_id=author_id,
                    created=now,
                    expires=now + int(seconds * 1000),
                    uses=uses,
                )
            )
        return token

    async def invited_to(self, token: str, now: int) -> str | None:
        """Returns the room that an invitation is for, if it is good for anything."""
        query = (
            select(room.c.name)
            .join(invitation, invitation.c.room_id == room.c.id)
            .where(invitation.c.token == token, invitation.c.expires > now, invitation.c.uses > 0)
        )
        async with self._database.reading() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def _note(self, connection: AsyncConnection, who: Person, now: int) -> None:
        statement = self._dialect.insert(person).values(
            id=who.id, name=who.name, kind=who.kind, created=now
        )
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=[person.c.id], set_={"name": statement.excluded.name}
            )
        )

    async def _set(
        self, connection: AsyncConnection, room_id: int, person_id: str, **values: int | str
    ) -> None:
        defaults: dict[str, int | str] = {"role": "none", "joined": 0}
        statement = self._dialect.insert(member).values(
            {"room_id": room_id, "person_id": person_id, **defaults, **values}
        )
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=[member.c.room_id, member.c.person_id], set_=values
            )
        )


async def _use_invitation(
    connection: AsyncConnection, room_id: int, token: str | None, now: int
) -> bool:
    if not token:
        return False
    result = await connection.execute(
        update(invitation)
        .where(
            invitation.c.token == token,
            invitation.c.room_id == room_id,
            invitation.c.expires > now,
            invitation.c.uses > 0,
        )
        .values(uses=invitation.c.uses - 1)
    )
    return result.rowcount == 1


def _members() -> Any:
    return (
        select(*MEMBER_COLUMNS)
        .select_from(member)
        .join(person, person.c.id == member.c.person_id)
        .join(room, room.c.id == member.c.room_id)
    )


def _room(name: str) -> Any:
    return select(room.c.id, room.c.private, room.c.last).where(room.c.name == name)
