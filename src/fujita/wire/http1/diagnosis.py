"""Says what is wrong with a head that the grammar did not match.

Only malformed messages come here, so it is written for the person who reads the log.
"""

from fujita.wire.http1.errors import ProtocolError
from fujita.wire.http1.grammar import FIELD_NAME, FIELD_VALUE, REQUEST_LINE, STATUS_LINE


def explain_request_head(head: bytes) -> ProtocolError:
    """Finds the first fault of a request's head, given up to its empty line."""
    line, _, fields = head.partition(b"\n")
    match = REQUEST_LINE.fullmatch(line)
    if match is None:
        return ProtocolError(f"Malformed HTTP request line: {_shown(line)}")
    version = match.group(1).decode("ascii")
    if not version.startswith("1."):
        return ProtocolError(f"Unexpected HTTP version 'HTTP/{version}'", 505)
    return explain_field_lines(fields)


def explain_response_head(head: bytes) -> ProtocolError:
    """Finds the first fault of a response's head, given up to its empty line."""
    line, _, fields = head.partition(b"\n")
    match = STATUS_LINE.fullmatch(line)
    if match is None:
        return ProtocolError(f"Error parsing response start line: {_shown(line)}")
    version = match.group(1).decode("ascii")
    if not version.startswith("1."):
        return ProtocolError(f"Unexpected HTTP version 'HTTP/{version}'", 505)
    return explain_field_lines(fields)


def explain_field_lines(lines: bytes) -> ProtocolError:
    """Finds the first faulty field line."""
    for line in lines.split(b"\n"):
        line = line.removesuffix(b"\r")
        if not line:
            continue
        if line[:1] in (b" ", b"\t"):
            # RFC 9112 section 5.2: a server that receives an obs-fold "MUST either reject the
            # message by sending a 400 [...] or replace each received obs-fold".
            return ProtocolError("header line cannot start with whitespace, folding not supported")
        name, colon, value = line.partition(b":")
        if not colon:
            return ProtocolError(f"no colon in header line: {_shown(line)}")
        if FIELD_NAME.fullmatch(name) is None:
            return ProtocolError(f"Invalid header name {_shown(name)}")
        if FIELD_VALUE.fullmatch(value) is None:
            return ProtocolError(f"Invalid header value {_shown(value)}")
    return ProtocolError("malformed header section")


def _shown(data: bytes) -> str:
    """Shows bytes in a log line, cut to a readable length."""
    return repr(data[:100].decode("latin-1")) + ("..." if len(data) > 100 else "")
