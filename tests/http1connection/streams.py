"""Pairs of streams, and a delegate that remembers."""

import socket
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager

from fujita.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from fujita.iostream import IOStream


@contextmanager
def stream_pair() -> Iterator[tuple[IOStream, IOStream]]:
    """Gives both ends of a connection."""
    first, second = (IOStream(sock) for sock in socket.socketpair())
    try:
        yield first, second
    finally:
        first.close()
        second.close()


class Recorder(HTTPMessageDelegate):
    """Remembers what it is told, pieces of the body joined."""

    def __init__(self) -> None:
        self.events: list[object] = []
        self.headers: HTTPHeaders | None = None
        self.pieces: list[bytes] = []

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        self.events.append(tuple(start_line))
        self.headers = headers
        return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self.pieces.append(chunk)
        if self.events and isinstance(self.events[-1], bytes):
            self.events[-1] += chunk
        else:
            self.events.append(chunk)
        return None

    def finish(self) -> None:
        self.events.append("finish")

    def on_connection_close(self) -> None:
        self.events.append("close")
