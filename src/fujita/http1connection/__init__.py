"""HTTP/1.1 on streams, for clients and servers.

Fujita's own server and client speak HTTP without a stream in between; this is for programs that
have a stream, whatever it is a stream of.
"""

from fujita.http1connection.connection import HTTP1Connection
from fujita.http1connection.fields import (
    CR_OR_LF_RE,
    DIGITS,
    HEXDIGITS,
    is_transfer_encoding_chunked,
    parse_hex_int,
    parse_int,
)
from fujita.http1connection.parameters import HTTP1ConnectionParameters
from fujita.http1connection.reading import MAX_INFORMATIONAL as _MAX_1XX_RESPONSES
from fujita.http1connection.server import HTTP1ServerConnection

__all__ = [
    "CR_OR_LF_RE",
    "DIGITS",
    "HEXDIGITS",
    "_MAX_1XX_RESPONSES",
    "HTTP1Connection",
    "HTTP1ConnectionParameters",
    "HTTP1ServerConnection",
    "is_transfer_encoding_chunked",
    "parse_hex_int",
    "parse_int",
]
