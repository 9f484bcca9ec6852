"""The commands that a client sends over the WebSocket.

Every frame is a JSON object with a ``type``; ``docs/chat.md`` has the list. The server's events are
built in `fujita.chat.live.events`.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fujita.chat.limits import Limits
from fujita.chat.names import InvalidText, emoji, message_text, room_name

# The highest integer that every JSON reader keeps exact (RFC 8259, section 6).
_HIGHEST_ID = (1 << 53) - 1
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_TOKEN_LONGEST = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What all commands have.

    Attributes:
        ref: What the client calls the command, to find its answer.
    """

    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomCommand(Command):
    """A command that is about a room."""

    room: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(Command):
    """Says who one is, where there are no cookies."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(RoomCommand):
    """Enter a room.

    Attributes:
        after: The last position that the client has of it; None if it has none.
        create: Whether the room is to be made if there is none.
        invite: An invitation.
    """

    after: int | None = None
    create: bool = False
    invite: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(RoomCommand):
    """Stop being a member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(RoomCommand):
    """Say something.

    Attributes:
        text: What is said, in the form that is kept.
        key: What the client calls this message; said twice, it is stored once.
        files: Ids of uploaded files.
        mentions: Ids of people.
    """

    text: str
    key: str
    files: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(RoomCommand):
    """Give a message another text."""

    id: int
    text: str
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(RoomCommand):
    """Delete a message."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class React(RoomCommand):
    """Put an emoji under a message, or take it away."""

    id: int
    emoji: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing(RoomCommand):
    """Tell others that one is writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(RoomCommand):
    """Note that one has read up to a message."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class History(RoomCommand):
    """Send a page of older messages.

    Attributes:
        before: The id of the oldest message that the client has.
    """

    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping(Command):
    """Answer with a pong: browsers cannot see the WebSocket's own pings."""


class BadCommand(ValueError):
    """A frame that is no command, or asks for something impossible.

    Args:
        code: What is wrong, in one word that the page has a sentence for.
        detail: The same for who writes a client: what was expected, and where.
        room: The room that the command was about, as the client wrote it.
        key: The message that the command was about.
        ref: What the client called the command.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        room: str | None = None,
        key: str | None = None,
        ref: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.room = room
        self.key = key
        self.ref = ref


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
    try:
        return reader(_Members(members, limits))
    except BadCommand as problem:
        problem.room = problem.room or _short(members.get("room"))
        problem.key = problem.key or _short(members.get("key"))
        problem.ref = _short(members.get("ref"))
        raise


class _Members:
    """The members of a command, each read as what it has to be."""

    def __init__(self, members: dict[str, Any], limits: Limits) -> None:
        self._members = members
        self.limits = limits

    def ref(self) -> str | None:
        return self.text("ref", 64, optional=True)

    def room(self) -> str:
        room = self._members.get("room")
        if not isinstance(room, str):
            raise BadCommand("bad-command", f"room: expected a string, got {_kind(room)}")
        try:
            return room_name(room)
        except InvalidText as error:
            raise BadCommand(
                f"room-{error.code}", "room: expected 1 to 32 letters, digits, - or _"
            ) from None

    def said(self) -> str:
        text = self._members.get("text", "")
        if not isinstance(text, str):
            raise BadCommand("bad-command", f"text: expected a string, got {_kind(text)}")
        longest = self.limits.text_length
        try:
            return message_text(text, longest)
        except InvalidText as error:
            # A message may consist of files alone: whether there are any is seen later.
            if error.code == "empty" and self._members.get("files"):
                return ""
            raise BadCommand(
                f"text-{error.code}",
                f"text: expected 1 to {longest} characters, some of them visible",
            ) from None

    def key(self) -> str:
        key = self._members.get("key")
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise BadCommand("bad-command", "key: expected 1 to 64 letters, digits, - or _")
        return key

    def number(self, member: str) -> int:
        value = self._members.get(member)
        # JSON's true is an int in Python.
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _HIGHEST_ID:
            raise BadCommand("bad-command", f"{member}: expected a whole number")
        return value

    def optional_number(self, member: str) -> int | None:
        return None if self._members.get(member) is None else self.number(member)

    def flag(self, member: str, default: bool | None = None) -> bool:
        value = self._members.get(member, default)
        if not isinstance(value, bool):
            raise BadCommand("bad-command", f"{member}: expected true or false")
        return value

    def text(self, member: str, longest: int, *, optional: bool = False) -> str | None:
        value = self._members.get(member)
        if value is None and optional:
            return None
        if not isinstance(value, str) or not 0 < len(value) <= longest:
            raise BadCommand("bad-command", f"{member}: expected 1 to {longest} characters")
        return value

    def names(self, member: str, most: int) -> tuple[str, ...]:
        values = self._members.get(member)
        if values is None:
            return ()
        fits = isinstance(values, list) and len(values) <= most
        if not fits or not all(isinstance(value, str) and len(value) <= 80 for value in values):
            raise BadCommand("bad-command", f"{member}: expected a list of up to {most} ids")
        return tuple(dict.fromkeys(values))

    def emoji(self) -> str:
        value = self._members.get("emoji")
        try:
            return emoji(value if isinstance(value, str) else "")
        except InvalidText:
            raise BadCommand("bad-command", "emoji: expected one emoji") from None


def _read_hello(members: _Members) -> Hello:
    return Hello(token=members.text("token", _TOKEN_LONGEST) or "", ref=members.ref())


def _read_join(members: _Members) -> Join:
    return Join(
        room=members.room(),
        after=members.optional_number("after"),
        create=members.flag("create", False),
        invite=members.text("invite", 64, optional=True),
        ref=members.ref(),
    )


def _read_leave(members: _Members) -> Leave:
    return Leave(room=members.room(), ref=members.ref())


def _read_say(members: _Members) -> Say:
    return Say(
        key=members.key(),
        room=members.room(),
        text=members.said(),
        files=members.names("files", members.limits.files_per_message),
        mentions=members.names("mentions", members.limits.mentions),
        ref=members.ref(),
    )


def _read_edit(members: _Members) -> Edit:
    return Edit(
        room=members.room(),
        id=members.number("id"),
        text=members.said(),
        mentions=members.names("mentions", members.limits.mentions),
        ref=members.ref(),
    )


def _read_delete(members: _Members) -> Delete:
    return Delete(room=members.room(), id=members.number("id"), ref=members.ref())


def _read_react(members: _Members) -> React:
    return React(
        room=members.room(),
        id=members.number("id"),
        emoji=members.emoji(),
        on=members.flag("on"),
        ref=members.ref(),
    )


def _read_typing(members: _Members) -> Typing:
    return Typing(room=members.room(), ref=members.ref())


def _read_read(members: _Members) -> Read:
    return Read(room=members.room(), number=members.number("number"), ref=members.ref())


def _read_history(members: _Members) -> History:
    return History(room=members.room(), before=members.number("before"), ref=members.ref())


def _read_ping(members: _Members) -> Ping:
    return Ping(ref=members.ref())


_READERS: dict[str, Callable[[_Members], Command]] = {
    "hello": _read_hello,
    "join": _read_join,
    "leave": _read_leave,
    "say": _read_say,
    "edit": _read_edit,
    "delete": _read_delete,
    "react": _read_react,
    "typing": _read_typing,
    "read": _read_read,
    "history": _read_history,
    "ping": _read_ping,
}


def _short(value: object) -> str | None:
    return value[:100] if isinstance(value, str) else None


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a boolean"
    names = {str: "a string", int: "a number", float: "a number", list: "an array"}
    return names.get(type(value), "an object")
