"""Bytes received and not yet understood."""

import re

from fujita.wire.http1.grammar import HEAD_END


class ReceiveBuffer:
    """Received bytes with a reading position.

    The usual case is one ``data`` that holds whole messages: it is kept as it came and read
    in place. Only the rest of an incomplete message is ever copied.
    """

    __slots__ = ("_data", "_position", "_scanned", "_tail")

    def __init__(self) -> None:
        self._data = b""
        self._position = 0
        self._scanned = 0
        self._tail: list[bytes] = []

    def __len__(self) -> int:
        rest = len(self._data) - self._position
        return rest + sum(map(len, self._tail)) if self._tail else rest

    def __bool__(self) -> bool:
        return self._position < len(self._data) or bool(self._tail)

    def receive_data(self, data: bytes) -> None:
        """Takes bytes from the peer; call ``next_event`` next."""
        if self._position >= len(self._data) and not self._tail:
            self._data = data
            self._position = 0
            self._scanned = 0
        else:
            self._tail.append(data)

    def _join(self) -> bytes:
        """Brings all that is left into one piece."""
        if self._tail:
            rest = self._data[self._position :]
            self._data = b"".join([rest, *self._tail])
            self._scanned = max(self._scanned - self._position, 0)
            self._position = 0
            self._tail.clear()
        return self._data

    def match(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """Takes what ``pattern`` matches at the reading position; nothing if it does not."""
        found = pattern.match(self._join() if self._tail else self._data, self._position)
        if found is not None:
            self._position = found.end()
        return found

    def take(self, size: int) -> bytes:
        """Takes up to ``size`` bytes, without joining what came in separate pieces."""
        data, position = self._data, self._position
        available = len(data) - position
        if not available and self._tail:
            data = self._data = self._join()
            position = 0
            available = len(data)
        if position == 0 and available <= size:
            self._data = b""
            self._scanned = 0
            if self._tail:
                self._join()
            return data
        taken = data[position : position + size]
        self._position = position + len(taken)
        return taken

    def take_all(self) -> bytes:
        """Takes everything: the bytes of another protocol, after an upgrade."""
        data = self._join()[self._position :]
        self._data = b""
        self._position = self._scanned = 0
        return data

    def find_head_end(self) -> int | None:
        """Says where the first empty line ends, from the reading position on.

        What was searched before is not searched again, or a peer that sends byte by byte
        would make the cost quadratic.
        """
        data = self._join()
        found = HEAD_END.search(data, max(self._position, self._scanned - 2))
        if found is None:
            self._scanned = len(data)
            return None
        return found.end() - self._position

    def has_empty_line(self) -> bool:
        """Tells whether the next line is complete and empty."""
        rest = self._join()[self._position : self._position + 2]
        return rest == b"\r\n" or rest[:1] == b"\n"

    def starts_with_other_than(self, expected: bytes) -> bool:
        """Tells whether there is a next byte and it is another than ``expected``."""
        first = self._join()[self._position : self._position + 1]
        return first != b"" and first != expected

    def peek(self, size: int) -> bytes:
        """Shows up to ``size`` bytes without taking them."""
        return self._join()[self._position : self._position + size]

    def peek_line(self, limit: int) -> bytes | None:
        """Shows the next line without its end, ``None`` while none is complete."""
        data = self._join()
        end = data.find(b"\n", self._position, self._position + limit)
        return None if end < 0 else data[self._position : end]
