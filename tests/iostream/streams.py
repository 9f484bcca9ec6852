"""Pairs of connected streams, of every kind, for the tests of what all kinds have in common."""

import asyncio
import os
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import fujita.testing
from fujita.iostream import BaseIOStream, IOStream, PipeIOStream
from fujita.iostream.stream_protocol import StreamProtocol
from fujita.iostream.transport import TransportIOStream

Result = TypeVar("Result")
Run = Callable[[Callable[[], Awaitable[Any]]], Any]
Pair = tuple[Any, Any]
MakePair = Callable[..., Awaitable[Pair]]

CERTIFICATE = Path(fujita.testing.__file__).with_name("localhost.crt")
KEY = CERTIFICATE.with_suffix(".key")


def server_context() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE, KEY)
    return context


def client_context() -> ssl.SSLContext:
    return ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=CERTIFICATE)


_made: list[BaseIOStream] = []


def remember(first: Any, second: Any) -> Pair:
    """Puts a pair on the list of those to be closed when the test ends."""
    _made.extend((first, second))
    return first, second


def close_all() -> None:
    while _made:
        stream = _made.pop()
        stream.close()
        if isinstance(stream, TransportIOStream):
            # It would wait until all has been sent.
            stream.transport.abort()


def tcp_sockets() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        first = socket.create_connection(listener.getsockname())
        second, _ = listener.accept()
    return first, second


async def socket_pair(**limits: int) -> Pair:
    first, second = tcp_sockets()
    return remember(IOStream(first, **limits), IOStream(second, **limits))


async def tls_pair(**limits: int) -> Pair:
    first, second = await socket_pair(**limits)
    client = first.start_tls(False, client_context(), "localhost")
    server = second.start_tls(True, server_context())
    return remember(await client, await server)


async def pipe_pair(**limits: int) -> Pair:
    reading, writing = os.pipe()
    return remember(PipeIOStream(reading, **limits), PipeIOStream(writing, **limits))


async def transport_stream(sock: socket.socket, **limits: int | None) -> TransportIOStream:
    sock.setblocking(False)
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_connection(lambda: StreamProtocol(**limits), sock=sock)
    assert protocol.stream is not None
    _made.append(protocol.stream)
    return protocol.stream


async def transport_pair(**limits: int) -> Pair:
    first, second = tcp_sockets()
    return await transport_stream(first, **limits), await transport_stream(second, **limits)


async def tls_transport_pair(**limits: int) -> Pair:
    first, second = await transport_pair(**limits)
    client = first.start_tls(False, client_context(), "localhost")
    server = second.start_tls(True, server_context())
    return remember(*await asyncio.gather(client, server))


# The first of each pair can read, the second can write; all but pipes can do both.
PAIRS: dict[str, MakePair] = {
    "socket": socket_pair,
    "tls": tls_pair,
    "pipe": pipe_pair,
    "transport": transport_pair,
    "tls_transport": tls_transport_pair,
}


async def closed(stream: BaseIOStream) -> None:
    """Waits until a stream is closed."""
    if not stream.closed():
        event = asyncio.Event()
        stream.set_close_callback(event.set)
        await event.wait()


async def turns(count: int = 3) -> None:
    """Gives the loop a few turns; for what must not happen, or happens on the next turn."""
    for _ in range(count):
        await asyncio.sleep(0)
