"""Decoders for the three ways in which a body is framed (RFC 9112 section 6.3)."""

import re

from fujita.wire.http1.buffer import ReceiveBuffer
from fujita.wire.http1.errors import ProtocolError
from fujita.wire.http1.events import END_OF_MESSAGE, NEED_DATA, Event
from fujita.wire.http1.fields import Fields, parse_field_lines
from fujita.wire.http1.grammar import CHUNK_HEAD, FIELD_SECTION

LINE_LIMIT = 4096
"""The longest chunk head taken, in bytes: a size and its extensions."""

CODED_PER_DATA = 64
"""How many bytes of framing a byte of chunked data may cost before it is an attack."""


class FixedBody:
    """A body whose length Content-Length has told."""

    __slots__ = ("buffer", "remaining")

    def __init__(self, buffer: ReceiveBuffer, length: int) -> None:
        self.buffer = buffer
        self.remaining = length

    def next_event(self) -> bytes | Event:
        """Hands out what has come of the body."""
        if not self.remaining:
            return END_OF_MESSAGE
        data = self.buffer.take(self.remaining)
        if not data:
            return NEED_DATA
        self.remaining -= len(data)
        return data

    def receive_eof(self) -> None:
        """Refuses an end of the stream inside the body.

        RFC 9112 section 8: "If a request terminates [...] the server MUST consider the request
        incomplete".
        """
        raise ProtocolError(f"Connection closed with {self.remaining} bytes of the body to come")


class UntilCloseBody:
    """A response's body that ends with the connection."""

    __slots__ = ("buffer", "ended", "limit", "received")

    def __init__(self, buffer: ReceiveBuffer, limit: int | None) -> None:
        self.buffer = buffer
        self.ended = False
        self.limit = limit
        self.received = 0

    def next_event(self) -> bytes | Event:
        """Hands out what has come of the body."""
        data = self.buffer.take_all()
        if data:
            self.received += len(data)
            if self.limit is not None and self.received > self.limit:
                raise ProtocolError("Body too long", 413)
            return data
        return END_OF_MESSAGE if self.ended else NEED_DATA

    def receive_eof(self) -> None:
        """Takes the end of the stream as the end of the body."""
        self.ended = True


class ChunkedBody:
    """A body in chunks (RFC 9112 section 7.1).

    Small chunks that arrived together are handed out as one piece of data.

    Attributes:
        trailers: The trailer fields, once the body has ended.
    """

    __slots__ = ("buffer", "in_trailers", "limit", "overhead", "received", "remaining", "trailers")

    def __init__(self, buffer: ReceiveBuffer, limit: int | None) -> None:
        self.buffer = buffer
        self.limit = limit
        self.received = 0
        self.remaining = 0
        self.overhead = 0
        self.in_trailers = False
        self.trailers: Fields = {}

    PIECE = 65536
    """Enough data to hand out before more chunks are joined to it, in bytes."""

    def next_event(self) -> bytes | Event:
        """Hands out what has come of the body."""
        pieces: list[bytes] = []
        size = 0
        while not self.in_trailers and size < self.PIECE:
            if not self.remaining and not self._start_chunk():
                break
            if self.remaining > 2:
                data = self.buffer.take(self.remaining - 2)
                if not data:
                    break
                self.remaining -= len(data)
                pieces.append(data)
                size += len(data)
            if self.remaining <= 2 and not self._end_chunk():
                break
        if pieces:
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
        if self.in_trailers and self._read_trailers():
            return END_OF_MESSAGE
        return NEED_DATA

    def receive_eof(self) -> None:
        """Refuses an end of the stream before the last chunk."""
        raise ProtocolError("Connection closed inside a chunked body")

    def _start_chunk(self) -> bool:
        """Reads a chunk's head; ``remaining`` then counts its data and the line end after it."""
        head = self.buffer.match(CHUNK_HEAD)
        if head is None:
            self._check_incomplete_head()
            return False
        size = int(head.group(1), 16)
        self.overhead += head.end() - head.start()
        if not size:
            self.in_trailers = True
            return False
        self.received += size
        if self.limit is not None and self.received > self.limit:
            raise ProtocolError("chunked body too large", 413)
        if self.overhead > LINE_LIMIT + CODED_PER_DATA * self.received:
            raise ProtocolError("chunk extensions larger than the data")
        self.remaining = size + 2
        return True

    def _check_incomplete_head(self) -> None:
        line = self.buffer.peek_line(LINE_LIMIT)
        if line is None:
            if len(self.buffer) > LINE_LIMIT:
                raise ProtocolError(f"chunk head longer than {LINE_LIMIT} bytes")
            return
        raise ProtocolError(f"invalid chunk size {line[:40]!r}")

    def _end_chunk(self) -> bool:
        """Takes the line end after a chunk's data; false while it has not come."""
        end = self.buffer.match(_CHUNK_END)
        if end is not None:
            self.remaining = 0
            return True
        if len(self.buffer) >= 2 or self.buffer.starts_with_other_than(b"\r"):
            raise ProtocolError("improperly terminated chunk")
        return False

    def _read_trailers(self) -> bool:
        section = self.buffer.match(FIELD_SECTION)
        if section is not None:
            self.trailers = parse_field_lines(section.group(1))
            return True
        if self.buffer.find_head_end() is not None or self.buffer.has_empty_line():
            raise ProtocolError("malformed trailer section")
        if len(self.buffer) > LINE_LIMIT * 4:
            raise ProtocolError("trailer section too large", 431)
        return False


_CHUNK_END = re.compile(rb"\r\n")
