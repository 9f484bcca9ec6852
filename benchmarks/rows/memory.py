"""Memory that a connection holds while it does nothing."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from benchmarks.contenders import (
    AIOHTTP,
    HTTP,
    PICOWS,
    SANIC,
    SOCKETIFY,
    STARLETTE,
    WEBSOCKET,
    WEBSOCKETS,
    Command,
    serve,
)
from benchmarks.figures import TORNADO, AtMost, Better, Sample, Target
from benchmarks.load.idle import masked, open_kept_alive, open_websocket
from benchmarks.row import Measure, Row, Unavailable

CONNECTIONS = 2000
FIRST_CONNECTIONS = 200
# "Hello" compressed as RFC 7692, section 7.2.3.1 shows it, in a frame with RSV1 set.
COMPRESSED_HELLO = bytes((0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00))

Open = Callable[[int, ExitStack], None]


class MemoryRow(Row):
    """Resident memory of the server, by the connection."""

    better = Better.LOWER
    rounds = 3

    def __init__(
        self,
        name: str,
        title: str,
        commands: dict[str, Command],
        peers: Sequence[str],
        targets: Sequence[Target],
        open_one: Open,
    ) -> None:
        super().__init__(name, title, "KiB", peers, targets)
        self._commands = commands
        self._open = open_one

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        return lambda seconds: self._measure(contender)

    def _measure(self, contender: str) -> Sample:
        with ExitStack() as stack:
            server = serve(self._commands[contender], stack)
            try:
                # What is made once, or kept to be used again, is no connection's own.
                self._open_many(server.port, FIRST_CONNECTIONS, stack)
                before = settled(server.resident_kib)
                self._open_many(server.port, CONNECTIONS, stack)
                return Sample((settled(server.resident_kib) - before) / CONNECTIONS)
            except OSError as error:
                raise Unavailable(str(error)) from error

    def _open_many(self, port: int, count: int, stack: ExitStack) -> None:
        for _ in range(count):
            self._open(port, stack)


def settled(figure: Callable[[], int]) -> int:
    """Waits until a figure stays what it is."""
    last = figure()
    for _ in range(20):
        time.sleep(0.1)
        now = figure()
        if now == last:
            break
        last = now
    return last


def plain_websocket(port: int, stack: ExitStack) -> None:
    connection = open_websocket(port, "/echo")
    stack.callback(connection.close)
    connection.sendall(masked(b"Hello"))
    connection.recv(100)


def compressed_websocket(port: int, stack: ExitStack) -> None:
    connection = open_websocket(port, "/deflate-echo", deflate=True)
    stack.callback(connection.close)
    connection.sendall(masked(COMPRESSED_HELLO, first_byte=0xC1))
    connection.recv(100)


def kept_alive(port: int, stack: ExitStack) -> None:
    stack.callback(open_kept_alive(port, "/hello").close)


def rows() -> list[Row]:
    return [
        MemoryRow(
            "memory-websocket",
            "memory of an idle WebSocket, used once",
            WEBSOCKET,
            (TORNADO, AIOHTTP, STARLETTE, PICOWS, SOCKETIFY, WEBSOCKETS),
            (AtMost(8, "KiB"),),
            plain_websocket,
        ),
        MemoryRow(
            "memory-deflate",
            "the same with permessage-deflate",
            WEBSOCKET,
            (TORNADO, AIOHTTP, SOCKETIFY, WEBSOCKETS),
            (AtMost(48, "KiB"),),
            compressed_websocket,
        ),
        MemoryRow(
            "memory-keep-alive",
            "memory of an idle keep-alive connection",
            HTTP,
            (TORNADO, AIOHTTP, STARLETTE, SANIC, SOCKETIFY),
            (AtMost(6, "KiB"),),
            kept_alive,
        ),
    ]
