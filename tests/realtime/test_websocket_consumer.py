"""Rooms over WebSockets."""

import asyncio
import json
import socket
from typing import Any

import pytest

from fujita import httpserver, netutil, web, websocket
from fujita.realtime import Hub, RoomOptions, WebSocketConsumer
from tests.realtime.running import run


class Chat(websocket.WebSocketHandler):
    hub: Hub

    def initialize(self, hub: Hub, compress: bool = False) -> None:
        self.hub = hub
        self.compress = compress

    def get_compression_options(self) -> dict[str, Any] | None:
        return {} if self.compress else None

    async def open(self, *args: str) -> None:
        self.consumer = WebSocketConsumer(self)
        await self.hub.subscribe("lobby", self.consumer)
        await self.write_message("open")

    async def on_message(self, message: str | bytes) -> None:
        await self.hub.publish("lobby", message)

    async def on_close(self) -> None:  # type: ignore[override]
        await self.consumer.close()


class Server:
    def __init__(self, hub: Hub) -> None:
        application = web.Application(
            [
                ("/plain", Chat, {"hub": hub}),
                ("/compressed", Chat, {"hub": hub, "compress": True}),
            ],
            log_function=lambda handler: None,
        )
        self.server = httpserver.HTTPServer(application)
        (self.socket,) = netutil.bind_sockets(0, "127.0.0.1")
        self.server.add_sockets([self.socket])

    async def connect(self, path: str = "/plain") -> websocket.WebSocketClientConnection:
        port = self.socket.getsockname()[1]
        client = await websocket.websocket_connect(
            f"ws://127.0.0.1:{port}{path}", compression_options={} if "comp" in path else None
        )
        assert await client.read_message() == "open"
        return client

    async def close(self) -> None:
        self.server.stop()
        await self.server.close_all_connections()


@pytest.mark.parametrize("path", ["/plain", "/compressed"])
def test_members_get_what_is_said(path: str) -> None:
    async def main() -> None:
        async with Hub() as hub:
            server = Server(hub)
            one, other = await server.connect(path), await server.connect(path)
            for number in range(20):
                await one.write_message(f"hello {number}")
            for number in range(20):
                for client in (one, other):
                    message = json.loads(await client.read_message() or "")
                    assert message.pop("time") > 1_700_000_000
                    assert message == {
                        "type": "publication",
                        "room": "lobby",
                        "offset": number + 1,
                        "data": f"hello {number}",
                    }
            other.close()
            assert await other.read_message() is None
            await one.write_message("alone")
            assert "alone" in str(await one.read_message())
            assert len(hub.rooms["lobby"].subscriptions) == 1
            one.close()
            assert await one.read_message() is None
            await server.close()

    run(main)


def test_a_client_that_never_reads_is_disconnected_and_the_others_get_everything() -> None:
    async def main() -> None:
        options = RoomOptions(queue_bytes=1 << 18)
        async with Hub(default=options) as hub:
            server = Server(hub)
            reader = await server.connect()
            stuck = socket.create_connection(("127.0.0.1", server.socket.getsockname()[1]))
            stuck.setblocking(False)
            loop = asyncio.get_running_loop()
            request = (
                b"GET /plain HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
            )
            await loop.sock_sendall(stuck, request)
            await loop.sock_recv(stuck, 1000)
            data = "x" * 65536
            for number in range(1, 400):
                await hub.publish("lobby", data)
                message = await reader.read_message()
                assert message is not None
                assert f'"offset":{number},' in str(message)[:100]
                if hub.counters.disconnected:
                    break
            assert hub.counters.disconnected == 1
            stuck.close()
            reader.close()
            await server.close()

    run(main)
