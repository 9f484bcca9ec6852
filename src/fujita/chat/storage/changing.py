"""Changing what was said: edit, delete, react."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from fujita.chat.storage.database import Database
from fujita.chat.storage.records import Message, Refused
from fujita.chat.storage.rows import MESSAGE_COLUMNS, message_from_row
from fujita.chat.storage.schema import file, member, message, room
from fujita.chat.storage.writing import lock_rooms

REACTION_KINDS = 20
REACTION_USERS = 500


@dataclass(frozen=True, slots=True)
class Actor:
    """Who wants to change a message, as the database knows them.

    Attributes:
        id: The person's id.
        time: Now, in milliseconds since 1970.
        moderates: Whether they may delete others' messages.
        muted: Until when they may not speak.
    """

    id: str
    time: int
    moderates: bool
    muted: int


# Returns the message as it is to be, the same object if nothing is to be done, or a refusal.
Change = Callable[[Message, Actor], Message | Refused]


async def change(
    database: Database, name: str, id: int, person_id: str, now: int, what: Change
) -> Message | Refused:
    """Changes a message, and gives it the room's next position.

    Args:
        database: Where it is.
        name: Its room.
        id: Its id.
        person_id: Who changes it.
        now: Now, in milliseconds since 1970.
        what: Says what it becomes.

    Raises:
        StoreError: The database is not there, or refuses.
    """
    async with database.writing() as connection:
        found = (await lock_rooms(connection, [name])).get(name)
        if found is None:
            return Refused("no-room")
        actor = await _actor(connection, found.id, person_id, now)
        if isinstance(actor, Refused):
            return actor
        rows = await connection.execute(
            select(*MESSAGE_COLUMNS)
            .join(room, room.c.id == message.c.room_id)
            .where(message.c.room_id == found.id, message.c.id == id)
        )
        row = rows.one_or_none()
        if row is None:
            return Refused("no-message")
        before = message_from_row(row)
        after = what(before, actor)
        if isinstance(after, Refused) or after is before:
            return after
        after = replace(after, changed=found.position + 1)
        await _write(connection, after, found.id)
        return after


def edit(text: str, mentions: tuple[str, ...], window: float) -> Change:
    """Gives a message another text: its author may, for a while.

    Args:
        text: The text.
        mentions: Who is addressed in it.
        window: The seconds after which it stays as it is.
    """

    def apply(before: Message, actor: Actor) -> Message | Refused:
        if before.author_id != actor.id:
            return Refused("not-yours")
        if before.deleted:
            return Refused("no-message")
        if actor.muted > actor.time:
            return Refused("muted", (actor.muted - actor.time) / 1000)
        if actor.time - before.time > window * 1000:
            return Refused("too-late")
        if not text and not before.files:
            return Refused("text-empty")
        if text == before.text:
            return before
        return replace(before, text=text, mentions=mentions, edited=actor.time)

    return apply


def delete() -> Change:
    """Takes text, files and reactions away: the author may, and who moderates the room."""

    def apply(before: Message, actor: Actor) -> Message | Refused:
        if before.author_id != actor.id and not actor.moderates:
            return Refused("not-yours")
        if before.deleted:
            return before
        return replace(
            before, text="", deleted=actor.time, edited=0, reactions=(), files=(), mentions=()
        )

    return apply


def react(emoji: str, on: bool) -> Change:
    """Puts somebody's emoji under a message, or takes it away."""

    def apply(before: Message, actor: Actor) -> Message | Refused:
        if before.deleted:
            return Refused("no-message")
        reactions = {kind: list(users) for kind, users in before.reactions}
        users = reactions.setdefault(emoji, [])
        if (actor.id in users) == on:
            return before
        if on and actor.muted > actor.time:
            return Refused("muted", (actor.muted - actor.time) / 1000)
        if on and (len(reactions) > REACTION_KINDS or len(users) >= REACTION_USERS):
            return Refused("too-many-reactions")
        if on:
            users.append(actor.id)
        else:
            users.remove(actor.id)
        return replace(
            before,
            reactions=tuple((kind, tuple(who)) for kind, who in reactions.items() if who),
        )

    return apply


async def _actor(
    connection: AsyncConnection, room_id: int, person_id: str, now: int
) -> Actor | Refused:
    rows = await connection.execute(
        select(member.c.role, member.c.muted, member.c.banned).where(
            member.c.room_id == room_id, member.c.person_id == person_id
        )
    )
    row = rows.one_or_none()
    if row is None or row.role == "none":
        return Refused("not-joined")
    if row.banned > now:
        return Refused("banned", (row.banned - now) / 1000)
    return Actor(person_id, now, row.role in ("owner", "moderator"), row.muted)


async def _write(connection: AsyncConnection, after: Message, room_id: int) -> None:
    values: dict[str, Any] = {
        "changed": after.changed,
        "text": after.text,
        "edited": after.edited,
        "deleted": after.deleted,
        "reactions": [[emoji, list(users)] for emoji, users in after.reactions],
        "files": list(after.files),
        "mentions": list(after.mentions),
    }
    await connection.execute(update(message).where(message.c.id == after.id).values(values))
    if after.deleted:
        # As old as can be: they are swept away with those that were never sent.
        await connection.execute(
            update(file).where(file.c.message_id == after.id).values(message_id=None, created=0)
        )
    await connection.execute(
        update(room).where(room.c.id == room_id).values(position=after.changed)
    )
