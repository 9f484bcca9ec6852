"""A clock that is set while a server and a client are at work."""

import time
from typing import Any
from unittest import mock

import pytest

from fujita.httpclient import AsyncHTTPClient
from fujita.simple_httpclient import HTTPTimeoutError
from fujita.web import Application, RequestHandler
from tests.sites import Serve

YEAR = 365 * 24 * 3600
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def clock_set_by(jump: int) -> Any:
    """Sets what the clock on the wall says."""
    real = time.time

    def shifted() -> float:
        return real() + jump

    return mock.patch("time.time", shifted)


class Hello(RequestHandler):
    def get(self) -> None:
        self.write("hello")


@pytest.mark.parametrize("jump", [10 * YEAR, -10 * YEAR])
def test_connections_outlive_a_jump(serve: Serve, jump: int) -> None:
    site = serve(Application([("/", Hello)]), idle_connection_timeout=5)
    with site.connect() as idle:
        idle.sendall(GET)
        assert idle.recv(65536).endswith(b"hello")
        with clock_set_by(jump):
            assert site.get("/").text == "hello"
            idle.sendall(GET)
            assert idle.recv(65536).endswith(b"hello")


@pytest.mark.parametrize("jump", [10 * YEAR, -10 * YEAR])
def test_timeouts_are_kept_over_a_jump(serve: Serve, jump: int) -> None:
    site = serve(Application([("/", Hello)]), header_timeout=0.05)
    with site.connect() as slow:
        slow.sendall(b"GET /")
        with clock_set_by(jump):
            answer = b""
            while piece := slow.recv(65536):
                answer += piece
    assert answer.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("jump", [10 * YEAR, -10 * YEAR])
def test_a_fetch_keeps_its_timeout_over_a_jump(serve: Serve, jump: int) -> None:
    class Hanging(RequestHandler):
        async def get(self) -> None:
            clock.start()
            await never

    site = serve(Application([("/", Hello), ("/hanging", Hanging)]))
    never = site.loop.create_future()
    clock = clock_set_by(jump)

    async def main() -> None:
        client = AsyncHTTPClient(force_instance=True)
        with pytest.raises(HTTPTimeoutError):
            await client.fetch(f"{site.url}/hanging", request_timeout=0.1)
        assert (await client.fetch(f"{site.url}/")).body == b"hello"
        client.close()
        never.cancel()

    try:
        site.run(main)
    finally:
        clock.stop()
