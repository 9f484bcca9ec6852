"""The limits of a connection's memory and time; docs/limits.md lists them."""

import asyncio
import gc
import tracemalloc
import zlib
from typing import Any

import pytest

from fujita.testing import ExpectLog
from fujita.websocket import WebSocketHandler
from tests.websocket.conftest import Run
from tests.websocket.servers import (
    BINARY,
    CLOSE,
    PING,
    TEXT,
    Echo,
    RawPeer,
    close_payload,
    frame,
    serving,
)

DEFLATE = {"Sec_WebSocket_Extensions": "permessage-deflate"}


class Compressing(Echo):
    def get_compression_options(self) -> dict[str, Any]:
        return {}


def deflated(message: bytes) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    return stream.compress(message) + stream.flush(zlib.Z_SYNC_FLUSH)[:-4]


async def close_code(peer: RawPeer) -> int:
    """Reads on to the Close frame; gives its code."""
    while True:
        opcode, payload = await peer.receive()
        if opcode == CLOSE:
            return int.from_bytes(payload[:2])


@pytest.mark.parametrize(
    ("settings", "data", "reason"),
    [
        ({"websocket_max_message_size": 100}, frame(TEXT, "x" * 101), "message too big"),
        ({"websocket_max_frame_size": 100}, frame(TEXT, "x" * 101), "frame too big"),
        ({"websocket_max_frame_size": 300}, frame(TEXT, "x" * 301), "frame too big"),
        (
            {"websocket_max_frame_size": 100},
            frame(TEXT, "x" * 90, fin=False) + frame(0, "x" * 101, fin=False),
            "frame too big",
        ),
        (
            {"websocket_max_fragments": 3},
            frame(TEXT, "x", fin=False) + frame(0, fin=False) * 3,
            "too many fragments",
        ),
    ],
)
def test_sizes(run: Run, settings: dict[str, Any], data: bytes, reason: str) -> None:
    async def main() -> None:
        async with serving(Echo, **settings) as server:
            peer = await server.raw()
            peer.write(data)
            assert await peer.receive() == (CLOSE, close_payload(1009, reason))
            peer.close()

    run(main)


def test_sizes_that_are_allowed(run: Run) -> None:
    async def main() -> None:
        limits: dict[str, Any] = {
            "websocket_max_message_size": 200,
            "websocket_max_frame_size": 100,
            "websocket_max_fragments": 3,
        }
        async with serving(Echo, **limits) as server:
            peer = await server.raw()
            for _ in range(2):
                peer.write(frame(TEXT, "x" * 100, fin=False) + frame(0, fin=False))
                peer.write(frame(0, "x" * 100))
                assert await peer.receive() == (TEXT, b"x" * 200)
                peer.send(TEXT, "x" * 100)
                assert await peer.receive() == (TEXT, b"x" * 100)

    run(main)


def test_a_compressed_frame_is_measured_as_it_comes(run: Run) -> None:
    async def main() -> None:
        async with serving(Compressing, websocket_max_message_size=1000) as server:
            # Blocks that hold nothing: the message stays small, the frame does not.
            peer = await server.raw(**DEFLATE)
            peer.send(TEXT | 0x40, b"\x00\x00\x00\xff\xff" * 1000)
            assert await close_code(peer) == 1009
            # What does not shrink is allowed to grow a little.
            peer = await server.raw(**DEFLATE)
            peer.send(BINARY | 0x40, deflated(bytes(range(250)) * 4))
            assert (await peer.receive())[0] == BINARY | 0x40

    run(main)


def memory_of(peer_sends: list[bytes], run: Run, handler: type[WebSocketHandler]) -> int:
    """Bytes that the server needs at most for what a peer sends, as Python counts them."""
    peak = 0

    async def main() -> None:
        nonlocal peak
        async with serving(handler) as server:
            peer = await server.raw(**DEFLATE)
            gc.collect()
            tracemalloc.start()
            try:
                for data in peer_sends:
                    peer.write(data)
                    await peer.writer.drain()
                peer.send(PING, b"done")
                while (await peer.receive())[1] != b"done":
                    pass
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    run(main)
    return peak


def test_tiny_fragments_take_no_memory(run: Run) -> None:
    chunk = (frame(0, b"", fin=False) * 9 + frame(0, b"x", fin=False)) * 500
    sends = [frame(TEXT, b"", fin=False), *[chunk] * 8]
    assert memory_of(sends, run, Compressing) < 1 << 20


def test_a_flood_of_pings_takes_no_memory(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo, websocket_max_write_buffer_size=1 << 20) as server:
            peer = await server.raw()
            data = frame(PING, b"x" * 125) * 500
            gc.collect()
            tracemalloc.start()
            try:
                # The sockets' buffers fill up both ways unless the server drops Pongs.
                for _ in range(60):
                    peer.write(data)
                    await peer.writer.drain()
                peer.send(PING, b"last")
                while (await peer.receive())[1] != b"last":
                    pass
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            # 3.9 MB of Pings have come.
            assert peak < 2 << 20

    run(main)


async def send_on(peer: RawPeer, data: bytes) -> None:
    """Sends the same until it is cancelled."""
    while True:
        peer.write(data)
        await peer.writer.drain()


def test_a_handler_that_is_slow_stops_the_reading(run: Run) -> None:
    async def main() -> None:
        gate = asyncio.Event()

        class Slow(WebSocketHandler):
            async def on_message(self, message: str | bytes) -> None:
                await gate.wait()

        async with serving(Slow) as server:
            peer = await server.raw()
            data = frame(BINARY, b"x" * 65000)
            gc.collect()
            tracemalloc.start()
            try:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(send_on(peer, data), 0.5)
                # The client of this test has its own buffer, of 64 KiB and a frame.
                assert tracemalloc.get_traced_memory()[1] < 2 << 20
            finally:
                tracemalloc.stop()
            gate.set()

    run(main)


def test_a_peer_that_never_reads_is_closed_with_1013(run: Run) -> None:
    async def main() -> None:
        codes: asyncio.Queue[int | None] = asyncio.Queue()

        class Talker(WebSocketHandler):
            def on_message(self, message: str | bytes) -> None:
                self.write_message(b"x" * 20_000, binary=True)

            def on_close(self) -> None:
                codes.put_nowait(self.close_code)

        async with serving(Talker, websocket_max_write_buffer_size=100_000) as server:
            peer = await server.raw()
            with ExpectLog("tornado.general", ".* bytes wait for it"):
                while codes.empty():
                    peer.send(TEXT, "more")
                    await asyncio.sleep(0)
            assert await codes.get() == 1013

    run(main)


def test_handshakes_under_way(run: Run) -> None:
    async def main() -> None:
        gate = asyncio.Event()
        opening = asyncio.Semaphore(0)

        class Careful(Echo):
            async def open(self) -> None:
                opening.release()
                await gate.wait()

        async with serving(Careful, websocket_max_handshakes=2) as server:
            peers = [await server.raw() for _ in range(2)]
            for _ in peers:
                await opening.acquire()
            refused = await server.connect()
            await refused.ask()
            assert (refused.status, refused.header("Retry-After")) == (503, "1")
            gate.set()
            for peer in peers:
                peer.send(TEXT, "open")
                assert await peer.receive() == (TEXT, b"open")
            peer = await server.raw()
            peer.send(TEXT, "open again")
            assert await peer.receive() == (TEXT, b"open again")

    run(main)


def test_a_handshake_that_never_ends(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo) as server:
            server.http.settings.header_timeout = 0.1
            peer = await server.connect()
            peer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n")
            assert (await peer.rest()).startswith(b"HTTP/1.1 408")

    run(main)


def test_a_peer_that_does_not_answer_a_close_frame(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fujita.websocket.closing.CLOSE_TIMEOUT", 0.05)

    async def main() -> None:
        class Closer(WebSocketHandler):
            def open(self) -> None:
                self.close(4000)

        async with serving(Closer) as server:
            peer = await server.raw()
            assert await close_code(peer) == 4000
            assert await peer.rest() in (b"", b"(reset)")

    run(main)
