import asyncio
import gc
import warnings
from typing import Any

import pytest

from fujita.httpclient import HTTPRequest, _RequestProxy
from fujita.httputil import HTTPHeaders
from fujita.testing import ExpectLog
from fujita.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    WebSocketHandler,
    websocket_connect,
)
from tests.websocket.conftest import Run
from tests.websocket.servers import Echo, serving


class Commanded(WebSocketHandler):
    """Does what the message says."""

    def on_message(self, message: str | bytes) -> None:
        if message == "close":
            self.close(4000, "as you wish")
        elif message == "abort":
            assert self.ws_connection is not None
            self.ws_connection.abort()
        elif message == "error":
            raise ZeroDivisionError
        else:
            self.write_message(message, binary=isinstance(message, bytes))


async def connect(url: str | HTTPRequest, **options: Any) -> WebSocketClientConnection:
    return await websocket_connect(url, **options)


def test_messages_of_all_kinds(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo) as server:
            connection = await connect(server.url)
            for message, binary, expected in (
                ("grüße", False, "grüße"),
                ("text", True, b"text"),
                (b"bytes", True, b"bytes"),
                (b"bytes", False, "bytes"),
                ({"a": 1}, False, '{"a": 1}'),
                ("x" * 70_000, False, "x" * 70_000),
            ):
                await connection.write_message(message, binary)
                assert await connection.read_message() == expected
            connection.close()
            assert await connection.read_message() is None

    run(main)


@pytest.mark.parametrize(
    ("command", "code", "reason"),
    [("close", 4000, "as you wish"), ("abort", None, None), ("error", 1011, None)],
)
def test_the_server_ends_it(run: Run, command: str, code: int | None, reason: str | None) -> None:
    async def main() -> None:
        async with serving(Commanded) as server:
            connection = await connect(server.url)
            with ExpectLog("tornado.application", "Uncaught exception", required=False):
                connection.write_message(command)
                assert await connection.read_message() is None
            # And again, where Tornado would wait for ever.
            assert await connection.read_message() is None
            assert (connection.close_code, connection.close_reason) == (code, reason)
            assert connection.stream is not None
            assert connection.stream.closed()
            with pytest.raises(WebSocketClosedError):
                connection.write_message("x")
            with pytest.raises(WebSocketClosedError):
                connection.ping()
            connection.close()

    run(main)


def test_this_side_ends_it(run: Run) -> None:
    async def main() -> None:
        codes: asyncio.Queue[Any] = asyncio.Queue()

        class Handler(Echo):
            def on_close(self) -> None:
                codes.put_nowait((self.close_code, self.close_reason))

        async with serving(Handler) as server:
            connection = await connect(server.url)
            connection.close(4001, "bye")
            assert connection.protocol is None
            connection.close()
            with pytest.raises(WebSocketClosedError):
                connection.write_message("x")
            with pytest.raises(AssertionError, match="not open"):
                assert connection.selected_subprotocol
            assert await codes.get() == (4001, "bye")
            assert await connection.read_message() is None
            assert connection.close_code == 4001

    run(main)


def test_messages_may_go_to_a_callback(run: Run) -> None:
    async def main() -> None:
        messages: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        async with serving(Commanded) as server:
            connection = await connect(server.url, on_message_callback=messages.put_nowait)
            for message in ("a", b"b", "close"):
                connection.write_message(message, binary=isinstance(message, bytes))
            assert [await messages.get() for _ in range(3)] == ["a", b"b", None]
            assert messages.empty()

    run(main)


def test_a_callback_may_be_a_coroutine_function(run: Run) -> None:
    async def main() -> None:
        messages: asyncio.Queue[str | bytes | None] = asyncio.Queue()

        async def callback(message: str | bytes | None) -> None:
            await asyncio.sleep(0)
            await messages.put(message)

        async with serving(Commanded) as server:
            connection = await connect(server.url, on_message_callback=callback)
            connection.write_message("a")
            connection.write_message("close")
            assert [await messages.get() for _ in range(2)] == ["a", None]

    run(main)


def test_what_a_callback_raises_ends_the_connection(run: Run) -> None:
    async def main() -> None:
        ended = asyncio.Event()

        def callback(message: str | bytes | None) -> None:
            if message is None:
                ended.set()
            else:
                raise ZeroDivisionError

        async with serving(Echo) as server:
            with ExpectLog("tornado.application", "Uncaught exception"):
                connection = await connect(server.url, on_message_callback=callback)
                connection.write_message("a")
                await ended.wait()

    run(main)


def test_a_reader_that_does_not_read_stops_the_server(run: Run) -> None:
    async def main() -> None:
        waiting = asyncio.Event()

        class Handler(WebSocketHandler):
            async def open(self) -> None:
                for number in range(1000):
                    future = self.write_message(f"{number:06}" * 10_000)
                    if not future.done():
                        done, _ = await asyncio.wait([future], timeout=0.2)
                        if not done:
                            waiting.set()
                            await future

        async with serving(Handler) as server:
            connection = await connect(server.url)
            await waiting.wait()
            for number in range(1000):
                message = await connection.read_message()
                assert message == f"{number:06}" * 10_000
            connection.close()

    run(main)


def test_pings_and_pongs(run: Run) -> None:
    class Client(WebSocketClientConnection):
        def __init__(self, **kwargs: Any) -> None:
            self.heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
            super().__init__(**kwargs)

        def on_ping(self, data: bytes) -> None:
            self.heard.put_nowait(("ping", data))

        def on_pong(self, data: bytes) -> None:
            self.heard.put_nowait(("pong", data))

    class Handler(Echo):
        def open(self) -> None:
            self.ping(b"from the server")

    async def main() -> None:
        async with serving(Handler) as server:
            # As jupyter_server_proxy does it.
            request = HTTPRequest(server.url, headers={"X": "1"})
            request.headers = HTTPHeaders(request.headers)
            client = Client(
                request=_RequestProxy(request, HTTPRequest._DEFAULTS),
                compression_options={},
                on_message_callback=None,
                max_message_size=1000,
                subprotocols=[],
                resolver=None,
            )
            assert await client.connect_future is client
            assert await client.heard.get() == ("ping", b"from the server")
            client.ping("from the client")
            assert await client.heard.get() == ("pong", b"from the client")
            assert client.protocol is not None
            client.protocol.write_ping(b"again")
            assert await client.heard.get() == ("pong", b"again")
            with pytest.raises(ValueError, match="125"):
                client.ping(b"x" * 126)
            client.close()

    run(main)


def test_a_client_pings_by_itself(run: Run) -> None:
    async def main() -> None:
        pinged = asyncio.Event()

        class Handler(WebSocketHandler):
            def on_ping(self, data: bytes) -> None:
                pinged.set()

        async with serving(Handler) as server:
            connection = await connect(server.url, ping_interval=0.01)
            await pinged.wait()
            connection.close()

    run(main)


def test_a_message_may_be_too_large_for_the_client(run: Run) -> None:
    async def main() -> None:
        codes: asyncio.Queue[Any] = asyncio.Queue()

        class Handler(Echo):
            def on_close(self) -> None:
                codes.put_nowait(self.close_code)

        async with serving(Handler) as server:
            connection = await connect(server.url, max_message_size=10)
            connection.write_message("x" * 11)
            assert await connection.read_message() is None
            assert await codes.get() == 1009

    run(main)


@pytest.mark.parametrize(
    "options", [{}, {"client_no_context_takeover": True, "server_no_context_takeover": True}]
)
def test_compression(run: Run, options: dict[str, Any]) -> None:
    class Handler(Echo):
        def get_compression_options(self) -> dict[str, Any]:
            return {}

    async def main() -> None:
        async with serving(Handler) as server:
            connection = await connect(server.url, compression_options=options)
            text = "a text that is repeated " * 100
            for _ in range(3):
                await connection.write_message(text)
                assert await connection.read_message() == text
            protocol: Any = connection.protocol
            assert protocol._message_bytes_in == protocol._message_bytes_out == 3 * len(text)
            assert protocol._wire_bytes_in < len(text)
            assert protocol._wire_bytes_out < len(text)
            connection.close()

    run(main)


def test_bytes_are_counted(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo) as server:
            connection = await connect(server.url)
            for message in ("ü", b"x"):
                await connection.write_message(message, binary=isinstance(message, bytes))
                await connection.read_message()
            protocol: Any = connection.protocol
            assert (protocol._message_bytes_in, protocol._message_bytes_out) == (3, 3)
            assert (protocol._wire_bytes_in, protocol._wire_bytes_out) == (7, 15)
            connection.close()

    run(main)


def test_the_stream_and_the_url(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo) as server:
            connecting = WebSocketClientConnection(HTTPRequest(server.url + "/path?query"))
            assert connecting.stream is None
            connection = await connecting.connect_future
            assert connection.parsed.netloc == f"127.0.0.1:{server.port}"
            stream = connection.stream
            assert stream is not None
            assert not stream.closed()
            assert stream.socket.getpeername() == server.address
            stream.close()
            assert await connection.read_message() is None
            assert stream.closed()
            assert stream.error is None

    run(main)


def test_a_connection_that_is_forgotten_is_told_of(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo) as server:
            connection = await connect(server.url)
            await asyncio.sleep(0)
            # As if the loop had been closed: nobody refers to the connection any more.
            protocol: Any = connection.protocol
            del protocol.handler
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                del connection
                gc.collect()
            assert "Unclosed WebSocketClientConnection" in [
                str(warning.message) for warning in caught
            ]
            protocol.abort()
            protocol.handler = await connect(server.url)
            protocol.handler.close()

    run(main)


def test_the_callback_of_read_message(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo) as server:
            connection = await connect(server.url)
            futures: asyncio.Queue[asyncio.Future[Any]] = asyncio.Queue()
            connection.read_message(futures.put_nowait)
            connection.write_message("x")
            assert (await futures.get()).result() == "x"
            connection.close()

    run(main)


def test_a_program_may_use_its_own_protocol(run: Run) -> None:
    from fujita.websocket.client_protocol import ClientProtocol13

    class Shouting(ClientProtocol13):
        def write_message(self, message: Any, binary: bool = False) -> "asyncio.Future[None]":
            return super().write_message(message.upper(), binary)

    class Client(WebSocketClientConnection):
        def get_websocket_protocol(self) -> Shouting:
            return Shouting(self, True, self.params)

    async def main() -> None:
        async with serving(Echo) as server:
            connection = await Client(HTTPRequest(server.url)).connect_future
            connection.write_message("hello")
            assert await connection.read_message() == "HELLO"
            connection.close()

    run(main)
