"""How much of everything: what a guest may send, and what a slow or busy one may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of a chat room; the defaults suit people, not load tests."""

    text_length: int = 4000
    """Characters in one message."""

    frame_size: int = 64 * 1024
    """Bytes in one command: the longest text with every character escaped fits in."""

    message_burst: int = 10
    """Messages that one connection may send at once…"""

    messages_per_second: float = 1.0
    """…and how fast it wins that right back."""

    command_burst: int = 100
    """Commands of any kind at once; who sends more is a broken program and is disconnected."""

    commands_per_second: float = 20.0

    rename_burst: int = 5
    renames_per_second: float = 0.1

    rooms_per_connection: int = 32

    page: int = 50
    """Messages in one page of history."""

    kept_in_memory: int = 200
    """Messages of each open room that need no look into the database."""

    replay: int = 500
    """Missed messages sent after a break; who missed more starts from the latest page."""

    members_named: int = 200
    """Members up to which a room tells who came and went; above, only how many are there."""

    departure_grace: float = 5.0
    """Seconds in which a broken connection or a reload is not yet a departure."""

    presence_interval: float = 0.2
    """Seconds for which a room gathers who came and went."""

    directory_interval: float = 1.0
    """Seconds for which changes of the list of rooms are gathered."""

    rooms_listed: int = 100

    outgoing_bytes: int = 1024 * 1024
    """What may wait for one reader before the connection is closed (1013)."""

    quiet_start: float = 60.0
    """Seconds after the start in which those who come back are not announced again."""


class TokenBucket:
    """Allows a burst, then a steady rate.

    Args:
        burst: How many may be taken at once.
        per_second: How many come back each second.
        now: The time of a monotonic clock, in seconds.
    """

    __slots__ = ("_burst", "_per_second", "_tokens", "_updated")

    def __init__(self, burst: int, per_second: float, now: float) -> None:
        self._burst = float(burst)
        self._per_second = per_second
        self._tokens = float(burst)
        self._updated = now

    def take(self, now: float) -> float:
        """Takes one, or returns the seconds until there is one; 0 means that it was taken."""
        self._tokens = min(self._burst, self._tokens + (now - self._updated) * self._per_second)
        self._updated = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._per_second
