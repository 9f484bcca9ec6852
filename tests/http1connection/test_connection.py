"""HTTP1Connection as a client."""

import asyncio
import gzip
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from fujita.http1connection import HTTP1Connection, HTTP1ConnectionParameters
from fujita.httputil import HTTPHeaders, HTTPOutputError, RequestStartLine, ResponseStartLine
from fujita.iostream import IOStream, StreamClosedError
from tests.http1connection.streams import Recorder, stream_pair
from tests.loop_kinds import run

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
GET = RequestStartLine("GET", "/peak", "")


def exchange(
    kind: str,
    response: bytes,
    request: RequestStartLine | None = GET,
    delegate: Recorder | None = None,
    close: bool = False,
    **params: Any,
) -> tuple[bool, Recorder, bool]:
    """Reads a response; tells what that gave, what the delegate saw, whether it is closed."""
    recorder = Recorder() if delegate is None else delegate

    async def main() -> tuple[bool, Recorder, bool]:
        with stream_pair() as (stream, peer):
            connection = HTTP1Connection(stream, True, HTTP1ConnectionParameters(**params))
            if request is not None:
                connection.write_headers(request, HTTPHeaders())
                connection.finish()
                await peer.read_until(b"\r\n\r\n")
            await peer.write(response)
            if close:
                peer.close()
            result = await connection.read_response(recorder)
            return result, recorder, stream.closed()

    return run(kind, main)


def test_a_request_and_its_response(kind: str) -> None:
    async def main() -> None:
        with stream_pair() as (stream, peer):
            for _ in range(2):
                connection = HTTP1Connection(stream, True, context="context")
                assert connection.context == "context"
                assert connection.is_client
                assert not connection.no_keep_alive
                await connection.write_headers(GET, HTTPHeaders({"A": "b"}))
                connection.finish()
                assert await peer.read_until(b"\r\n\r\n") == b"GET /peak HTTP/1.1\r\nA: b\r\n\r\n"
                await peer.write(OK)
                recorder = Recorder()
                assert await connection.read_response(recorder) is True
                assert recorder.events == [("HTTP/1.1", 200, "OK"), b"ok", "finish"]
                assert recorder.headers is not None
                assert dict(recorder.headers) == {"Content-Length": "2"}

    run(kind, main)


def test_bodies_of_requests(kind: str) -> None:
    async def main() -> None:
        with stream_pair() as (stream, peer):
            connection = HTTP1Connection(stream, True)
            post = RequestStartLine("POST", "/", "")
            connection.write_headers(post, HTTPHeaders(), b"sum")
            connection.write(b"mit")
            connection.finish()
            assert (await peer.read_until(b"0\r\n\r\n")).endswith(
                b"Transfer-Encoding: chunked\r\n\r\n3\r\nsum\r\n3\r\nmit\r\n0\r\n\r\n"
            )
            connection = HTTP1Connection(stream, True)
            connection.write_headers(post, HTTPHeaders({"Content-Length": "3"}), b"s")
            with pytest.raises(HTTPOutputError, match="2 bytes less"):
                connection.finish()
            assert stream.closed()
            with pytest.raises(StreamClosedError):
                await connection.write(b"um")

    run(kind, main)


def test_too_much_is_refused(kind: str) -> None:
    async def main() -> None:
        with stream_pair() as (stream, _):
            connection = HTTP1Connection(stream, True)
            post = RequestStartLine("POST", "/", "")
            connection.write_headers(post, HTTPHeaders({"Content-Length": "1"}))
            with pytest.raises(HTTPOutputError, match="more data"):
                connection.write(b"xy")
            assert stream.closed()

    run(kind, main)


def test_bytes_as_they_are(kind: str) -> None:
    async def main() -> None:
        with stream_pair() as (stream, peer):
            connection = HTTP1Connection(stream, True)
            connection.write(b"GET / HTTP/1.0\r\n\r\n")
            connection.finish()
            assert await peer.read_until(b"\r\n\r\n") == b"GET / HTTP/1.0\r\n\r\n"

    run(kind, main)


def test_header_injection(kind: str) -> None:
    async def main() -> None:
        with stream_pair() as (stream, _):
            connection = HTTP1Connection(stream, True)
            with pytest.raises(ValueError, match="CR or LF"):
                connection.write_headers(GET, HTTPHeaders({"A": "b\r\nC: d"}))

    run(kind, main)


def test_a_response_to_nothing(kind: str) -> None:
    result, recorder, _ = exchange(kind, OK, request=None)
    assert result is True
    assert recorder.events[1:] == [b"ok", "finish"]


def test_a_response_to_head(kind: str) -> None:
    head = OK.removesuffix(b"ok")
    result, recorder, _ = exchange(kind, head, RequestStartLine("HEAD", "/", ""))
    assert result is True
    assert recorder.events == [("HTTP/1.1", 200, "OK"), "finish"]


def test_informational_responses_are_told_too(kind: str) -> None:
    early = b"HTTP/1.1 103 \r\nLink: x\r\n\r\n"
    _, recorder, _ = exchange(kind, early * 10 + OK)
    assert recorder.events == [
        *[("HTTP/1.1", 103, None)] * 10,
        ("HTTP/1.1", 200, "OK"),
        b"ok",
        "finish",
    ]


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (b"x\r\n\r\n", "Error parsing response start line"),
        (b"HTTP/1.1 103 Early\r\n\r\n" * 11, "Too many 1xx responses"),
        (b"HTTP/1.1 100 Go\r\nContent-Length: 5\r\n\r\n", "code 100 should not have body"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "Content-Length too long"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "invalid chunk size"),
    ],
)
def test_malformed_responses(
    kind: str, response: bytes, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tornado.general")
    result, recorder, closed = exchange(kind, response, max_body_size=5)
    assert result is False
    assert closed
    assert recorder.events[-1] == "close"
    (record,) = caplog.records
    assert record.getMessage().startswith("Malformed HTTP message from None: ")
    assert message in record.getMessage()


def test_a_head_that_is_too_large(kind: str) -> None:
    response = b"HTTP/1.1 200 OK\r\nA: " + b"x" * 2000 + b"\r\n\r\n"
    with pytest.raises(StreamClosedError):
        exchange(kind, response, max_header_size=1000)
    assert exchange(kind, response + OK, max_header_size=3000, close=True)[0]


def test_timeouts(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tornado.general")
    result, recorder, closed = exchange(kind, b"HTTP/1.1 200", header_timeout=0.01)
    assert (result, recorder.events, closed) == (False, [], True)
    assert not caplog.records
    result, recorder, closed = exchange(kind, OK[:-1], body_timeout=0.01)
    assert (result, recorder.events[-1], closed) == (False, "close", True)
    assert caplog.records[0].getMessage() == "Timeout reading body from None"


def test_gzip(kind: str) -> None:
    body = gzip.compress(b"summit")
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    _, recorder, _ = exchange(kind, head + body, decompress=True)
    assert recorder.events[1] == b"summit"
    assert recorder.headers is not None
    assert "Content-Encoding" not in recorder.headers
    _, recorder, _ = exchange(kind, head + body)
    assert recorder.events[1] == body
    assert exchange(kind, head + body, decompress=True, max_body_size=5)[0] is False


def test_pieces_are_no_larger_than_asked_for(kind: str) -> None:
    response = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000
    _, recorder, _ = exchange(kind, response, chunk_size=300)
    assert len(b"".join(recorder.pieces)) == 1000
    assert max(map(len, recorder.pieces)) <= 300


class Awaiting(Recorder):
    """Makes the connection wait before it goes on."""

    async def _later(self, name: str) -> None:
        self.events.append(f"{name} begins")
        await asyncio.sleep(0)
        self.events.append(f"{name} ends")

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None]:
        return self._later("head")

    def data_received(self, chunk: bytes) -> Awaitable[None]:
        return self._later("data")


def test_a_delegate_may_make_it_wait(kind: str) -> None:
    delegate = Awaiting()
    exchange(kind, OK, delegate=delegate)
    assert delegate.events == ["head begins", "head ends", "data begins", "data ends", "finish"]


@pytest.mark.parametrize(
    "method", ["headers_received", "data_received", "finish", "on_connection_close"]
)
def test_delegates_that_fail(kind: str, method: str, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*arguments: object) -> None:
        raise ZeroDivisionError

    delegate = Recorder()
    setattr(delegate, method, fail)
    response = OK[:-1] if method == "on_connection_close" else OK
    result, _, closed = exchange(kind, response, delegate=delegate, body_timeout=0.05)
    assert result is False
    assert closed
    if method != "on_connection_close":
        assert delegate.events[-1] == "close"
    assert [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR] == [
        "Uncaught exception"
    ]


@pytest.mark.parametrize(
    "response",
    [b"", b"HTTP/1.1 200", OK[:-1], OK.replace(b"2", b"9")],
)
def test_streams_that_close_too_soon(kind: str, response: bytes) -> None:
    delegate = Recorder()
    with pytest.raises(StreamClosedError):
        exchange(kind, response, delegate=delegate, close=True)
    assert "finish" not in delegate.events
    assert delegate.events.count("close") == (1 if len(response) > 20 else 0)


def test_detach_leaves_the_rest_in_the_stream(kind: str) -> None:
    class Switching(Recorder):
        stream: IOStream
        detach: Callable[[], IOStream]

        def headers_received(
            self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
        ) -> None:
            self.stream = self.detach()

    async def main() -> None:
        with stream_pair() as (stream, peer):
            connection = HTTP1Connection(stream, True)
            delegate = Switching()
            delegate.detach = connection.detach
            await peer.write(b"HTTP/1.1 200 OK\r\n\r\nother words")
            assert await connection.read_response(delegate) is False
            assert connection.stream is None
            assert delegate.stream is stream
            assert delegate.events == []
            assert await stream.read_bytes(11) == b"other words"
            connection.finish()
            connection.close()
            assert not stream.closed()
            with pytest.raises(StreamClosedError):
                connection.detach()
            with pytest.raises(StreamClosedError):
                await connection.write(b"x")

    run(kind, main)


def test_it_waits_for_the_request_to_be_complete(kind: str) -> None:
    async def main() -> None:
        with stream_pair() as (stream, peer):
            connection = HTTP1Connection(stream, True)
            connection.write_headers(RequestStartLine("POST", "/", ""), HTTPHeaders())
            await peer.write(OK)
            recorder = Recorder()
            reading = asyncio.create_task(connection.read_response(recorder))
            while "finish" not in recorder.events:
                await asyncio.sleep(0)
            assert not reading.done()
            connection.finish()
            assert await reading is True
            # Or for the end of the connection, of which a callback is told.
            connection = HTTP1Connection(stream, True)
            connection.write_headers(RequestStartLine("POST", "/", ""), HTTPHeaders())
            called: list[bool] = []
            connection.set_close_callback(lambda: called.append(True))
            await peer.write(OK)
            reading = asyncio.create_task(connection.read_response(Recorder()))
            await peer.read_until(b"POST")
            peer.close()
            await reading
            assert called == [True]

    run(kind, main)
