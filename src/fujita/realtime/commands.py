"""What clients say: the commands of docs/realtime-protocol.md."""

import json
from dataclasses import dataclass
from typing import Any

from fujita.realtime.errors import RealtimeError
from fujita.realtime.limits import ClientLimits
from fujita.realtime.position import Position

KEY_LENGTH = 128


class Refused(RealtimeError):
    """A command is not obeyed.

    Args:
        code: A word for programs, such as ``forbidden``.
        message: A sentence for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(slots=True)
class Command:
    """What a client wants.

    Attributes:
        type: ``subscribe``, ``leave``, ``publish``, ``history``, ``presence`` or ``ping``.
        id: What the answer carries, too; None if the client gave none.
        room: The room's name; empty for ``ping``.
        since: A position.
        data: What to publish.
        key: Idempotency key.
        ephemeral: Whether it is an ephemeral publication.
        echo: Whether the publisher gets its own publication, too.
        presence: Whether to tell who is there.
        limit: Publications that are asked for.
    """

    type: str
    id: int | str | None
    room: str
    since: Position | None
    data: Any
    key: str
    ephemeral: bool
    echo: bool
    presence: bool
    limit: int


TYPES = ("subscribe", "leave", "publish", "history", "presence", "ping")


def command_id(message: Any) -> int | str | None:
    """Gives the id of what may be a command."""
    value = message.get("id") if isinstance(message, dict) else None
    return value if isinstance(value, int | str) else None


def decode(message: str | bytes) -> Any:
    """Reads JSON.

    Raises:
        Refused: It is none.
    """
    try:
        return json.loads(message)
    except (ValueError, RecursionError):
        raise Refused("bad-request", "a message is a JSON object") from None


def parse_command(message: Any, limits: ClientLimits) -> Command:
    """Reads a command.

    Raises:
        Refused: It is none, and why.
    """
    if not isinstance(message, dict):
        raise Refused("bad-request", "a message is a JSON object")
    kind = message.get("type")
    if kind not in TYPES:
        raise Refused("bad-request", f"type is one of {', '.join(TYPES)}")
    room = "" if kind == "ping" else _room(message.get("room"), limits)
    if kind == "publish" and "data" not in message:
        raise Refused("bad-request", "publish needs data")
    return Command(
        kind,
        command_id(message),
        room,
        _since(message.get("since")),
        message.get("data"),
        _key(message.get("key", "")),
        message.get("ephemeral") is True,
        message.get("echo") is not False,
        message.get("presence") is True,
        _limit(message.get("limit"), limits),
    )


def _room(room: Any, limits: ClientLimits) -> str:
    if not isinstance(room, str) or not 0 < len(room) <= limits.name or not room.isprintable():
        raise Refused("bad-request", f"room is a name of 1 to {limits.name} printable characters")
    return room


def _since(since: Any) -> Position | None:
    if since is None:
        return None
    if isinstance(since, dict):
        offset, epoch = since.get("offset"), since.get("epoch")
        if type(offset) is int and 0 <= offset < 1 << 53 and isinstance(epoch, str):
            return Position(offset, epoch[:64])
    raise Refused("bad-request", "since is an object of offset and epoch")


def _key(key: Any) -> str:
    if not isinstance(key, str) or len(key) > KEY_LENGTH:
        raise Refused("bad-request", f"key is a string of at most {KEY_LENGTH} characters")
    return key


def _limit(limit: Any, limits: ClientLimits) -> int:
    if limit is None:
        return limits.history
    if type(limit) is not int or limit < 0:
        raise Refused("bad-request", "limit is a number of at least 0")
    return min(limit, limits.history)
