"""A message in a room."""

import json
from typing import Any

from fujita.realtime.position import Position

_NOT_DECODED = object()


class Publication:
    """A message in a room, as every member gets it.

    It holds JSON rather than an object: it is encoded once by who publishes it, and passes
    through engines and connections as it is.

    Args:
        room: The room's name.
        payload: The data as JSON in UTF-8.
        offset: Its place in the room's stream; 0 for an ephemeral one, which has none.
        epoch: The stream's epoch; empty for an ephemeral one.
        time: When the engine took it, in seconds since 1970.
        exclude: The id of a consumer that is not to get it; empty for none.
    """

    __slots__ = ("_data", "epoch", "exclude", "offset", "payload", "room", "time")

    def __init__(
        self, room: str, payload: bytes, offset: int, epoch: str, time: float, exclude: str = ""
    ) -> None:
        self.room = room
        self.payload = payload
        self.offset = offset
        self.epoch = epoch
        self.time = time
        self.exclude = exclude
        self._data: Any = _NOT_DECODED

    @property
    def data(self) -> Any:
        """The data; the same object for all readers in this process, so do not change it."""
        if self._data is _NOT_DECODED:
            self._data = json.loads(self.payload)
        return self._data

    @property
    def position(self) -> Position:
        """The position of who has got this and everything before it."""
        return Position(self.offset, self.epoch)

    @property
    def ephemeral(self) -> bool:
        """Whether it is in no history, and dropped first."""
        return not self.offset

    def __repr__(self) -> str:
        what = f"{self.payload[:60]!r}"
        return f"<Publication {self.room!r} {self.offset}:{self.epoch} {what}>"


def encode(data: Any) -> bytes:
    """Gives data as JSON in UTF-8.

    Raises:
        TypeError: JSON has no such value.
        ValueError: It refers to itself, or holds a number that is none.
    """
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(
        "utf-8", "surrogatepass"
    )
