"""Where in a room's stream a subscriber is."""

from typing import NamedTuple, Self


class Position(NamedTuple):
    """A place in the stream of a room's publications.

    Offsets count up from 1 without gaps as long as the epoch stays the same. An engine that has
    lost a stream, or some of it, begins a new one with another epoch, so that nobody takes the
    offsets of one for those of the other.

    Attributes:
        offset: That of the last publication before this place; 0 for the beginning.
        epoch: The name of the stream that the offset belongs to.
    """

    offset: int
    epoch: str

    def __str__(self) -> str:
        return f"{self.offset}:{self.epoch}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads what ``str()`` has made of a position.

        Raises:
            ValueError: It is nothing of the kind.
        """
        offset, colon, epoch = text.partition(":")
        if not (colon and epoch and offset.isascii() and offset.isdecimal() and len(offset) < 17):
            raise ValueError(f"a position is OFFSET:EPOCH, such as 12:f00d, not {text[:80]!r}")
        return cls(int(offset), epoch)
