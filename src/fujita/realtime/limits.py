"""What a client may do, and how often."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """What one connection may do.

    Attributes:
        rooms: Rooms that it may be in at a time.
        name: Characters that a room's name may have.
        message: Bytes that a message may have; a larger one closes the connection (1009).
        rate: Commands a second, on average.
        burst: Commands at once.
        history: Publications that one command may ask for.
    """

    rooms: int = 128
    name: int = 255
    message: int = 65536
    rate: float = 20.0
    burst: int = 100
    history: int = 300


class TokenBucket:
    """Allows something so often on average, and some more at once.

    Args:
        rate: Tokens that come back a second.
        burst: Tokens that there are at most, and at the beginning.
        now: The time, in seconds of any clock.
    """

    __slots__ = ("_burst", "_rate", "_time", "_tokens")

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._time = now

    def take(self, now: float) -> float:
        """Takes a token.

        Returns:
            0, or the seconds after which there will be one.
        """
        self._tokens = min(self._burst, self._tokens + (now - self._time) * self._rate)
        self._time = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate
