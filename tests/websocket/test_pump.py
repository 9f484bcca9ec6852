"""A server whose connections are streams: a program's subclass has them in its hands."""

import asyncio
from typing import Any

from fujita.httpserver import HTTPServer
from fujita.iostream import IOStream
from fujita.testing import ExpectLog
from fujita.websocket import WebSocketHandler
from tests.websocket.conftest import Run
from tests.websocket.servers import BINARY, CLOSE, TEXT, Echo, close_payload, frame, serving


class StreamServer(HTTPServer):
    def handle_stream(self, stream: IOStream, address: Any) -> None:
        super().handle_stream(stream, address)


def test_messages_come_and_go(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo, server_class=StreamServer) as server:
            peer = await server.raw()
            for message in ("x", "y" * 1_000_000):
                peer.send(TEXT, message)
                assert await peer.receive() == (TEXT, message.encode())
            peer.send(CLOSE, close_payload(4000))
            assert await peer.receive() == (CLOSE, close_payload(4000))
            assert await peer.rest() == b""

    run(main)


def test_handlers_that_suspend(run: Run) -> None:
    async def main() -> None:
        seen: list[Any] = []
        closed = asyncio.Event()

        class Handler(WebSocketHandler):
            async def open(self) -> None:
                await asyncio.sleep(0)
                self.write_message("open")

            async def on_message(self, message: str | bytes) -> None:
                assert asyncio.current_task() is not None
                await asyncio.sleep(0)
                seen.append(message)

            def on_close(self) -> None:
                seen.append(self.close_code)
                closed.set()

        async with serving(Handler, server_class=StreamServer) as server:
            peer = await server.raw()
            assert await peer.receive() == (TEXT, b"open")
            peer.write(frame(TEXT, "a") + frame(TEXT, "b") + frame(CLOSE, close_payload(4000)))
            await closed.wait()
            assert seen == ["a", "b", 4000]

    run(main)


def test_what_came_with_the_request(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo, server_class=StreamServer) as server:
            peer = await server.connect()
            peer.write(
                b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n" + frame(TEXT, "early")
            )
            await peer.reader.readuntil(b"\r\n\r\n")
            assert await peer.receive() == (TEXT, b"early")

    run(main)


def test_a_slow_reader_is_waited_for_and_given_up(run: Run) -> None:
    async def main() -> None:
        codes: asyncio.Queue[Any] = asyncio.Queue()

        class Handler(Echo):
            async def open(self) -> None:
                while True:
                    future = self.write_message(b"x" * 65536, True)
                    done, _ = await asyncio.wait([future], timeout=0.1)
                    if not done:
                        break
                for _ in range(20):
                    if self.ws_connection is not None and not self.ws_connection.is_closing():
                        self.write_message(b"x" * 65536, True)

            def on_close(self) -> None:
                codes.put_nowait(self.close_code)

        settings: dict[str, Any] = {"websocket_max_write_buffer_size": 400_000}
        async with serving(Handler, server_class=StreamServer, **settings) as server:
            with ExpectLog("tornado.general", ".* bytes wait for it"):
                peer = await server.raw()
                assert await codes.get() == 1013
            while True:
                try:
                    assert (await peer.receive())[0] == BINARY
                except (ConnectionError, asyncio.IncompleteReadError):
                    break

    run(main)


def test_the_stream_is_the_programs_own(run: Run) -> None:
    async def main() -> None:
        streams: list[IOStream] = []
        closed = asyncio.Event()

        class Server(HTTPServer):
            def handle_stream(self, stream: IOStream, address: Any) -> None:
                streams.append(stream)
                super().handle_stream(stream, address)

        class Handler(WebSocketHandler):
            def open(self) -> None:
                assert self.ws_connection is not None
                assert self.ws_connection.stream is streams[0]
                self.set_nodelay(True)

            def on_message(self, message: str | bytes) -> None:
                assert self.ws_connection is not None
                self.ws_connection.abort()

            def on_close(self) -> None:
                closed.set()

        async with serving(Handler, server_class=Server) as server:
            peer = await server.raw()
            peer.send(TEXT, "x")
            await closed.wait()
            assert streams[0].closed()

    run(main)
