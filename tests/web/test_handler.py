"""What programs in the wild do to handlers, beyond what Tornado documents."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from unittest.mock import Mock

import pytest

from fujita.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine, ResponseStartLine
from fujita.web import Application, RequestHandler
from tests.sites import Serve


def request(method: str = "GET", target: str = "/") -> HTTPServerRequest:
    return HTTPServerRequest(
        start_line=RequestStartLine(method, target, "HTTP/1.1"),
        headers=HTTPHeaders({"Host": "example.com"}),
        connection=Mock(),
    )


class Page(RequestHandler):
    def get(self) -> None:
        self.write("page")


def test_a_handler_can_be_made_without_a_server() -> None:
    mock_request = request()
    handler = Page(Application(), mock_request)
    assert handler.request is mock_request
    mock_request.connection.set_close_callback.assert_called_once()  # type: ignore[attr-defined]
    handler.get()
    handler.set_header("X-A", "1")
    assert handler._headers["X-A"] == "1"
    assert handler._write_buffer == [b"page"]


def test_other_base_classes_are_initialized_first() -> None:
    class Counting:
        def __init__(self) -> None:
            super().__init__()
            assert "request" not in vars(self)
            self.count = 0

    class CountingPage(Page, Counting):
        def initialize(self, start: int) -> None:
            self.count += start

    assert CountingPage(Application(), request(), start=3).count == 3


def test_a_handler_finishes_on_a_mock() -> None:
    async def main() -> None:
        mock_request = request()
        handler = Page(Application(), mock_request)
        handler._transforms = []
        handler.finish("all")
        connection: Any = mock_request.connection
        (start_line, headers, chunk), _ = connection.write_headers.call_args
        assert (start_line.code, chunk) == (200, b"all")
        assert headers["Content-Length"] == "3"
        connection.finish.assert_called_once_with()

    asyncio.run(main())


@pytest.mark.filterwarnings("ignore:The .* to HTTPServerRequest:DeprecationWarning")
def test_requests_made_the_old_way() -> None:
    old = HTTPServerRequest("GET", "/path?a=1", headers=HTTPHeaders({"Host": "h"}))
    old.connection = Mock()
    handler = Page(Application(), old)
    assert handler.get_argument("a") == "1"


@pytest.mark.parametrize("name", ["get", "head", "post", "delete", "patch", "put", "options"])
def test_methods_that_a_program_has_not_written_can_be_told(name: str) -> None:
    # jupyter_server looks which methods are implemented.
    handler = Page(Application(), request())
    assert (getattr(handler, name) == handler._unimplemented_method) == (name != "get")
    assert (getattr(Page, name) == RequestHandler._unimplemented_method) == (name != "get")


def test_request_and_application_may_stand_in_the_class(serve: Serve) -> None:
    class Declared(Page):
        request: HTTPServerRequest = None  # type: ignore[assignment]
        application: Application = None  # type: ignore[assignment]

        def get(self) -> None:
            self.write(f"{self.request.path} {self.application.settings['colour']}")

    assert serve(Application([("/", Declared)], colour="red")).get("/").text == "/ red"
    assert Declared.request is None


def test_the_headers_may_be_replaced(serve: Serve) -> None:
    # jupyter_server_proxy passes another server's headers on.
    class Proxy(RequestHandler):
        def get(self) -> None:
            self._headers = HTTPHeaders()
            self._headers.add("X-Upstream", "1")
            self._headers.add("X-Upstream", "2")
            self.write("proxied")

    response = serve(Application([("/", Proxy)])).get("/")
    assert response.all("X-Upstream") == ["1", "2"]
    assert response.headers["Content-Length"] == "7"
    assert "Server" not in response.headers


def test_the_reason_may_be_set(serve: Serve) -> None:
    class Reason(Page):
        def get(self) -> None:
            self.set_status(404)
            self._reason = "Lost"

    assert serve(Application([("/", Reason)])).get("/").reason == "Lost"


def test_finished_may_be_set(serve: Serve) -> None:
    # panel answers on the connection itself.
    class Elsewhere(RequestHandler):
        def get(self) -> None:
            self._finished = True
            self._status_code = 200
            headers = HTTPHeaders({"Content-Length": "4"})
            start_line = ResponseStartLine("", 200, "OK")
            self.request.connection.write_headers(start_line, headers, b"self")
            self.request.connection.finish()

    assert serve(Application([("/", Elsewhere)])).get("/").text == "self"


def test_transforms_may_be_taken_away(serve: Serve) -> None:
    class Plain(RequestHandler):
        def get(self) -> None:
            self._transforms = []
            self.write("x" * 5000)

    site = serve(Application([("/", Plain)], compress_response=True))
    assert site.get("/", Accept_Encoding="gzip").text == "x" * 5000


def test_the_request_s_cookies_may_be_set(serve: Serve) -> None:
    # panel does that in its sessions.
    class Cookies(RequestHandler):
        def prepare(self) -> None:
            del self.request.cookies["a"]
            self.request._cookies["b"] = "2"

        def get(self) -> None:
            self.write({"a": self.get_cookie("a"), "b": self.get_cookie("b")})

    assert serve(Application([("/", Cookies)])).get("/", Cookie="a=1").json == {"a": None, "b": "2"}


def test_the_xsrf_token_may_be_set(serve: Serve) -> None:
    # jupyterhub keeps tokens of its own.
    class Own(RequestHandler):
        def get(self) -> None:
            self._xsrf_token = b"own"
            self.write(self.xsrf_token)

    response = serve(Application([("/", Own)])).get("/")
    assert response.text == "own"
    assert response.all("Set-Cookie") == []


def test_finish_and_clear_cookie_may_be_overridden(serve: Serve) -> None:
    class Own(RequestHandler):
        def finish(self, *args: Any, **kwargs: Any) -> "asyncio.Future[None]":
            self.set_header("X-Finished", "own")
            return super().finish(*args, **kwargs)

        def clear_cookie(self, name: str, path: str = "/base", **kwargs: Any) -> None:
            super().clear_cookie(name, path=path, **kwargs)

        def get(self) -> None:
            self.clear_all_cookies()

    response = serve(Application([("/", Own)])).get("/", Cookie="a=1")
    assert response.headers["X-Finished"] == "own"
    assert "Path=/base" in response.headers["Set-Cookie"]


def test_an_application_may_add_to_its_handlers(serve: Serve) -> None:
    class Own(Application):
        def add_handlers(self, host_pattern: str, host_handlers: Any) -> None:
            more = [(f"/base{pattern}", *rest) for pattern, *rest in host_handlers]
            super().add_handlers(host_pattern, more)

    application = Own()
    application.add_handlers(".*", [("/page", Page)])
    assert serve(application).get("/base/page").text == "page"


def test_the_stream_of_the_connection(serve: Serve) -> None:
    closed = []

    class Streaming(RequestHandler):
        def get(self) -> None:
            stream = self.request.connection.stream  # type: ignore[attr-defined]
            closed.append(stream.closed())
            self.write(str(stream.socket.getpeername()[0]))

    assert serve(Application([("/", Streaming)])).get("/").text == "127.0.0.1"
    assert closed == [False]


def test_initialize_takes_what_the_route_gives(serve: Serve) -> None:
    class Base(RequestHandler):
        def initialize(self, a: int, b: int = 2) -> None:
            self.values = (a, b)

        def get(self) -> Awaitable[None] | None:
            self.write(str(self.values))
            return None

    site = serve(Application([("/", Base, {"a": 1})]))
    assert site.get("/").text == "(1, 2)"


def test_a_handler_that_cannot_be_made(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(RequestHandler):
        def initialize(self) -> None:
            raise ValueError("cannot be made")

    site = serve(Application([("/", Broken), ("/page", Page)]))
    assert site.raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == b""
    assert "cannot be made" in caplog.text
    assert site.get("/page").text == "page"


def test_a_handler_may_be_made_by_its_own_new() -> None:
    class Counted(Page):
        made = 0

        def __new__(cls, *args: Any, **kwargs: Any) -> "Counted":
            cls.made += 1
            return super().__new__(cls)

    Counted(Application(), request())
    assert Counted.made == 1
