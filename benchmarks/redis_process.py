"""A Redis server for a measurement, which keeps nothing on disk."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.machine import LOAD_CORE
from benchmarks.processes import Server, free_port
from benchmarks.row import Unavailable
from fujita.realtime import Hub, Position, RoomOptions


def start_redis(stack: ExitStack, cores: Sequence[int] = (LOAD_CORE,)) -> Server:
    """Starts a server, which ``stack`` ends.

    Raises:
        Unavailable: If there is none here.
    """
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        raise Unavailable("needs Redis: apt-get install redis-server")
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    server = Server(command, port, folder=Path(folder), environment={}, cores=cores)
    stack.callback(server.close)
    return server


def url_of(redis: Server) -> str:
    return f"redis://127.0.0.1:{redis.port}/0"


def fill(url: str, names: Sequence[str], publications: int, size: int) -> dict[str, Position]:
    """Publishes to rooms; gives where their streams end."""

    async def publish() -> dict[str, Position]:
        async with Hub.from_url(url, default=RoomOptions(history_size=publications)) as hub:
            ends: dict[str, Position] = {}
            for start in range(0, len(names), 200):
                some = names[start : start + 200]
                for _ in range(publications):
                    data = "x" * (size - 2)
                    positions = await asyncio.gather(*(hub.publish(name, data) for name in some))
                    ends.update(zip(some, positions, strict=True))
            return ends

    return asyncio.run(publish())
