"""A message to everybody."""

import json
from typing import Any


class Broadcast:
    """A message to everybody who is connected, whatever rooms they are in.

    It belongs to no room, has no offset, and is in no history.

    Args:
        payload: The data as JSON in UTF-8.
        time: When it was sent, in seconds since 1970.
    """

    __slots__ = ("payload", "time")

    def __init__(self, payload: bytes, time: float) -> None:
        self.payload = payload
        self.time = time

    @property
    def data(self) -> Any:
        """The data."""
        return json.loads(self.payload)

    def __repr__(self) -> str:
        return f"<Broadcast {self.payload[:60]!r}>"
