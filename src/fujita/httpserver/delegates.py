"""Adapters that make every kind of application a ``RequestDelegate``."""

from collections.abc import Awaitable, Callable
from typing import Any

from fujita.httputil import (
    HTTPMessageDelegate,
    HTTPServerRequest,
    RequestStartLine,
)
from fujita.httputil.delegates import RequestDelegate


class MessageDelegateAdapter(RequestDelegate):
    """Tells a plain ``HTTPMessageDelegate`` start line and headers."""

    __slots__ = ("delegate", "request")

    def __init__(self, delegate: HTTPMessageDelegate, request: HTTPServerRequest) -> None:
        self.delegate = delegate
        self.request = request

    def request_received(self) -> Awaitable[None] | None:
        """Passes the head on."""
        request = self.request
        start_line = RequestStartLine(request.method or "", request.uri or "", request.version)
        return self.delegate.headers_received(start_line, request.headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Passes a piece of the body on."""
        return self.delegate.data_received(chunk)

    def finish(self) -> None:
        """Passes the end of the request on."""
        self.delegate.finish()

    def on_connection_close(self) -> None:
        """Passes on that the client has gone."""
        self.delegate.on_connection_close()


class CallbackDelegate(RequestDelegate):
    """Calls a function with the complete request."""

    __slots__ = ("callback", "chunks", "request")

    def __init__(
        self, callback: Callable[[HTTPServerRequest], Any], request: HTTPServerRequest
    ) -> None:
        self.callback = callback
        self.request = request
        self.chunks: list[bytes] = []

    @property
    def gathers(self) -> bool:
        """True: the body is joined when it is complete."""
        return True

    def data_received(self, chunk: bytes) -> None:
        """Keeps a piece of the body."""
        self.chunks.append(chunk)

    def finish(self) -> None:
        """Calls the function."""
        self.request.body = b"".join(self.chunks)
        self.request._parse_body()
        self.callback(self.request)
