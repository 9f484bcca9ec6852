import asyncio
import contextvars
import gc
import logging
import weakref
from collections.abc import Generator
from typing import Any

import pytest

from fujita import gen
from fujita.web import Application, Finish, HTTPError, RequestHandler
from tests.sites import Serve


class Noting(RequestHandler):
    """Notes what is called."""

    def initialize(self, notes: list[Any], **kwargs: Any) -> None:
        self.notes = notes
        notes.append(("initialize", kwargs))

    def set_default_headers(self) -> None:
        self.set_header("X-Default", "1")

    def prepare(self) -> None:
        self.notes.append(("prepare", self.path_args, self.path_kwargs))

    def get(self, *args: str, **kwargs: str) -> None:
        self.notes.append(("get", args, kwargs))

    def on_finish(self) -> None:
        self.notes.append(("on_finish", self.get_status()))


def test_the_order_of_calls(serve: Serve) -> None:
    notes: list[Any] = []
    arguments = {"notes": notes, "more": 1}
    site = serve(Application([("/(.*)/(x)?", Noting, arguments)]))
    assert site.get("/a%20b%2F/").headers["X-Default"] == "1"
    assert notes == [
        ("initialize", {"more": 1}),
        ("prepare", ["a b/", None], {}),
        ("get", ("a b/", None), {}),
        ("on_finish", 200),
    ]


def test_named_groups_are_keyword_arguments(serve: Serve) -> None:
    notes: list[Any] = []
    site = serve(Application([("/(?P<a>.*)/(?P<b>x)?", Noting, {"notes": notes})]))
    site.get("/%C3%A9/")
    assert notes[2] == ("get", (), {"a": "é", "b": None})


def test_a_group_that_is_no_utf8_is_a_bad_request(serve: Serve) -> None:
    notes: list[Any] = []
    site = serve(Application([("/(.*)", Noting, {"notes": notes})]))
    assert site.get("/%e9").status == 400
    assert [note[0] for note in notes] == ["initialize", "on_finish"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "PATCH", "PUT", "OPTIONS"])
def test_each_method_has_its_function(serve: Serve, method: str) -> None:
    def answer(self: RequestHandler) -> None:
        self.set_header("X-Method", self.request.method or "")

    handler = type("One", (RequestHandler,), {method.lower(): answer})
    site = serve(Application([("/", handler)]))
    assert site.request(method, "/").headers["X-Method"] == method
    other = "POST" if method == "GET" else "GET"
    assert site.request(other, "/").status == 405


@pytest.mark.parametrize("method", ["PROPFIND", "TRACE", "get", "__CLASS__", "PREPARE"])
def test_other_methods_are_not_allowed(serve: Serve, method: str) -> None:
    notes: list[Any] = []
    site = serve(Application([("/", Noting, {"notes": notes})]))
    assert site.request(method, "/").status == 405
    assert "prepare" not in [note[0] for note in notes]


def test_a_handler_may_support_more_methods(serve: Serve) -> None:
    class Dav(RequestHandler):
        SUPPORTED_METHODS = (*RequestHandler.SUPPORTED_METHODS, "PROPFIND")

        def propfind(self) -> None:
            self.write("found")

    assert serve(Application([("/", Dav)])).request("PROPFIND", "/").text == "found"


def test_kinds_of_coroutines(serve: Serve) -> None:
    class Native(RequestHandler):
        async def get(self) -> None:
            await asyncio.sleep(0)
            self.write("native")

    class Generated(RequestHandler):
        @gen.coroutine
        def get(self) -> Generator[Any, Any, None]:
            yield gen.moment
            self.write("generated")

    class Future(RequestHandler):
        def get(self) -> "asyncio.Future[None]":
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(future.set_result, None)
            self.write("future")
            return future

    site = serve(Application([("/n", Native), ("/g", Generated), ("/f", Future)]))
    texts = [site.get(path).text for path in ("/n", "/g", "/f")]
    assert texts == ["native", "generated", "future"]


def test_what_is_no_awaitable_is_a_server_error(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    class Wrong(RequestHandler):
        def get(self) -> Any:
            return "text"

    assert serve(Application([("/", Wrong)])).get("/").status == 500
    assert "TypeError" in caplog.text


@pytest.mark.parametrize("asynchronous", [False, True])
def test_prepare_may_end_the_response(serve: Serve, asynchronous: bool) -> None:
    class Prepared(RequestHandler):
        async def prepare(self) -> None:
            if asynchronous:
                await asyncio.sleep(0)
            self.finish("prepared")

        def get(self) -> None:
            raise AssertionError("answered already")

    assert serve(Application([("/", Prepared)])).get("/").text == "prepared"


def test_finish_ends_the_request_with_what_there_is(serve: Serve) -> None:
    class Ending(RequestHandler):
        def get(self) -> None:
            self.set_status(201)
            self.write("there ")
            raise Finish("is")

    response = serve(Application([("/", Ending)])).get("/")
    assert (response.status, response.text) == (201, "there is")


def test_a_response_may_be_finished_later(serve: Serve) -> None:
    class Later(RequestHandler):
        _auto_finish = False

        def get(self) -> None:
            asyncio.get_running_loop().call_later(0.001, self.finish, "later")

    assert serve(Application([("/", Later)])).get("/").text == "later"


def test_an_http_error_is_a_warning_if_it_has_a_message(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(RequestHandler):
        def get(self) -> None:
            raise HTTPError(409, "conflict of %s", "interest")

        def post(self) -> None:
            raise HTTPError(409)

    site = serve(Application([("/", Failing)]))
    assert site.get("/").status == site.post("/").status == 409
    (record,) = [record for record in caplog.records if record.name == "tornado.general"]
    assert record.getMessage() == "409 GET / (127.0.0.1): conflict of interest"
    assert record.levelno == logging.WARNING


def test_an_exception_is_logged_with_its_traceback(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(RequestHandler):
        async def get(self) -> None:
            await asyncio.sleep(0)
            raise KeyError("lost")

    assert serve(Application([("/path", Failing)])).get("/path?a=1").status == 500
    (record,) = [record for record in caplog.records if record.name == "tornado.application"]
    assert record.getMessage().startswith("Uncaught exception GET /path?a=1 (127.0.0.1)\n")
    assert record.exc_info is not None
    assert record.exc_info[0] is KeyError


def test_exceptions_may_be_logged_otherwise(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    logged = []

    class Own(RequestHandler):
        def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
            logged.append((typ, str(value), tb is not None))

        def get(self) -> None:
            raise KeyError("lost")

    class Broken(Own):
        def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
            raise RuntimeError("no log")

    site = serve(Application([("/", Own), ("/broken", Broken)]))
    assert site.get("/").status == 500
    assert logged == [(KeyError, "'lost'", True)]
    assert site.get("/broken").status == 500
    assert "Error in exception logger" in caplog.text


def test_an_error_after_the_head_tears_the_response(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    class Torn(RequestHandler):
        async def get(self) -> None:
            self.write("first")
            await self.flush()
            raise KeyError("lost")

    raw = serve(Application([("/", Torn)])).raw(b"GET / HTTP/1.0\r\n\r\n")
    assert raw.startswith(b"HTTP/1.1 200 ")
    assert raw.endswith(b"first")
    assert "Cannot send error response after headers written" in caplog.text


def test_a_client_does_not_wait_for_a_handler_that_cannot_answer(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    class Hopeless(RequestHandler):
        def finish(self, chunk: Any = None) -> Any:
            raise RuntimeError("never")

        def get(self) -> None:
            raise KeyError("lost")

    assert serve(Application([("/", Hopeless)])).raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == b""
    assert "Exception in exception handler" in caplog.text


def test_an_error_after_the_end_is_only_logged(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    class Late(RequestHandler):
        def get(self) -> None:
            self.finish("done")
            raise KeyError("late")

    response = serve(Application([("/", Late)])).get("/")
    assert (response.status, response.text) == (200, "done")
    assert "KeyError: 'late'" in caplog.text


def test_a_body_that_cannot_be_read_is_a_bad_request(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    class Form(RequestHandler):
        def write_error(self, status_code: int, **kwargs: Any) -> None:
            self.write(f"own page: {status_code}")

        def post(self) -> None:
            raise AssertionError("not called")

    site = serve(Application([("/", Form)]))
    response = site.request("POST", "/", {"Content-Type": "multipart/form-data"}, b"x")
    assert (response.status, response.text) == (400, "own page: 400")
    assert "Invalid body: Invalid multipart/form-data" in caplog.text


def test_a_handler_runs_in_a_task_and_a_context_of_its_own(serve: Serve) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")

    class Tasked(RequestHandler):
        async def get(self) -> None:
            before = variable.get()
            variable.set(self.request.path)
            task = asyncio.current_task()
            assert task is not None
            async with asyncio.timeout(10), asyncio.TaskGroup() as group:
                child = group.create_task(asyncio.sleep(0, result=variable.get()))
            assert asyncio.current_task() is task
            self.write(f"{before} {child.result()}")

    site = serve(Application([("/(?:.*)", Tasked)]))
    assert [site.get(path).text for path in ("/a", "/b")] == ["unset /a", "unset /b"]


def test_a_timeout_is_an_error_of_the_handler_alone(serve: Serve) -> None:
    class Slow(RequestHandler):
        async def get(self) -> None:
            try:
                async with asyncio.timeout(0.001):
                    await asyncio.Event().wait()
            except TimeoutError:
                self.write("timed out")

    site = serve(Application([("/", Slow)]))
    assert site.get("/").text == site.get("/").text == "timed out"


def test_a_slow_handler_does_not_hold_up_others(serve: Serve) -> None:
    go_on = asyncio.Event()
    started = asyncio.Event()

    class Slow(RequestHandler):
        async def get(self) -> None:
            started.set()
            await go_on.wait()
            self.write("slow")

    class Fast(RequestHandler):
        def get(self) -> None:
            self.write("fast")

    site = serve(Application([("/slow", Slow), ("/fast", Fast)]))
    with site.connect() as connection:
        connection.sendall(b"GET /slow HTTP/1.0\r\n\r\n")
        site.run(started.wait)
        assert site.get("/fast").text == "fast"
        site.loop.call_soon_threadsafe(go_on.set)
        assert connection.recv(4096).endswith(b"slow")


def test_a_handler_learns_that_its_client_has_gone(serve: Serve) -> None:
    gone = asyncio.Event()
    started = asyncio.Event()

    class Waiting(RequestHandler):
        def on_connection_close(self) -> None:
            gone.set()

        async def get(self) -> None:
            started.set()
            await gone.wait()

    site = serve(Application([("/", Waiting)]))
    with site.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        site.run(started.wait)
    site.run(gone.wait)


def test_a_complete_response_is_not_told_of_the_end_of_its_connection(serve: Serve) -> None:
    told = []

    class Page(RequestHandler):
        def on_connection_close(self) -> None:
            told.append(True)

        def get(self) -> None:
            self.write("x")

    assert serve(Application([("/", Page)])).get("/").text == "x"
    assert told == []


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_handler_is_freed_without_the_garbage_collector(serve: Serve, asynchronous: bool) -> None:
    handlers = []

    class Page(RequestHandler):
        async def get(self) -> None:
            handlers.append(weakref.ref(self))
            self.set_cookie("a", "1")
            self.ui  # noqa: B018 - refers back to the handler
            if asynchronous:
                await asyncio.sleep(0)
            self.write(self.get_argument("a", "") or "")

    site = serve(Application([("/", Page)]))
    gc.disable()
    try:
        for _ in range(3):
            site.get("/?a=1")
        site.settle()
        site.settle()
        assert [handler() for handler in handlers[:-1]] == [None, None]
    finally:
        gc.enable()
