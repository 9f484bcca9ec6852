"""A clock that is set while a server and a client are at work."""

import asyncio
import threading
import time
from typing import Any
from unittest import mock

import pytest

from fujita.httpclient import AsyncHTTPClient
from fujita.ioloop import PeriodicCallback
from fujita.simple_httpclient import HTTPTimeoutError
from fujita.web import Application, RequestHandler
from fujita.websocket import WebSocketHandler, websocket_connect
from tests.sites import PATIENCE, Serve

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


@pytest.mark.parametrize(("jump", "is_known"), [(10 * YEAR, False), (-10 * YEAR, True)])
def test_cookies_are_forgotten_or_kept_over_a_jump(serve: Serve, jump: int, is_known: bool) -> None:
    """They have a date, so one that ten years have gone by for is too old, and that is all."""

    class Session(RequestHandler):
        def get(self) -> None:
            known = self.get_signed_cookie("who")
            if known is None:
                self.set_signed_cookie("who", "alice")
            self.write(known or b"nobody")

        def post(self) -> None:
            self.check_xsrf_cookie()
            self.write("done")

    class Form(RequestHandler):
        def get(self) -> None:
            self.write(self.xsrf_token)

    site = serve(Application([("/", Session), ("/form", Form)], cookie_secret="secret"))

    def cookie(path: str) -> str:
        return site.get(path).headers["Set-Cookie"].partition(";")[0]

    who, form = cookie("/"), cookie("/form")
    assert site.get("/", Cookie=who).text == "alice"
    with clock_set_by(jump):
        assert site.get("/", Cookie=who).text == ("alice" if is_known else "nobody")
        # Whoever comes now is known from now on.
        assert site.get("/", Cookie=cookie("/")).text == "alice"
        token = form.partition("=")[2]
        assert site.post("/", {"_xsrf": token}, Cookie=form).text == "done"


@pytest.mark.parametrize("jump", [10 * YEAR, -10 * YEAR])
def test_pings_and_callbacks_go_on_over_a_jump(serve: Serve, jump: int) -> None:
    class Silent(WebSocketHandler):
        def on_pong(self, data: bytes) -> None:
            pongs.release()

    site = serve(
        Application([("/", Silent)], websocket_ping_interval=0.02, websocket_ping_timeout=0.02)
    )
    pongs = threading.Semaphore(0)

    async def main() -> None:
        called = asyncio.Semaphore(0)
        callback = PeriodicCallback(called.release, 10)
        callback.start()
        connection = await websocket_connect(f"{site.url}/".replace("http", "ws", 1))
        with clock_set_by(jump):
            for _ in range(3):
                await called.acquire()
                await asyncio.to_thread(pongs.acquire, timeout=PATIENCE)
        callback.stop()
        assert connection.close_code is None
        connection.close()
        assert await connection.read_message() is None

    site.run(main)
