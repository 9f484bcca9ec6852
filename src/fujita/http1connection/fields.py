"""What header fields say about a message's length."""

import re

from fujita.httputil import HTTPHeaders, HTTPInputError

CR_OR_LF_RE = re.compile(b"\r|\n")
"""What no header field may hold, in the bytes that are sent."""

DIGITS = re.compile("[0-9]+")
HEXDIGITS = re.compile("[0-9A-Fa-f]+")


def parse_int(s: str) -> int:
    """Reads a decimal number as ``Content-Length`` has it.

    Raises:
        ValueError: The text is anything else than digits. ``int`` also takes signs, blanks,
            underscores and the digits of other scripts.
    """
    if DIGITS.fullmatch(s) is None:
        raise ValueError(f"not an integer: {s!r}")
    return int(s)


def parse_hex_int(s: str) -> int:
    """Reads a hexadecimal number as the head of a chunk has it.

    Raises:
        ValueError: The text is anything else than hexadecimal digits.
    """
    if HEXDIGITS.fullmatch(s) is None:
        raise ValueError(f"not a hexadecimal integer: {s!r}")
    return int(s, 16)


def is_transfer_encoding_chunked(headers: HTTPHeaders) -> bool:
    """Tells whether a body comes in chunks (RFC 9112 section 7.1).

    Raises:
        HTTPInputError: There is another transfer coding, or a Content-Length besides.
    """
    coding = headers.get("Transfer-Encoding")
    if coding is None:
        return False
    # RFC 9112 section 6.3: a message with both "ought to be handled as an error".
    if "Content-Length" in headers:
        raise HTTPInputError("Message with both Transfer-Encoding and Content-Length")
    if coding.lower() != "chunked":
        raise HTTPInputError(f"Unsupported Transfer-Encoding {coding}")
    return True
