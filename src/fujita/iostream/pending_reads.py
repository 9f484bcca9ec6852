"""The kinds of read, each with what it takes to satisfy it."""

from typing import Any, Final

from fujita.iostream.errors import UnsatisfiableReadError
from fujita.iostream.incoming import IncomingBuffer
from fujita.iostream.regex_reach import compile_with_reach

# What `take` returns when more data is needed; b"" and 0 are results.
UNSATISFIED: Final = object()


class PendingRead:
    """A read that somebody waits for."""

    __slots__ = ()

    def take(self, buffer: IncomingBuffer, more_at_hand: bool) -> Any:
        """Takes the read's result out of the buffer, or returns `UNSATISFIED`.

        Args:
            buffer: What has arrived.
            more_at_hand: Whether the caller is about to add more and come back. A read whose
                look at the buffer is costly may pass this chance.

        Raises:
            UnsatisfiableReadError: The read can never be satisfied.
        """
        raise NotImplementedError

    def take_at_close(self, buffer: IncomingBuffer) -> Any:
        """As `take`, at the regular end of the stream."""
        return UNSATISFIED

    def room(self) -> memoryview | None:
        """Returns memory that the source may write to directly; the caller releases it."""
        return None

    def fill(self, size: int) -> None:
        """Notes that ``size`` bytes have been written to `room`."""

    def abandon(self, buffer: IncomingBuffer) -> None:
        """Gives back what has been taken: nobody waits any more."""


class ReadBytes(PendingRead):
    """A number of bytes, or, if ``partial``, up to that number as soon as there are any."""

    __slots__ = ("partial", "size")

    def __init__(self, size: int, partial: bool) -> None:
        self.size = size
        self.partial = partial

    def take(self, buffer: IncomingBuffer, more_at_hand: bool) -> Any:
        """See `PendingRead.take`."""
        available = buffer.size
        if available >= self.size:
            return buffer.take(self.size)
        if available and self.partial:
            return buffer.take(available)
        return UNSATISFIED


class ReadInto(PendingRead):
    """As many bytes as a piece of memory holds, written there."""

    __slots__ = ("filled", "partial", "target")

    def __init__(self, target: memoryview, partial: bool) -> None:
        self.target = target
        self.partial = partial
        self.filled = 0

    def take(self, buffer: IncomingBuffer, more_at_hand: bool) -> Any:
        """See `PendingRead.take`. The result is the number of bytes."""
        if buffer.size:
            with self.target[self.filled :] as rest:
                self.filled += buffer.take_into(rest)
        if self.filled < len(self.target) and not (self.partial and self.filled):
            return UNSATISFIED
        # Whoever waits may resize the memory the moment that he is told.
        self.target.release()
        return self.filled

    def room(self) -> memoryview:
        """See `PendingRead.room`."""
        return self.target[self.filled :]

    def fill(self, size: int) -> None:
        """See `PendingRead.fill`."""
        self.filled += size

    def abandon(self, buffer: IncomingBuffer) -> None:
        """See `PendingRead.abandon`."""
        if self.filled:
            with self.target[: self.filled] as taken:
                buffer.put_back(taken)
        self.target.release()


class ReadUntil(PendingRead):
    """Everything up to and including a delimiter."""

    __slots__ = ("delimiter", "max_bytes", "searched")

    def __init__(self, delimiter: bytes, max_bytes: int | None) -> None:
        self.delimiter = delimiter
        self.max_bytes = max_bytes
        # No delimiter begins before this position.
        self.searched = 0

    def take(self, buffer: IncomingBuffer, more_at_hand: bool) -> Any:
        """See `PendingRead.take`."""
        found = buffer.find(self.delimiter, self.searched)
        if found >= 0:
            end = found + len(self.delimiter)
            if self.max_bytes is not None:
                _check_limit(end, self.max_bytes, self.delimiter)
            return buffer.take(end)
        size = buffer.size
        if self.max_bytes is not None:
            _check_limit(size, self.max_bytes, self.delimiter)
        # The delimiter may have begun to arrive.
        self.searched = max(0, size - len(self.delimiter) + 1)
        return UNSATISFIED


class ReadUntilRegex(PendingRead):
    """Everything up to and including the first match of a regular expression."""

    __slots__ = ("max_bytes", "pattern", "reach", "searched")

    def __init__(self, regex: bytes, max_bytes: int | None) -> None:
        self.pattern, self.reach = compile_with_reach(regex)
        self.max_bytes = max_bytes
        # There is no match in that many bytes.
        self.searched = 0

    def take(self, buffer: IncomingBuffer, more_at_hand: bool) -> Any:
        """See `PendingRead.take`."""
        size = buffer.size
        if self.searched and (size == self.searched or self._would_repeat(size, more_at_hand)):
            return UNSATISFIED
        position = 0 if self.reach is None else max(0, self.searched - self.reach + 1)
        end = buffer.search(self.pattern, position)
        if end >= 0:
            if self.max_bytes is not None:
                _check_limit(end, self.max_bytes, self.pattern)
            return buffer.take(end)
        if self.max_bytes is not None:
            _check_limit(size, self.max_bytes, self.pattern)
        self.searched = size
        return UNSATISFIED

    def _would_repeat(self, size: int, more_at_hand: bool) -> bool:
        """Tells whether a search from the start would come too early.

        While data is at hand, such a search waits until the data has doubled: searching each time
        would take time quadratic in the size of the data.
        """
        return self.reach is None and more_at_hand and size < 2 * self.searched


class ReadUntilClose(PendingRead):
    """Everything up to the end of the stream."""

    __slots__ = ()

    def take(self, buffer: IncomingBuffer, more_at_hand: bool) -> Any:
        """See `PendingRead.take`."""
        return UNSATISFIED

    def take_at_close(self, buffer: IncomingBuffer) -> Any:
        """See `PendingRead.take_at_close`."""
        return buffer.take(buffer.size)


def _check_limit(size: int, max_bytes: int, sought: object) -> None:
    if size > max_bytes:
        raise UnsatisfiableReadError(f"delimiter {sought!r} not found within {max_bytes} bytes")
