"""The half of a stream that reads."""

import asyncio
import operator
from collections.abc import Awaitable
from typing import Any

from fujita.iostream.errors import (
    StreamBufferFullError,
    UnsatisfiableReadError,
    peer_is_gone,
)
from fujita.iostream.incoming import IncomingBuffer
from fujita.iostream.lifecycle import StreamLifecycle
from fujita.iostream.pending_reads import (
    UNSATISFIED,
    PendingRead,
    ReadBytes,
    ReadInto,
    ReadUntil,
    ReadUntilClose,
    ReadUntilRegex,
)
from fujita.log import gen_log

MAX_BUFFER_SIZE = 100 * 1024 * 1024
READ_CHUNK_SIZE = 64 * 1024


class StreamReading(StreamLifecycle):
    """The ``read_*`` methods, of which one at a time may be under way.

    A read that is cancelled takes nothing with it: the next one finds its data.

    Attributes:
        max_buffer_size: The most bytes that may wait to be read.
        read_chunk_size: The most bytes that are taken from the source at once.
    """

    def _init_reading(self, max_buffer_size: int | None, read_chunk_size: int | None) -> None:
        self.max_buffer_size = max_buffer_size or MAX_BUFFER_SIZE
        # Half the buffer at most, or a small read could overfill it by what comes along.
        self.read_chunk_size = min(read_chunk_size or READ_CHUNK_SIZE, self.max_buffer_size // 2)
        self._incoming = IncomingBuffer()
        self._read: PendingRead | None = None
        self._read_future: asyncio.Future[Any] | None = None

    def reading(self) -> bool:
        """Tells whether somebody waits for a read."""
        return self._has_reader()

    def read_bytes(self, num_bytes: int, partial: bool = False) -> Awaitable[bytes]:
        """Reads a number of bytes.

        Args:
            num_bytes: How many.
            partial: Whether fewer will do: whatever is there, as soon as there is anything.

        Returns:
            A future of the bytes. As with all reads it fails with `StreamClosedError` if the
            stream closes first.

        Raises:
            StreamClosedError: The stream is closed already, and what it had received does
                not satisfy the read.
            AssertionError: Another read is under way, or ``num_bytes`` is not a number
                of bytes.
        """
        try:
            size = operator.index(num_bytes)
        except TypeError:
            size = -1
        if size < 0:
            raise AssertionError(f"num_bytes must be an integer, 0 or more, not {num_bytes!r}")
        return self._start_read(ReadBytes(size, partial))

    def read_into(self, buf: bytearray, partial: bool = False) -> Awaitable[int]:
        """Reads into memory of the caller's, as many bytes as it holds.

        The stream's ``max_buffer_size`` does not apply: the memory is not the stream's.

        Args:
            buf: A writable buffer. It cannot be resized until the read is done.
            partial: Whether fewer will do: whatever is there, as soon as there is anything.

        Returns:
            A future of the number of bytes that were written to the start of ``buf``.

        Raises:
            StreamClosedError: The stream is closed already, and what it had received does
                not satisfy the read.
            AssertionError: Another read is under way.
            TypeError: ``buf`` is not a writable buffer.
        """
        with memoryview(buf) as view:
            if view.readonly:
                raise TypeError(f"read_into() needs a writable buffer, not {type(buf).__name__}")
            target = view.cast("B")
        try:
            future = self._start_read(ReadInto(target, partial))
        except BaseException:
            target.release()
            raise
        if not future.done():
            future.add_done_callback(self._release_cancelled)
        return future

    def read_until(self, delimiter: bytes, max_bytes: int | None = None) -> Awaitable[bytes]:
        """Reads up to and including the next occurrence of a delimiter.

        Args:
            delimiter: What to look for.
            max_bytes: The most bytes that the result may have. When that many have come without
                the delimiter the stream is closed, with `UnsatisfiableReadError` as its error.

        Returns:
            A future of the bytes.

        Raises:
            StreamClosedError: The stream is closed already, and what it had received does
                not hold the delimiter.
            AssertionError: Another read is under way.
        """
        if type(delimiter) is not bytes:
            # A str is refused, a bytearray copied.
            delimiter = bytes(memoryview(delimiter))
        return self._start_read(ReadUntil(delimiter, max_bytes))

    def read_until_regex(self, regex: bytes, max_bytes: int | None = None) -> Awaitable[bytes]:
        """Reads up to and including the first match of a regular expression.

        Args:
            regex: What to look for.
            max_bytes: The most bytes that the result may have. When that many have come without
                a match the stream is closed, with `UnsatisfiableReadError` as its error.

        Returns:
            A future of the bytes: what came before the match, and the match.

        Raises:
            StreamClosedError: The stream is closed already, and what it had received does
                not match.
            AssertionError: Another read is under way.
            re.error: ``regex`` is not a regular expression.
        """
        return self._start_read(ReadUntilRegex(regex, max_bytes))

    def read_until_close(self) -> Awaitable[bytes]:
        """Reads everything until the other end closes.

        All of it is held in memory, up to ``max_buffer_size``; for flow control, or to be able to
        cancel, read in a loop with ``read_bytes(n, partial=True)``.

        Returns:
            A future of the bytes. It fails with `StreamClosedError` if the stream is closed by
            an error, other than the other end's going away.

        Raises:
            AssertionError: Another read is under way.
        """
        if self._closed:
            future = self._new_future()
            future.set_result(self._incoming.take(self._incoming.size))
            return future
        return self._start_read(ReadUntilClose())

    def _has_reader(self) -> bool:
        return self._read_future is not None and not self._read_future.done()

    def _start_read(self, read: PendingRead) -> "asyncio.Future[Any]":
        if self._read is not None:
            if self._has_reader():
                raise AssertionError("Already reading")
            self._abandon_read()
        future = self._new_future()
        incoming = self._incoming
        if incoming.size:
            # The short way for what has arrived already.
            try:
                result = read.take(incoming, False)
            except UnsatisfiableReadError:
                # For the long way to find again, and deal with.
                result = UNSATISFIED
            if result is not UNSATISFIED:
                future.set_result(result)
                if not (incoming.size or self._closed):
                    self._update_interest()
                return future
        self._read = read
        self._read_future = future
        try:
            self._try_inline_read()
        except BaseException:
            self._abandon_read()
            raise
        return future

    def _try_inline_read(self) -> None:
        """Satisfies the pending read now if possible, and otherwise arranges for it."""
        if self._settle_read():
            return
        self._check_closed()
        if not self._would_find_nothing():
            self._pull()
        if not self._closed:
            self._update_interest()

    def _settle_read(self, more_at_hand: bool = False) -> bool:
        """Completes the pending read if what has arrived satisfies it.

        Args:
            more_at_hand: Whether the caller is about to bring more and call again.

        Returns:
            Whether there is no pending read any more.
        """
        read, future = self._read, self._read_future
        if read is None or future is None:
            return True
        if future.done():
            self._abandon_read()
            return True
        try:
            result = read.take(self._incoming, more_at_hand)
        except UnsatisfiableReadError as error:
            gen_log.info("Unsatisfiable read, closing connection: %s", error)
            self.close(exc_info=error)
            return True
        if result is UNSATISFIED:
            return False
        self._read = self._read_future = None
        future.set_result(result)
        return True

    def _abandon_read(self) -> None:
        read, self._read, self._read_future = self._read, None, None
        if read is not None:
            read.abandon(self._incoming)

    def _release_cancelled(self, future: "asyncio.Future[Any]") -> None:
        """Lets a caller who has cancelled have his memory back before the next read."""
        if future is self._read_future:
            self._abandon_read()

    def _close_overfull(self) -> StreamBufferFullError:
        """Closes the stream because it holds too much; returns the error that says so."""
        gen_log.error("Reached maximum read buffer size")
        error = StreamBufferFullError("Reached maximum read buffer size")
        self.close(exc_info=error)
        return error

    def _complete_reading(self) -> None:
        read, future = self._read, self._read_future
        if read is None or future is None or future.done():
            return
        if self.error is not None and not peer_is_gone(self.error):
            return
        result = read.take_at_close(self._incoming)
        if result is not UNSATISFIED:
            self._read = self._read_future = None
            future.set_result(result)

    def _fail_waiters(self) -> None:
        future = self._read_future
        self._abandon_read()
        self._fail(future)
        super()._fail_waiters()
