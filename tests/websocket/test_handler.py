import asyncio
import contextvars
from typing import Any, ClassVar

import pytest

from fujita import gen
from fujita.testing import ExpectLog
from fujita.web import HTTPError
from fujita.websocket import WebSocketClosedError, WebSocketHandler
from tests.websocket.conftest import Run
from tests.websocket.servers import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    Echo,
    close_payload,
    serving,
)

place = contextvars.ContextVar("place", default="nowhere")


def test_messages_of_both_kinds_come_and_go(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo) as server:
            peer = await server.raw()
            peer.send(TEXT, "grüß dich")
            assert await peer.receive() == (TEXT, "grüß dich".encode())
            peer.send(BINARY, b"\xff\x00")
            assert await peer.receive() == (BINARY, b"\xff\x00")
            peer.close()

    run(main)


def test_open_gets_the_groups_of_the_route_and_the_current_task(run: Run) -> None:
    class Handler(WebSocketHandler):
        def open(self, room: str, name: str) -> None:
            assert asyncio.current_task() is not None
            self.write_message(f"{name} in {room}")

    async def main() -> None:
        async with serving((r"/(?P<room>.*)/(?P<name>.*)", Handler)) as server:
            peer = await server.raw("/hall/ann")
            assert await peer.receive() == (TEXT, b"ann in hall")

    run(main)


def test_the_seed_of_all_chats(run: Run) -> None:
    class Chat(WebSocketHandler):
        users: ClassVar[set["Chat"]] = set()

        def open(self) -> None:
            self.users.add(self)
            for user in self.users:
                user.write_message("somebody came")

        def on_message(self, message: str | bytes) -> None:
            for user in self.users:
                user.write_message(message)

        def on_close(self) -> None:
            self.users.remove(self)
            for user in self.users:
                user.write_message("somebody left")

        def check_origin(self, origin: str) -> bool:
            return True

    async def main() -> None:
        async with serving(Chat) as server:
            first = await server.raw(Origin="http://anywhere")
            assert await first.receive() == (TEXT, b"somebody came")
            second = await server.raw()
            for peer in (first, second):
                assert await peer.receive() == (TEXT, b"somebody came")
            second.send(TEXT, "hello")
            for peer in (first, second):
                assert await peer.receive() == (TEXT, b"hello")
            second.close()
            assert await first.receive() == (TEXT, b"somebody left")

    run(main)


def test_responses_are_over_once_the_connection_is_open(run: Run) -> None:
    refused = []

    class Handler(WebSocketHandler):
        def set_default_headers(self) -> None:
            self.set_header("X-Default", "1")

        def prepare(self) -> None:
            self.set_cookie("crumb", "1")

        def open(self) -> None:
            calls: list[tuple[str, tuple[Any, ...]]] = [
                ("write", ("text",)),
                ("flush", ()),
                ("finish", ()),
                ("redirect", ("/",)),
                ("set_status", (503,)),
                ("set_header", ("X", "1")),
                ("set_cookie", ("a", "b")),
            ]
            for name, arguments in calls:
                with pytest.raises(RuntimeError, match="not supported for Web Sockets"):
                    getattr(self, name)(*arguments)
                refused.append(name)

    async def main() -> None:
        async with serving(Handler, compress_response=True) as server:
            peer = await server.raw(Accept_Encoding="gzip")
            assert peer.header("X-Default") == "1"
            assert peer.header("Set-Cookie") == "crumb=1; Path=/"
            assert peer.header("Content-Type") is None
            assert peer.header("Content-Length") is None
            assert peer.header("Sec-WebSocket-Accept") == "BACScCJPNqyz+UBoqMH89VmURoA="
            peer.close()

    run(main)
    assert len(refused) == 7


def test_send_error_in_an_open_connection_is_logged_and_nothing_else(run: Run) -> None:
    class Handler(WebSocketHandler):
        def on_message(self, message: str | bytes) -> None:
            self.send_error(500)
            self.write_message(message)

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.raw()
            with ExpectLog("tornado.general", "Cannot send error response"):
                peer.send(TEXT, "still here")
                assert await peer.receive() == (TEXT, b"still here")

    run(main)


def test_context_variables_reach_from_prepare_to_the_end(run: Run) -> None:
    seen = []

    class Handler(WebSocketHandler):
        async def prepare(self) -> None:
            place.set("prepare")

        async def open(self) -> None:
            seen.append(place.get())
            place.set("open")

        def on_message(self, message: str | bytes) -> None:
            seen.append(place.get())
            place.set("message")
            self.write_message("done")

        def on_close(self) -> None:
            seen.append(place.get())

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.raw()
            peer.send(TEXT, "x")
            await peer.receive()
            peer.send(CLOSE)
            await peer.rest()

    run(main)
    assert seen == ["prepare", "open", "message"]


def test_a_timeout_works_from_the_first_line(run: Run) -> None:
    class Handler(WebSocketHandler):
        async def on_message(self, message: str | bytes) -> None:
            try:
                async with asyncio.timeout(0.01):
                    await asyncio.Event().wait()
            except TimeoutError:
                await self.write_message("timed out")

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.raw()
            for _ in range(3):
                peer.send(TEXT, "x")
                assert await peer.receive() == (TEXT, b"timed out")

    run(main)


def test_methods_may_be_gen_coroutines(run: Run) -> None:
    class Handler(WebSocketHandler):
        @gen.coroutine
        def open(self) -> Any:
            yield gen.moment
            self.write_message("open")

        @gen.coroutine
        def on_message(self, message: str | bytes) -> Any:
            yield gen.sleep(0)
            self.write_message(message)

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.raw()
            assert await peer.receive() == (TEXT, b"open")
            peer.send(TEXT, "x")
            assert await peer.receive() == (TEXT, b"x")

    run(main)


def test_an_overridden_get_goes_on_when_the_connection_is_closed(run: Run) -> None:
    events = []

    class Handler(WebSocketHandler):
        async def get(self, *args: Any, **kwargs: Any) -> None:
            if not self.get_argument("key", ""):
                raise HTTPError(401)
            events.append("get")
            await super().get(*args, **kwargs)
            events.append("end of get")
            ended.set()

        def open(self) -> None:
            events.append("open")

        def on_close(self) -> None:
            events.append("close")

    ended = asyncio.Event()

    async def main() -> None:
        async with serving(Handler) as server:
            refused = await server.raw("/?key=1")
            refused.close()
            await ended.wait()
        assert events == ["get", "open", "close", "end of get"]

    run(main)
    events.clear()
    ended.clear()


def test_on_close_may_be_a_coroutine(run: Run) -> None:
    async def main() -> None:
        closed = asyncio.Event()

        class Handler(WebSocketHandler):
            async def on_close(self) -> None:  # type: ignore[override]
                await asyncio.sleep(0)
                assert self.ws_connection is None
                closed.set()

        async with serving(Handler) as server:
            peer = await server.raw()
            peer.send(CLOSE, close_payload(1000))
            await closed.wait()

    run(main)


def test_what_on_close_raises_is_logged(run: Run) -> None:
    class Handler(WebSocketHandler):
        def on_close(self) -> None:
            raise ZeroDivisionError

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.raw()
            with ExpectLog("tornado.application", "Uncaught exception GET /"):
                peer.send(CLOSE)
                await peer.rest()
                await server.http.drain(5)

    run(main)


def test_pings_and_pongs_are_told(run: Run) -> None:
    class Handler(WebSocketHandler):
        def open(self) -> None:
            self.ping("are you there")
            with pytest.raises(ValueError, match="125"):
                self.ping(b"x" * 126)

        def on_ping(self, data: bytes) -> None:
            self.write_message(b"ping " + data)

        def on_pong(self, data: bytes) -> None:
            self.write_message(b"pong " + data)

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.raw()
            assert await peer.receive() == (PING, b"are you there")
            peer.send(PONG, b"yes")
            assert await peer.receive() == (TEXT, b"pong yes")
            peer.send(PING, b"and you")
            assert await peer.receive() == (PONG, b"and you")
            assert await peer.receive() == (TEXT, b"ping and you")

    run(main)


def test_after_close_nothing_can_be_sent(run: Run) -> None:
    outcomes: list[int | str | None] = []

    class Handler(WebSocketHandler):
        def on_message(self, message: str | bytes) -> None:
            self.close(4000, "enough")
            assert self.ws_connection is None
            self.close()
            with pytest.raises(WebSocketClosedError):
                self.write_message("x")
            with pytest.raises(WebSocketClosedError):
                self.ping()
            with pytest.raises(WebSocketClosedError):
                self.set_nodelay(True)
            outcomes.append(self.close_code)

        def on_close(self) -> None:
            outcomes.extend([self.close_code, self.close_reason])

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.raw()
            peer.send(TEXT, "x")
            assert await peer.receive() == (CLOSE, close_payload(4000, "enough"))
            peer.send(CLOSE, close_payload(4000))
            assert await peer.rest() == b""
            await server.http.drain(5)

    run(main)
    assert outcomes == [None, 4000, None]


def test_the_stream_behind_a_connection_answers(run: Run) -> None:
    async def main() -> None:
        handlers: list[WebSocketHandler] = []
        closed = asyncio.Event()

        class Handler(WebSocketHandler):
            def open(self) -> None:
                handlers.append(self)
                self.set_nodelay(False)

            def on_close(self) -> None:
                closed.set()

        async with serving(Handler) as server:
            peer = await server.raw()
            while not handlers:
                await asyncio.sleep(0)
            stream: Any = handlers[0].request.connection.stream  # type: ignore[attr-defined]
            assert not stream.closed()
            assert stream.socket.getpeername() == peer.writer.get_extra_info("sockname")
            assert handlers[0].request.remote_ip == "127.0.0.1"
            connection: Any = handlers[0].ws_connection
            assert connection.stream is stream
            told = asyncio.Event()
            handlers[0].request.connection.set_close_callback(told.set)  # type: ignore[attr-defined]
            peer.close()
            await closed.wait()
            await told.wait()
            assert stream.closed()

    run(main)


def test_a_stream_asked_for_after_the_end_is_closed(run: Run) -> None:
    async def main() -> None:
        handlers: list[WebSocketHandler] = []
        closed = asyncio.Event()

        class Handler(WebSocketHandler):
            def open(self) -> None:
                handlers.append(self)

            def on_close(self) -> None:
                closed.set()

        async with serving(Handler) as server:
            peer = await server.raw()
            peer.close()
            await closed.wait()
            stream = handlers[0].request.connection.stream  # type: ignore[attr-defined]
            assert stream.closed()

    run(main)


def test_closing_the_stream_closes_the_connection(run: Run) -> None:
    async def main() -> None:
        closed = asyncio.Event()

        class Handler(WebSocketHandler):
            def on_message(self, message: str | bytes) -> None:
                assert self.ws_connection is not None
                assert self.ws_connection.stream is not None
                self.ws_connection.stream.close()
                assert self.ws_connection.is_closing()
                # Goes nowhere, and does no harm.
                self.write_message("x")

            def on_close(self) -> None:
                closed.set()

        async with serving(Handler) as server:
            peer = await server.raw()
            peer.send(TEXT, "x")
            assert await peer.rest() == b""
            await closed.wait()

    run(main)


def test_a_client_that_goes_during_prepare_opens_nothing(run: Run) -> None:
    events = []

    async def main() -> None:
        closed = asyncio.Event()
        preparing = asyncio.Event()
        over = asyncio.Event()

        class Handler(WebSocketHandler):
            async def prepare(self) -> None:
                preparing.set()
                await closed.wait()
                asyncio.get_running_loop().call_soon(over.set)

            def open(self) -> None:
                events.append("open")

            def on_close(self) -> None:
                events.append("close")
                closed.set()

        async with serving(Handler) as server:
            peer = await server.connect()
            asking = asyncio.ensure_future(peer.ask())
            await preparing.wait()
            peer.close()
            with pytest.raises(asyncio.IncompleteReadError):
                await asking
            await over.wait()
            await asyncio.sleep(0)

    run(main)
    assert events == ["close"]


def test_on_message_has_to_be_overridden(run: Run) -> None:
    async def main() -> None:
        async with serving(WebSocketHandler) as server:
            peer = await server.raw()
            with ExpectLog("tornado.application", "Uncaught exception"):
                peer.send(TEXT, "x")
                assert await peer.receive() == (CLOSE, close_payload(1011))

    run(main)
