"""WebSocketHandler: what a program derives its WebSocket handlers from."""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable
from typing import Any, cast

from fujita.escape import utf8
from fujita.httputil import HTTPServerRequest
from fujita.iostream import IOStream, StreamClosedError
from fujita.web import Application
from fujita.websocket.base import WebSocketProtocol
from fujita.websocket.connection import UpgradedConnection
from fujita.websocket.errors import WebSocketClosedError
from fujita.websocket.handshakes import handshakes_of
from fujita.websocket.parameters import (
    MAX_HANDSHAKES,
    MAX_WRITE_BUFFER_SIZE,
    _default_max_message_size,
    _WebSocketParams,
)
from fujita.websocket.protocol13 import WebSocketProtocol13
from fujita.websocket.pump import PumpTransport
from fujita.websocket.upgraded import UpgradedPart
from fujita.wire.websocket import MAX_FRAGMENTS, UpgradeRequestError, check_upgrade


class WebSocketHandler(UpgradedPart):
    """Talks to a client over a WebSocket.

        class EchoHandler(WebSocketHandler):
            def on_message(self, message):
                self.write_message(message)

    ``open``, ``on_message``, ``on_ping`` and ``on_pong`` may be coroutines; those of one
    connection are called strictly one after the other. Until the connection is open it is an
    ordinary request: ``prepare`` may refuse it, or set headers of the answer.

    Settings of the application: ``websocket_ping_interval`` and ``websocket_ping_timeout`` in
    seconds, ``websocket_max_message_size`` (10 MiB by default) and
    ``websocket_max_write_buffer_size`` (16 MiB) in bytes. A client that has more than the
    latter waiting for it, because it does not read, is disconnected. The other limits are
    listed in ``docs/limits.md``.

    Attributes:
        ws_connection: The connection while it is open, else None.
        close_code: The close code that the client sent, or None.
        close_reason: The reason that came with it, or None.

    Source: Tornado ``websocket.WebSocketHandler``.
    """

    ws_connection: WebSocketProtocol | None
    _on_close_called = False

    def __init__(self, application: Application, request: HTTPServerRequest, **kwargs: Any) -> None:
        self.ws_connection = None
        self.close_code: int | None = None
        self.close_reason: str | None = None
        super().__init__(application, request, **kwargs)

    # The opening handshake.

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Answers the opening handshake; override it to do something before.

        An override that awaits this one goes on when the connection is closed.
        """
        self.open_args = args
        self.open_kwargs = kwargs
        try:
            if self.request.version == "HTTP/1.0":
                raise UpgradeRequestError(400, "a WebSocket needs HTTP/1.1")
            check_upgrade(self.request.headers.get)
        except UpgradeRequestError as error:
            self._refuse(error.status, str(error))
            return
        if self._check_cross_origin(self.check_origin) is not None:
            self._refuse(403, "Cross origin websockets not allowed")
            return
        self.ws_connection = self.get_websocket_protocol()
        if self.ws_connection is None:
            self.set_header("Sec-WebSocket-Version", "13")
            self._refuse(426, "Sec-WebSocket-Version must be 13")
            return
        limit = self.settings.get("websocket_max_handshakes", MAX_HANDSHAKES)
        if handshakes_of(self.application).under_way >= limit:
            # RFC 9110, section 15.6.4: 503 is for "a temporary overload".
            self.set_header("Retry-After", "1")
            self._refuse(503, "Too many WebSockets are being opened")
            return
        try:
            await self.ws_connection.accept_connection(self)
        except StreamClosedError:
            # The client has gone before it had its answer.
            self.ws_connection = None
        except BaseException:
            if not self._upgraded:
                self.ws_connection = None
            raise

    def _goes_on_after_open(self) -> bool:
        """Tells whether somebody waits in ``get`` for the connection to be closed."""
        return type(self).get is not WebSocketHandler.get

    def _refuse(self, status: int, message: str) -> None:
        """Answers that this will be no WebSocket."""
        self.ws_connection = None
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.finish(message)

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """Makes the connection; None if the client asks for a version that there is not."""
        if (self.request.headers.get("Sec-WebSocket-Version") or "").strip() != "13":
            return None
        limits = _WebSocketParams(self.ping_interval, self.ping_timeout, self.max_message_size)
        limits.compression_options = self.get_compression_options()
        settings = self.settings
        limits.max_write_buffer_size = settings.get(
            "websocket_max_write_buffer_size", MAX_WRITE_BUFFER_SIZE
        )
        limits.max_frame_size = settings.get("websocket_max_frame_size")
        limits.max_fragments = settings.get("websocket_max_fragments", MAX_FRAGMENTS)
        return WebSocketProtocol13(self, False, limits)

    def _switch_protocols(self, protocol: WebSocketProtocol13) -> None:
        """Sends the answer, and hands the connection over."""
        connection: Any = self.request.connection
        switch = getattr(connection, "switch_protocols", None)
        if self._on_close_called or (switch is not None and connection.protocol is None):
            # Whoever sends no more cannot even close a WebSocket.
            self._finished = True
            connection.close()
            raise StreamClosedError
        self._clear_representation_headers()
        self.flush()
        self._finished = self._upgraded = True
        if switch is None:
            PumpTransport(self.detach(), cast("asyncio.Protocol", protocol))
        else:
            transport = connection.protocol.transport
            protocol.connection_made(transport)
            if transport.get_write_buffer_size() > transport.get_write_buffer_limits()[1]:
                # Earlier responses are in the way, and only who wrote them was told.
                protocol.pause_writing()
            protocol.feed_rest(switch(protocol))
            upgraded = UpgradedConnection(protocol, connection.context)
            self.request.connection = self.request.server_connection = upgraded
        self._log()
        self.on_finish()

    # What a program overrides.

    def _open(self, *args: str, **kwargs: str) -> Awaitable[None] | None:
        """Called when the connection is open, with the groups of the route."""

    # Typed so that an override may name the groups that its route has.
    open: Callable[..., Awaitable[None] | None] = _open

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Called with each message; has to be overridden."""
        raise NotImplementedError

    def on_ping(self, data: bytes) -> None:
        """Called with each Ping; it has been answered already."""

    def on_pong(self, data: bytes) -> None:
        """Called with each Pong."""

    def on_close(self) -> None:
        """Called when the connection is closed, by whichever side; may be a coroutine."""

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Chooses a subprotocol; called once, before the connection is open.

        Args:
            subprotocols: The names that the client proposes, in its order; may be empty.

        Returns:
            One of them, or None.
        """
        return None

    def get_compression_options(self) -> dict[str, Any] | None:
        """Says how to compress: None for not at all, a dictionary for permessage-deflate.

        The dictionary may hold ``compression_level`` and ``mem_level``, as of
        ``zlib.compressobj``, and the parameters of RFC 7692: ``server_max_window_bits``,
        ``client_max_window_bits``, ``server_no_context_takeover``,
        ``client_no_context_takeover``.
        """
        return None

    def check_origin(self, origin: str) -> bool:
        """Tells whether a page of another site may connect; called after ``prepare``.

        Browsers let any page open a WebSocket to any server, and send the user's cookies
        along. It is not asked about requests of this site's own pages, nor about those without
        ``Origin``, which come from no browser. By default ``check_trusted_origin`` decides.

        Args:
            origin: Such as ``https://example.com``.
        """
        return self.check_trusted_origin(origin)

    @property
    def ping_interval(self) -> float | None:
        """Seconds between two Pings; None or 0 for none."""
        interval: float | None = self.settings.get("websocket_ping_interval")
        return interval

    @property
    def ping_timeout(self) -> float | None:
        """Seconds that a Pong may take; None for the interval, 0 for any time."""
        timeout: float | None = self.settings.get("websocket_ping_timeout")
        return timeout

    @property
    def max_message_size(self) -> int:
        """Bytes that a received message may have; a larger one closes the connection."""
        size: int = self.settings.get("websocket_max_message_size", _default_max_message_size)
        return size

    # What a program calls.

    @property
    def selected_subprotocol(self) -> str | None:
        """The subprotocol that ``select_subprotocol`` has chosen."""
        assert self.ws_connection is not None, "the connection is not open"
        return self.ws_connection.selected_subprotocol

    def write_message(
        self, message: bytes | str | dict[str, Any], binary: bool = False
    ) -> "Future[None]":
        """Sends a message.

        Args:
            message: Text; bytes; or a dictionary, which is sent as JSON.
            binary: Send it as a binary message rather than as text.

        Returns:
            A future that is done when more may be written; nobody has to wait for it, but who
            sends a lot should.

        Raises:
            WebSocketClosedError: The connection is closed or closing.
            TypeError: The message is of another type.
        """
        if self.ws_connection is None:
            raise WebSocketClosedError
        return self.ws_connection.write_message(message, binary)

    def ping(self, data: str | bytes = b"") -> None:
        """Sends a Ping.

        Args:
            data: What the Pong will carry, at most 125 bytes.

        Raises:
            WebSocketClosedError: The connection is closed or closing.
            ValueError: The data is longer.
        """
        if self.ws_connection is None or self.ws_connection.is_closing():
            raise WebSocketClosedError
        self.ws_connection.write_ping(utf8(data))

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Closes the connection; ``on_close`` is called when that is done.

        Args:
            code: The close code, of RFC 6455 section 7.4; 1000 if there is a reason.
            reason: Explanation for the client, at most 123 bytes of UTF-8.

        Raises:
            ValueError: The code must not be sent, or the reason is too long.
        """
        if self.ws_connection is not None:
            self.ws_connection.close(code, reason)
            self.ws_connection = None

    def set_nodelay(self, value: bool) -> None:
        """Says whether small messages leave at once (True, the default) or may be joined.

        Raises:
            WebSocketClosedError: The connection is closed.
        """
        if self.ws_connection is None:
            raise WebSocketClosedError
        self.ws_connection.set_nodelay(value)

    # The end.

    def on_ws_connection_close(
        self, close_code: int | None = None, close_reason: str | None = None
    ) -> Awaitable[None] | None:
        """Called by the connection when it is gone."""
        self.close_code = close_code
        self.close_reason = close_reason
        return self.on_connection_close()

    def on_connection_close(self) -> Awaitable[None] | None:  # type: ignore[override]
        """Called when the client has gone, whether the connection was open yet or not."""
        self.ws_connection = None
        if self._on_close_called:
            return None
        self._on_close_called = True
        waiting: Any = self.on_close()  # type: ignore[func-returns-value]
        if waiting is not None and not self._upgraded:
            self._closing = asyncio.ensure_future(waiting)
            return None
        self._break_cycles()
        return waiting  # type: ignore[no-any-return]

    def _break_cycles(self) -> None:
        # Templates may be rendered for as long as the connection is open.
        if not self._upgraded or self._on_close_called:
            super()._break_cycles()

    def _detach_stream(self) -> IOStream:
        return self.detach()
