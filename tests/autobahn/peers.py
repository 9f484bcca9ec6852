"""The server and the client that Autobahn's cases are run against: they send back what comes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from fujita.httpserver import HTTPServer
from fujita.netutil import bind_sockets
from fujita.web import Application
from fujita.websocket import (
    WebSocketClientConnection,
    WebSocketHandler,
    websocket_connect,
)

MAX_MESSAGE_SIZE = 64 * 1024 * 1024
"""Bytes: section 9 has messages of 16 MiB, and the default limit is 10."""


class Count:
    """How many cases have begun."""

    begun = 0


class Echo(WebSocketHandler):
    """Sends back what it gets, compressed if it may be."""

    def initialize(self, count: Count) -> None:
        self.count = count

    def get_compression_options(self) -> dict[str, Any]:
        return {}

    def open(self) -> None:
        self.count.begun += 1

    async def on_message(self, message: str | bytes) -> None:
        await self.write_message(message, binary=isinstance(message, bytes))


@asynccontextmanager
async def serving(count: Count) -> AsyncIterator[int]:
    """Runs the server; gives its port."""
    application = Application(
        [("/", Echo, {"count": count})],
        log_function=lambda handler: None,
        websocket_max_message_size=MAX_MESSAGE_SIZE,
    )
    server = HTTPServer(application)
    (sock,) = bind_sockets(0, "127.0.0.1")
    server.add_sockets([sock])
    try:
        yield sock.getsockname()[1]
    finally:
        server.stop()
        await server.close_all_connections()


async def talk_to_fuzzer(url: str, count: Count, *, forgetful: bool = False) -> None:
    """Lets a fuzzing server run all its cases against the client.

    Args:
        url: The fuzzing server's.
        count: Is told of each case.
        forgetful: Whether to offer a window that is forgotten after each message.
    """
    (total,) = await _receive_all(f"{url}/getCaseCount")
    for number in range(1, int(total) + 1):
        count.begun = number
        await _echo(
            f"{url}/runCase?case={number}&agent=Fujita", {"client_no_context_takeover": forgetful}
        )
    await _receive_all(f"{url}/updateReports?agent=Fujita")


async def _receive_all(url: str) -> list[str | bytes]:
    messages = []
    connection = await websocket_connect(url)
    while (message := await connection.read_message()) is not None:
        messages.append(message)
    return messages


async def _echo(url: str, compression: dict[str, Any]) -> None:
    connection: WebSocketClientConnection
    closed = asyncio.Event()

    async def send_back(message: str | bytes | None) -> None:
        if message is None:
            closed.set()
        else:
            await connection.write_message(message, binary=isinstance(message, bytes))

    # Not read_message: a reader has its turn when all that came in one piece has been looked at,
    # and for the cases it is stricter to answer what came before a mistake.
    connection = await websocket_connect(
        url,
        on_message_callback=cast("Callable[[str | bytes | None], None]", send_back),
        compression_options=compression,
        max_message_size=MAX_MESSAGE_SIZE,
    )
    await closed.wait()
