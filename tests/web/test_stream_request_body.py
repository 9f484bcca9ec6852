import asyncio
import json

import pytest

from fujita.web import Application, HTTPError, RequestHandler, stream_request_body
from tests.sites import Serve, Site


@stream_request_body
class Upload(RequestHandler):
    async def prepare(self) -> None:
        self.pieces: list[bytes] = []

    def data_received(self, chunk: bytes) -> None:
        self.pieces.append(chunk)

    def post(self) -> None:
        self.write(
            {
                "body": b"".join(self.pieces).decode(),
                "request.body": self.request.body.decode(),
                "query": self.get_query_arguments("a"),
                "form": self.get_body_arguments("a"),
            }
        )

    put = post

    def get(self) -> None:
        self.write("no body")


def body_of(raw: bytes) -> bytes:
    return raw.partition(b"\r\n\r\n")[2]


def send_slowly(site: Site, head: str, *pieces: bytes) -> bytes:
    """Sends a request in pieces, each when the server has dealt with the one before."""
    with site.connect() as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        for piece in pieces:
            site.settle()
            connection.sendall(piece)
        answer = b""
        while received := connection.recv(65536):
            answer += received
        return answer


@pytest.fixture
def site(serve: Serve) -> Site:
    return serve(Application([("/", Upload)]))


def test_the_body_comes_in_pieces(site: Site) -> None:
    head = "POST /?a=1 HTTP/1.1\nHost: x\nConnection: close\nContent-Length: 6"
    answer = json.loads(body_of(send_slowly(site, head, b"abc", b"def")))
    assert answer == {"body": "abcdef", "request.body": "", "query": ["1"], "form": []}


def test_a_chunked_body(site: Site) -> None:
    head = "PUT / HTTP/1.1\nHost: x\nConnection: close\nTransfer-Encoding: chunked"
    answer = send_slowly(site, head, b"3\r\nabc\r", b"\n2\r\nde\r\n0\r\n", b"\r\n")
    assert json.loads(body_of(answer))["body"] == "abcde"


def test_a_form_is_not_parsed(site: Site) -> None:
    assert site.post("/?a=1", {"a": "2"}).json["form"] == []


def test_no_body_at_all(site: Site) -> None:
    assert site.get("/").text == "no body"
    assert site.request("POST", "/").json["body"] == ""


def test_nothing_is_read_before_prepare_is_done(serve: Serve) -> None:
    order = []
    go_on = asyncio.Event()

    @stream_request_body
    class Waiting(RequestHandler):
        async def prepare(self) -> None:
            order.append("prepare")
            await go_on.wait()
            order.append("prepared")

        def data_received(self, chunk: bytes) -> None:
            order.append(chunk.decode())

        def post(self) -> None:
            order.append("post")

    site = serve(Application([("/", Waiting)]))
    with site.connect() as connection:
        connection.sendall(b"POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc")
        while not order:
            site.settle()
        site.loop.call_soon_threadsafe(go_on.set)
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert order == ["prepare", "prepared", "abc", "post"]


def test_one_piece_after_the_other(serve: Serve) -> None:
    running = 0
    most = 0

    @stream_request_body
    class Slow(RequestHandler):
        async def data_received(self, chunk: bytes) -> None:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

        def post(self) -> None:
            self.write(str(running))

    site = serve(Application([("/", Slow)]), chunk_size=10)
    assert site.request("POST", "/", body=b"x" * 1000).text == "0"
    assert most == 1


@pytest.mark.parametrize("asynchronous", [False, True])
def test_prepare_may_refuse(serve: Serve, asynchronous: bool) -> None:
    received = []

    @stream_request_body
    class Refusing(RequestHandler):
        async def prepare(self) -> None:
            if asynchronous:
                await asyncio.sleep(0)
            raise HTTPError(413)

        def data_received(self, chunk: bytes) -> None:
            received.append(chunk)

    site = serve(Application([("/", Refusing)]))
    raw = site.raw(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\n")
    assert raw.startswith(b"HTTP/1.1 413 ")
    assert received == []


def test_data_received_may_answer(serve: Serve) -> None:
    @stream_request_body
    class Early(RequestHandler):
        def data_received(self, chunk: bytes) -> None:
            if not self._finished:
                self.set_status(400)
                self.finish("enough")

        def post(self) -> None:
            raise AssertionError("answered already")

    site = serve(Application([("/", Early)]))
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100\r\n\r\n"
    assert body_of(site.raw(head + b"x")) == b"enough"


def test_an_error_in_data_received_ends_the_connection(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    @stream_request_body
    class Failing(RequestHandler):
        def data_received(self, chunk: bytes) -> None:
            raise ValueError("cannot take it")

    site = serve(Application([("/", Failing)]))
    assert site.raw(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc") == b""
    assert "cannot take it" in caplog.text


def test_a_client_that_goes_away_leaves_nothing_behind(serve: Serve) -> None:
    closed = asyncio.Event()
    posted = []

    @stream_request_body
    class Watching(RequestHandler):
        def data_received(self, chunk: bytes) -> None:
            pass

        def on_connection_close(self) -> None:
            closed.set()

        def post(self) -> None:
            posted.append(True)

    site = serve(Application([("/", Watching)]))
    before = len(site.run(_tasks))
    with site.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
        while not site.server.connections:
            site.settle()
    site.run(closed.wait)
    site.settle()
    assert len(site.run(_tasks)) <= before + 1
    assert posted == []


async def _tasks() -> set[object]:
    return {task for task in asyncio.all_tasks() if "_execute" in repr(task)}


def test_limits_may_be_set_for_one_request(serve: Serve) -> None:
    @stream_request_body
    class Limited(Upload):
        def prepare(self) -> None:  # type: ignore[override]
            self.pieces = []
            self.request.connection.set_max_body_size(  # type: ignore[attr-defined]
                int(self.get_argument("limit", "") or 0)
            )

    site = serve(Application([("/", Limited)]), max_body_size=10)
    body = b"x" * 100
    assert site.request("POST", "/?limit=100", body=body).json["body"] == body.decode()
    head = b"POST /?limit=5 HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabcdef"
    assert site.raw(head).startswith(b"HTTP/1.1 413 ")


def test_data_received_has_to_be_written() -> None:
    with pytest.raises(NotImplementedError):
        RequestHandler.data_received(RequestHandler.__new__(RequestHandler), b"")
