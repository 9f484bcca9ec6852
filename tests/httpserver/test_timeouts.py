import asyncio
import socket
from typing import Any

import pytest

from fujita.httpserver.settings import ConnectionSettings
from fujita.httputil import HTTPHeaders, HTTPServerRequest, ResponseStartLine
from fujita.web import Application, RequestHandler, stream_request_body
from tests.httpserver.raw import Client, Happening, connect, get, post, reply
from tests.sites import Serve, Site

SHORT = 0.15


def short(site: Site, **times: float) -> Site:
    """Shortens some of a server's times."""
    for name, value in times.items():
        setattr(site.server.settings, name, value)
    return site


def test_every_phase_has_a_limit_by_default() -> None:
    settings = ConnectionSettings()
    times = ("first_request", "idle", "header", "write", "deserted", "handshake")
    assert all(0 < getattr(settings, f"{name}_timeout") <= 90 for name in times)
    assert settings.body_grace <= 90
    assert settings.body_rate > 0


@pytest.mark.parametrize(
    ("served", "option"), [(0, "first_request_timeout"), (1, "idle_connection_timeout")]
)
def test_a_connection_without_requests_is_closed(serve: Serve, served: int, option: str) -> None:
    with connect(serve(reply, **{option: SHORT})) as client:
        for _ in range(served):
            assert client.send(get()).answer().status == 200
        assert client.rest() == b""


def test_empty_lines_are_no_requests(serve: Serve) -> None:
    with connect(serve(reply, first_request_timeout=SHORT)) as client:
        assert drips(client, b"\r\n") == b""


def drips(client: Client, data: bytes) -> bytes:
    """Sends the same again and again until the server closes, and gives what it has said."""
    client.connection.settimeout(SHORT / 5)
    said = b""
    for _ in range(1000):
        try:
            client.connection.sendall(data)
            piece = client.connection.recv(65536)
        except TimeoutError:
            continue
        except ConnectionError:
            return said
        if not piece:
            return said
        said += piece
    raise AssertionError("the server has all the time in the world")


def test_a_head_that_comes_bit_by_bit(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    site = short(serve(reply), header_timeout=SHORT)
    with connect(site) as client:
        client.send(b"GET / HTTP/1.1\r\n")
        assert drips(client, b"X: y\r\n").startswith(b"HTTP/1.1 408 ")
    with connect(site) as client:
        # The time is the head's, not the connection's.
        assert client.send(get() + b"GET /").answer().status == 200
        assert client.answer().status == 408
    assert "Timeout reading headers from 127.0.0.1" in caplog.messages


def test_a_body_that_comes_bit_by_bit(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    site = short(serve(reply), body_grace=SHORT, body_rate=1e6)
    for framing in ("Content-Length: 100000", "Transfer-Encoding: chunked"):
        with connect(site) as client:
            client.send(get("/", framing, method="POST"))
            assert drips(client, b"1\r\nx\r\n").startswith(b"HTTP/1.1 408 ")
    assert caplog.messages.count("Timeout reading body from 127.0.0.1") == 2


def test_a_body_that_keeps_pace_has_its_time(serve: Serve) -> None:
    site = short(serve(reply), body_grace=SHORT, body_rate=1000, header_timeout=SHORT)
    with connect(site) as client:
        client.send(get("/", "Content-Length: 100000", method="POST") + bytes(90_000))
        # Far longer than anything but the pace would allow.
        wait_on(site, 4 * SHORT)
        assert client.send(bytes(10_000)).answer().status == 200


def wait_on(site: Site, seconds: float) -> None:
    site.run(lambda: asyncio.sleep(seconds))


def test_the_option_body_timeout(serve: Serve) -> None:
    with connect(serve(reply, body_timeout=SHORT)) as client:
        client.send(get("/", "Content-Length: 10", method="POST"))
        assert drips(client, b"").startswith(b"HTTP/1.1 408 ")


@stream_request_body
class Body(RequestHandler):
    limit: float | None
    pause: float

    def initialize(self, limit: float | None = None, pause: float = 0) -> None:
        self.limit = limit
        self.pause = pause

    def prepare(self) -> None:
        if self.limit is not None:
            self.request.connection.set_body_timeout(self.limit)  # type: ignore[attr-defined]

    async def data_received(self, chunk: bytes) -> None:
        await asyncio.sleep(self.pause)

    def post(self) -> None:
        self.write("ok")


def test_a_handler_sets_the_time_of_its_body(serve: Serve) -> None:
    with connect(serve(Application([("/", Body, {"limit": SHORT})]))) as client:
        assert client.send(post(b"body")).answer().status == 200
        client.send(get("/", "Content-Length: 10", method="POST"))
        assert drips(client, b"").startswith(b"HTTP/1.1 408 ")


def test_a_long_time_for_a_body_is_none_for_the_next_request(serve: Serve) -> None:
    site = serve(Application([("/", Body, {"limit": 3600})]))
    with connect(short(site, idle_timeout=SHORT, header_timeout=SHORT)) as client:
        assert client.send(post(b"body")).answer().status == 200
        assert client.rest() == b""


def test_the_time_a_handler_takes_is_not_the_clients(serve: Serve) -> None:
    site = serve(Application([("/", Body, {"pause": SHORT})]), chunk_size=10)
    short(site, body_grace=2 * SHORT, body_rate=1e6)
    with connect(site) as client:
        assert client.send(post(bytes(40))).answer().status == 200


def test_a_handler_may_take_its_time(serve: Serve) -> None:
    class Slow(RequestHandler):
        async def get(self) -> None:
            await asyncio.sleep(3 * SHORT)

    site = serve(Application([("/", Slow)]))
    short(site, idle_timeout=SHORT, header_timeout=SHORT, body_grace=SHORT, write_timeout=SHORT)
    with connect(site) as client:
        assert client.send(get()).answer().status == 200


def closed_by(site: Site) -> None:
    """Waits until the server has no connection any more."""

    async def until_empty() -> None:
        while site.server.connections:
            await asyncio.sleep(0.01)

    site.run(until_empty)


@pytest.mark.parametrize("fields", [(), ("Connection: close",)])
def test_a_client_that_never_reads(serve: Serve, fields: tuple[str, ...]) -> None:
    def answer(request: HTTPServerRequest) -> None:
        reply(request, bytes(20_000_000))

    site = short(serve(answer), write_timeout=SHORT)
    with connect(site) as client:
        client.send(get("/", *fields))
        closed_by(site)


def test_a_client_that_never_reads_while_its_handler_waits(serve: Serve) -> None:
    ended = Happening()
    sizes = list[int]()

    class Endless(RequestHandler):
        async def get(self) -> None:
            try:
                while True:
                    self.write(bytes(100_000))
                    await self.flush()
                    (connection,) = site.server.connections
                    sizes.append(connection.transport.get_write_buffer_size())  # type: ignore[union-attr]
            finally:
                ended.set()

    site = short(serve(Application([("/", Endless)])), write_timeout=SHORT)
    with connect(site) as client:
        client.send(get())
        assert ended.happens()
        assert max(sizes) < 300_000


def test_what_little_a_client_does_not_take_is_not_kept_for_ever(serve: Serve) -> None:
    """Less than would make a transport say that it is behind."""
    site = short(serve(reply), idle_timeout=SHORT, write_timeout=SHORT)
    with connect(site) as client:
        client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.send(get())
        assert client.answer().status == 200

        async def fill() -> None:
            (connection,) = site.server.connections
            transport: Any = connection.transport  # type: ignore[union-attr]
            transport.set_write_buffer_limits(2**30)
            transport.write(bytes(2**23))

        site.run(fill)
        closed_by(site)


def test_a_client_that_reads_slowly_is_waited_for(serve: Serve) -> None:
    def answer(request: HTTPServerRequest) -> None:
        reply(request, bytes(16_000_000))

    site = short(serve(answer), write_timeout=SHORT, idle_timeout=60)
    with connect(site) as client:
        client.send(get())
        size = 0
        while size < 16_000_000:
            wait_on(site, SHORT / 8)
            size += len(client.connection.recv(1_000_000))


def test_a_handler_whose_client_has_gone_does_not_keep_the_connection(serve: Serve) -> None:
    class Stubborn(RequestHandler):
        async def get(self) -> None:
            await stop.wait()

    stop = asyncio.Event()
    site = short(serve(Application([("/", Stubborn)])), deserted_timeout=SHORT)
    with connect(site) as client:
        client.send(get())
        client.half_close()
        closed_by(site)
    site.loop.call_soon_threadsafe(stop.set)


def test_a_torn_response_ends_the_connection(serve: Serve) -> None:
    def answer(request: HTTPServerRequest) -> None:
        connection = request.connection
        headers = HTTPHeaders({"Content-Length": "10"})
        connection.write_headers(ResponseStartLine("", 200, "OK"), headers, b"short")
        connection.close()  # type: ignore[attr-defined]

    with connect(serve(answer)) as client:
        client.send(get())
        assert client.answer().body == b"short"
