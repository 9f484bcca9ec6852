"""What ``request.connection`` is once the request has become a WebSocket."""

from collections.abc import Callable
from typing import Any

from fujita.httputil import HTTPConnection
from fujita.iostream import IOStream
from fujita.websocket.base import WebSocketProtocol


class UpgradedConnection(HTTPConnection):
    """Answers what programs ask of a connection that they know to be a WebSocket.

    Attributes:
        context: Who is at the other end.
    """

    __slots__ = ("_protocol", "context")

    def __init__(self, protocol: WebSocketProtocol, context: Any) -> None:
        self._protocol = protocol
        self.context = context

    @property
    def stream(self) -> IOStream | None:
        """The connection as a stream; made when it is first asked for."""
        return self._protocol.stream

    def set_close_callback(self, callback: Callable[[], Any] | None) -> None:
        """Takes a function to call when the connection is closed."""
        stream = self.stream
        assert stream is not None
        stream.set_close_callback(callback)
