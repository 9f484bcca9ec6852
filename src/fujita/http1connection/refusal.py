"""What a client is told whose request cannot be served."""

import time

from fujita.httputil.dates import http_date_now

_REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    413: "Content Too Large",
    414: "URI Too Long",
    417: "Expectation Failed",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
    505: "HTTP Version Not Supported",
}

BARE = b"HTTP/1.1 400 Bad Request\r\n\r\n"
"""Tornado's refusal."""


def refusal(status: int) -> bytes:
    """Gives an error response without a body, after which the connection is closed.

    RFC 9110 section 6.6.1: a server with a clock "MUST generate a Date header field in all [...]
    4xx (Client Error) responses".
    """
    return (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nDate: {http_date_now(time.time())}\r\n"
        "Connection: close\r\nContent-Length: 0\r\n\r\n"
    ).encode("ascii")
