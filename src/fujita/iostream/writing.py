"""The half of a stream that writes."""

import asyncio
from collections import deque

from fujita.iostream.chunk_queue import ChunkQueue
from fujita.iostream.errors import StreamBufferFullError
from fujita.iostream.lifecycle import StreamLifecycle


class StreamWriting(StreamLifecycle):
    """The ``write`` method; any number of writes may be under way.

    Attributes:
        max_write_buffer_size: The most bytes that may wait to be sent; None for no limit.
    """

    def _init_writing(self, max_write_buffer_size: int | None) -> None:
        self.max_write_buffer_size = max_write_buffer_size
        # None once the stream is closed. Distributed appends its frames to the buffer and adds
        # their size to the index, before it writes b"" to get a future for the lot.
        self._write_buffer: ChunkQueue | None = ChunkQueue()
        self._total_write_index = 0
        self._total_write_done_index = 0
        # Each write's future, with the total that must have gone out for it.
        self._write_futures: deque[tuple[int, asyncio.Future[None]]] = deque()

    def writing(self) -> bool:
        """Tells whether there are bytes still to be sent."""
        return bool(self._write_buffer)

    def write(self, data: bytes | memoryview) -> "asyncio.Future[None]":
        """Sends bytes, after all that has been written before.

        Args:
            data: What to send. If it is memory that can change, leave it unchanged until
                the write is done.

        Returns:
            A future that is done when the bytes have been handed over to the system, and fails
            with `StreamClosedError` if the stream closes first. It need not be waited for.

        Raises:
            StreamClosedError: The stream is closed already.
            StreamBufferFullError: More than ``max_write_buffer_size`` bytes would have to wait.
                None of ``data`` is sent.
        """
        self._check_closed()
        buffer = self._write_buffer
        assert buffer is not None
        size = data.nbytes if isinstance(data, memoryview) else len(data)
        if size:
            limit = self.max_write_buffer_size
            if limit is not None and self._unsent() + size > limit:
                raise StreamBufferFullError("Reached maximum write buffer size")
            buffer.append(data)
            self._total_write_index += size
        future: asyncio.Future[None] = self._new_future()
        self._write_futures.append((self._total_write_index, future))
        self._flush()
        if self._write_buffer:
            self._update_interest()
        return future

    def _unsent(self) -> int:
        """Returns how many bytes wait to be sent."""
        return len(self._write_buffer or b"")

    def _settle_writes(self) -> None:
        """Completes the writes whose bytes have gone out."""
        waiting = self._write_futures
        done_index = self._total_write_done_index
        while waiting and waiting[0][0] <= done_index:
            future = waiting.popleft()[1]
            if not future.done():
                future.set_result(None)

    def _fail_waiters(self) -> None:
        buffer, self._write_buffer = self._write_buffer, None
        if buffer is not None:
            # Somebody else may hold the buffer, but nobody its owner's memory.
            buffer.clear()
        waiting = self._write_futures
        while waiting:
            self._fail(waiting.popleft()[1])
        super()._fail_waiters()
