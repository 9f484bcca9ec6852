"""From rows to records."""

from typing import Any, Final

from fujita.chat.storage.records import Membership, Message, Person, RoomRecord
from fujita.chat.storage.schema import member, message, person, room

MESSAGE_COLUMNS: Final = (
    message.c.id,
    room.c.name.label("room"),
    message.c.number,
    message.c.position,
    message.c.changed,
    message.c.time,
    message.c.author_id,
    message.c.author_name,
    message.c.text,
    message.c.key,
    message.c.edited,
    message.c.deleted,
    message.c.reactions,
    message.c.files,
    message.c.mentions,
)

ROOM_COLUMNS: Final = tuple(room.c[name] for name in RoomRecord.__dataclass_fields__)

MEMBER_COLUMNS: Final = (
    person.c.id.label("person_id"),
    person.c.name.label("person_name"),
    person.c.kind,
    member.c.role,
    member.c.read,
    member.c.mentioned,
    member.c.muted,
    member.c.banned,
)


def message_from_row(row: Any) -> Message:
    """Returns the message in a row of `MESSAGE_COLUMNS`."""
    return Message(*row).frozen()


def room_from_row(row: Any) -> RoomRecord:
    """Returns the room in a row of `ROOM_COLUMNS`."""
    return RoomRecord(*row)


def membership_from_row(row: Any) -> Membership:
    """Returns the membership in a row of `MEMBER_COLUMNS`."""
    return Membership(
        Person(row.person_id, row.person_name, row.kind),
        row.role,
        row.read,
        row.mentioned,
        row.muted,
        row.banned,
    )
