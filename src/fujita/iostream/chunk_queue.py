"""Bytes that wait to be sent, in the chunks that they were written in."""

from collections import deque


class ChunkQueue:
    """A queue of bytes, appended to at one end and consumed at the other.

    Small chunks are copied together, so that they leave in one system call. A large one is
    kept as a view of its owner's memory and never copied: the owner must leave it as it is until
    it has been consumed, and can resize it (if it is a ``bytearray``) from then on.
    """

    __slots__ = ("_buffers", "_head_start", "_large_buf_threshold", "_size")

    def __init__(self) -> None:
        # Ours are bytearrays, other people's are memoryviews. None of them is empty.
        self._buffers: deque[bytearray | memoryview] = deque()
        self._head_start = 0
        self._size = 0
        # Up to this many bytes, copying is cheaper than handling one more chunk.
        self._large_buf_threshold = 2048

    def __len__(self) -> int:
        return self._size

    def append(self, data: bytes | bytearray | memoryview) -> None:
        """Adds bytes at the end.

        Raises:
            TypeError: ``data`` is a view of memory that is not contiguous.
        """
        size = data.nbytes if isinstance(data, memoryview) else len(data)
        if size > self._large_buf_threshold:
            with memoryview(data) as view:
                self._buffers.append(view.cast("B"))
        elif size:
            tail = self._buffers[-1] if self._buffers else None
            if isinstance(tail, bytearray) and len(tail) < self._large_buf_threshold:
                tail += data
            else:
                self._buffers.append(bytearray(data))
        self._size += size

    def peek(self, size: int) -> memoryview:
        """Returns the first bytes, at most ``size`` and possibly fewer, as a view.

        Release the view (it is a context manager) before anything else is done with the queue.
        It is empty only if the queue is.
        """
        if not self._buffers:
            return memoryview(b"")
        head, start = self._buffers[0], self._head_start
        if isinstance(head, memoryview):
            return head[start : start + size]
        with memoryview(head) as whole:
            return whole[start : start + size]

    def advance(self, size: int) -> None:
        """Forgets the first ``size`` bytes.

        Raises:
            ValueError: There are not that many.
        """
        if not 0 <= size <= self._size:
            raise ValueError(f"cannot consume {size} bytes: the queue holds {self._size}")
        self._size -= size
        # From here on counted from where the head begins, not from where its unsent part does.
        size += self._head_start
        while self._buffers and size >= len(self._buffers[0]):
            head = self._buffers.popleft()
            size -= len(head)
            if isinstance(head, memoryview):
                head.release()
        self._head_start = size

    def take(self, limit: int) -> list[bytes | bytearray | memoryview]:
        """Removes the first bytes, at most ``limit``, and hands them over.

        Returns:
            The chunks. Nobody will change them: what somebody could is copied.
        """
        chunks: list[bytes | bytearray | memoryview] = []
        while self._buffers and limit:
            head, start = self._buffers[0], self._head_start
            size = min(len(head) - start, limit)
            if isinstance(head, bytearray):
                # A whole one leaves the queue, which was the only one to write to it.
                chunks.append(head if size == len(head) else bytes(head[start : start + size]))
            elif isinstance(head.obj, bytes):
                chunks.append(head[start : start + size])
            else:
                chunks.append(head[start : start + size].tobytes())
            self.advance(size)
            limit -= size
        return chunks

    def clear(self) -> None:
        """Forgets everything, and lets go of the memory of others."""
        for chunk in self._buffers:
            if isinstance(chunk, memoryview):
                chunk.release()
        self._buffers.clear()
        self._head_start = self._size = 0
