"""What programs in the wild do to WebSockets, beyond what Tornado documents."""

import asyncio
import inspect
from asyncio import Future
from typing import Any
from unittest.mock import Mock, patch

import pytest

from fujita import websocket
from fujita.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from fujita.web import Application
from fujita.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    WebSocketHandler,
    websocket_connect,
)
from tests.websocket.conftest import Run
from tests.websocket.servers import BINARY, CLOSE, TEXT, Echo, close_payload, serving


def test_a_client_that_has_ended_is_told_by_its_connection(run: Run) -> None:
    # jupyter_server looks here before it sends what a kernel says.
    seen: list[bool] = []
    handlers: list[WebSocketHandler] = []
    closed = asyncio.Event()

    class Handler(Echo):
        def open(self) -> None:
            handlers.append(self)
            assert self.ws_connection is not None
            self.connection = self.ws_connection
            seen.append(self.connection.client_terminated)

        def on_close(self) -> None:
            seen.append(self.connection.client_terminated)
            closed.set()

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.raw()
            peer.send(CLOSE, close_payload(1000))
            await peer.receive()
            await closed.wait()
            assert seen == [False, True]
            with pytest.raises(WebSocketClosedError):
                handlers[0].write_message("late")

    run(main)


def test_a_test_may_say_that_the_client_has_ended(run: Run) -> None:
    async def main() -> None:
        handlers: list[WebSocketHandler] = []

        class Handler(Echo):
            def open(self) -> None:
                handlers.append(self)

        async with serving(Handler) as server:
            peer = await server.raw()
            peer.send(TEXT, "there")
            assert await peer.receive() == (TEXT, b"there")
            connection = handlers[0].ws_connection
            assert connection is not None
            connection.client_terminated = True
            with pytest.raises(WebSocketClosedError):
                handlers[0].write_message("late")

    run(main)


def test_a_connection_may_be_a_mock() -> None:
    request = HTTPServerRequest(
        start_line=RequestStartLine("GET", "/", "HTTP/1.1"),
        headers=HTTPHeaders({"Host": "example.com"}),
        connection=Mock(),
    )
    handler = Echo(Application(), request)
    connection = handler.ws_connection = Mock(client_terminated=False)
    connection.is_closing.return_value = False
    handler.write_message({"a": 1})
    handler.ping(b"there?")
    handler.close(1001, "away")
    connection.write_message.assert_called_once()
    connection.write_ping.assert_called_once_with(b"there?")
    connection.close.assert_called_once_with(1001, "away")


def test_the_largest_message_by_default_has_a_name() -> None:
    # jupyter_server_proxy hands it on to its client.
    assert websocket._default_max_message_size == 10 * 1024 * 1024
    for taker in websocket_connect, WebSocketClientConnection:
        default = inspect.signature(taker).parameters["max_message_size"].default
        assert default == websocket._default_max_message_size


def test_the_stream_below_a_handler_tells_whether_it_is_closed(run: Run) -> None:
    # As distributed's WebSocket comm does, before and after it closes the connection.
    async def main() -> None:
        seen: list[bool] = []
        closed = asyncio.Event()

        class Handler(Echo):
            def open(self) -> None:
                connection: Any = self.request.connection
                self.stream = connection.stream
                seen.append(self.stream.closed())

            def on_close(self) -> None:
                seen.append(self.stream.closed())
                closed.set()

        async with serving(Handler) as server:
            peer = await server.raw()
            peer.writer.transport.abort()
            await closed.wait()
            assert seen == [False, True]

    run(main)


def test_methods_that_send_and_close_may_be_overridden(run: Run) -> None:
    async def main() -> None:
        done: list[str] = []

        class Handler(WebSocketHandler):
            @property
            def max_message_size(self) -> int:
                return 100

            def get_compression_options(self) -> dict[str, Any] | None:
                return None

            async def get(self, *args: str, **kwargs: str) -> None:
                done.append("get")
                await super().get(*args, **kwargs)

            async def on_message(self, message: str | bytes) -> None:
                await self.write_message(message, binary=True)
                self.close()

            def write_message(self, message: Any, binary: bool = False) -> "Future[None]":
                done.append("write_message")
                return super().write_message(b"<" + message.encode() + b">", binary)

            def close(self, code: int | None = None, reason: str | None = None) -> None:
                done.append("close")
                super().close(4000, "own")

        async with serving(Handler) as server:
            peer = await server.raw()
            peer.send(TEXT, "x")
            assert await peer.receive() == (BINARY, b"<x>")
            assert await peer.receive() == (CLOSE, close_payload(4000, "own"))
            assert done == ["get", "write_message", "close"]
            peer = await server.raw()
            peer.send(TEXT, "x" * 101)
            code, payload = await peer.receive()
            assert (code, payload[:2]) == (CLOSE, (1009).to_bytes(2))

    run(main)


def test_connecting_may_be_patched() -> None:
    with patch("fujita.websocket.websocket_connect", return_value="patched") as patched:
        connect: Any = websocket.websocket_connect
        assert connect("ws://h/") == "patched"
    patched.assert_called_once_with("ws://h/")
    assert websocket.websocket_connect is websocket_connect
