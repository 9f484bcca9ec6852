import asyncio
import gc
from typing import Any

import pytest

from fujita.httpserver.exchange import ServerExchange
from fujita.httputil import HTTPHeaders, HTTPOutputError, HTTPServerRequest, ResponseStartLine
from fujita.iostream import StreamClosedError
from fujita.web import Application, RequestHandler, stream_request_body
from tests.httpserver.raw import Happening, connect, get, post, reply
from tests.sites import Serve

OK = ResponseStartLine("HTTP/1.1", 200, "OK")


def exchange_of(request: HTTPServerRequest) -> ServerExchange:
    connection = request.connection
    assert isinstance(connection, ServerExchange)
    return connection


def in_pieces(request: HTTPServerRequest) -> None:
    connection = request.connection
    connection.write_headers(OK, HTTPHeaders())
    for piece in (b"one", b"", b"two", b"x" * 100_000):
        connection.write(piece)
    connection.finish()


def test_a_body_of_unknown_length_comes_in_chunks(serve: Serve) -> None:
    with connect(serve(in_pieces)) as client:
        for _ in range(2):
            answer = client.send(get()).answer()
            assert answer.headers == {"transfer-encoding": "chunked"}
            assert answer.body == b"onetwo" + b"x" * 100_000


def test_http_1_0_knows_no_chunks(serve: Serve) -> None:
    with connect(serve(in_pieces)) as client:
        answer = client.send(get("/", "Connection: keep-alive", version="1.0")).answer()
        assert "transfer-encoding" not in answer.headers
        assert answer.body == b"onetwo" + b"x" * 100_000


def test_http_1_0_is_kept_on_request(serve: Serve) -> None:
    with connect(serve(reply)) as client:
        for _ in range(2):
            answer = client.send(get("/", "Connection: Keep-Alive", version="1.0")).answer()
            assert answer.headers["connection"] == "Keep-Alive"
        answer = client.send(get("/", version="1.0")).answer()
        assert "connection" not in answer.headers
        assert client.rest() == b""


@pytest.mark.parametrize("length", ["2", None])
def test_head_has_no_body(serve: Serve, length: str | None) -> None:
    def answer(request: HTTPServerRequest) -> None:
        headers = HTTPHeaders()
        if length is not None:
            headers["Content-Length"] = length
        request.connection.write_headers(OK, headers, b"ok")
        request.connection.finish()

    with connect(serve(answer)) as client:
        for _ in range(2):
            said = client.send(get(method="HEAD")).answer(bodiless=True)
            assert said.status == 200
            assert said.headers.get("content-length") == length
        assert client.send(get()).answer().body == b"ok"


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("fields", [{}, {"Content-Length": "0"}, {"Etag": '"x"'}])
def test_a_status_without_a_body(serve: Serve, status: int, fields: dict[str, str]) -> None:
    def answer(request: HTTPServerRequest) -> None:
        request.connection.write_headers(ResponseStartLine("", status, "X"), HTTPHeaders(fields))
        request.connection.finish()

    with connect(serve(answer)) as client:
        for _ in range(2):
            said = client.send(get()).answer()
            assert said.status == status
            assert said.headers == {name.lower(): value for name, value in fields.items()}


def test_interim_responses(serve: Serve) -> None:
    def answer(request: HTTPServerRequest) -> None:
        hint = HTTPHeaders({"Link": "</style.css>"})
        request.connection.write_headers(ResponseStartLine("", 103, "Early Hints"), hint)
        reply(request)

    with connect(serve(answer)) as client:
        for _ in range(2):
            assert client.send(get()).head().status == 103
            assert client.answer().body == b"ok"


@pytest.mark.parametrize(
    ("length", "pieces"),
    [("3", [b"1234"]), ("3", [b"12", b"34"]), ("3", [b"12"]), ("3", []), ("x", []), ("-1", [])],
)
def test_a_body_of_another_length_than_announced(
    serve: Serve, length: str, pieces: list[bytes]
) -> None:
    errors = list[Exception]()

    def answer(request: HTTPServerRequest) -> None:
        try:
            headers = HTTPHeaders({"Content-Length": length})
            request.connection.write_headers(OK, headers)
            for piece in pieces:
                request.connection.write(piece)
            request.connection.finish()
        except HTTPOutputError as error:
            errors.append(error)
            exchange_of(request).close()

    with connect(serve(answer)) as client:
        client.send(get())
        # Whatever has come, it is less than a response.
        assert not client.rest().endswith((b"\r\n\r\n123", b"\r\n\r\n1234"))
    assert len(errors) == 1


def test_a_field_that_cannot_be_sent_spoils_nothing(serve: Serve) -> None:
    def answer(request: HTTPServerRequest) -> None:
        with pytest.raises(UnicodeEncodeError):
            request.connection.write_headers(OK, HTTPHeaders({"X": "雪"}))
        reply(request)

    with connect(serve(answer)) as client:
        assert client.send(get()).answer().body == b"ok"


def test_a_response_in_parts_to_one_who_has_gone(serve: Serve) -> None:
    started, ended = Happening(), Happening()
    errors = list[BaseException]()

    class Stream(RequestHandler):
        async def get(self) -> None:
            try:
                while True:
                    self.write("x" * 1000)
                    await self.flush()
                    started.set()
                    await asyncio.sleep(0)
            except StreamClosedError as error:
                errors.append(error)
                raise
            finally:
                ended.set()

    site = serve(Application([("/", Stream)]))
    with connect(site) as client:
        client.send(get())
        assert started.happens()
    assert ended.happens()
    assert len(errors) == 1


def test_writing_after_the_end(serve: Serve) -> None:
    """To a connection that is closed, or a response that is complete."""

    async def late(exchange: ServerExchange) -> None:
        for _ in range(2):
            with pytest.raises(StreamClosedError):
                await exchange.write(b"late")
            with pytest.raises(StreamClosedError):
                await exchange.write_headers(OK, HTTPHeaders())
            exchange.finish()
        with pytest.raises(StreamClosedError):
            exchange.detach()

    exchanges = list[ServerExchange]()

    def answer(request: HTTPServerRequest) -> None:
        exchanges.append(exchange_of(request))
        if request.path == "/closes":
            exchange_of(request).protocol.abort()  # type: ignore[union-attr]
        else:
            reply(request)

    site = serve(answer)
    with connect(site) as client:
        assert client.send(get()).answer().status == 200
        client.send(get("/closes"))
        assert client.is_closed()

    async def main() -> None:
        for exchange in exchanges:
            await late(exchange)

    site.run(main)
    assert len(exchanges) == 2


def test_detach(serve: Serve) -> None:
    async def talk(stream: Any) -> None:
        await stream.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
        while True:
            line = await stream.read_until(b"\n")
            await stream.write(line.upper())

    def answer(request: HTTPServerRequest) -> None:
        talks.append(asyncio.ensure_future(talk(exchange_of(request).detach())))

    talks = list[Any]()
    site = serve(answer)
    with connect(site) as client:
        # What comes with the request is the first that the stream reads.
        client.send(get() + b"hello\n")
        assert client.head().status == 101
        assert client.file.readline() == b"HELLO\n"
        client.send(b"there\n")
        assert client.file.readline() == b"THERE\n"
        assert len(site.server.connections) == 1

    async def until_closed() -> None:
        with pytest.raises(StreamClosedError):
            await talks[0]
        assert not site.server.connections

    site.run(until_closed)


def test_a_body_limit_of_its_own(serve: Serve) -> None:
    @stream_request_body
    class Upload(RequestHandler):
        def prepare(self) -> None:
            self.size = 0
            limit = int(self.get_argument("limit") or 0)
            self.request.connection.set_max_body_size(limit)  # type: ignore[attr-defined]

        def data_received(self, chunk: bytes) -> None:
            self.size += len(chunk)

        def post(self) -> None:
            self.write(str(self.size))

    site = serve(Application([("/", Upload)]), max_body_size=100)
    with connect(site) as client:
        assert client.send(post(bytes(1000), "/?limit=1000")).answer().body == b"1000"
        assert client.send(post(bytes(10), "/?limit=10")).answer().body == b"10"
        # The limit was that request's alone.
        assert client.send(post(bytes(100), "/?limit=100")).answer().body == b"100"
        assert client.send(post(bytes(11), "/?limit=10")).answer().status == 413


def test_no_keep_alive(serve: Serve) -> None:
    for connection in (None, "keep-alive"):

        def answer(request: HTTPServerRequest, connection: str | None = connection) -> None:
            assert exchange_of(request).no_keep_alive
            if connection is None:
                reply(request)
            else:
                reply(request, Connection=connection)

        with connect(serve(answer, no_keep_alive=True)) as client:
            assert client.send(get()).answer().status == 200
            assert client.rest() == b""


def test_a_close_callback_is_for_its_request_only(serve: Serve) -> None:
    called = list[str]()

    def answer(request: HTTPServerRequest) -> None:
        exchange_of(request).set_close_callback(lambda: called.append(request.path))
        if request.path != "/waits":
            reply(request)
        else:
            started.set()

    started = Happening()
    site = serve(answer)
    with connect(site) as client:
        assert client.send(get("/a")).answer().status == 200
        client.send(get("/waits"))
        assert started.happens()

    async def until_called() -> None:
        while not called:
            await asyncio.sleep(0.01)

    site.run(until_called)
    assert called == ["/waits"]


class Mixed(RequestHandler):
    async def get(self) -> None:
        if self.get_argument("wait", None):
            await asyncio.sleep(0)
        self.write("ok")

    def post(self) -> None:
        self.write(self.request.body)


def test_requests_leave_no_garbage(serve: Serve) -> None:
    """Or the collector would have to look for it, at a cost to every request."""
    site = serve(Application([("/", Mixed)]))
    data = get() + get("/?wait=1") + post(b"body") + get("/missing") + get(method="HEAD")

    async def collect(freeze: bool) -> int:
        if freeze:
            gc.collect()
            gc.disable()
            return 0
        found = gc.collect()
        gc.enable()
        return found

    with connect(site) as client:

        def ask(count: int) -> None:
            for _ in range(count):
                client.send(data)
                for last in (False, False, False, False, True):
                    client.answer(bodiless=last)

        ask(3)
        tasks = site.run(count_tasks)
        site.run(lambda: collect(True))
        ask(200)
        assert site.run(lambda: collect(False)) == 0
        assert site.run(count_tasks) <= tasks + 2


async def count_tasks() -> int:
    # One turn for tasks that have come to their end.
    await asyncio.sleep(0)
    return len(asyncio.all_tasks())
