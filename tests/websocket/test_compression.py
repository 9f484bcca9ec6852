import asyncio
import zlib
from random import Random
from typing import Any

import pytest

from fujita.testing import ExpectLog
from fujita.websocket import WebSocketHandler
from fujita.websocket.receiving import HELD_LIMIT, PIECE
from tests.websocket.conftest import Run
from tests.websocket.servers import BINARY, CLOSE, TEXT, RawPeer, Server, close_payload, serving

RSV1 = 0x40
TAIL = b"\x00\x00\xff\xff"


class Member(WebSocketHandler):
    """Echoes and broadcasts, compressed."""

    def initialize(self, members: "list[Member]") -> None:
        self.members = members

    def get_compression_options(self) -> dict[str, Any]:
        return {}

    def open(self) -> None:
        self.members.append(self)

    def on_message(self, message: str | bytes) -> None:
        if message == "broadcast":
            text = "a message for everybody, " * 4
            for member in self.members:
                member.write_message(text)
        else:
            self.write_message(message, binary=isinstance(message, bytes))


class Codec:
    """The client's side of permessage-deflate."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(wbits=-15)
        self._inflate = zlib.decompressobj(wbits=-15)

    def compress(self, data: bytes) -> bytes:
        return (self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH))[:-4]

    def decompress(self, data: bytes) -> bytes:
        return self._inflate.decompress(data + TAIL)


async def connect(server: Server, offer: str = "permessage-deflate") -> tuple[RawPeer, Codec]:
    peer = await server.raw(Sec_WebSocket_Extensions=offer)
    return peer, Codec()


def member() -> Any:
    return ("/", Member, {"members": []})


def test_messages_are_compressed_both_ways(run: Run) -> None:
    async def main() -> None:
        async with serving(member()) as server:
            peer, codec = await connect(server)
            assert peer.header("Sec-WebSocket-Extensions") == "permessage-deflate"
            sizes = []
            for _ in range(3):
                peer.send(TEXT | RSV1, codec.compress(b"a text that comes again and again"))
                opcode, payload = await peer.receive()
                assert opcode == TEXT | RSV1
                assert codec.decompress(payload) == b"a text that comes again and again"
                sizes.append(len(payload))
            # The second time it is in the window.
            assert sizes[1] < sizes[0]

    run(main)


def test_without_an_offer_nothing_is_compressed(run: Run) -> None:
    async def main() -> None:
        async with serving(member()) as server:
            peer = await server.raw()
            assert peer.header("Sec-WebSocket-Extensions") is None
            peer.send(TEXT, "plain")
            assert await peer.receive() == (TEXT, b"plain")
            # A client that was not given compression must not use it.
            peer.send(TEXT | RSV1, Codec().compress(b"x"))
            assert (await peer.receive())[1][:2] == close_payload(1002)

    run(main)


def test_a_broadcast_is_compressed_once_and_contexts_stay_right(run: Run) -> None:
    async def main() -> None:
        async with serving(member()) as server:
            peers = [await connect(server) for _ in range(5)]
            plain = await server.raw()
            text = b"a message for everybody, " * 4

            async def expect(payload: bytes) -> list[bytes]:
                frames = []
                for peer, codec in peers:
                    opcode, compressed = await peer.receive()
                    assert opcode == TEXT | RSV1
                    assert codec.decompress(compressed) == payload
                    frames.append(compressed)
                return frames

            for _ in range(3):
                for peer, codec in peers:
                    peer.send(TEXT | RSV1, codec.compress(b"one of my own, compressed with care"))
                await expect(b"one of my own, compressed with care")
                plain.send(TEXT, "broadcast")
                frames = await expect(text)
                assert await plain.receive() == (TEXT, text)
                assert len(set(frames[1:])) == 1

    run(main)


@pytest.mark.parametrize("takeover", [True, False])
def test_what_needs_several_pieces(run: Run, takeover: bool) -> None:
    async def main() -> None:
        offer = "permessage-deflate" + ("" if takeover else "; client_no_context_takeover")
        async with serving(member()) as server:
            peer, codec = await connect(server, offer)
            # Hardly compressible, so that it is more than is taken at once.
            noise = Random(0).randbytes(200_000)
            assert len(noise) > HELD_LIMIT > PIECE
            peer.send(BINARY | RSV1, codec.compress(noise))
            opcode, payload = await peer.receive()
            assert (opcode, codec.decompress(payload)) == (BINARY | RSV1, noise)
            again = codec if takeover else Codec()
            peer.send(TEXT | RSV1, again.compress(b"next"))
            opcode, payload = await peer.receive()
            assert codec.decompress(payload) == b"next"

    run(main)


def test_a_bomb_does_not_go_off(run: Run) -> None:
    async def main() -> None:
        async with serving(member(), websocket_max_message_size=100_000) as server:
            peer, codec = await connect(server)
            peer.send(BINARY | RSV1, codec.compress(b"\0" * 50_000_000))
            assert await peer.receive() == (CLOSE, close_payload(1009, "message too big"))

    run(main)


def test_many_bombs_of_allowed_size_go_off_one_by_one(run: Run) -> None:
    async def main() -> None:
        sizes: list[int] = []
        held: list[int] = []
        done = asyncio.Event()

        class Handler(Member):
            async def on_message(self, message: str | bytes) -> None:  # type: ignore[override]
                sizes.append(len(message))
                connection: Any = self.ws_connection
                held.append(connection._held_size)
                await asyncio.sleep(0)
                if len(sizes) == 20:
                    done.set()

        async with serving(("/", Handler, {"members": []})) as server:
            peer, codec = await connect(server)
            peer.writer.write(
                b"".join(_frame(codec.compress(b"\0" * 2_000_000)) for _ in range(20))
            )
            await done.wait()
            assert sizes == [2_000_000] * 20
            # What waits, waits compressed.
            assert max(held) > PIECE

    run(main)


def _frame(payload: bytes) -> bytes:
    return (
        bytes((0x80 | BINARY | RSV1, 0x80 | 126)) + len(payload).to_bytes(2) + b"\0\0\0\0" + payload
    )


def test_garbage_is_refused(run: Run) -> None:
    async def main() -> None:
        async with serving(member()) as server:
            peer, _ = await connect(server)
            with ExpectLog("tornado", ".*", required=False) as logs:
                peer.send(TEXT | RSV1, b"\xff\xff\xff\xff")
                opcode, payload = await peer.receive()
                assert (opcode, payload[:2]) == (CLOSE, close_payload(1007))
            assert not logs.matched

    run(main)
