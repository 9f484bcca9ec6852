"""websocket_connect: the way to a WebSocket server."""

import warnings
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from fujita.httpclient import HTTPRequest
from fujita.ioloop import IOLoop
from fujita.netutil import Resolver
from fujita.websocket.client import WebSocketClientConnection
from fujita.websocket.parameters import _default_max_message_size

if TYPE_CHECKING:
    from asyncio import Future


def websocket_connect(
    url: str | HTTPRequest,
    callback: "Callable[[Future[WebSocketClientConnection]], None] | None" = None,
    connect_timeout: float | None = None,
    on_message_callback: Callable[[str | bytes | None], None] | None = None,
    compression_options: dict[str, Any] | None = None,
    ping_interval: float | None = None,
    ping_timeout: float | None = None,
    max_message_size: int = _default_max_message_size,
    subprotocols: list[str] | None = None,
    resolver: Resolver | None = None,
) -> "Awaitable[WebSocketClientConnection]":
    """Connects to a WebSocket server.

        connection = await websocket_connect("wss://example.com/chat")
        await connection.write_message("hello")
        while (message := await connection.read_message()) is not None:
            print(message)

    Args:
        url: The URL, of scheme ws or wss; or an `HTTPRequest` with it and with headers,
            timeouts, credentials or TLS options.
        callback: Called with the future when it is done; deprecated.
        connect_timeout: Seconds that it may take to connect; 20 by default. An `HTTPRequest`
            has its own.
        on_message_callback: Called with each message, and with None at the end; in place of
            ``read_message``.
        compression_options: As ``WebSocketHandler.get_compression_options``; None for none.
        ping_interval: Seconds between two Pings; None or 0 for none.
        ping_timeout: Seconds that a Pong may take, at most the interval; None for the interval,
            0 for any time.
        max_message_size: Bytes that a received message may have.
        subprotocols: The subprotocols to propose, the most wanted first.
        resolver: What finds the server's addresses.

    Returns:
        A future of the open connection. It fails with `HTTPClientError` where the server
        refuses, `WebSocketError` where it answers something else, and with what
        `TCPClient.connect` raises.

    Raises:
        ValueError: The URL has another scheme.

    Source: Tornado ``websocket.websocket_connect``.
    """
    if isinstance(url, HTTPRequest):
        if connect_timeout is not None:
            raise ValueError("connect_timeout is to be an argument of the HTTPRequest")
        request = url
    else:
        request = HTTPRequest(url, connect_timeout=connect_timeout)
    connection = WebSocketClientConnection(
        request,
        on_message_callback,
        compression_options,
        ping_interval,
        ping_timeout,
        max_message_size,
        subprotocols,
        resolver,
    )
    if callback is not None:
        warnings.warn(
            "The callback argument to websocket_connect is deprecated. "
            "Use the returned Future instead.",
            DeprecationWarning,
            stacklevel=2,
        )
        IOLoop.current().add_future(connection.connect_future, callback)
    return connection.connect_future
