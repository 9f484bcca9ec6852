"""What travels over Redis' channels, and what stands in its streams."""

import json
from typing import Any

from fujita.realtime.broadcast import Broadcast
from fujita.realtime.events import Counted, EngineEvent, Joined, Left, Removal
from fujita.realtime.position import Position
from fujita.realtime.publication import Publication, encode


def ephemeral(payload: bytes, time: float, exclude: str) -> bytes:
    """Writes an ephemeral publication for a channel."""
    return b"e%.6f:%b\n%b" % (time, exclude.encode(), payload)


def broadcast(payload: bytes, time: float) -> bytes:
    """Writes what is for everybody for the channel of broadcasts."""
    return b"b%.6f\n%b" % (time, payload)


def read_broadcast(message: bytes) -> Broadcast:
    """Reads what has come over the channel of broadcasts.

    Raises:
        ValueError: It is nothing of ours.
    """
    head, newline, payload = message.partition(b"\n")
    if not newline or head[:1] != b"b":
        raise ValueError(f"no broadcast: {message[:60]!r}")
    return Broadcast(payload, float(head[1:]))


def removal(user: str, reason: str) -> bytes:
    """Writes a removal for a channel."""
    return b"r\n" + encode([user, reason])


def read_message(room: str, message: bytes) -> EngineEvent:
    """Reads what has come over a room's channel.

    Raises:
        ValueError: It is nothing of ours.
    """
    kind = message[:1]
    head, newline, body = message[1:].partition(b"\n")
    if not newline:
        raise ValueError(f"no message of a room: {message[:60]!r}")
    if kind == b"p":
        offset, epoch, time, exclude = head.decode().split(":", 3)
        return Publication(room, body, int(offset), epoch, float(time), exclude)
    if kind == b"e":
        time, _, exclude = head.decode().partition(":")
        return Publication(room, body, 0, "", float(time), exclude)
    if kind == b"r":
        user, reason = json.loads(body)
        return Removal(room, user, reason)
    if kind in (b"j", b"l", b"c"):
        count, length = map(int, head.split(b":"))
        user = body[:length].decode("utf-8", "surrogatepass")
        if kind == b"c":
            return Counted(room, count, named=False)
        if kind == b"j":
            return Joined(room, user, json.loads(body[length:]), count)
        return Left(room, user, count)
    raise ValueError(f"no message of a room: {message[:60]!r}")


def read_entry(room: str, epoch: str, entry: Any) -> Publication:
    """Reads an entry of a room's stream."""
    name, fields = entry
    values = dict(zip(fields[::2], fields[1::2], strict=True))
    offset = int(name.split(b"-")[0])
    return Publication(
        room, values[b"p"], offset, epoch, float(values[b"t"]), values[b"x"].decode()
    )


def read_position(text: bytes) -> Position:
    """Reads what scripts return."""
    return Position.parse(text.decode())
