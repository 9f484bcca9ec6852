"""The parser: bytes in, in pieces of any size, events out."""

from collections.abc import Callable
from enum import Enum

from fujita.wire.multipart.errors import MultipartError
from fujita.wire.multipart.events import Event, PartData, PartEnd
from fujita.wire.multipart.header import match_usual_header, parse_part_header

_CRLF = b"\r\n"
_HEADER_END = b"\r\n\r\n"

_PART_END = PartEnd()


class _Line(Enum):
    """What a line begins with."""

    DELIMITER = 1
    CLOSE_DELIMITER = 2
    ANYTHING_ELSE = 3
    NOT_KNOWN_YET = 4


# Looking a member up on its class takes several times longer.
_DELIMITER, _CLOSE_DELIMITER, _ANYTHING_ELSE, _NOT_KNOWN_YET = _Line

# What may follow the boundary. RFC 2046 section 5.1.1 would also let a line begin with the boundary
# and go on; here as in Tornado such a line is content.
_AFTER_BOUNDARY = {
    _CRLF: _DELIMITER,
    b"--": _CLOSE_DELIMITER,
    b"": _NOT_KNOWN_YET,
    b"\r": _NOT_KNOWN_YET,
    b"-": _NOT_KNOWN_YET,
}


class MultipartParser:
    r"""Parses one ``multipart/form-data`` body.

    However the bytes are split, the events are the same but for where `PartData` are cut, or the
    same `MultipartError` is raised. The time is linear in the number of bytes, and never more is
    held back than one part's header or one delimiter.

    Args:
        boundary: The ``boundary`` parameter of the body's ``Content-Type``.
        max_parts: How many parts the body may have. Empty ones, which give no events, count.
        max_header_size: How many bytes the header of a part may take.

    Raises:
        MultipartError: The boundary contains a line end.

    >>> parser = MultipartParser(b"fuji")
    >>> parser.feed(b'--fuji\r\nContent-Disposition: form-data; name="height"\r\n\r\n37')
    [PartBegin(name='height', filename=None, content_type=None), PartData(data=b'37')]
    >>> parser.feed(b"76\r\n--fuji--\r\n")
    [PartData(data=b'76'), PartEnd()]
    >>> parser.finish()
    """

    __slots__ = (
        "_dash_boundary",
        "_delimiter",
        "_failure",
        "_header_searched",
        "_max_header_size",
        "_max_parts",
        "_parts",
        "_pending",
        "_read",
    )

    def __init__(
        self, boundary: bytes, *, max_parts: int = 100, max_header_size: int = 10240
    ) -> None:
        if b"\r" in boundary or b"\n" in boundary:
            raise MultipartError(f"Invalid multipart boundary {boundary!r}: it has a line end")
        self._dash_boundary = b"--" + boundary
        self._delimiter = _CRLF + self._dash_boundary
        self._max_parts = max_parts
        self._max_header_size = max_header_size
        self._parts = 0
        self._failure: str | None = None
        self._pending = bytearray()
        self._header_searched = 0
        # The state is the function that reads what comes next. It returns where it has stopped;
        # one that neither moves nor changes the state waits for more bytes.
        self._read: _Reader = MultipartParser._read_opening

    def feed(self, data: bytes) -> list[Event]:
        """Parses the next bytes of the body.

        Args:
            data: Any number of bytes.

        Returns:
            What they completed.

        Raises:
            MultipartError: The body is malformed or exceeds a limit; no more can be parsed.
        """
        if self._failure is not None:
            raise MultipartError(self._failure)
        if self._pending:
            if self._read is MultipartParser._read_header:
                # Here much may be pending. Joining it with every piece would take quadratic time.
                self._pending += data
                if not self._is_header_decided():
                    return []
                data = bytes(self._pending)
            else:
                data = bytes(self._pending) + data
            self._pending.clear()
        events: list[Event] = []
        position = 0
        try:
            while True:
                read = self._read
                stop = read(self, data, position, events)
                if stop == position and self._read is read:
                    break
                position = stop
        except MultipartError as error:
            self._failure = str(error)
            raise
        self._pending += data[position:]
        return events

    def finish(self) -> None:
        """Says that the body has no more bytes.

        Raises:
            MultipartError: It is not complete.
        """
        if self._failure is not None:
            raise MultipartError(self._failure)
        if self._read is MultipartParser._read_epilogue:
            return
        if self._read is MultipartParser._read_header:
            self._refuse_boundary(bytes(self._pending))
        raise MultipartError("Invalid multipart/form-data: no final boundary found")

    def _read_opening(self, data: bytes, position: int, events: list[Event]) -> int:
        # RFC 2046 section 5.1.1 allows a preamble; no form has one, and Tornado takes none.
        line = self._line_at(data, position)
        if line is _ANYTHING_ELSE:
            raise MultipartError("multipart/form-data does not begin with its boundary")
        return self._pass_line(line, position)

    def _read_part_opening(self, data: bytes, position: int, events: list[Event]) -> int:
        begin = match_usual_header(data, position)
        if begin is not None and len(begin.lines) <= self._max_header_size + len(_CRLF):
            events.append(begin)
            self._read = MultipartParser._read_content_opening
            return position + len(begin.lines) + len(_CRLF)
        line = self._line_at(data, position)
        if line is _ANYTHING_ELSE:
            if data.startswith(_CRLF, position):
                raise MultipartError("multipart/form-data missing headers")
            if data[position:] != b"\r":
                self._header_searched = 0
                self._read = MultipartParser._read_header
        # Between two delimiters there may be nothing; such a part is passed over.
        return self._pass_line(line, position)

    def _read_header(self, data: bytes, position: int, events: list[Event]) -> int:
        limit = position + self._max_header_size + len(_HEADER_END)
        end = data.find(_HEADER_END, position, limit)
        if end >= 0:
            lines = data[position : end + len(_CRLF)]
            self._refuse_boundary(lines)
            events.append(parse_part_header(lines))
            self._read = MultipartParser._read_content_opening
            return end + len(_HEADER_END)
        if len(data) >= limit:
            self._refuse_boundary(data[position:limit])
            raise MultipartError("multipart/form-data part header too large")
        return position

    def _read_content_opening(self, data: bytes, position: int, events: list[Event]) -> int:
        # The line end before a delimiter may be the one that ends the header: no content.
        line = _ANYTHING_ELSE
        if data[position : position + 1] in (b"-", b""):
            line = self._line_at(data, position)
        if line is _ANYTHING_ELSE:
            self._read = MultipartParser._read_content
            return self._read_content(data, position, events)
        if line is not _NOT_KNOWN_YET:
            events.append(_PART_END)
        return self._pass_line(line, position)

    def _read_content(self, data: bytes, position: int, events: list[Event]) -> int:
        size = len(self._delimiter)
        stop = data.find(self._delimiter, position)
        while stop >= 0:
            after = stop + size
            line = _AFTER_BOUNDARY.get(data[after : after + 2], _ANYTHING_ELSE)
            if line is not _ANYTHING_ELSE:
                break
            stop = data.find(self._delimiter, after)
        else:
            line = _NOT_KNOWN_YET
            # A delimiter that is not complete can only begin with the last CR.
            stop = data.rfind(b"\r", max(position, len(data) - size + 1))
            if stop < 0:
                stop = len(data)
        if stop > position:
            events.append(PartData(data[position:stop]))
        if line is _NOT_KNOWN_YET:
            return stop
        events.append(_PART_END)
        return self._pass_line(line, stop + len(_CRLF))

    def _read_epilogue(self, data: bytes, position: int, events: list[Event]) -> int:
        return len(data)

    def _line_at(self, data: bytes, position: int) -> _Line:
        after = position + len(self._dash_boundary)
        if data.startswith(self._dash_boundary, position):
            return _AFTER_BOUNDARY.get(data[after : after + 2], _ANYTHING_ELSE)
        if len(data) < after and self._dash_boundary.startswith(data[position:]):
            return _NOT_KNOWN_YET
        return _ANYTHING_ELSE

    def _pass_line(self, line: _Line, position: int) -> int:
        """Goes to the state that follows a delimiter, and past it."""
        if line is _DELIMITER:
            self._parts += 1
            if self._parts > self._max_parts:
                raise MultipartError("multipart/form-data has too many parts")
            self._read = MultipartParser._read_part_opening
        elif line is _CLOSE_DELIMITER:
            self._read = MultipartParser._read_epilogue
        else:
            return position
        return position + len(self._dash_boundary) + 2

    def _is_header_decided(self) -> bool:
        """Tells whether the pending bytes hold a header's end, or are too many."""
        found = self._pending.find(_HEADER_END, self._header_searched) >= 0
        size = len(self._pending)
        self._header_searched = max(0, size - len(_HEADER_END) + 1)
        return found or size >= self._max_header_size + len(_HEADER_END)

    def _refuse_boundary(self, lines: bytes) -> None:
        """Sees to it that a header ends before the part does."""
        found = lines.find(self._delimiter)
        while found >= 0:
            after = found + len(self._delimiter)
            if lines[after : after + 2] in (_CRLF, b"--"):
                raise MultipartError("multipart/form-data missing headers")
            found = lines.find(self._delimiter, after)


_Reader = Callable[[MultipartParser, bytes, int, list[Event]], int]
