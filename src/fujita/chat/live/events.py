"""The server's events: what a page is told, each built as bytes that go to any number of readers.

None of them carries a sentence for people. A page renders them in its reader's language.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from fujita.chat.limits import Limits
from fujita.chat.storage import Membership, Message, Person, PersonJson, RoomRecord
from fujita.chat.uploads.types import FILE_TYPES


class ListedJson(TypedDict):
    """A public room in the list; one that is neither ``used`` nor has anybody in it is gone."""

    name: str
    title: str
    topic: str
    online: int
    used: bool


class MembersJson(TypedDict):
    """Who is in a room: all of them, or in a crowded one the first few."""

    online: int
    members: list[PersonJson]


class PersonalJson(PersonJson):
    """Somebody as they see themselves."""

    kind: str
    login: NotRequired[str]


def encode(event: Mapping[str, Any]) -> bytes:
    """Returns an event as it goes over the wire."""
    # A room's name that was echoed from a bad command may hold what UTF-8 cannot.
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def join_events(events: Iterable[bytes]) -> bytes:
    """Returns several events as one frame: a JSON array of them."""
    return b"[" + b",".join(events) + b"]"


def personal(who: Person) -> PersonalJson:
    """Returns somebody as they see themselves."""
    members: PersonalJson = {"id": who.id, "name": who.name, "kind": who.kind}
    if who.login is not None:
        members["login"] = who.login
    return members


def room_members(record: RoomRecord) -> dict[str, Any]:
    """Returns what everybody may know of a room who is in it."""
    return {
        "title": record.title,
        "topic": record.topic,
        "private": record.private,
        "slow": record.slow,
    }


def own_members(record: RoomRecord, member: Membership, now: int) -> dict[str, Any]:
    """Returns what a room means to one of its members."""
    members: dict[str, Any] = {
        "role": member.role,
        "last": record.last,
        "read": member.read,
        "unread": max(record.last - member.read, 0),
        "mentions": member.mentioned,
    }
    if member.muted > now:
        members["muted"] = member.muted
    return members


def limits_members(limits: Limits) -> dict[str, Any]:
    """Returns the bounds that a page should know."""
    return {
        "text": limits.text_length,
        "rooms": limits.rooms_per_connection,
        "file": limits.file_size,
        "files": limits.files_per_message,
        "file_types": FILE_TYPES,
        "edit": limits.edit_seconds,
        "mentions": limits.mentions,
    }


def welcome(
    who: Person,
    epoch: str,
    rooms: Sequence[ListedJson],
    yours: Sequence[Mapping[str, Any]],
    limits: Limits,
) -> bytes:
    """The first event of a connection: who you are, and which rooms there are."""
    return encode(
        {
            "type": "welcome",
            "you": personal(who),
            "epoch": epoch,
            "rooms": rooms,
            "yours": yours,
            "limits": limits_members(limits),
        }
    )


def message(said: Message) -> bytes:
    """Something was said."""
    return encode(
        {"type": "message", "room": said.room, "position": said.position, **said.to_json()}
    )


def changed(after: Message) -> bytes:
    """A message is different now."""
    return encode(
        {"type": "changed", "room": after.room, "position": after.changed, **after.to_json()}
    )


def said(stored: Message, ref: str | None) -> bytes:
    """Your message is stored."""
    return encode(
        {
            "type": "said",
            "room": stored.room,
            "key": stored.key,
            "id": stored.id,
            "number": stored.number,
            "position": stored.position,
            "time": stored.time,
            **_ref(ref),
        }
    )


def room(record: RoomRecord, position: int) -> bytes:
    """A room's settings have changed."""
    return encode(
        {"type": "room", "room": record.name, "position": position, **room_members(record)}
    )


def role(name: str, member: Membership, now: int) -> bytes:
    """What you may do in a room has changed."""
    muted = member.muted if member.muted > now else 0
    return encode({"type": "role", "room": name, "role": member.role, "muted": muted})


def removed(name: str, reason: str) -> bytes:
    """You are not in a room any more."""
    return encode({"type": "removed", "room": name, "reason": reason})


def left(name: str, ref: str | None = None) -> bytes:
    """You have left a room."""
    return encode({"type": "left", "room": name, **_ref(ref)})


def history(
    name: str, before: int, messages: Iterable[Message], *, more: bool, ref: str | None = None
) -> bytes:
    """A page of older messages, and whether there are more before these."""
    page = [each.to_json() for each in messages]
    return encode(
        {
            "type": "history",
            "room": name,
            "before": before,
            "messages": page,
            "more": more,
            **_ref(ref),
        }
    )


def presence(
    name: str,
    online: int,
    *,
    arrived: Iterable[Person] = (),
    returned: Iterable[Person] = (),
    departed: Iterable[str] = (),
) -> bytes:
    """Who came and went.

    Args:
        name: The room's name.
        online: How many are there now.
        arrived: Who came.
        returned: Who is back without having been seen to leave: a restart of the server.
        departed: The ids of those who went.
    """
    return encode(
        {
            "type": "presence",
            "room": name,
            "online": online,
            "arrived": [who.to_json() for who in arrived],
            "returned": [who.to_json() for who in returned],
            "departed": list(departed),
        }
    )


def members(name: str, members: MembersJson) -> bytes:
    """Everybody in a room, anew."""
    return encode({"type": "members", "room": name, **members})


def renamed(name: str, who: Person, former: str) -> bytes:
    """A member of a room has another name."""
    return encode({"type": "renamed", "room": name, **who.to_json(), "former": former})


def named(who: Person) -> bytes:
    """You have another name, given in this tab or another one."""
    return encode({"type": "named", **who.to_json()})


def typing(name: str, who: Person) -> bytes:
    """Somebody is writing."""
    return encode({"type": "typing", "room": name, **who.to_json()})


def read(name: str, number: int, unread: int, mentions: int) -> bytes:
    """You have read further."""
    return encode(
        {"type": "read", "room": name, "read": number, "unread": unread, "mentions": mentions}
    )


def rooms(listed: Sequence[ListedJson]) -> bytes:
    """Rooms that are new or have changed."""
    return encode({"type": "rooms", "rooms": listed})


def pong(ref: str | None = None) -> bytes:
    """The answer to a ping."""
    return encode({"type": "pong", **_ref(ref)})


def done(ref: str) -> bytes:
    """A command was obeyed."""
    return encode({"type": "done", "ref": ref})


def error(
    code: str,
    detail: str = "",
    *,
    room: str | None = None,
    key: str | None = None,
    ref: str | None = None,
    retry_after: float = 0.0,
) -> bytes:
    """A command that was not obeyed.

    Args:
        code: Why, in one word that the page has a sentence for.
        detail: The same for who writes a client.
        room: The room that the command was about.
        key: The message that the command was about.
        ref: What the client called the command.
        retry_after: Seconds after which it may be tried again; 0 if time does not help.
    """
    event: dict[str, Any] = {"type": "error", "code": code, "detail": detail}
    if room is not None:
        event["room"] = room
    if key is not None:
        event["key"] = key
    if retry_after:
        event["retry_after"] = round(retry_after, 3)
    return encode({**event, **_ref(ref)})


def _ref(ref: str | None) -> dict[str, str]:
    return {} if ref is None else {"ref": ref}
