"""Against the library ``websockets``, on either side."""

import asyncio
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import connect as peer_connect
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as peer_serve

from fujita.websocket import WebSocketHandler, websocket_connect
from tests.websocket.conftest import Run
from tests.websocket.servers import PATIENCE, serving

MESSAGES: list[str | bytes] = [
    "",
    "text",
    "grüße 👋",
    b"",
    b"\x00\xff",
    "x" * 125,
    "x" * 126,
    "x" * 65536,
    b"y" * 200_000,
]

COMPRESSION: list[Any] = ["deflate", None]


class Echo(WebSocketHandler):
    def initialize(self, codes: "asyncio.Queue[Any]", deflate: bool) -> None:
        self.codes = codes
        self.deflate = deflate

    def get_compression_options(self) -> dict[str, Any] | None:
        return {} if self.deflate else None

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return "chat" if "chat" in subprotocols else None

    async def on_message(self, message: str | bytes) -> None:
        if message == "close":
            self.close(4001, "asked to")
        else:
            await self.write_message(message, binary=isinstance(message, bytes))

    def on_close(self) -> None:
        self.codes.put_nowait((self.close_code, self.close_reason))


@pytest.mark.parametrize("deflate", [True, False])
@pytest.mark.parametrize("offer", COMPRESSION)
def test_as_a_server(run: Run, deflate: bool, offer: Any) -> None:
    async def main() -> None:
        codes: asyncio.Queue[Any] = asyncio.Queue()
        async with serving(("/", Echo, {"codes": codes, "deflate": deflate})) as server:
            async with peer_connect(
                server.url, compression=offer, subprotocols=[websockets.Subprotocol("chat")]
            ) as peer:
                assert peer.subprotocol == "chat"
                for _ in range(2):
                    for message in MESSAGES:
                        await peer.send(message)
                    for message in MESSAGES:
                        assert await peer.recv() == message
                # In fragments.
                await peer.send(["one ", "two ", "three"])
                assert await peer.recv() == "one two three"
                await (await peer.ping(b"x"))
                await peer.close(4000, "bye")
            assert await codes.get() == (4000, "bye")
            async with peer_connect(server.url, compression=offer) as peer:
                await peer.send("close")
                with pytest.raises(websockets.ConnectionClosed):
                    await peer.recv()
                assert (peer.close_code, peer.close_reason) == (4001, "asked to")
            assert await codes.get() == (4001, "asked to")

    run(main)


@pytest.mark.parametrize("options", [None, {}, {"mem_level": 9, "compression_level": 9}])
@pytest.mark.parametrize("accepts", COMPRESSION)
def test_as_a_client(run: Run, options: dict[str, Any] | None, accepts: Any) -> None:
    async def echo(peer: ServerConnection) -> None:
        async for message in peer:
            if message == "close":
                await peer.close(4001, "asked to")
            elif message == "fragments":
                await peer.send(["frag", "ments"])
            else:
                await peer.send(message)

    async def main() -> None:
        async with (
            asyncio.timeout(PATIENCE),
            peer_serve(
                echo,
                "127.0.0.1",
                0,
                compression=accepts,
                subprotocols=[websockets.Subprotocol("chat")],
                ping_interval=0.05,
            ) as server,
        ):
            url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/"
            connection = await websocket_connect(
                url, compression_options=options, subprotocols=["other", "chat"]
            )
            assert connection.selected_subprotocol == "chat"
            for _ in range(2):
                for message in MESSAGES:
                    await connection.write_message(message, binary=isinstance(message, bytes))
                for message in MESSAGES:
                    assert await connection.read_message() == message
            connection.write_message("fragments")
            assert await connection.read_message() == "fragments"
            connection.write_message("close")
            assert await connection.read_message() is None
            assert (connection.close_code, connection.close_reason) == (4001, "asked to")

    run(main)
