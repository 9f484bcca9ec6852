import asyncio
import gc
import weakref
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

import fujita.httpserver
from fujita.httpserver import HTTPRequest, HTTPServer
from fujita.httputil import (
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
)
from fujita.httputil.routing import RequestRouter
from fujita.iostream import IOStream
from fujita.netutil import bind_sockets
from fujita.routing import PathMatches, Router, Rule, RuleRouter
from fujita.web import Application, RequestHandler
from tests import loop_kinds
from tests.httpserver.raw import Happening, connect, get, post, reply
from tests.sites import PATIENCE, Serve


class Hello(RequestHandler):
    def get(self) -> None:
        self.write(f"hello {self.request.path}")

    post = get


class ByHand(HTTPMessageDelegate):
    """A delegate that makes its request itself, as Tornado's documentation shows."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.body = b""

    def headers_received(self, start_line: Any, headers: Any) -> None:
        self.request = HTTPServerRequest(
            connection=self.connection, start_line=start_line, headers=headers
        )

    def data_received(self, chunk: bytes) -> None:
        self.body += chunk

    def finish(self) -> None:
        reply(self.request, f"hello {self.request.path}".encode())


class Connections(HTTPServerConnectionDelegate):
    def start_request(self, server_conn: object, request_conn: Any) -> HTTPMessageDelegate:
        return ByHand(request_conn)


class OwnRouter(Router):
    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate:
        return ByHand(request.connection)


class RouterThatStarts(Router):
    """Overrides what a server need not ask of a router otherwise."""

    def start_request(self, server_conn: object, request_conn: Any) -> HTTPMessageDelegate:
        return ByHand(request_conn)


class ApplicationThatStarts(Application):
    def start_request(self, server_conn: object, request_conn: Any) -> HTTPMessageDelegate:
        return ByHand(request_conn)


def function(request: HTTPServerRequest) -> None:
    reply(request, f"hello {request.path}".encode())


CALLBACKS: dict[str, Callable[[], Any]] = {
    "function": lambda: function,
    "application": lambda: Application([(".*", Hello)]),
    "connections": Connections,
    "router": OwnRouter,
    "router that starts": RouterThatStarts,
    "application that starts": lambda: ApplicationThatStarts([]),
    "rules": lambda: RuleRouter([Rule(PathMatches(".*"), Application([(".*", Hello)]))]),
    "nested": lambda: RuleRouter([Rule(PathMatches(".*"), Connections())]),
}


@pytest.mark.parametrize("name", CALLBACKS)
def test_whatever_answers(serve: Serve, name: str) -> None:
    with connect(serve(CALLBACKS[name]())) as client:
        for _ in range(2):
            assert client.send(get("/a")).answer().body == b"hello /a"
        assert client.send(post(b"body", "/b")).answer().body == b"hello /b"


def test_a_server_that_starts_requests_itself(serve: Serve) -> None:
    class Own(HTTPServer):
        def start_request(self, server_conn: object, request_conn: Any) -> HTTPMessageDelegate:
            return ByHand(request_conn)

    with mock.patch("tests.sites.HTTPServer", Own):
        site = serve(function)
    with connect(site) as client:
        assert client.send(get("/a")).answer().body == b"hello /a"


def test_a_server_that_handles_its_streams(serve: Serve) -> None:
    class Own(HTTPServer):
        def handle_stream(self, stream: IOStream, address: Any) -> None:
            seen.append(address[0])
            super().handle_stream(stream, address)

    seen = list[str]()
    with mock.patch("tests.sites.HTTPServer", Own):
        site = serve(Application([(".*", Hello)]))
    with connect(site) as client:
        for _ in range(2):
            assert client.send(get("/a")).answer().body == b"hello /a"
    assert seen == ["127.0.0.1"]


def test_nobody_for_a_request(serve: Serve) -> None:
    class Nobody(RequestRouter):
        def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> None:
            return None

    with connect(serve(Nobody())) as client:
        assert client.send(post(b"body")).answer().status == 404
        assert client.send(get()).answer().status == 404


def test_a_form(serve: Serve) -> None:
    def answer(request: HTTPServerRequest) -> None:
        reply(request, request.arguments["a"][0])

    form = "Content-Type: application/x-www-form-urlencoded"
    with connect(serve(answer)) as client:
        assert client.send(post(b"a=b%20c", "/", form)).answer().body == b"b c"


def test_names() -> None:
    assert HTTPRequest is HTTPServerRequest
    assert callable(fujita.httpserver._CallableAdapter)


def test_sockets_are_there_to_be_looked_at(serve: Serve) -> None:
    site = serve(function)
    (sock,) = site.server._sockets.values()
    assert sock.getsockname()[1] == site.port
    site.server.stop()
    assert not site.server._sockets


def test_add_sockets_can_be_patched() -> None:
    with mock.patch("fujita.httpserver.HTTPServer.add_sockets") as add_sockets:
        HTTPServer(function).listen(0, "127.0.0.1")
    (sockets,) = add_sockets.call_args.args
    for sock in sockets:
        sock.close()


def test_the_option_max_buffer_size_limits_bodies_too() -> None:
    assert HTTPServer(function).settings.limits.body == 100 * 2**20
    assert HTTPServer(function, max_buffer_size=10).settings.limits.body == 10
    sizes = {"max_buffer_size": 10, "max_body_size": 20}
    assert HTTPServer(function, **sizes).settings.limits.body == 20


class Waiting(RequestHandler):
    entered: Happening
    gate: asyncio.Event

    def initialize(self, entered: Happening, gate: asyncio.Event) -> None:
        self.entered = entered
        self.gate = gate

    async def get(self) -> None:
        self.entered.set()
        await self.gate.wait()
        self.write("done")


def test_drain_lets_requests_finish(serve: Serve) -> None:
    entered, gate = Happening(), asyncio.Event()
    site = serve(Application([("/", Waiting, {"entered": entered, "gate": gate}), ("/x", Hello)]))
    with connect(site) as idle, connect(site) as busy:
        assert idle.send(get("/x")).answer().status == 200
        busy.send(get())
        assert entered.happens()
        drained = asyncio.run_coroutine_threadsafe(site.server.drain(PATIENCE), site.loop)
        # Those without a request are closed at once.
        assert idle.rest() == b""
        site.loop.call_soon_threadsafe(gate.set)
        answer = busy.answer()
        assert answer.body == b"done"
        assert answer.headers["connection"] == "close"
        assert busy.rest() == b""
        assert drained.result(PATIENCE) == 0


def test_drain_closes_what_does_not_finish(serve: Serve) -> None:
    entered, gate = Happening(), asyncio.Event()
    site = serve(Application([("/", Waiting, {"entered": entered, "gate": gate})]))
    with connect(site) as busy:
        busy.send(get())
        assert entered.happens()
        assert site.run(lambda: site.server.drain(0.05)) == 1
        assert busy.is_closed()
        assert not site.server.connections
    site.loop.call_soon_threadsafe(gate.set)


def test_all_connections_are_closed(serve: Serve) -> None:
    entered, gate = Happening(), asyncio.Event()
    site = serve(Application([("/", Waiting, {"entered": entered, "gate": gate})]))
    with connect(site) as idle, connect(site) as half, connect(site) as busy:
        half.send(b"GET / HT")
        busy.send(get())
        assert entered.happens()
        site.run(site.server.close_all_connections)
        assert not site.server.connections
        assert idle.is_closed()
        assert half.is_closed()
        assert busy.is_closed()
        # The server itself goes on.
        site.loop.call_soon_threadsafe(gate.set)
        with connect(site) as another:
            assert another.send(get()).answer().body == b"done"


@pytest.mark.parametrize("kind", loop_kinds.KINDS)
def test_a_stopped_server_is_forgotten(kind: str) -> None:
    async def main() -> None:
        server = HTTPServer(function)
        (sock,) = bind_sockets(0, "127.0.0.1")
        port = sock.getsockname()[1]
        server.add_socket(sock)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(get("/a"))
        await reader.readuntil(b"hello /a")
        server.stop()
        await server.close_all_connections()
        writer.close()
        reference = weakref.ref(server)
        del server
        for _ in range(10):
            await asyncio.sleep(0)
        gc.collect()
        assert reference() is None

    loop_kinds.run(kind, main)
