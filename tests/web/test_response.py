import asyncio
import datetime
import email.utils
import threading
from collections.abc import Callable
from typing import Any

import pytest

import fujita
from fujita.iostream import StreamClosedError
from fujita.web import Application, RequestHandler
from tests.sites import PATIENCE, Serve


def doing(act: Callable[[RequestHandler], Any]) -> Application:
    """Makes an application whose one handler does that."""

    class Doing(RequestHandler):
        def get(self) -> Any:
            return act(self)

        head = post = get

    return Application([("/", Doing)])


def showing(act: Callable[[RequestHandler], Any]) -> Application:
    """Makes an application whose one handler sends what came of that."""
    return doing(lambda handler: handler.write({"found": act(handler)}))


def test_an_empty_response(serve: Serve) -> None:
    response = serve(doing(lambda handler: None)).get("/")
    assert (response.status, response.reason, response.body) == (200, "OK", b"")
    assert response.headers["Content-Length"] == "0"
    assert response.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert response.headers["Server"] == f"TornadoServer/{fujita.version}"
    date = email.utils.parsedate_to_datetime(response.headers["Date"])
    assert abs(date - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(seconds=5)


def test_write_takes_text_and_bytes(serve: Serve) -> None:
    def act(handler: RequestHandler) -> None:
        handler.write("é")
        handler.write(b"\xff")

    response = serve(doing(act)).get("/")
    assert response.body == b"\xc3\xa9\xff"
    assert response.headers["Content-Length"] == "3"


def test_write_sends_a_dictionary_as_json(serve: Serve) -> None:
    response = serve(doing(lambda handler: handler.write({"a": "</script>"}))).get("/")
    assert response.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert response.body == b'{"a": "<\\/script>"}'


@pytest.mark.parametrize("chunk", [1, None, 1.5, ["list"], bytearray(b"x")])
def test_write_takes_nothing_else(serve: Serve, chunk: Any) -> None:
    def act(handler: RequestHandler) -> str:
        with pytest.raises(TypeError) as caught:
            handler.write(chunk)
        return str(caught.value)

    found = serve(showing(act)).get("/").json["found"]
    assert found.startswith("write() only accepts bytes, unicode, and dict objects")
    assert ("security" in found) == isinstance(chunk, list)


def test_finish_takes_the_last_chunk(serve: Serve) -> None:
    def act(handler: RequestHandler) -> None:
        handler.write("a")
        handler.finish({"b": 1})

    response = serve(doing(act)).get("/")
    assert response.body == b'a{"b": 1}'
    assert response.headers["Content-Type"] == "application/json; charset=UTF-8"


def test_nothing_comes_after_the_end(serve: Serve) -> None:
    found: list[str] = []

    def act(handler: RequestHandler) -> None:
        handler.finish("all")
        for late in (handler.finish, lambda: handler.write("x"), lambda: handler.render("x")):
            with pytest.raises(RuntimeError) as caught:
                late()
            found.append(str(caught.value))

    assert serve(doing(act)).get("/").text == "all"
    assert found == [
        "finish() called twice",
        "Cannot write() after finish()",
        "Cannot render() after finish()",
    ]


def test_finish_can_be_awaited(serve: Serve) -> None:
    done = []

    async def act(handler: RequestHandler) -> None:
        await handler.finish("all")
        done.append(True)

    assert serve(doing(act)).get("/").text == "all"
    assert done == [True]


def test_status(serve: Serve) -> None:
    def act(handler: RequestHandler) -> None:
        handler.set_status(404)
        assert handler.get_status() == 404
        handler.set_status(299, "Ää")

    response = serve(doing(act)).get("/")
    assert response.status == 299


@pytest.mark.parametrize(
    ("status", "reason", "sent"),
    [
        (404, None, "Not Found"),
        (299, None, "Unknown"),
        (200, "Fine", "Fine"),
        (200, "a\r\nX-Injected: b", "Unknown"),
        (200, "<b>", "Unknown"),
        (200, "", "Unknown"),
        (200, "中", "Unknown"),
    ],
)
def test_reason(serve: Serve, status: int, reason: str | None, sent: str) -> None:
    response = serve(doing(lambda handler: handler.set_status(status, reason))).get("/")
    assert (response.status, response.reason) == (status, sent)
    assert "X-Injected" not in response.headers


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("text", "text"),
        ("é", "é"),
        (b"\xe9", "é"),
        (7, "7"),
        (2**70, str(2**70)),
        (datetime.datetime(2020, 1, 2, 3, 4, 5), "Thu, 02 Jan 2020 03:04:05 GMT"),
        ("a\tb", "a\tb"),
        ("", ""),
    ],
)
def test_header_values(serve: Serve, value: Any, sent: str) -> None:
    response = serve(doing(lambda handler: handler.set_header("X-Value", value))).get("/")
    assert response.headers["X-Value"] == sent


@pytest.mark.parametrize("value", ["a\nb", "a\r\nb", "a\0b", "\x7f", "中", b"a\nb"])
def test_unsafe_header_values(serve: Serve, value: str | bytes) -> None:
    def act(handler: RequestHandler) -> str:
        messages = []
        for add in (handler.set_header, handler.add_header):
            with pytest.raises(ValueError) as caught:
                add("X-Value", value)
            messages.append(str(caught.value))
        return " ".join(messages)

    response = serve(showing(act)).get("/")
    assert response.json["found"].count("Unsafe header value") == 2
    assert "X-Value" not in response.headers


@pytest.mark.parametrize("value", [1.5, None, ["x"]])
def test_headers_of_other_types(serve: Serve, value: Any) -> None:
    def act(handler: RequestHandler) -> str:
        with pytest.raises(TypeError) as caught:
            handler.set_header("X-Value", value)
        return str(caught.value)

    assert (
        serve(showing(act)).get("/").json["found"].startswith(f"Unsupported header value {value!r}")
    )


def test_headers_are_set_added_and_cleared(serve: Serve) -> None:
    def act(handler: RequestHandler) -> None:
        handler.set_header("X-One", "lost")
        handler.set_header("x-one", "1")
        handler.add_header("X-Two", "1")
        handler.add_header("X-Two", "2")
        handler.set_header("X-Three", "3")
        handler.clear_header("X-Three")
        handler.clear_header("X-Never")
        handler.clear_header("Server")

    response = serve(doing(act)).get("/")
    assert response.all("X-One") == ["1"]
    assert response.all("X-Two") == ["1", "2"]
    assert "X-Three" not in response.headers
    assert "Server" not in response.headers


def test_clear_forgets_all_but_cookies(serve: Serve) -> None:
    def act(handler: RequestHandler) -> None:
        handler.set_status(404)
        handler.set_header("X-One", "1")
        handler.set_cookie("a", "1")
        handler.write("lost")
        handler.clear()
        handler.write("kept")

    response = serve(doing(act)).get("/")
    assert (response.status, response.text) == (200, "kept")
    assert "X-One" not in response.headers
    assert response.all("Set-Cookie") == ["a=1; Path=/"]


@pytest.mark.parametrize(
    ("options", "status"),
    [({}, 302), ({"permanent": True}, 301), ({"status": 303}, 303), ({"status": 307}, 307)],
)
def test_redirect(serve: Serve, options: dict[str, Any], status: int) -> None:
    response = serve(doing(lambda handler: handler.redirect("/é", **options))).get("/")
    assert response.status == status
    assert response.headers["Location"].encode("latin-1") == "/é".encode()


def test_redirect_wants_a_status_for_it(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    site = serve(doing(lambda handler: handler.redirect("/", status=400)))
    assert site.get("/").status == 500
    assert "300 to 399" in caplog.text


def test_it_is_too_late_to_redirect(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    async def act(handler: RequestHandler) -> None:
        await handler.flush()
        handler.redirect("/")

    serve(doing(act)).get("/")
    assert "Cannot redirect after headers have been written" in caplog.text


def test_flush_sends_the_body_in_chunks(serve: Serve) -> None:
    async def act(handler: RequestHandler) -> None:
        handler.write("a")
        await handler.flush()
        handler.set_status(404)
        handler.set_header("X-Late", "1")
        handler.write("b")
        handler.write("c")
        await handler.flush()
        handler.write("d")

    site = serve(doing(act))
    response = site.get("/")
    assert (response.status, response.text) == (200, "abcd")
    assert "X-Late" not in response.headers
    assert "Etag" not in response.headers
    raw = site.raw(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b"\r\nTransfer-Encoding: chunked\r\n" in raw
    assert raw.endswith(b"\r\n\r\n1\r\na\r\n2\r\nbc\r\n1\r\nd\r\n0\r\n\r\n")


def test_flush_with_a_length_needs_no_chunks(serve: Serve) -> None:
    async def act(handler: RequestHandler) -> None:
        handler.set_header("Content-Length", 2)
        handler.write("a")
        await handler.flush()
        handler.write("b")

    response = serve(doing(act)).get("/")
    assert response.text == "ab"
    assert "Transfer-Encoding" not in response.headers


def test_a_client_of_http_1_0_gets_no_chunks(serve: Serve) -> None:
    async def act(handler: RequestHandler) -> None:
        handler.write("a")
        await handler.flush()
        handler.write("b")

    raw = serve(doing(act)).raw(b"GET / HTTP/1.0\r\n\r\n")
    assert b"Transfer-Encoding" not in raw
    assert raw.endswith(b"\r\n\r\nab")


def test_head_has_no_body(serve: Serve) -> None:
    async def act(handler: RequestHandler) -> None:
        handler.write("a")
        await handler.flush()
        handler.write("b")
        await handler.flush()

    site = serve(doing(act))
    raw = site.raw(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert raw.endswith(b"\r\n\r\n")
    assert raw.count(b"\r\n\r\n") == 1
    length = serve(doing(lambda handler: handler.write("abc"))).head("/").headers["Content-Length"]
    assert length == "3"


def test_cookies_leave_with_the_first_flush(serve: Serve) -> None:
    async def act(handler: RequestHandler) -> None:
        handler.set_cookie("a", "1")
        await handler.flush()
        handler.set_cookie("b", "2")

    assert serve(doing(act)).get("/").all("Set-Cookie") == ["a=1; Path=/"]


@pytest.mark.parametrize("status", [204, 304])
def test_some_statuses_have_no_body(
    serve: Serve, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    response = serve(doing(lambda handler: handler.set_status(status))).get("/")
    assert (response.status, response.body) == (status, b"")
    for name in ("Content-Length", "Content-Type", "Transfer-Encoding"):
        assert name not in response.headers

    def act(handler: RequestHandler) -> None:
        handler.set_status(status)
        handler.write("body")

    assert serve(doing(act)).get("/").status == 500
    assert f"Cannot send body with status code HTTP{status}" in caplog.text


@pytest.mark.parametrize(
    ("length", "message"),
    [(5, "Tried to write 2 bytes less than Content-Length"), (2, "more data than Content-Length")],
)
def test_a_wrong_length_ends_the_connection(
    serve: Serve, length: int, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    def act(handler: RequestHandler) -> None:
        handler.set_header("Content-Length", length)
        handler.write("abc")

    try:
        raw = serve(doing(act)).raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    except ConnectionResetError:
        raw = b""
    assert len(raw.partition(b"\r\n\r\n")[2]) <= length
    assert message in caplog.text


def test_a_slow_client_makes_flush_wait(serve: Serve) -> None:
    stalled = threading.Event()
    pieces = []

    async def act(handler: RequestHandler) -> None:
        while not stalled.is_set():
            handler.write(b"x" * 1_000_000)
            pieces.append(1_000_000)
            future = handler.flush()
            if not future.done():
                stalled.set()
            await future

    site = serve(doing(act))
    with site.connect() as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert stalled.wait(PATIENCE)
        received = b""
        while piece := connection.recv(1 << 20):
            received += piece
    assert len(received.partition(b"\r\n\r\n")[2]) == sum(pieces)


def test_flush_tells_of_a_client_that_has_gone(serve: Serve) -> None:
    closed = asyncio.Event()
    outcome: list[type[BaseException]] = []
    ended = asyncio.Event()

    class Streaming(RequestHandler):
        def on_connection_close(self) -> None:
            closed.set()

        async def get(self) -> None:
            await self.flush()
            await closed.wait()
            try:
                for _ in range(1000):
                    self.write(b"x" * 65536)
                    await self.flush()
                    await asyncio.sleep(0)
            except StreamClosedError as error:
                outcome.append(type(error))
            ended.set()

    site = serve(Application([("/", Streaming)]))
    with site.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(4096)
    site.run(ended.wait)
    assert outcome == [StreamClosedError]


def test_detach_gives_the_connection_away(serve: Serve) -> None:
    async def act(handler: RequestHandler) -> None:
        stream = handler.detach()
        await stream.write(b"hello, ")
        await stream.write(await stream.read_until(b"!"))
        stream.close()

    assert serve(doing(act)).raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nworld!") == b"hello, world!"
