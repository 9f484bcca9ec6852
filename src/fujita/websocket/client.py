"""WebSocketClientConnection: a connection to a WebSocket server."""

import asyncio
import warnings
from asyncio import Future
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from fujita.escape import utf8
from fujita.httpclient import HTTPRequest, HTTPResponse, _RequestProxy
from fujita.httputil import HTTPHeaders, RequestStartLine, ResponseStartLine
from fujita.ioloop import IOLoop
from fujita.iostream import IOStream
from fujita.log import app_log
from fujita.netutil import Resolver
from fujita.simple_httpclient.connecting import connection_error, open_connection
from fujita.simple_httpclient.endpoint import choose_endpoint
from fujita.simple_httpclient.head import compose
from fujita.simple_httpclient.hop import Hop
from fujita.simple_httpclient.options import OptionsReader
from fujita.tcpclient import TCPClient
from fujita.websocket.base import WebSocketProtocol
from fujita.websocket.client_handshake import LIMITS, ClientHandshake
from fujita.websocket.client_protocol import ClientProtocol13
from fujita.websocket.errors import WebSocketClosedError, WebSocketError
from fujita.websocket.messages import Message, MessageQueue
from fujita.websocket.parameters import _default_max_message_size, _WebSocketParams
from fujita.websocket.protocol13 import WebSocketProtocol13
from fujita.wire.websocket import (
    DeflateOptions,
    Role,
    UpgradeResponseError,
    check_response,
    new_key,
    parse_subprotocols,
    request_headers,
)

_SCHEMES = {"ws": "http", "wss": "https"}


class WebSocketClientConnection:
    """A connection to a WebSocket server; made by ``websocket_connect``.

    It begins to connect as soon as it is made.

    Args:
        request: Where to, and with which options; of scheme ws or wss.
        on_message_callback: Called with each message, and with None at the end.
        compression_options: As ``WebSocketHandler.get_compression_options``; None for none.
        ping_interval: Seconds between two Pings; None or 0 for none.
        ping_timeout: Seconds that a Pong may take; None for the interval, 0 for any time.
        max_message_size: Bytes that a received message may have.
        subprotocols: The subprotocols to propose, the most wanted first.
        resolver: What finds the server's addresses; it stays the caller's to close.

    Attributes:
        connect_future: The connection itself, once it is open.
        request: The request with its defaults filled in.
        parsed: The parts of its URL, as of ``urllib.parse.urlsplit``.
        headers: The header fields of the server's answer, once it is there.
        protocol: The protocol while the connection is open, else None.
        code: Always None. Programs that fetch from both kinds of URL ask a connection for the
            status that a response has.
        close_code: The close code that the server sent, or None.
        close_reason: The reason that came with it, or None.

    Source: Tornado ``websocket.WebSocketClientConnection``.
    """

    protocol: WebSocketProtocol | None = None
    code: int | None = None
    headers: HTTPHeaders

    def __init__(
        self,
        request: HTTPRequest,
        on_message_callback: Callable[[Message], None] | None = None,
        compression_options: dict[str, Any] | None = None,
        ping_interval: float | None = None,
        ping_timeout: float | None = None,
        max_message_size: int = _default_max_message_size,
        subprotocols: list[str] | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        self.io_loop = IOLoop.current()
        self._loop: asyncio.AbstractEventLoop = self.io_loop.asyncio_loop
        self.connect_future: Future[WebSocketClientConnection] = self._loop.create_future()
        self._messages = MessageQueue(self._loop)
        self._on_message_callback = on_message_callback
        self.close_code: int | None = None
        self.close_reason: str | None = None
        self.params = _WebSocketParams(
            ping_interval, ping_timeout, max_message_size, compression_options
        )
        self._connection: WebSocketProtocol13 | None = None
        """The protocol, also after ``close``."""
        self._prepare(request, subprotocols, compression_options)
        self.tcp_client = TCPClient(resolver=resolver)
        self._connecting: asyncio.Task[None] | None = self._loop.create_task(self._connect())
        self.connect_future.add_done_callback(self._settled)

    def _prepare(
        self,
        request: HTTPRequest,
        subprotocols: list[str] | None,
        compression_options: dict[str, Any] | None,
    ) -> None:
        """Reads the request, and adds what makes it one for a WebSocket."""
        proxy: Any = request
        if not isinstance(proxy, _RequestProxy):
            proxy = _RequestProxy(request, HTTPRequest._DEFAULTS)
        self.request = proxy
        original, self._options = OptionsReader().read(proxy)
        options = self._options
        scheme, separator, rest = original.url.partition(":")
        if scheme not in _SCHEMES or not separator:
            raise ValueError(f"a WebSocket's URL begins with ws: or wss:, not {original.url!r}")
        self.parsed = urlsplit(original.url)
        headers = HTTPHeaders(original.headers)
        self._deflate = (
            None
            if compression_options is None
            else DeflateOptions.from_mapping(compression_options, Role.CLIENT)
        )
        # A program may have put them among the headers.
        self._subprotocols = (
            parse_subprotocols(headers.get("Sec-WebSocket-Protocol", ""))
            if subprotocols is None
            else subprotocols
        )
        self.key = new_key()
        headers.pop("Sec-WebSocket-Extensions", None)
        for name, value in request_headers(self.key, self._subprotocols, self._deflate):
            headers[name] = value
        credentials = None
        if options.auth_username is not None:
            credentials = options.auth_username, options.auth_password or ""
        self._hop = Hop(f"{_SCHEMES[scheme]}:{rest}", "GET", headers, credentials=credentials)

    # Connecting.

    async def _connect(self) -> None:
        """Connects; what comes of the handshake is told by ``_opened`` or ``_fail``."""
        options = self._options
        now = self._loop.time()
        try:
            request, _ = compose(self._hop, options)
            timeout = options.request_timeout
            handshake = ClientHandshake(self, request, now + timeout if timeout else None)
            timeout = options.connect_timeout
            await open_connection(
                choose_endpoint(self._hop.target, options, self.tcp_client),
                handshake,
                now + timeout if timeout else None,
                LIMITS.head,
            )
        except Exception as error:
            self._fail(connection_error(error))
        finally:
            self._connecting = None
            self.tcp_client.close()

    def _settled(self, future: "Future[WebSocketClientConnection]") -> None:
        """Gives up a connection that nobody waits for any more."""
        if future.cancelled() and self._connecting is not None:
            self._connecting.cancel()

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        """Called with the head of the server's answer, whatever it says."""
        self.headers = headers

    def _opened(self, transport: asyncio.Transport, rest: bytes) -> None:
        """Opens the connection, on an answer that says so.

        Args:
            transport: The connection.
            rest: What the server has sent behind its answer.

        Raises:
            WebSocketError: It is no answer to what was asked.
        """
        try:
            agreement = check_response(
                101,
                self.headers.get,
                key=self.key,
                subprotocols=self._subprotocols,
                options=self._deflate,
            )
        except UpgradeResponseError as error:
            raise WebSocketError(str(error)) from error
        self.protocol = self._connection = protocol = self.get_websocket_protocol()
        protocol.begin(self._loop, transport, agreement, rest)
        if not self.connect_future.done():
            self.connect_future.set_result(self)

    def _on_http_response(self, response: HTTPResponse) -> None:
        """Takes an answer that opens no WebSocket."""
        self._fail(response.error or WebSocketError("Non-websocket response"))

    def _fail(self, error: BaseException) -> None:
        """Ends the attempt to connect."""
        if not self.connect_future.done():
            self.connect_future.set_exception(error)
            self._on_message(None)

    def get_websocket_protocol(self) -> WebSocketProtocol13:
        """Makes the protocol."""
        return ClientProtocol13(self, True, self.params)

    # What a program calls.

    @property
    def stream(self) -> IOStream | None:
        """The connection as a stream, made when it is first asked for; None before it is open.

        It tells whether the connection is open, closes it and knows its socket. What comes in
        is not read from it.
        """
        return None if self._connection is None else self._connection.stream

    @property
    def selected_subprotocol(self) -> str | None:
        """The subprotocol that the server has chosen."""
        assert self.protocol is not None, "the connection is not open"
        return self.protocol.selected_subprotocol

    def write_message(
        self, message: str | bytes | dict[str, Any], binary: bool = False
    ) -> "Future[None]":
        """Sends a message.

        Args:
            message: Text; bytes; or a dictionary, which is sent as JSON.
            binary: Send it as a binary message rather than as text.

        Returns:
            A future that is done when more may be written.

        Raises:
            WebSocketClosedError: The connection is closed or closing.
            TypeError: The message is of another type.
        """
        if self.protocol is None:
            raise WebSocketClosedError
        return self.protocol.write_message(message, binary)

    def read_message(
        self, callback: "Callable[[Future[Message]], None] | None" = None
    ) -> Awaitable[Message]:
        """Waits for a message; not for use together with ``on_message_callback``.

        Args:
            callback: Called with the future when it is done.

        Returns:
            A future of the message, which is None if the connection is closed.
        """
        future = self._messages.get()
        if callback is not None:
            self.io_loop.add_future(future, callback)
        return future

    def ping(self, data: str | bytes = b"") -> None:
        """Sends a Ping.

        Args:
            data: What the Pong will carry, at most 125 bytes.

        Raises:
            WebSocketClosedError: The connection is closed or closing.
            ValueError: The data is longer.
        """
        if self.protocol is None or self.protocol.is_closing():
            raise WebSocketClosedError
        self.protocol.write_ping(utf8(data))

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Closes the connection.

        Args:
            code: The close code, of RFC 6455 section 7.4; 1000 if there is a reason.
            reason: Explanation for the server, at most 123 bytes of UTF-8.

        Raises:
            ValueError: The code must not be sent, or the reason is too long.
        """
        if self.protocol is not None:
            self.protocol.close(code, reason)
            self.protocol = None

    # What the protocol calls, and a subclass may override.

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Called with each message."""
        if isinstance(self._connection, ClientProtocol13):
            self._connection.count_message(message)
        return self._on_message(message)

    def _on_message(self, message: Message) -> Awaitable[None] | None:
        if self._on_message_callback is not None:
            # Declared to return nothing, but a coroutine would otherwise be lost.
            waiting: Any = self._on_message_callback(message)
            return waiting if hasattr(waiting, "__await__") else None
        if message is None:
            self._messages.close()
            return None
        return self._messages.put(message)

    def on_ping(self, data: bytes) -> None:
        """Called with each Ping; it has been answered already."""

    def on_pong(self, data: bytes) -> None:
        """Called with each Pong."""

    def on_ws_connection_close(
        self, close_code: int | None = None, close_reason: str | None = None
    ) -> Awaitable[None] | None:
        """Called once, when the connection is gone."""
        self.close_code = close_code
        self.close_reason = close_reason
        return self.on_connection_close()

    def on_connection_close(self) -> Awaitable[None] | None:
        """Called when the connection is gone; tells whoever waits for a message."""
        return self._on_message(None)

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Writes to the log what a callback has raised."""
        app_log.error("Uncaught exception %s", value, exc_info=value)

    def __del__(self) -> None:
        protocol = getattr(self, "protocol", None)
        if protocol is not None and not protocol.is_closing():
            text = "Unclosed WebSocketClientConnection"
            warnings.warn(text, ResourceWarning, stacklevel=1, source=self)
