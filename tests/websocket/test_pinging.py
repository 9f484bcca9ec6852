import asyncio

import pytest

from fujita.testing import ExpectLog
from fujita.websocket import WebSocketHandler, WebSocketProtocol13, closing
from fujita.websocket.parameters import _WebSocketParams
from tests.websocket.conftest import Run
from tests.websocket.servers import CLOSE, PING, PONG, TEXT, Echo, close_payload, serving


def test_when_the_next_ping_is_due() -> None:
    sleep_time = WebSocketProtocol13.ping_sleep_time
    assert sleep_time(last_ping_time=100, interval=10, now=103) == 7
    assert sleep_time(last_ping_time=100, interval=10, now=111) == 0


@pytest.mark.parametrize(
    ("interval", "timeout", "expected"),
    [
        (None, None, (0, 0)),
        (0, 5, (0, 0)),
        (10, None, (10, 10)),
        (10, 0, (10, 0)),
        (10, 3, (10, 3)),
        (10, 30, (10, 10)),
    ],
)
def test_what_the_settings_mean(
    interval: float | None, timeout: float | None, expected: tuple[float, float]
) -> None:
    class Nobody(WebSocketHandler):
        def __init__(self) -> None:
            pass

    protocol = WebSocketProtocol13(Nobody(), False, _WebSocketParams(interval, timeout))
    assert (protocol.ping_interval, protocol.ping_timeout) == expected


def test_who_answers_stays(run: Run) -> None:
    pongs = []

    class Handler(Echo):
        def on_pong(self, data: bytes) -> None:
            pongs.append(data)

    async def main() -> None:
        async with serving(Handler, websocket_ping_interval=0.1) as server:
            peer = await server.raw()
            for _ in range(3):
                assert await peer.receive() == (PING, b"")
                peer.send(PONG)
            peer.send(TEXT, "still here")
            assert await peer.receive() == (TEXT, b"still here")

    run(main)
    assert pongs == [b""] * 3


def test_who_does_not_answer_is_closed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "CLOSE_TIMEOUT", 0.02)

    async def main() -> None:
        closed = asyncio.Event()

        class Handler(Echo):
            def on_close(self) -> None:
                closed.set()

        async with serving(Handler, websocket_ping_interval=0.02) as server:
            peer = await server.raw()
            assert await peer.receive() == (PING, b"")
            assert await peer.receive() == (CLOSE, close_payload(1000, "ping timed out"))
            await closed.wait()

    run(main)


def test_without_a_timeout_pings_go_on(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo, websocket_ping_interval=0.01, websocket_ping_timeout=0) as server:
            peer = await server.raw()
            for _ in range(5):
                assert await peer.receive() == (PING, b"")

    run(main)


def test_a_pong_that_waits_behind_a_message_counts(run: Run) -> None:
    async def main() -> None:
        gate = asyncio.Event()

        class Handler(WebSocketHandler):
            async def on_message(self, message: str | bytes) -> None:
                await gate.wait()
                self.write_message("handled")

        async with serving(Handler, websocket_ping_interval=0.1) as server:
            peer = await server.raw()
            peer.send(TEXT, "x")
            for _ in range(3):
                assert await peer.receive() == (PING, b"")
                peer.send(PONG)
            gate.set()
            got = await peer.receive()
            while got == (PING, b""):
                peer.send(PONG)
                got = await peer.receive()
            assert got == (TEXT, b"handled")

    run(main)


def test_a_timeout_over_the_interval_is_cut_and_said(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo, websocket_ping_interval=5, websocket_ping_timeout=30) as server:
            with ExpectLog("tornado.general", "websocket_ping_timeout is 30 s, but at most"):
                await server.raw()

    run(main)


def test_who_pings_without_reading_gets_the_latest_pong(run: Run) -> None:
    async def main() -> None:
        pings = 0
        handlers: asyncio.Queue[WebSocketHandler] = asyncio.Queue()

        class Handler(WebSocketHandler):
            def open(self) -> None:
                handlers.put_nowait(self)

            def on_ping(self, data: bytes) -> None:
                nonlocal pings
                pings += 1
                if data == b"last":
                    seen.set()

        seen = asyncio.Event()
        async with serving(Handler) as server:
            peer = await server.raw()
            handler = await handlers.get()
            while True:
                future = handler.write_message(b"x" * 65536, True)
                done, _ = await asyncio.wait([future], timeout=0.1)
                if not done:
                    break
            for number in range(50):
                peer.send(PING, str(number))
            peer.send(PING, "last")
            await seen.wait()
            assert pings == 51
            pongs: list[bytes] = []
            while not pongs or pongs[-1] != b"last":
                opcode, payload = await peer.receive()
                if opcode == PONG:
                    pongs.append(payload)
            assert pongs == [b"0", b"last"]

    run(main)
