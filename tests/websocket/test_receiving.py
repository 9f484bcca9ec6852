import asyncio
from typing import Any

import pytest

from fujita.testing import ExpectLog
from fujita.web import HTTPError
from fujita.websocket import WebSocketHandler
from fujita.websocket.receiving import HELD_LIMIT, TURN_EVENTS
from tests.websocket.conftest import Run
from tests.websocket.servers import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    Echo,
    close_payload,
    frame,
    serving,
)


class Gate(WebSocketHandler):
    """Handles each message when the test lets it."""

    def initialize(self, gate: "asyncio.Queue[None]", seen: "asyncio.Queue[Any]") -> None:
        self.gate = gate
        self.seen = seen

    async def on_message(self, message: str | bytes) -> None:
        self.seen.put_nowait(("begin", message))
        await self.gate.get()
        self.seen.put_nowait(("end", message))

    def on_ping(self, data: bytes) -> None:
        self.seen.put_nowait(("ping", data))

    def on_close(self) -> None:
        self.seen.put_nowait(("close", self.close_code))


def gate() -> tuple[Any, "asyncio.Queue[None]", "asyncio.Queue[Any]"]:
    keys: asyncio.Queue[None] = asyncio.Queue()
    seen: asyncio.Queue[Any] = asyncio.Queue()
    return ("/", Gate, {"gate": keys, "seen": seen}), keys, seen


def test_everything_waits_while_a_message_is_handled(run: Run) -> None:
    async def main() -> None:
        rule, keys, seen = gate()
        async with serving(rule) as server:
            peer = await server.raw()
            peer.send(TEXT, "a")
            assert await seen.get() == ("begin", "a")
            peer.send(TEXT, "b")
            peer.send(PING, "c")
            peer.write(frame(TEXT, "d") + frame(CLOSE, close_payload(4000)))
            peer.close()
            keys.put_nowait(None)
            assert await seen.get() == ("end", "a")
            assert await seen.get() == ("begin", "b")
            keys.put_nowait(None)
            assert await seen.get() == ("end", "b")
            assert await seen.get() == ("ping", b"c")
            assert await seen.get() == ("begin", "d")
            assert seen.empty()
            keys.put_nowait(None)
            assert await seen.get() == ("end", "d")
            assert await seen.get() == ("close", 4000)

    run(main)


def test_messages_that_came_in_one_piece_are_handled_one_by_one(run: Run) -> None:
    async def main() -> None:
        rule, keys, seen = gate()
        async with serving(rule) as server:
            peer = await server.raw()
            peer.write(frame(TEXT, "a") + frame(TEXT, "b"))
            assert await seen.get() == ("begin", "a")
            await asyncio.sleep(0)
            assert seen.empty()
            for expected in (("end", "a"), ("begin", "b"), ("end", "b")):
                keys.put_nowait(None)
                assert await seen.get() == expected

    run(main)


def test_the_end_is_told_when_the_message_is_done(run: Run) -> None:
    async def main() -> None:
        rule, keys, seen = gate()
        async with serving(rule) as server:
            peer = await server.raw()
            peer.send(TEXT, "a")
            assert await seen.get() == ("begin", "a")
            peer.writer.transport.abort()
            # On another connection, so that the server has had its chance.
            other = await server.raw()
            other.send(PING, "x")
            assert await other.receive() == (PONG, b"x")
            assert await seen.get() == ("ping", b"x")
            keys.put_nowait(None)
            assert await seen.get() == ("end", "a")
            assert await seen.get() == ("close", None)

    run(main)


def test_reading_stops_while_too_much_waits(run: Run) -> None:
    async def main() -> None:
        rule, keys, seen = gate()
        async with serving(rule) as server:
            peer = await server.raw()
            peer.send(TEXT, "a")
            await seen.get()
            data = frame(BINARY, b"x" * HELD_LIMIT)
            # Far more than the system holds between the two, were nobody to push back.
            sent = 0
            peer.writer.transport.set_write_buffer_limits(0)
            while True:
                peer.write(data)
                try:
                    await asyncio.wait_for(peer.writer.drain(), 0.3)
                except TimeoutError:
                    break
                sent += 1
                assert sent < 1000
            keys.put_nowait(None)
            assert await seen.get() == ("end", "a")
            for _ in range(sent):
                begin, message = await seen.get()
                assert (begin, len(message)) == ("begin", HELD_LIMIT)
                keys.put_nowait(None)
                await seen.get()
            await peer.writer.drain()

    run(main)


def test_open_comes_before_any_message(run: Run) -> None:
    events: list[str | bytes] = []

    async def main() -> None:
        gate = asyncio.Event()
        opening = asyncio.Event()

        class Handler(WebSocketHandler):
            async def open(self) -> None:
                opening.set()
                await gate.wait()
                events.append("open")

            def on_message(self, message: str | bytes) -> None:
                events.append(message)
                self.write_message("done")

        async with serving(Handler) as server:
            peer = await server.raw()
            peer.send(TEXT, "message")
            await opening.wait()
            gate.set()
            await peer.receive()

    run(main)
    assert events == ["open", "message"]


def test_a_client_that_goes_while_open_waits(run: Run) -> None:
    async def main() -> None:
        gate = asyncio.Event()
        opening = asyncio.Event()
        closed = asyncio.Event()
        messages = []

        class Handler(WebSocketHandler):
            async def open(self) -> None:
                opening.set()
                await gate.wait()

            def on_message(self, message: str | bytes) -> None:
                messages.append(message)

            def on_close(self) -> None:
                closed.set()

        async with serving(Handler) as server:
            peer = await server.raw()
            await opening.wait()
            peer.send(TEXT, "message")
            peer.close()
            gate.set()
            await closed.wait()
            assert messages == ["message"]

    run(main)


def test_many_messages_at_once_leave_room_for_others(run: Run) -> None:
    async def main() -> None:
        done = asyncio.Event()
        count = 0
        turns: list[int] = []

        class Handler(WebSocketHandler):
            def on_message(self, message: str | bytes) -> None:
                nonlocal count
                count += 1
                if count == 1:
                    asyncio.get_running_loop().call_soon(self.note)
                if count == 1000:
                    done.set()

            def note(self) -> None:
                turns.append(count)

        async with serving(Handler) as server:
            peer = await server.raw()
            peer.write(frame(BINARY, b"x") * 1000)
            await done.wait()
            assert turns[0] <= TURN_EVENTS

    run(main)


@pytest.mark.parametrize("suspends", [False, True])
@pytest.mark.parametrize("error", [ZeroDivisionError, asyncio.CancelledError])
def test_an_error_ends_the_connection(run: Run, error: type[BaseException], suspends: bool) -> None:
    async def main() -> None:
        closed = asyncio.Event()
        messages = []

        class Handler(WebSocketHandler):
            async def on_message(self, message: str | bytes) -> None:
                messages.append(message)
                if suspends:
                    await asyncio.sleep(0)
                raise error

            def on_close(self) -> None:
                closed.set()

        async with serving(Handler) as server:
            peer = await server.raw()
            with ExpectLog("tornado.application", "Uncaught exception GET /"):
                peer.write(frame(TEXT, "a") + frame(TEXT, "b"))
                assert await peer.receive() == (CLOSE, close_payload(1011))
            peer.send(TEXT, "c")
            peer.close()
            await closed.wait()
            assert messages == ["a"]

    run(main)


def test_an_error_in_open_ends_the_connection(run: Run) -> None:
    async def main() -> None:
        closed = asyncio.Event()

        class Handler(Echo):
            def open(self) -> None:
                raise ZeroDivisionError

            def on_close(self) -> None:
                closed.set()

        async with serving(Handler) as server:
            with ExpectLog("tornado.application", "Uncaught exception GET /"):
                peer = await server.raw()
                peer.send(TEXT, "not handled")
                assert await peer.receive() == (CLOSE, close_payload(1011))
            peer.close()
            await closed.wait()

    run(main)


def test_an_http_error_without_a_message_is_not_logged(run: Run) -> None:
    class Handler(WebSocketHandler):
        def on_message(self, message: str | bytes) -> None:
            raise HTTPError(403)

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.raw()
            with ExpectLog("tornado", ".*", required=False) as logs:
                peer.send(TEXT, "x")
                assert await peer.receive() == (CLOSE, close_payload(1011))
            assert not logs.matched

    run(main)


def test_what_cannot_be_awaited_is_an_error(run: Run) -> None:
    class Handler(WebSocketHandler):
        def on_message(self, message: str | bytes) -> Any:
            return 1

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.raw()
            with ExpectLog("tornado.application", "Uncaught exception GET /"):
                peer.send(TEXT, "x")
                assert await peer.receive() == (CLOSE, close_payload(1011))

    run(main)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(TEXT, "x", masked=False), 1002),
        (frame(3, "x"), 1002),
        (frame(TEXT | 0x40, "x"), 1002),
        (frame(PING, "x" * 126), 1002),
        (frame(0, "x"), 1002),
        (frame(CLOSE, b"\x03"), 1002),
        (frame(CLOSE, close_payload(1006)), 1002),
        (frame(TEXT, b"\xff"), 1007),
        (frame(CLOSE, b"\x03\xe8\xff"), 1007),
        (frame(BINARY, b"x" * 1001), 1009),
        (frame(BINARY, b"x" * 900, fin=False) + frame(0, b"x" * 101), 1009),
    ],
    ids=range(11),
)
def test_who_breaks_the_protocol_is_told_how(run: Run, data: bytes, code: int) -> None:
    async def main() -> None:
        codes: asyncio.Queue[int | None] = asyncio.Queue()

        class Handler(Echo):
            def on_close(self) -> None:
                codes.put_nowait(self.close_code)

        async with serving(Handler, websocket_max_message_size=1000) as server:
            peer = await server.raw()
            # More than the socket's buffers hold: the answer has to come through all the same.
            peer.write(frame(TEXT, "before") + data + frame(TEXT, "after") * 100_000)
            assert await peer.receive() == (TEXT, b"before")
            opcode, payload = await peer.receive()
            assert (opcode, payload[:2]) == (CLOSE, close_payload(code))
            assert await peer.rest() == b""
            peer.close()
            assert await codes.get() is None

    run(main)


def test_the_size_limit_may_be_a_property_of_the_handler(run: Run) -> None:
    class Handler(Echo):
        @property
        def max_message_size(self) -> int:
            return 10

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.raw()
            peer.send(TEXT, "x" * 10)
            await peer.receive()
            peer.send(TEXT, "x" * 11)
            assert await peer.receive() == (CLOSE, close_payload(1009, "message too big"))

    run(main)


def test_a_fragmented_message_may_have_pings_in_it(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo) as server:
            peer = await server.raw()
            peer.send(TEXT, "one ", fin=False)
            peer.send(PING, "ping")
            assert await peer.receive() == (PONG, b"ping")
            peer.send(0, "message")
            assert await peer.receive() == (TEXT, b"one message")

    run(main)
