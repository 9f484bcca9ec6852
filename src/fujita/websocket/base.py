"""What every version of the WebSocket protocol offers to a handler or a client."""

import asyncio
import socket
from asyncio import Future
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any, cast

from fujita.httpserver.successor import SuccessorProtocol
from fujita.iostream import IOStream
from fujita.iostream.transport import TransportIOStream
from fujita.websocket.pump import PumpTransport
from fujita.wire.websocket import PreparedMessage

if TYPE_CHECKING:
    from fujita.websocket.delegate import _WebSocketDelegate
    from fujita.websocket.handler import WebSocketHandler


class WebSocketProtocol(SuccessorProtocol):
    """A connection that speaks some version of the WebSocket protocol.

    Args:
        handler: What hears of messages and of the end: a handler or a client connection.

    Attributes:
        handler: The same.
        transport: The connection's transport, once it has been opened.
        client_terminated: Whether nothing more will come from the other side.
        server_terminated: Whether this side has sent its Close frame, or cannot any more.
        close_code: The code of the other side's Close frame, None without one.
        close_reason: The reason in it, None without one.

    Source: Tornado ``websocket.WebSocketProtocol``.
    """

    transport: asyncio.Transport

    def __init__(self, handler: "_WebSocketDelegate") -> None:
        self.handler = handler
        self.client_terminated = False
        self.server_terminated = False
        self.close_code: int | None = None
        self.close_reason: str | None = None
        self._stream: TransportIOStream | None = None
        self._error: Exception | None = None
        """Why the connection was lost, if there was a reason."""

    @property
    def stream(self) -> IOStream | None:
        """The connection as a stream, made when it is first asked for; None before it is open.

        It tells whether the connection is open, closes it and knows its socket. What comes in
        is not read from it.
        """
        if self._stream is None:
            transport = getattr(self, "transport", None)
            if transport is None or isinstance(transport, PumpTransport):
                return None if transport is None else transport.stream
            self._stream = stream = TransportIOStream(transport)
            if transport.is_closing():
                stream.connection_lost(self._error)
        return self._stream

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Takes the transport."""
        # uvloop's transports are none of asyncio's classes, so no isinstance here.
        self.transport = cast("asyncio.Transport", transport)

    def is_closing(self) -> bool:
        """Tells whether either side has begun to close the connection."""
        return self.client_terminated or self.server_terminated or self.transport.is_closing()

    def abort(self) -> None:
        """Ends the connection at once, without a word to the other side."""
        self.transport.abort()

    def _abort(self) -> None:
        self.abort()

    def set_nodelay(self, x: bool) -> None:
        """Says whether small writes leave at once (True, the default) or may be joined."""
        sock = self.transport.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, bool(x))

    # What a version of the protocol has to define.

    @property
    def selected_subprotocol(self) -> str | None:
        """The subprotocol that the opening handshake settled on."""
        raise NotImplementedError

    async def accept_connection(self, handler: "WebSocketHandler") -> None:
        """Answers the opening handshake of a handler's request, and opens the connection."""
        raise NotImplementedError

    def write_message(
        self, message: str | bytes | dict[str, Any], binary: bool = False
    ) -> "Future[None]":
        """Sends a message."""
        raise NotImplementedError

    def write_shared(self, messages: Sequence[PreparedMessage], frames: bytes) -> "Future[None]":
        """Sends messages that other connections send, too."""
        raise NotImplementedError

    def write_ping(self, data: bytes) -> None:
        """Sends a Ping."""
        raise NotImplementedError

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Begins to close the connection."""
        raise NotImplementedError

    def start_pinging(self) -> None:
        """Begins to send Pings as often as the settings say."""
        raise NotImplementedError

    def _handle_message(self, opcode: int, data: bytes) -> Awaitable[None] | None:
        """Takes a control frame."""
        raise NotImplementedError
