"""Bytes that have arrived and wait to be read."""

import re


class IncomingBuffer:
    """A queue of bytes that can be searched.

    Most messages arrive whole and are read at once, so the first piece stays the ``bytes``
    object that it came as, consumed by moving a start mark. Only a second piece on top of an
    unread first makes a ``bytearray`` of them, which CPython shortens at its front without
    moving the rest.

    Attributes:
        size: How many bytes wait.
    """

    __slots__ = ("_data", "_start", "size")

    def __init__(self) -> None:
        self.size = 0
        self._data: bytes | bytearray = b""
        # Always 0 when the data is a bytearray.
        self._start = 0

    def append(self, data: bytes | memoryview) -> None:
        """Adds bytes at the end."""
        if self.size:
            joined = self._as_bytearray()
            joined += data
        else:
            self._data = bytes(data)
            self._start = 0
        self.size += len(data)

    def put_back(self, data: bytes | memoryview) -> None:
        """Adds bytes at the front: they have been taken, and not been used."""
        whole = bytearray(data)
        whole += self._as_bytearray()
        self._data = whole
        self.size = len(whole)

    def find(self, delimiter: bytes, position: int) -> int:
        """Returns where ``delimiter`` begins, at ``position`` or later, or -1."""
        found = self._data.find(delimiter, self._start + position)
        return found - self._start if found >= 0 else -1

    def search(self, pattern: re.Pattern[bytes], position: int) -> int:
        """Returns where the first match ends that begins at ``position`` or later, or -1."""
        # Anchors and look-behind must not see bytes that are consumed already.
        data = self._as_bytearray() if self._start else self._data
        match = pattern.search(data, position)
        return match.end() if match else -1

    def take(self, size: int) -> bytes:
        """Removes and returns the first ``size`` bytes; there must be as many."""
        data, start = self._data, self._start
        self.size -= size
        if not self.size:
            self._data = b""
            self._start = 0
            return bytes(data[start:]) if start else bytes(data)
        if isinstance(data, bytes):
            self._start = end = start + size
            return data[start:end]
        with memoryview(data) as view, view[:size] as part:
            taken = bytes(part)
        del data[:size]
        return taken

    def take_into(self, target: memoryview) -> int:
        """Moves as many bytes as fit to ``target`` and returns their number."""
        size = min(len(target), self.size)
        if size:
            target[:size] = self.take(size)
        return size

    def _as_bytearray(self) -> bytearray:
        data = self._data
        if isinstance(data, bytes):
            data = self._data = bytearray(memoryview(data)[self._start :])
            self._start = 0
        return data
