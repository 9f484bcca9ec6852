"""What requests, uploads, WebSocket sessions and fetches leave behind: nothing."""

import asyncio
import gc
import socket
from pathlib import Path

import pytest

from tests import loop_kinds
from tests.faults.test_handlers import GET
from tests.sites import PATIENCE, Serve, serving
from tests.soak.holdings import holdings
from tests.soak.load import Load
from tests.soak.site import make_app

REQUESTS = 2_000


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts in Linux' /proc")
@pytest.mark.parametrize("kind", loop_kinds.KINDS)
def test_nothing_is_left_behind(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    async def work(port: int, count: int) -> None:
        load = Load(port, clients=4)
        await load.run(lambda: load.done.total() < count)
        load.close()

    async def counts() -> tuple[int, int]:
        gc.collect()
        held = holdings()
        return held["descriptors"], held["tasks"]

    with serving(kind, make_app()) as site:

        async def until_connections_are_closed() -> None:
            while site.server.connections:
                await asyncio.sleep(0.01)

        held = []
        # The first time makes what is made once: caches, pools, the resolver's threads.
        for count in (100, REQUESTS):
            asyncio.run(work(site.port, count))
            site.run(until_connections_are_closed)
            held.append(site.run(counts))
        assert held[0] == held[1]


@pytest.mark.parametrize("path", [b"/", b"/waiting"])
def test_ordinary_requests_make_no_cycles(serve: Serve, path: bytes) -> None:
    """Else memory grows until the collector comes, and it holds everybody up when it does."""
    site = serve(make_app())
    with socket.create_connection(("127.0.0.1", site.port), PATIENCE) as connection:

        def ask(count: int) -> None:
            for _ in range(count):
                connection.sendall(GET % path)
                assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")

        ask(20)
        site.settle()
        gc.collect()
        gc.disable()
        try:
            ask(100)
            found = gc.collect()
        finally:
            gc.enable()
    # Far fewer than one for each request: what there is does not come of them.
    assert found < 50
