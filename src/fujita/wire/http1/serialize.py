"""Heads and chunks to send."""

from collections.abc import Iterator
from typing import cast

from fujita.wire.http1.fields import Fields

LAST_CHUNK = b"0\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_status_lines: dict[tuple[int, str], str] = {}


def status_line(code: int, reason: str) -> str:
    """Gives the status line, line end included.

    Raises:
        ValueError: The reason phrase holds a character that would end the line.
    """
    line = _status_lines.get((code, reason))
    if line is None:
        if not reason.isprintable():
            raise ValueError(f"Illegal characters in reason: {reason!r}")
        line = f"HTTP/1.1 {code} {reason}\r\n"
        if len(_status_lines) < 1000:
            _status_lines[code, reason] = line
    return line


def head(start_line: str, fields: Fields) -> bytes:
    """Gives a head: start line, field lines, empty line.

    Args:
        start_line: With its line end.
        fields: The header fields.

    Raises:
        ValueError: A field holds CR or LF, which would split the message in two
            (RFC 9110 section 5.5).
        UnicodeEncodeError: A field holds a character outside of Latin-1.
    """
    # All loops in C: 0.7 µs for five fields, against 1.0 µs for a loop over f-strings.
    try:
        # A repeated field is a list, which join() does not take.
        single = cast("dict[str, str]", fields)
        text = _join_lines(map(_join_field, single.items()))
        checked = _join_text(single.values())
    except TypeError:
        pairs = list(_field_pairs(fields))
        text = _join_lines(map(_join_field, pairs))
        checked = _join_text([value for _, value in pairs])
    names = _join_text(fields)
    if "\n" in checked or "\r" in checked or "\n" in names or "\r" in names:
        raise ValueError(f"Illegal characters (CR or LF) in header: {_offender(fields)}")
    if not text:
        return f"{start_line}\r\n".encode("latin-1")
    return f"{start_line}{text}\r\n\r\n".encode("latin-1")


_join_field = ": ".join
_join_lines = "\r\n".join
_join_text = "".join


def _field_pairs(fields: Fields) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if isinstance(value, list):
            for item in value:
                yield name, item
        else:
            yield name, str(value)


def _offender(fields: Fields) -> str:
    for name, value in _field_pairs(fields):
        if not f"{name}{value}".isprintable():
            return f"{name!r}: {value!r}"
    return "unknown"


def chunk(data: bytes) -> bytes:
    """Gives one chunk of a chunked body; no data, no chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""
