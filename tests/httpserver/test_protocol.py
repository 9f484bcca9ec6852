import asyncio
import contextvars
import itertools
import logging
import socket
import struct
from collections.abc import Awaitable
from typing import Any

import pytest

from fujita.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
    ResponseStartLine,
)
from fujita.web import Application, RequestHandler, stream_request_body
from fujita.wire.http1 import Limits
from tests.httpserver.raw import Happening, connect, get, post, reply
from tests.sites import Serve


class Echo(RequestHandler):
    def get(self, name: str = "") -> None:
        self.write(f"[{name}]")

    def post(self, name: str = "") -> None:
        self.write(self.request.body)


class Later(RequestHandler):
    """Answers a few turns of the loop later."""

    async def get(self, name: str) -> None:
        for _ in range(3):
            await asyncio.sleep(0)
        self.write(f"({name})")

    async def post(self, name: str) -> None:
        await asyncio.sleep(0)
        self.write(self.request.body)


APPLICATION = Application([("/later/(.*)", Later), ("/(.*)", Echo)])


def test_a_connection_is_kept(serve: Serve) -> None:
    with connect(serve(APPLICATION)) as client:
        for name in ("a", "b", "b", "c"):
            answer = client.send(get(f"/{name}")).answer()
            assert answer.body == f"[{name}]".encode()
            assert "connection" not in answer.headers


def test_a_client_may_end_the_connection(serve: Serve) -> None:
    with connect(serve(APPLICATION)) as client:
        answer = client.send(get("/a", "Connection: close")).answer()
        assert answer.headers["connection"] == "close"
        assert client.rest() == b""


def test_pipelined_requests_are_answered_in_order(serve: Serve) -> None:
    kinds = itertools.cycle(["/later/{}", "/{}", "/{}", "/later/{}", "post", "postlater"])
    data, expected = b"", []
    for number, kind in zip(range(60), kinds, strict=False):
        if kind.startswith("post"):
            target = "/later/x" if kind == "postlater" else "/x"
            data += post(b"<%d>" % number, target)
            expected.append(b"<%d>" % number)
        else:
            data += get(kind.format(number))
            expected.append((f"({number})" if "later" in kind else f"[{number}]").encode())
    with connect(serve(APPLICATION)) as client:
        client.send(data)
        assert [client.answer().body for _ in expected] == expected


def test_any_split_of_a_request_will_do(serve: Serve) -> None:
    data = post(b"body", "/x") + get("/later/y")
    site = serve(APPLICATION)
    for size in (1, 7, 60):
        with connect(site) as client:
            client.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for at in range(0, len(data), size):
                client.send(data[at : at + size])
            assert client.answer().body == b"body"
            assert client.answer().body == b"(y)"


def test_a_half_closed_client_gets_every_answer(serve: Serve) -> None:
    with connect(serve(APPLICATION)) as client:
        client.send(get("/later/1") + get("/2") + get("/later/3"))
        client.half_close()
        assert [client.answer().body for _ in range(3)] == [b"(1)", b"[2]", b"(3)"]
        assert client.rest() == b""


def test_a_half_closed_client_without_a_whole_request_is_dropped(serve: Serve) -> None:
    site = serve(APPLICATION)
    for data in (b"", b"GET / HT", get("/", "Content-Length: 9", method="POST") + b"short"):
        with connect(site) as client:
            client.send(data)
            client.half_close()
            assert client.rest() == b""


@pytest.mark.parametrize("expectation", ["100-continue", "100-CONTINUE", "100-Continue"])
def test_who_expects_it_is_told_to_continue(serve: Serve, expectation: str) -> None:
    with connect(serve(APPLICATION)) as client:
        head = get("/", f"Expect: {expectation}", "Content-Length: 4", method="POST")
        assert client.send(head).head().status == 100
        assert client.send(b"body").answer().body == b"body"
        # And the connection goes on as if nothing had been.
        assert client.send(get("/next")).answer().body == b"[next]"


def test_nobody_is_told_to_continue_who_has(serve: Serve) -> None:
    with connect(serve(APPLICATION)) as client:
        client.send(post(b"body", "/", "Expect: 100-continue"))
        assert client.answer().status == 200


def test_http_1_0_knows_no_continue(serve: Serve) -> None:
    with connect(serve(APPLICATION)) as client:
        fields = ("Expect: 100-continue", "Content-Length: 4")
        client.send(get("/", *fields, method="POST", version="1.0"))
        client.send(b"body")
        assert client.answer().status == 200


def test_nobody_is_told_to_continue_with_too_large_a_body(serve: Serve) -> None:
    with connect(serve(APPLICATION, max_body_size=10)) as client:
        client.send(get("/", "Expect: 100-continue", "Content-Length: 11", method="POST"))
        assert client.answer().status == 413
        assert client.rest() == b""


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (get("/" + "x" * 300), 414),
        (b"GET /" + b"x" * 300, 414),
        (get("/", "X: " + "x" * 2000), 431),
        (b"GET / HTTP/1.1\r\n" + b"X: " + b"x" * 2000, 431),
        (get("/", *["X: y"] * 30), 431),
        (post(b"x" * 101), 413),
        (get("/", "Transfer-Encoding: chunked", method="POST") + b"65\r\n" + b"x" * 101, 413),
        (get("/", "Content-Length: 1", "Transfer-Encoding: chunked", method="POST"), 400),
    ],
)
def test_what_is_refused(serve: Serve, data: bytes, status: int) -> None:
    site = serve(APPLICATION)
    site.server.settings.limits = Limits(head=1024, request_line=200, field_count=20, body=100)
    with connect(site) as client:
        assert client.send(get("/first") + data).answer().body == b"[first]"
        assert client.answer().status == status
        client.rest()


def test_the_default_limits(serve: Serve) -> None:
    site = serve(APPLICATION)
    for data in (b"GET /" + b"x" * 20000, b"GET / HTTP/1.1\r\nX: " + b"x" * 70000):
        with connect(site) as client:
            assert client.send(data).answer().status in (414, 431)
            client.rest()


@stream_request_body
class Streaming(RequestHandler):
    """Waits for the test after each piece of the body."""

    sizes: list[int]
    gate: asyncio.Event

    def initialize(self, sizes: list[int], gate: asyncio.Event) -> None:
        self.sizes = sizes
        self.gate = gate

    async def data_received(self, chunk: bytes) -> None:
        self.sizes.append(len(chunk))
        await self.gate.wait()

    def post(self) -> None:
        self.write(str(sum(self.sizes)))


def test_a_streamed_body_waits_for_its_handler(serve: Serve) -> None:
    sizes: list[int] = []
    gate = asyncio.Event()
    options = {"sizes": sizes, "gate": gate}
    site = serve(Application([("/", Streaming, options)]), max_body_size=2**30)
    with connect(site) as client:
        client.send(get("/", f"Content-Length: {2**25}", method="POST"))
        client.connection.settimeout(0.5)
        sent, piece = 0, bytes(65536)
        try:
            while sent < 2**25:
                sent += client.connection.send(piece)
        except TimeoutError:
            pass
        # The rest is in the buffers of the system, not in ours.
        assert sent < 2**25
        (connection,) = site.server.connections
        assert len(sizes) == 1
        assert len(connection.parser) < 2**20  # type: ignore[union-attr]
        site.loop.call_soon_threadsafe(gate.set)
        client.connection.settimeout(10)
        while sent < 2**25:
            client.send(piece[: 2**25 - sent])
            sent += min(65536, 2**25 - sent)
        assert client.answer().body == str(2**25).encode()
        assert max(sizes) <= 65536


def test_a_half_closed_client_may_have_sent_more_than_its_handler_has_read(serve: Serve) -> None:
    gate = asyncio.Event()
    sizes: list[int] = []
    options = {"sizes": sizes, "gate": gate}
    site = serve(Application([("/", Streaming, options)]), chunk_size=10)
    with connect(site) as client:
        client.send(post(bytes(100)))
        client.half_close()
        site.loop.call_soon_threadsafe(gate.set)
        assert client.answer().body == b"100"
        assert sizes == [10] * 10
        assert client.rest() == b""


@stream_request_body
class Hasty(RequestHandler):
    """Answers before the body has come."""

    def prepare(self) -> None:
        self.set_status(403)
        self.finish("no")

    def data_received(self, chunk: bytes) -> None:
        raise AssertionError("there is nobody to take it")


def test_an_early_answer_arrives_although_the_client_goes_on_sending(serve: Serve) -> None:
    with connect(serve(Application([("/", Hasty)]))) as client:
        client.send(get("/", "Content-Length: 10000000", method="POST"))
        for _ in range(100):
            client.send(bytes(100_000))
        answer = client.answer()
        assert (answer.status, answer.body) == (403, b"no")
        assert answer.headers["connection"] == "close"
        assert client.rest() == b""


class Recorder(HTTPServerConnectionDelegate, HTTPMessageDelegate):
    """Keeps what it is told, and does what the test wants."""

    def __init__(self, fail_in: str = "") -> None:
        self.calls: list[Any] = []
        self.fail_in = fail_in
        self.closed = Happening()

    def _note(self, *call: Any) -> None:
        self.calls.append(call)
        if call[0] == self.fail_in:
            raise ZeroDivisionError(self.fail_in)

    def start_request(self, server_conn: object, request_conn: Any) -> HTTPMessageDelegate:
        self.connection = request_conn
        self._note("start_request", server_conn)
        return self

    def headers_received(self, start_line: Any, headers: Any) -> Awaitable[None] | None:
        self._note("headers_received", start_line)
        return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self._note("data_received", chunk)
        return None

    def finish(self) -> None:
        self._note("finish")
        self.connection.write_headers(ResponseStartLine("", 204, "No Content"), HTTPHeaders())
        self.connection.finish()

    def on_connection_close(self) -> None:
        self._note("on_connection_close")

    def on_close(self, server_conn: object) -> None:
        self.closed.set()
        self._note("on_close", server_conn)

    def names(self) -> list[str]:
        return [call[0] for call in self.calls]


def test_what_a_delegate_is_told(serve: Serve) -> None:
    recorder = Recorder()
    with connect(serve(recorder)) as client:
        assert client.send(post(b"body", "/x")).answer().status == 204
        assert client.send(get("/y")).answer().status == 204
    assert recorder.closed.happens()
    start = ["start_request", "headers_received"]
    assert recorder.names() == [*start, "data_received", "finish", *start, "finish", "on_close"]
    assert recorder.calls[1][1] == ("POST", "/x", "HTTP/1.1")
    # All that is said of one connection is said of the same.
    assert recorder.calls[0][1] is recorder.calls[4][1] is recorder.calls[-1][1]


def test_a_delegate_is_told_once_that_the_client_has_gone(serve: Serve) -> None:
    recorder = Recorder()
    with connect(serve(recorder)) as client:
        client.send(get("/", "Content-Length: 10", method="POST") + b"half")
        client.half_close()
        assert client.rest() == b""
    assert recorder.closed.happens()
    assert recorder.names()[-2:] in (
        ["on_connection_close", "on_close"],
        ["on_close", "on_connection_close"],
    )
    assert recorder.names().count("on_connection_close") == 1


@pytest.mark.parametrize(
    "where", ["start_request", "headers_received", "data_received", "finish", "on_close"]
)
def test_a_delegate_that_fails_costs_its_connection_only(
    serve: Serve, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder(where)
    site = serve(recorder)
    with connect(site) as client:
        client.send(post(b"body"))
        if where == "on_close":
            assert client.answer().status == 204
        else:
            assert client.rest() == b""
    assert recorder.closed.happens()
    recorder.fail_in = ""
    with connect(site) as client:
        assert client.send(get()).answer().status == 204
    (record,) = [record for record in caplog.records if record.name == "tornado.application"]
    assert "Uncaught exception" in record.message
    assert record.exc_info is not None


def test_a_failure_does_not_cost_the_answers_before_it(serve: Serve) -> None:
    def answer(request: HTTPServerRequest) -> None:
        if request.path == "/fails":
            raise ZeroDivisionError
        reply(request)
        if request.path == "/afterwards":
            raise ZeroDivisionError

    site = serve(answer)
    logging.getLogger("tornado.application").disabled = True
    try:
        for data, count in ((get("/a") + get("/b") + get("/fails"), 2), (get("/afterwards"), 1)):
            with connect(site) as client:
                client.send(data)
                assert [client.answer().body for _ in range(count)] == [b"ok"] * count
                assert client.rest() == b""
    finally:
        logging.getLogger("tornado.application").disabled = False


class Deserted(RequestHandler):
    """Waits for a client that will go, and counts how often it is told so."""

    started: Happening
    told: list[str]

    def initialize(self, started: Happening, told: list[str]) -> None:
        self.started = started
        self.told = told

    async def get(self) -> None:
        self.gone = asyncio.get_running_loop().create_future()
        self.started.set()
        await self.gone
        # Too late, which must not matter.
        self.write("x" * 100_000)

    def on_connection_close(self) -> None:
        self.told.append("gone")
        if not self.gone.done():
            self.gone.set_result(None)

    def on_finish(self) -> None:
        self.told.append("finished")


@pytest.mark.parametrize("by_reset", [False, True])
def test_a_waiting_handler_is_told_once_that_the_client_has_gone(
    serve: Serve, by_reset: bool
) -> None:
    started, told = Happening(), list[str]()
    site = serve(Application([("/", Deserted, {"started": started, "told": told})]))
    with connect(site) as client:
        client.send(get())
        assert started.happens()
        if by_reset:
            linger = struct.pack("ii", 1, 0)
            client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    async def until_empty() -> None:
        while site.server.connections or "finished" not in told:
            await asyncio.sleep(0.01)

    site.run(until_empty)
    assert told == ["gone", "finished"]


def test_who_takes_no_answers_gets_no_more_of_them(serve: Serve) -> None:
    answered = list[str]()

    def answer(request: HTTPServerRequest) -> None:
        answered.append(request.path)
        reply(request, bytes(1_000_000))

    site = serve(answer)
    with connect(site) as client:
        client.send(b"".join(get(f"/{number}") for number in range(100)))
        # Another connection is served meanwhile; what it says is later than the flood.
        with connect(site) as other:
            assert other.send(get("/other")).answer().status == 200
        assert len(answered) < 20
        for _ in range(100):
            assert len(client.answer().body) == 1_000_000
    assert [path for path in answered if path != "/other"] == [f"/{n}" for n in range(100)]


variable = contextvars.ContextVar("variable", default="unset")


class Asyncio(RequestHandler):
    """Uses from its first line what only works within a task."""

    async def get(self, name: str) -> None:
        task = asyncio.current_task()
        assert task is not None
        assert variable.get() == "unset"
        variable.set(name)
        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            child = group.create_task(self.child())
        assert asyncio.current_task() is task
        assert variable.get() == name
        assert await child == name
        try:
            async with asyncio.timeout(0):
                await asyncio.Event().wait()
        except TimeoutError:
            self.write(name)

    async def child(self) -> str:
        await asyncio.sleep(0)
        return variable.get()


def test_a_handlers_first_line_is_within_a_task(serve: Serve) -> None:
    with connect(serve(Application([("/(.*)", Asyncio)]))) as client:
        client.send(b"".join(get(f"/{number}") for number in range(10)))
        assert [client.answer().body for _ in range(10)] == [b"%d" % n for n in range(10)]


def test_no_context_reaches_a_later_request(serve: Serve) -> None:
    """Also where reading was paused: asyncio reads on in the context of who lets it."""
    with connect(serve(Application([("/later/(.*)", Asyncio)]))) as client:
        filler = f"X-Filler: {'x' * 20_000}"
        for _ in range(2):
            client.send(b"".join(get(f"/later/{number}", filler) for number in range(10)))
            assert [client.answer().body for _ in range(10)] == [b"%d" % n for n in range(10)]
