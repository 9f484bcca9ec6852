"""Handlers that raise, hang, or whose client leaves."""

import asyncio
import threading

import pytest

from fujita.web import Application, RequestHandler
from tests.sites import PATIENCE, Serve

GET = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n"
CLOSING = b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class Hello(RequestHandler):
    def get(self) -> None:
        self.write("hello")


class Raising(RequestHandler):
    async def get(self) -> None:
        if self.get_argument("late", ""):
            self.write("something")
            await self.flush()
            await asyncio.sleep(0)
        raise RuntimeError("as a test wants it")


def test_who_raises_costs_nobody_else(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    site = serve(Application([("/", Hello), ("/raising", Raising)]))
    with site.connect() as other:
        other.sendall(GET % b"/")
        assert other.recv(65536).endswith(b"hello")
        for _ in range(20):
            assert site.get("/raising").status == 500
        # Half a response cannot be taken back; as in Tornado it just ends.
        assert b"something" in site.raw(CLOSING % b"/raising?late=1")
        other.sendall(GET % b"/")
        assert other.recv(65536).endswith(b"hello")
    assert sum("Uncaught exception" in message for message in caplog.messages) == 21


def test_who_hangs_holds_up_nobody_else(serve: Serve) -> None:
    released = asyncio.Event()

    class Hanging(RequestHandler):
        async def get(self) -> None:
            await released.wait()
            self.write("at last")

    site = serve(Application([("/", Hello), ("/hanging", Hanging)]))
    waiting = [site.connect() for _ in range(50)]
    for connection in waiting:
        connection.sendall(GET % b"/hanging")
    assert site.get("/").text == "hello"
    site.loop.call_soon_threadsafe(released.set)
    for connection in waiting:
        with connection:
            assert connection.recv(65536).endswith(b"at last")


def test_a_handler_whose_client_leaves_is_told_and_not_cancelled(serve: Serve) -> None:
    """As in Tornado: what it has begun, it finishes."""
    begun, finished = threading.Event(), threading.Event()
    left = asyncio.Event()
    story: list[str] = []

    class Working(RequestHandler):
        async def get(self) -> None:
            begun.set()
            try:
                await left.wait()
                await asyncio.sleep(0)
                story.append("finished")
                self.write("nobody reads this")
            except asyncio.CancelledError:
                story.append("cancelled")
                raise
            finally:
                finished.set()

        def on_connection_close(self) -> None:
            story.append("told")
            left.set()

    site = serve(Application([("/", Working)]))
    with site.connect() as connection:
        connection.sendall(GET % b"/")
        assert begun.wait(PATIENCE)
    assert finished.wait(PATIENCE)
    assert story == ["told", "finished"]
