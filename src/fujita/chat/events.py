"""The server's events: what a page is told, each built as bytes that go to any number of readers.

None of them carries a sentence for people. A page renders them in its reader's language.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from fujita.chat.guests import Guest, GuestJson
from fujita.chat.limits import Limits
from fujita.chat.protocol import BadCommand
from fujita.chat.store import Message, MessageJson


class RoomJson(TypedDict):
    """A room in the list of rooms; one that is neither ``used`` nor has anybody in it is gone."""

    name: str
    online: int
    used: bool


class MembersJson(TypedDict):
    """Who is in a room: all of them, or in a crowded one the first few."""

    online: int
    members: list[GuestJson]


def encode(event: Mapping[str, Any]) -> bytes:
    """Returns an event as it goes over the wire."""
    # A room's name that was echoed from a bad command may hold what UTF-8 cannot.
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def join_events(events: Iterable[bytes]) -> bytes:
    """Returns several events as one frame: a JSON array of them."""
    return b"[" + b",".join(events) + b"]"


def welcome(guest: Guest, epoch: str, rooms: Sequence[RoomJson], limits: Limits) -> bytes:
    """The first event of a connection: who you are, and which rooms there are."""
    return encode(
        {
            "type": "welcome",
            "you": guest.to_json(),
            "epoch": epoch,
            "rooms": rooms,
            "limits": {"text": limits.text_length, "rooms": limits.rooms_per_connection},
        }
    )


def joined(
    room: str, messages: Iterable[Message], *, fresh: bool, more: bool, members: MembersJson
) -> bytes:
    """You are in a room.

    Args:
        room: Its name, which may be spelled otherwise than it was asked for.
        messages: What was said after the id that the client named, or the latest page.
        fresh: Whether ``messages`` stands for itself: what the client has is to be forgotten.
        more: Whether there are messages before the first of a fresh page.
        members: Who is there.
    """
    return encode(
        {
            "type": "joined",
            "room": room,
            "messages": [message.to_json() for message in messages],
            "fresh": fresh,
            "more": more,
            **members,
        }
    )


def left(room: str) -> bytes:
    """You have left a room."""
    return encode({"type": "left", "room": room})


def message(message: Message) -> bytes:
    """Something was said. To its author this is also the proof that it is stored."""
    said: MessageJson = message.to_json()
    return encode({"type": "message", "room": message.room, **said})


def history(room: str, before: int, messages: Iterable[Message], *, more: bool) -> bytes:
    """A page of older messages, and whether there are more before these."""
    page = [message.to_json() for message in messages]
    return encode(
        {"type": "history", "room": room, "before": before, "messages": page, "more": more}
    )


def presence(
    room: str,
    online: int,
    *,
    arrived: Iterable[Guest] = (),
    returned: Iterable[Guest] = (),
    departed: Iterable[Guest] = (),
) -> bytes:
    """Who came and went.

    Args:
        room: The room's name.
        online: How many are there now.
        arrived: Who came.
        returned: Who is back without having been seen to leave: a restart of the server.
        departed: Who went.
    """
    return encode(
        {
            "type": "presence",
            "room": room,
            "online": online,
            "arrived": [guest.to_json() for guest in arrived],
            "returned": [guest.to_json() for guest in returned],
            "departed": [guest.id for guest in departed],
        }
    )


def members(room: str, members: MembersJson) -> bytes:
    """Everybody in a room that was crowded and is not any more."""
    return encode({"type": "members", "room": room, **members})


def renamed(room: str, guest: Guest, former: str) -> bytes:
    """A member of a room has another name."""
    return encode({"type": "renamed", "room": room, **guest.to_json(), "former": former})


def named(guest: Guest) -> bytes:
    """You have another name, given in this tab or another one."""
    return encode({"type": "named", **guest.to_json()})


def rooms(changed: Sequence[RoomJson]) -> bytes:
    """Rooms that are new or have more or fewer people in them."""
    return encode({"type": "rooms", "rooms": changed})


def pong() -> bytes:
    """The answer to a ping."""
    return b'{"type":"pong"}'


def error(
    code: str,
    detail: str = "",
    *,
    room: str | None = None,
    key: str | None = None,
    retry_after: float | None = None,
) -> bytes:
    """A command that was not obeyed.

    Args:
        code: Why, in one word that the page has a sentence for.
        detail: The same for who writes a client.
        room: The room that the command was about.
        key: The message that the command was about.
        retry_after: Seconds after which it may be tried again.
    """
    event: dict[str, Any] = {"type": "error", "code": code, "detail": detail}
    if room is not None:
        event["room"] = room
    if key is not None:
        event["key"] = key
    if retry_after is not None:
        event["retry_after"] = round(retry_after, 3)
    return encode(event)


def bad_command(problem: BadCommand) -> bytes:
    """A command that could not be read."""
    return error(problem.code, problem.detail, room=problem.room, key=problem.key)
