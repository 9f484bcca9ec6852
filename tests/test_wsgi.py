import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from unittest.mock import Mock
from wsgiref.validate import validator

import pytest

from fujita.concurrent import dummy_executor
from fujita.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from fujita.routing import RuleRouter
from fujita.web import Application, FallbackHandler
from fujita.wsgi import HTTPRequest, WSGIContainer, to_wsgi_str
from tests import loop_kinds
from tests.sites import PATIENCE, Serve, Site, serving

Environ = dict[str, Any]
Start = Callable[..., Callable[[bytes], object]]
WSGI = Callable[[Environ, Start], Iterable[bytes]]


@pytest.fixture(params=loop_kinds.KINDS)
def serve(request: pytest.FixtureRequest) -> Iterator[Serve]:
    """Serves applications until the test ends."""
    with ExitStack() as stack:

        def start(application: Any, **options: Any) -> Site:
            return stack.enter_context(serving(request.param, application, **options))

        yield start


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


def giving(*pieces: bytes, status: str = "200 OK", headers: Iterable[tuple[str, str]] = ()) -> WSGI:
    """Makes an application that always gives the same."""

    def application(environ: Environ, start: Start) -> Iterable[bytes]:
        start(status, list(headers))
        return pieces

    return application


def environ_of(**headers: str) -> Environ:
    request = HTTPServerRequest(
        start_line=RequestStartLine("GET", "/%C3%A9%20+/?q=%20", "HTTP/1.1"),
        headers=HTTPHeaders({"Host": "Example.com", **headers}),
        connection=Mock(context=Mock(remote_ip="192.0.2.1", protocol="http")),
    )
    return WSGIContainer(giving()).environ(request)


def test_a_response_gets_what_it_lacks(serve: Serve) -> None:
    response = serve(WSGIContainer(giving(b"a", b"", b"b"))).get("/")
    assert (response.status, response.reason, response.body) == (200, "OK", b"ab")
    assert response.headers["Content-Length"] == "2"
    assert response.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert response.headers["Server"].startswith("TornadoServer/")
    assert response.headers["Date"].endswith(" GMT")


def test_what_the_application_says_stays(serve: Serve) -> None:
    headers = [
        ("content-type", "text/plain"),
        ("server", "mine"),
        ("date", "today"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("content-length", "1"),
        ("X-Latin", "é"),
    ]
    application = giving(b"x", status="404 Lost And Gone", headers=headers)
    response = serve(WSGIContainer(application)).get("/")
    assert (response.status, response.reason) == (404, "Lost And Gone")
    assert response.all("Set-Cookie") == ["a=1", "b=2"]
    for name in ("Content-Type", "Server", "Date", "Content-Length"):
        assert response.all(name) == [value for key, value in headers if key == name.lower()]
    assert response.all("X-Latin") == ["é"]


def test_the_headers_of_the_application_are_left_alone(serve: Serve) -> None:
    headers: list[tuple[str, str]] = []

    def application(environ: Environ, start: Start) -> Iterable[bytes]:
        start("200 OK", headers)
        return [b"x"]

    assert serve(WSGIContainer(application)).get("/").body == b"x"
    assert headers == []


def test_pieces_by_the_writer_come_in_order(serve: Serve) -> None:
    def application(environ: Environ, start: Start) -> Iterable[bytes]:
        write = start("200 OK", [])
        write(b"1")
        yield b"2"
        write(b"3")
        yield b"4"

    assert serve(WSGIContainer(application)).get("/").body == b"1234"


def test_an_error_page_takes_the_place_of_the_response(serve: Serve) -> None:
    def application(environ: Environ, start: Start) -> Iterable[bytes]:
        start("200 OK", [("X-Old", "1")])
        try:
            raise KeyError
        except KeyError as error:
            start("503 Busy", [("X-New", "1")], (KeyError, error, error.__traceback__))
        return [b"sorry"]

    response = serve(WSGIContainer(application)).get("/")
    assert (response.status, response.body) == (503, b"sorry")
    assert "X-New" in response.headers
    assert "X-Old" not in response.headers


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_responses_without_a_body(serve: Serve, status: str) -> None:
    site = serve(WSGIContainer(giving(b"x", status=status)))
    answer = site.raw(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert body == b""
    assert b"Content-Length" not in head
    assert b"Content-Type" not in head


@pytest.mark.parametrize(
    ("pieces", "headers", "length"),
    [([b"abc"], [], "3"), ([], [("Content-Length", "10")], "10"), ([], [], None)],
)
def test_head(
    serve: Serve, pieces: list[bytes], headers: list[tuple[str, str]], length: str | None
) -> None:
    response = serve(WSGIContainer(giving(*pieces, headers=headers))).head("/")
    assert response.status == 200
    assert response.body == b""
    assert response.headers["Content-Length"] == length


def test_a_connection_is_used_again(serve: Serve) -> None:
    answer = serve(WSGIContainer(giving(b"x"))).raw(
        b"GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    )
    assert answer.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize("in_pool", [False, True])
def test_it_is_wsgi(serve: Serve, pool: ThreadPoolExecutor, in_pool: bool) -> None:
    def echo(environ: Environ, start: Start) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start("200 OK", [("Content-Type", "text/plain")])
        return [body]

    site = serve(WSGIContainer(validator(echo), pool if in_pool else None))
    assert site.request("POST", "/", {"Content-Type": "x/y"}, b"form").body == b"form"
    chunked = (
        b"POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    )
    assert site.raw(chunked).endswith(b"\r\n\r\nabc")


def test_the_environment() -> None:
    environ = environ_of(**{"Content-Type": "a/b", "Cookie": "c=1", "X-Some-Thing": "1"})
    assert environ["REQUEST_METHOD"] == "GET"
    assert environ["SCRIPT_NAME"] == ""
    assert environ["PATH_INFO"] == "/Ã© +/"
    assert environ["QUERY_STRING"] == "q=%20"
    assert environ["REMOTE_ADDR"] == "192.0.2.1"
    assert environ["SERVER_NAME"] == "Example.com"
    assert environ["SERVER_PORT"] == "80"
    assert environ["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert environ["CONTENT_TYPE"] == "a/b"
    assert environ["HTTP_COOKIE"] == "c=1"
    assert environ["HTTP_X_SOME_THING"] == "1"
    assert "HTTP_CONTENT_TYPE" not in environ
    assert "CONTENT_LENGTH" not in environ
    assert environ["wsgi.url_scheme"] == "http"
    assert environ["wsgi.multithread"] is False


@pytest.mark.parametrize(
    ("host", "name", "port"),
    [("h:99", "h", "99"), ("[::1]:8", "[::1]", "8"), ("[::1]", "[::1]", "80")],
)
def test_hosts(host: str, name: str, port: str) -> None:
    environ = environ_of(Host=host)
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == (name, port)


def test_https() -> None:
    request = HTTPServerRequest(
        start_line=RequestStartLine("GET", "/", "HTTP/1.1"),
        headers=HTTPHeaders({"Host": "h"}),
        connection=Mock(context=Mock(protocol="https")),
    )
    environ = WSGIContainer(giving()).environ(request)
    assert (environ["wsgi.url_scheme"], environ["SERVER_PORT"]) == ("https", "443")


def test_a_field_with_an_underscore_does_not_pass_for_another() -> None:
    for headers in ({"X-Real": "1", "X_Real": "2"}, {"X_Real": "2", "X-Real": "1"}):
        assert environ_of(**headers)["HTTP_X_REAL"] == "1"
    assert environ_of(X_Other="3")["HTTP_X_OTHER"] == "3"


def test_the_environment_can_be_extended(serve: Serve) -> None:
    class Extended(WSGIContainer):
        def environ(self, request: HTTPServerRequest) -> Environ:
            return super().environ(request) | {"mine": f"{request.method} it is"}

    def application(environ: Environ, start: Start) -> Iterable[bytes]:
        start("200 OK", [])
        return [environ["mine"].encode()]

    assert serve(Extended(application)).get("/").body == b"GET it is"


def raising(environ: Environ, start: Start) -> Iterable[bytes]:
    raise ZeroDivisionError("of the application")


def raising_late(environ: Environ, start: Start) -> Iterable[bytes]:
    start("200 OK", [])
    yield b"x"
    raise ZeroDivisionError("of the application")


def never_starting(environ: Environ, start: Start) -> Iterable[bytes]:
    return [b"x"]


@pytest.mark.parametrize(
    ("application", "message"),
    [
        (raising, "of the application"),
        (raising_late, "of the application"),
        (never_starting, "WSGI app did not call start_response"),
        (giving(b"x", headers=[("Content-Length", "2")]), "Content-Length is 2, but the body"),
        (giving(b"x", status="abc"), "status must be like '200 OK', got 'abc'"),
        (giving(b"x", status="100 Continue"), "status must be like"),
        (giving(b"x", status="200 OK\r\nX: y"), "reason must be printable"),
        (giving(b"x", status="200 ☃"), "reason must be printable"),
        (giving(b"x", headers=[("X", "1\r\nY: 2")]), "Invalid header value"),
        (giving("text"), "str found"),  # type: ignore[arg-type]
    ],
)
@pytest.mark.parametrize("in_pool", [False, True])
def test_errors_of_the_application(
    serve: Serve,
    pool: ThreadPoolExecutor,
    caplog: pytest.LogCaptureFixture,
    application: WSGI,
    message: str,
    in_pool: bool,
) -> None:
    site = serve(WSGIContainer(application, pool if in_pool else None))
    response = site.get("/page")
    assert (response.status, response.body) == (500, b"500: Internal Server Error\n")
    errors = [record for record in caplog.records if record.name == "tornado.application"]
    assert [record.getMessage() for record in errors] == ["Uncaught exception GET /page"]
    assert message in (errors[0].exc_text or str(errors[0].exc_info))


def test_the_application_may_not_frame_its_response(serve: Serve) -> None:
    site = serve(WSGIContainer(giving(b"x", headers=[("Transfer-Encoding", "chunked")])))
    response = site.get("/")
    assert response.body == b"x"
    assert "Transfer-Encoding" not in response.headers


class Pieces:
    """Remembers in which thread it was closed."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.used: list[int] = []

    def __iter__(self) -> Iterator[bytes]:
        self.used.append(threading.get_ident())
        yield b"x"
        if self.error:
            raise self.error

    def close(self) -> None:
        self.used.append(threading.get_ident())


@pytest.mark.parametrize("error", [None, ValueError()])
@pytest.mark.parametrize("in_pool", [False, True])
def test_the_response_is_closed_where_it_was_made(
    serve: Serve, pool: ThreadPoolExecutor, error: Exception | None, in_pool: bool
) -> None:
    pieces = Pieces(error)
    threads = []

    def application(environ: Environ, start: Start) -> Iterable[bytes]:
        threads.append(threading.get_ident())
        start("200 OK", [])
        return pieces

    site = serve(WSGIContainer(application, pool if in_pool else None))
    assert site.get("/").status == (500 if error else 200)
    assert pieces.used == threads * 2


def test_threads_answer_at_the_same_time(serve: Serve, pool: ThreadPoolExecutor) -> None:
    together = threading.Barrier(2)

    def application(environ: Environ, start: Start) -> Iterable[bytes]:
        assert environ["wsgi.multithread"] is True
        together.wait(PATIENCE)
        start("200 OK", [])
        yield b"both "
        together.wait(PATIENCE)
        yield b"here"

    site = serve(WSGIContainer(application, pool))
    with ThreadPoolExecutor(2) as clients:
        responses = [clients.submit(site.get, "/") for _ in range(2)]
        assert [response.result(PATIENCE).body for response in responses] == [b"both here"] * 2


def test_the_loop_goes_on_while_a_thread_answers(serve: Serve, pool: ThreadPoolExecutor) -> None:
    called, go_on = threading.Event(), threading.Event()

    def application(environ: Environ, start: Start) -> Iterable[bytes]:
        called.set()
        assert go_on.wait(PATIENCE)
        start("200 OK", [])
        return [b"slow"]

    site = serve(WSGIContainer(application, pool))
    with ThreadPoolExecutor(1) as client:
        response = client.submit(site.get, "/")
        assert called.wait(PATIENCE)
        site.settle()
        assert not response.done()
        go_on.set()
        assert response.result(PATIENCE).body == b"slow"


def test_a_client_that_does_not_wait(serve: Serve, pool: ThreadPoolExecutor) -> None:
    called, gone, done = threading.Event(), threading.Event(), threading.Event()

    def application(environ: Environ, start: Start) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/wait":
            called.set()
            assert gone.wait(PATIENCE)
            done.set()
        start("200 OK", [])
        return [b"x"]

    site = serve(WSGIContainer(application, pool))
    with site.connect() as connection:
        connection.sendall(b"GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
        assert called.wait(PATIENCE)
    gone.set()
    assert done.wait(PATIENCE)
    assert site.get("/").body == b"x"


@pytest.mark.parametrize(
    ("status", "level"),
    [("200 OK", "INFO"), ("304 Same", "INFO"), ("404 No", "WARNING"), ("500 Oh", "ERROR")],
)
def test_requests_are_logged(
    serve: Serve, caplog: pytest.LogCaptureFixture, status: str, level: str
) -> None:
    caplog.set_level("INFO", "tornado.access")
    serve(WSGIContainer(giving(status=status))).get("/page?x")
    (record,) = (record for record in caplog.records if record.name == "tornado.access")
    assert record.levelname == level
    assert record.getMessage().startswith(f"{status[:3]} GET /page?x (127.0.0.1) ")


def test_it_stands_beside_handlers(serve: Serve) -> None:
    container = WSGIContainer(giving(b"wsgi"))
    fallback = Application([("/old/.*", FallbackHandler, {"fallback": container})])
    assert serve(fallback).get("/old/x").body == b"wsgi"
    assert serve(RuleRouter([("/old.*", container)])).get("/old").body == b"wsgi"


def test_names() -> None:
    container = WSGIContainer(raising)
    assert container.executor is dummy_executor
    assert container.wsgi_application is raising
    assert HTTPRequest is HTTPServerRequest
    assert to_wsgi_str(b"\xc3\xa9") == "Ã©"
