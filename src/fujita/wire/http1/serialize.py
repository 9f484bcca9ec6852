"""Heads and chunks to send."""

from fujita.wire.http1.fields import Fields

LAST_CHUNK = b"0\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_status_lines: dict[str, tuple[int, str]] = {}
"""By the reason phrase, which nearly always belongs to one code."""


def status_line(code: int, reason: str) -> str:
    """Gives the status line, without a line end.

    Raises:
        ValueError: The reason phrase holds a character that would end the line.
    """
    known = _status_lines.get(reason)
    if known is not None and known[0] == code:
        return known[1]
    if not reason.isprintable():
        raise ValueError(f"Illegal characters in reason: {reason!r}")
    line = f"HTTP/1.1 {code} {reason}"
    if len(_status_lines) < 1000:
        _status_lines[reason] = (code, line)
    return line


def message_head(start_line: str, fields: Fields) -> bytes:
    """Gives a head: start line, field lines, empty line.

    Args:
        start_line: Without a line end; empty for field lines alone.
        fields: The header fields.

    Raises:
        ValueError: A field holds CR or LF, which would split the message in two
            (RFC 9110 section 5.5).
        UnicodeEncodeError: A field holds a character outside of Latin-1.
    """
    lines = [start_line] if start_line else []
    for name, value in fields.items():
        if type(value) is str:
            line = f"{name}: {value}"
            if "\n" in line or "\r" in line:
                raise _illegal(line)
            lines.append(line)
            continue
        for item in value if isinstance(value, list) else [value]:
            line = f"{name}: {item}"
            if "\n" in line or "\r" in line:
                raise _illegal(line)
            lines.append(line)
    lines.append("\r\n")
    return "\r\n".join(lines).encode("latin-1")


def _illegal(line: str) -> ValueError:
    return ValueError(f"Illegal characters (CR or LF) in header: {line!r}")


def chunk_of(data: bytes) -> bytes:
    """Gives one chunk of a chunked body; no data, no chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""
