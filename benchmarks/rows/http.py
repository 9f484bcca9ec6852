"""Requests and answers of every kind, on one core."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.contenders import (
    AIOHTTP,
    BLACKSHEEP,
    GRANIAN_ASGI,
    GRANIAN_RSGI,
    HTTP,
    SANIC,
    SOCKETIFY,
    STARLETTE,
    file_of,
    serve,
)
from benchmarks.figures import TORNADO, AtLeast, Sample, Target
from benchmarks.load import wrk
from benchmarks.machine import LOAD_CORE, ROOT
from benchmarks.processes import Server, on_cores, output_of
from benchmarks.row import Measure, Row

PYTHON_PEERS = (AIOHTTP, STARLETTE, GRANIAN_ASGI, GRANIAN_RSGI, SANIC)
AHEAD_OF_ALL = tuple(AtLeast(peer) for peer in PYTHON_PEERS)
WARM_UP_SECONDS = 1

# Gives operations per second, and how many there were.
Loader = Callable[[Server, float], tuple[float, float]]


class HTTPRow(Row):
    """A server under load, and the processor time that it needs for a request."""

    def __init__(
        self, name: str, title: str, peers: Sequence[str], targets: Sequence[Target], load: Loader
    ) -> None:
        super().__init__(name, title, "requests/s", peers, targets)
        self._load = load

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        server = serve(HTTP[contender], stack)
        self._load(server, WARM_UP_SECONDS)
        return lambda seconds: measured(server, self._load, seconds)


def measured(server: Server, load: Loader, seconds: float) -> Sample:
    """Measures a server under load, and how much of its core it used."""
    before, start = server.processor_seconds(), time.perf_counter()
    rate, count = load(server, seconds)
    used, elapsed = server.processor_seconds() - before, time.perf_counter() - start
    return Sample(rate, used / max(1, count) * 1e6, used / elapsed)


def small(path: str, script: str | None = None) -> Loader:
    """Loads with small answers."""
    file = Path(wrk.__file__).with_name(script) if script else None

    def load(server: Server, seconds: float) -> tuple[float, float]:
        answered = wrk.run(f"http://127.0.0.1:{server.port}{path}", seconds, script=file)
        return answered.rate, answered.count

    return load


def transfer(path: str, *, upload: int = 0, connections: int = 16) -> Loader:
    """Loads with many bytes."""

    def load(server: Server, seconds: float) -> tuple[float, float]:
        command = [*on_cores(LOAD_CORE), sys.executable, "-m", "benchmarks.load.transfers"]
        command += [str(server.port), path, str(seconds), "--connections", str(connections)]
        command += ["--upload", str(upload)]
        figures = json.loads(output_of(command, seconds + 30, ROOT))
        return figures["rate"], figures["count"]

    return load


def rows() -> list[Row]:
    every = (TORNADO, *PYTHON_PEERS)
    with_blacksheep = (*every, BLACKSHEEP)
    file = file_of(100_000)
    return [
        HTTPRow(
            "hello",
            "hello, world",
            (*with_blacksheep, SOCKETIFY),
            (AtLeast(TORNADO, 15), AtLeast(SOCKETIFY)),
            small("/hello"),
        ),
        HTTPRow("json", "1 KB of JSON", with_blacksheep, AHEAD_OF_ALL, small("/json")),
        HTTPRow("template", "a page of 20 rows", with_blacksheep, AHEAD_OF_ALL, small("/page")),
        HTTPRow(
            "form", "a form of 10 KB", with_blacksheep, AHEAD_OF_ALL, small("/form", "form.lua")
        ),
        HTTPRow(
            "static",
            "a file of 100 KB",
            every,
            AHEAD_OF_ALL,
            transfer(f"/static/{file}", connections=64),
        ),
        HTTPRow(
            "upload",
            "an upload of 1 MB",
            with_blacksheep,
            AHEAD_OF_ALL,
            transfer("/upload", upload=1 << 20),
        ),
        HTTPRow("stream", "1 MB in 16 chunks", every, AHEAD_OF_ALL, transfer("/stream")),
    ]
