r"""What a page and the server say to each other over the WebSocket.

Every frame is a JSON object with a ``type``. The page's commands are read by `parse_command`:

===========  ================================  ============================================
type         members                           meaning
===========  ================================  ============================================
``join``     ``room``, ``after`` (may lack)    enter a room; send what came after that id
``leave``    ``room``                          leave it
``say``      ``room``, ``text``, ``key``       say something; ``key`` names the message
``history``  ``room``, ``before``              send a page of messages with ids below that
``ping``                                       is anybody there?
===========  ================================  ============================================

The server's events are built in `fujita.chat.events`.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fujita.chat.limits import Limits
from fujita.chat.names import InvalidText, message_text, room_name

# The highest integer that every JSON reader keeps exact (RFC 8259, section 6).
_HIGHEST_ID = (1 << 53) - 1
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Join:
    """Enter a room.

    Attributes:
        room: Its name.
        after: The last message that the client has of it; None if it has none.
    """

    room: str
    after: int | None


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave a room."""

    room: str


@dataclass(frozen=True, slots=True)
class Say:
    """Say something in a room.

    Attributes:
        room: Its name.
        text: What is said, in the form that is kept.
        key: What the client calls this message; said twice, it is stored once.
    """

    room: str
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class History:
    """Send a page of older messages.

    Attributes:
        room: Its name.
        before: The oldest message that the client has of it.
    """

    room: str
    before: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Answer with a pong: browsers cannot see the WebSocket's own pings."""


Command = Join | Leave | Say | History | Ping


class BadCommand(ValueError):
    """A frame that is no command, or asks for something impossible.

    Args:
        code: What is wrong, in one word that the page has a sentence for.
        detail: The same for who writes a client: what was expected, and where.
        room: The room that the command was about, as the client wrote it.
        key: The message that the command was about.
    """

    def __init__(
        self, code: str, detail: str, *, room: str | None = None, key: str | None = None
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.room = room
        self.key = key


def parse_command(frame: str | bytes, limits: Limits) -> Command:
    """Reads what a client sent.

    Raises:
        BadCommand: It is not a command.
    """
    if isinstance(frame, bytes):
        raise BadCommand("bad-command", "expected a text frame, got a binary one")
    try:
        members = json.loads(frame)
    except (ValueError, RecursionError):
        raise BadCommand("bad-command", "expected a JSON object, got no JSON") from None
    if not isinstance(members, dict):
        raise BadCommand("bad-command", f"expected a JSON object, got {_kind(members)}")
    kind = members.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        known = ", ".join(_READERS)
        raise BadCommand("bad-command", f"type: expected one of {known}")
    return reader(members, limits)


def _read_join(members: dict[str, Any], limits: Limits) -> Join:
    after = members.get("after")
    return Join(_room(members), None if after is None else _id(members, "after"))


def _read_leave(members: dict[str, Any], limits: Limits) -> Leave:
    return Leave(_room(members))


def _read_say(members: dict[str, Any], limits: Limits) -> Say:
    key = members.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise BadCommand("bad-command", "key: expected 1 to 64 letters, digits, - or _")
    room = _room(members, key)
    text = members.get("text")
    if not isinstance(text, str):
        raise BadCommand(
            "bad-command", f"text: expected a string, got {_kind(text)}", room=room, key=key
        )
    try:
        return Say(room, message_text(text, limits.text_length), key)
    except InvalidText as error:
        raise BadCommand(
            f"text-{error.code}",
            f"text: expected 1 to {limits.text_length} characters, some of them visible",
            room=room,
            key=key,
        ) from None


def _read_history(members: dict[str, Any], limits: Limits) -> History:
    return History(_room(members), _id(members, "before"))


def _read_ping(members: dict[str, Any], limits: Limits) -> Ping:
    return Ping()


_READERS: dict[str, Callable[[dict[str, Any], Limits], Command]] = {
    "join": _read_join,
    "leave": _read_leave,
    "say": _read_say,
    "history": _read_history,
    "ping": _read_ping,
}


def _room(members: dict[str, Any], key: str | None = None) -> str:
    room = members.get("room")
    if not isinstance(room, str):
        raise BadCommand("bad-command", f"room: expected a string, got {_kind(room)}", key=key)
    try:
        return room_name(room)
    except InvalidText as error:
        raise BadCommand(
            f"room-{error.code}",
            "room: expected 1 to 32 letters, digits, - or _",
            room=room[:100],
            key=key,
        ) from None


def _id(members: dict[str, Any], member: str) -> int:
    id = members.get(member)
    # JSON's true is an int in Python.
    if not isinstance(id, int) or isinstance(id, bool) or not 0 <= id <= _HIGHEST_ID:
        raise BadCommand("bad-command", f"{member}: expected the id of a message")
    return id


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a boolean"
    names = {str: "a string", int: "a number", float: "a number", list: "an array"}
    return names.get(type(value), "an object")
