import asyncio
import json
from typing import Any

import pytest

from fujita.testing import ExpectLog
from fujita.websocket import WebSocketClosedError, WebSocketHandler
from tests.websocket.conftest import Run
from tests.websocket.servers import BINARY, TEXT, Echo, Server, frame, serving


class Keeping(WebSocketHandler):
    """Lets the test have its handler."""

    def initialize(self, handlers: "asyncio.Queue[Keeping]") -> None:
        self.handlers = handlers

    def open(self) -> None:
        self.handlers.put_nowait(self)

    def on_message(self, message: str | bytes) -> None:
        pass

    def on_close(self) -> None:
        self.handlers.put_nowait(self)


def keeping() -> tuple[Any, "asyncio.Queue[Keeping]"]:
    handlers: asyncio.Queue[Keeping] = asyncio.Queue()
    return ("/", Keeping, {"handlers": handlers}), handlers


@pytest.mark.parametrize(
    ("message", "binary", "expected"),
    [
        ("text", False, (TEXT, b"text")),
        ("text", True, (BINARY, b"text")),
        (b"bytes", False, (TEXT, b"bytes")),
        (b"bytes", True, (BINARY, b"bytes")),
        ({"a": 1}, False, (TEXT, b'{"a": 1}')),
        ({"a": 1}, True, (BINARY, b'{"a": 1}')),
        ("", False, (TEXT, b"")),
        ("x" * 126, False, (TEXT, b"x" * 126)),
        ("ü" * 70000, False, (TEXT, "ü".encode() * 70000)),
    ],
    ids=range(9),
)
def test_what_is_sent(run: Run, message: Any, binary: bool, expected: tuple[int, bytes]) -> None:
    async def main() -> None:
        rule, handlers = keeping()
        async with serving(rule) as server:
            peer = await server.raw()
            handler = await handlers.get()
            for _ in range(3):
                handler.write_message(message, binary)
            for _ in range(3):
                assert await peer.receive() == expected

    run(main)


@pytest.mark.parametrize("message", [None, 1, ["a"], 1.5, bytearray(b"x")], ids=repr)
def test_what_is_refused(run: Run, message: Any) -> None:
    async def main() -> None:
        rule, handlers = keeping()
        async with serving(rule) as server:
            peer = await server.raw()
            handler = await handlers.get()
            with pytest.raises(TypeError, match="a message is str, bytes or dict, not"):
                handler.write_message(message)
            handler.write_message("good")
            assert await peer.receive() == (TEXT, b"good")

    run(main)


def test_one_dictionary_that_changes_on_the_way(run: Run) -> None:
    async def main() -> None:
        rule, handlers = keeping()
        async with serving(rule) as server:
            peers = [await server.raw() for _ in range(4)]
            members = [await handlers.get() for _ in range(4)]
            message: dict[str, Any] = {"to": 0, "deep": [{"n": 0}]}
            for number, member in enumerate(members):
                message["to"] = number
                message["deep"][0]["n"] = number / 2
                member.write_message(message)
            for number, peer in enumerate(peers):
                _, payload = await peer.receive()
                assert json.loads(payload) == {"to": number, "deep": [{"n": number / 2}]}
            # Equal for Python, but not in JSON.
            for value in (1, True, 1.0):
                message["to"] = value
                members[0].write_message(message)
            got = [json.loads((await peers[0].receive())[1])["to"] for _ in range(3)]
            assert [repr(value) for value in got] == ["1", "True", "1.0"]

    run(main)


def test_a_future_of_a_write_is_done_if_there_is_nothing_to_wait_for(run: Run) -> None:
    async def main() -> None:
        rule, handlers = keeping()
        async with serving(rule) as server:
            await server.raw()
            handler = await handlers.get()
            future = handler.write_message("x")
            assert future.done()
            await future
            assert handler.write_message("y") is future

    run(main)


def test_order_is_kept_between_what_is_sent_at_once_and_what_waits(run: Run) -> None:
    class Handler(WebSocketHandler):
        async def on_message(self, message: str | bytes) -> None:
            self.write_message("1")
            self.ping(b"2")
            await asyncio.sleep(0)
            self.write_message("3")
            self.write_message("x" * 100_000)
            self.write_message("4")
            self.close()

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.raw()
            peer.send(TEXT, "go")
            got = [(await peer.receive())[1][:3] for _ in range(6)]
            assert got == [b"1", b"2", b"3", b"xxx", b"4", b""]

    run(main)


def test_a_loop_that_only_writes_lets_others_have_their_turn(run: Run) -> None:
    async def main() -> None:
        rule, handlers = keeping()
        async with serving(rule) as server:
            peer = await server.raw()
            handler = await handlers.get()
            turns = 0

            async def count() -> None:
                nonlocal turns
                while True:
                    turns += 1
                    await asyncio.sleep(0)

            async def read() -> None:
                while True:
                    await peer.receive()

            others = [asyncio.ensure_future(count()), asyncio.ensure_future(read())]
            for _ in range(2000):
                await handler.write_message("x" * 1000)
            assert turns > 10
            for other in others:
                other.cancel()

    run(main)


async def fill(server: Server, handler: Keeping) -> None:
    """Writes until the peer, which does not read, makes the writer wait."""
    while True:
        future = handler.write_message(b"x" * 65536, binary=True)
        done, _ = await asyncio.wait([future], timeout=0.1)
        if not done:
            return


def test_a_writer_waits_for_a_slow_reader(run: Run) -> None:
    async def main() -> None:
        rule, handlers = keeping()
        async with serving(rule) as server:
            peer = await server.raw()
            handler = await handlers.get()
            await fill(server, handler)
            waiting = handler.write_message("last")
            assert not waiting.done()
            while await peer.receive() != (TEXT, b"last"):
                pass
            await waiting

    run(main)


def test_a_writer_that_waits_is_told_that_the_connection_is_gone(run: Run) -> None:
    async def main() -> None:
        rule, handlers = keeping()
        async with serving(rule) as server:
            peer = await server.raw()
            handler = await handlers.get()
            await fill(server, handler)
            waiting = handler.write_message("last")
            peer.writer.transport.abort()
            with pytest.raises(WebSocketClosedError):
                await waiting
            assert await handlers.get() is handler
            with pytest.raises(WebSocketClosedError):
                handler.write_message("x")

    run(main)


def test_who_never_reads_is_given_up(run: Run) -> None:
    async def main() -> None:
        rule, handlers = keeping()
        async with serving(rule, websocket_max_write_buffer_size=300_000) as server:
            slow, quick = await server.raw(), await server.raw()
            members = [await handlers.get(), await handlers.get()]
            written = 0

            async def read() -> None:
                nonlocal written
                while True:
                    await quick.receive()
                    written += 1

            reading = asyncio.ensure_future(read())
            with ExpectLog("tornado.general", r"WebSocket .* closed: \d+ bytes wait for it"):
                while handlers.empty():
                    for member in members:
                        # As a chat room does, which does not know who is slow.
                        if member.ws_connection is not None and member.close_code is None:
                            try:
                                await asyncio.wait(
                                    [member.write_message(b"x" * 50_000, True)], timeout=0.01
                                )
                            except WebSocketClosedError:
                                assert member is members[0]
            lost = await handlers.get()
            assert lost is members[0]
            assert (lost.close_code, lost.close_reason) == (1013, "does not read")
            assert members[1].ws_connection is not None
            reading.cancel()
            assert written > 5
            slow.close()

    run(main)


def test_a_large_message_to_who_does_read_is_no_offence(run: Run) -> None:
    async def main() -> None:
        rule, handlers = keeping()
        async with serving(rule, websocket_max_write_buffer_size=300_000) as server:
            peer = await server.raw()
            handler = await handlers.get()
            handler.write_message("x" * 1_000_000)
            assert len((await peer.receive())[1]) == 1_000_000

    run(main)


def test_an_echo_to_who_never_reads_is_bounded(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo, websocket_max_write_buffer_size=200_000) as server:
            peer = await server.raw()
            with ExpectLog("tornado.general", ".* bytes wait for it"):
                data = frame(BINARY, b"x" * 65536)
                try:
                    while True:
                        peer.write(data)
                        await peer.writer.drain()
                except ConnectionError:
                    pass

    run(main)
