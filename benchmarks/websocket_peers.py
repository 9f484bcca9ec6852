"""What ``websocket_echo.py`` and ``broadcast.py`` share: servers to measure, and a load client.

The load client speaks just enough WebSocket to keep a server busy: it counts bytes and parses
nothing, so that it costs less than any server.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, cast

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)


def serve(library: str) -> None:
    """Serves ``/echo`` and ``/room`` with a library of the names of Tornado's, until killed."""
    if library == "tornado":
        from tornado import httpserver, ioloop, netutil, web, websocket
    else:
        from fujita import httpserver, ioloop, netutil, web, websocket

    class Echo(websocket.WebSocketHandler):
        def on_message(self, message):
            self.write_message(message)

    class Room(websocket.WebSocketHandler):
        users: ClassVar[set] = set()

        def open(self):
            self.users.add(self)

        def on_message(self, message):
            for user in self.users:
                user.write_message(message)

        def on_close(self):
            self.users.remove(self)

    async def main() -> None:
        application = web.Application([("/echo", Echo), ("/room", Room)], log_function=lambda h: 0)
        server = httpserver.HTTPServer(application)
        (sock,) = netutil.bind_sockets(0, "127.0.0.1")
        server.add_sockets([sock])
        print(sock.getsockname()[1], flush=True)
        await asyncio.Event().wait()

    if library == "fujita":
        import uvloop

        uvloop.run(main())
    else:
        ioloop.IOLoop.current().run_sync(main)


def pin(pid: int, core: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(pid, {core % (os.cpu_count() or 1)})


@contextmanager
def server(library: str, interpreter: str) -> Iterator[int]:
    """Runs a server in a process and on a core of its own; gives its port."""
    process = subprocess.Popen(
        [interpreter, str(Path(__file__)), library], stdout=subprocess.PIPE, text=True
    )
    pin(process.pid, 0)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def masked(text: bytes) -> bytes:
    """A text frame of a client, whose mask is four zeros."""
    assert len(text) < 126
    return bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text


class LoadClient(asyncio.Protocol):
    """One connection; calls ``received`` with the number of bytes of frames that came."""

    transport: asyncio.Transport

    def __init__(self, path: str, opened: "asyncio.Future[None]") -> None:
        self.path = path
        self.opened = opened
        self.head = b""
        self.total = 0
        self.received: Callable[[int], None] = lambda size: None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(HANDSHAKE.format(path=self.path).encode())

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            self.head += data
            if b"\r\n\r\n" in self.head:
                assert self.head.startswith(b"HTTP/1.1 101"), self.head
                self.opened.set_result(None)
            return
        self.total += len(data)
        self.received(len(data))


async def connect(port: int, path: str) -> LoadClient:
    loop = asyncio.get_running_loop()
    client = LoadClient(path, loop.create_future())
    await loop.create_connection(lambda: client, "127.0.0.1", port)
    await client.opened
    return client


if __name__ == "__main__":
    serve(sys.argv[1])
