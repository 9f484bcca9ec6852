"""Heads and chunks to send."""

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
    lines = []
    for name, value in fields.items():
        if isinstance(value, str):
            lines.append(f"{name}: {value}\r\n")
        else:
            lines += [f"{name}: {item}\r\n" for item in value]
    text = "".join(lines)
    # One count over everything is cheaper than a look into each value.
    if text.count("\n") != len(lines) or text.count("\r") != len(lines):
        for name, value in fields.items():
            if "\r" in f"{name}{value}" or "\n" in f"{name}{value}" or "\\" in f"{value!r}":
                raise ValueError(f"Illegal characters (CR or LF) in header: {name}: {value!r}")
    return f"{start_line}{text}\r\n".encode("latin-1")


def chunk(data: bytes) -> bytes:
    """Gives one chunk of a chunked body; no data, no chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""
