"""WebSockets: echo, broadcast, handshakes."""

import json
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks.contenders import (
    AIOHTTP,
    PICOWS,
    SOCKETIFY,
    STARLETTE,
    WEBSOCKET,
    WEBSOCKETS,
    serve,
)
from benchmarks.figures import TORNADO, AtLeast, Sample, Target
from benchmarks.machine import LOAD_CORE, ROOT
from benchmarks.processes import Server, on_cores, output_of
from benchmarks.row import Measure, Row

RECEIVERS = 500
PEERS = (TORNADO, AIOHTTP, STARLETTE, PICOWS, SOCKETIFY, WEBSOCKETS)


class WebSocketRow(Row):
    """A server under load of one kind."""

    def __init__(
        self,
        name: str,
        title: str,
        unit: str,
        peers: Sequence[str],
        targets: Sequence[Target],
        load: Sequence[str],
    ) -> None:
        super().__init__(name, title, unit, peers, targets)
        self._kind, self._path, *self._options = load

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        server = serve(WEBSOCKET[contender], stack)
        return lambda seconds: self._measure(server, seconds)

    def _measure(self, server: Server, seconds: float) -> Sample:
        command = [*on_cores(LOAD_CORE), sys.executable, "-m", "benchmarks.load.websockets"]
        command += [self._kind, str(server.port), self._path, str(seconds), *self._options]
        before, start = server.processor_seconds(), time.perf_counter()
        figures = json.loads(output_of(command, seconds + 60, ROOT))
        used, elapsed = server.processor_seconds() - before, time.perf_counter() - start
        share = used / elapsed
        # The processor time also covers the connecting, hence by the rate and not by the count.
        return Sample(figures["rate"], share / figures["rate"] * 1e6, share)


def rows() -> list[Row]:
    many = ("--connections", str(RECEIVERS))
    return [
        WebSocketRow(
            "ws-echo",
            "echo of 32 bytes, 64 connections",
            "messages/s",
            PEERS,
            (AtLeast(TORNADO, 7.5), AtLeast(PICOWS, 0.95)),
            ("echo", "/echo"),
        ),
        WebSocketRow(
            "ws-broadcast",
            f"chat to {RECEIVERS} receivers",
            "deliveries/s",
            PEERS,
            (AtLeast(TORNADO, 20), AtLeast(SOCKETIFY)),
            ("broadcast", "/room", *many),
        ),
        WebSocketRow(
            "ws-broadcast-deflate",
            f"chat to {RECEIVERS}, compressed",
            "deliveries/s",
            (TORNADO, AIOHTTP, SOCKETIFY, WEBSOCKETS),
            (AtLeast(WEBSOCKETS), AtLeast(AIOHTTP)),
            ("broadcast", "/deflate-room", *many, "--deflate"),
        ),
        WebSocketRow(
            "ws-accept",
            "WebSocket handshakes",
            "handshakes/s",
            PEERS,
            tuple(AtLeast(peer) for peer in PEERS if peer != SOCKETIFY),
            ("accept", "/echo", "--connections", "32"),
        ),
    ]
