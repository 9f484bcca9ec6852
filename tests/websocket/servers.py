"""A server for the tests of WebSockets, and a client that sends whatever bytes it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fujita.httpserver import HTTPServer
from fujita.netutil import bind_sockets
from fujita.web import Application
from fujita.websocket import WebSocketHandler
from tests.wire.websocket.frames import frame as build_frame

PATIENCE = 10
"""Seconds after which a test that waits for something fails."""

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10

Frame = tuple[int, bytes]


class Server:
    """A running server; its handlers put what they see into ``seen``."""

    def __init__(self, server: HTTPServer, port: int) -> None:
        self.http = server
        self.port = port
        self.url = f"ws://127.0.0.1:{port}"
        self.address = "127.0.0.1", port
        self._peers: list[RawPeer] = []

    async def raw(self, path: str = "/", **headers: str) -> "RawPeer":
        """Opens a WebSocket from a bare socket."""
        peer = await self.connect()
        await peer.ask(path, **headers)
        assert peer.status == 101, peer.head
        return peer

    async def connect(self) -> "RawPeer":
        """Connects a socket, and sends nothing yet."""
        peer = RawPeer(*await asyncio.open_connection(*self.address))
        self._peers.append(peer)
        return peer

    async def close(self) -> None:
        """Closes everything on both sides."""
        for peer in self._peers:
            peer.writer.transport.abort()
        self.http.stop()
        await self.http.close_all_connections()


@asynccontextmanager
async def serving(
    *handlers: Any, server_class: type[HTTPServer] = HTTPServer, **settings: Any
) -> AsyncIterator[Server]:
    """Serves handlers; a single class serves every path."""
    rules = [
        handler if isinstance(handler, tuple) else (r"/(?:.*)", handler) for handler in handlers
    ]
    http = server_class(Application(rules, **settings))
    (sock,) = bind_sockets(0, "127.0.0.1")
    http.add_sockets([sock])
    server = Server(http, sock.getsockname()[1])
    try:
        async with asyncio.timeout(PATIENCE):
            yield server
    finally:
        await server.close()


class RawPeer:
    """A client that knows the frames of RFC 6455 and none of its rules."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.head = b""
        self.status = 0

    async def ask(self, path: str = "/", version: str = "1.1", **headers: str) -> None:
        """Sends the opening request; a header's value of "" leaves it out."""
        fields = {
            "Host": "localhost",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
        self.writer.write(f"GET {path} HTTP/{version}\r\n{lines}\r\n".encode())
        self.head = await self.reader.readuntil(b"\r\n\r\n")
        self.status = int(self.head.split()[1])

    def header(self, name: str) -> str | None:
        """Gives a header of the answer."""
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return None

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    def send(self, opcode: int, payload: bytes | str = b"", **options: Any) -> None:
        self.write(frame(opcode, payload, **options))

    async def receive(self) -> Frame:
        """Reads a frame: its opcode and its payload."""
        first, second = await self.reader.readexactly(2)
        assert first & 0x80, "a fragment"
        assert not second & 0x80, "a server's frame is masked"
        size = second
        if size > 125:
            size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8))
        return first & 0x7F, await self.reader.readexactly(size)

    async def rest(self) -> bytes:
        """Reads until the server closes the connection."""
        try:
            return await self.reader.read()
        except ConnectionResetError:
            return b"(reset)"

    def close(self) -> None:
        self.writer.close()


def frame(
    opcode: int, payload: bytes | str = b"", *, fin: bool = True, masked: bool = True
) -> bytes:
    """A client's frame; ``opcode`` may have reserved bits."""
    data = payload.encode() if isinstance(payload, str) else payload
    return build_frame(opcode | (0x80 if fin else 0), data, key=b"mask" if masked else None)


def close_payload(code: int, reason: str = "") -> bytes:
    return code.to_bytes(2) + reason.encode()


class Echo(WebSocketHandler):
    """Sends back what it gets."""

    def on_message(self, message: str | bytes) -> None:
        self.write_message(message, binary=isinstance(message, bytes))
