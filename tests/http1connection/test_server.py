"""HTTP1ServerConnection, and HTTP1Connection as a server."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from fujita.http1connection import (
    HTTP1Connection,
    HTTP1ConnectionParameters,
    HTTP1ServerConnection,
)
from fujita.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from fujita.iostream import IOStream, StreamClosedError
from tests.http1connection.streams import Recorder, stream_pair
from tests.loop_kinds import run

Respond = Callable[[HTTP1Connection], object]


def respond_ok(connection: HTTP1Connection) -> None:
    connection.write_headers(
        ResponseStartLine("", 200, "OK"), HTTPHeaders({"Content-Length": "2"}), b"ok"
    )
    connection.finish()


class Application(HTTPServerConnectionDelegate):
    """Remembers the requests, and responds as a test says when one is complete."""

    def __init__(self, respond: Respond = respond_ok, at_once: bool = False) -> None:
        self.requests: list[Recorder] = []
        self.closed = asyncio.Event()
        self.server_connections: set[object] = set()
        self._respond = respond
        self._at_once = at_once

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        assert isinstance(request_conn, HTTP1Connection)
        connection = request_conn
        application = self
        self.server_connections.add(server_conn)

        class Delegate(Recorder):
            def headers_received(
                self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
            ) -> None:
                super().headers_received(start_line, headers)
                if application._at_once:
                    application._respond(connection)

            def finish(self) -> None:
                super().finish()
                if not application._at_once:
                    application._respond(connection)

        self.requests.append(Delegate())
        return self.requests[-1]

    def on_close(self, server_conn: object) -> None:
        self.server_connections.discard(server_conn)
        self.closed.set()

    @property
    def events(self) -> list[object]:
        return [event for request in self.requests for event in request.events]


def serve(
    kind: str,
    data: bytes,
    application: Application,
    params: dict[str, Any] | None = None,
    until: bytes | None = None,
) -> bytes:
    """Sends data to a server; gives what it answers until it closes, or until some bytes."""

    async def main() -> bytes:
        with stream_pair() as (stream, peer):
            connection = HTTP1ServerConnection(
                stream, HTTP1ConnectionParameters(**(params or {})), "context"
            )
            connection.start_serving(application)
            await peer.write(data)
            if until is None:
                answer = await peer.read_until_close()
            else:
                answer = await peer.read_until(until)
            await connection.close()
            assert stream.closed()
            assert application.closed.is_set()
            assert not application.server_connections
            return answer

    return run(kind, main)


GET = b"GET /peak HTTP/1.1\r\nHost: h\r\n\r\n"
GET_EVENTS = [("GET", "/peak", "HTTP/1.1"), "finish"]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_pipelined_requests(kind: str) -> None:
    application = Application()
    assert serve(kind, GET + GET, application, until=OK + OK) == OK + OK
    assert application.events == GET_EVENTS * 2


def test_a_body(kind: str) -> None:
    application = Application()
    data = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nsummit"
    serve(kind, data, application, until=OK)
    assert application.events == [("POST", "/", "HTTP/1.1"), b"summit", "finish"]


@pytest.mark.parametrize(
    ("data", "params", "field"),
    [
        (b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", {}, b"Connection: close\r\n"),
        (b"GET / HTTP/1.0\r\n\r\n", {}, b""),
        (GET, {"no_keep_alive": True}, b"Connection: close\r\n"),
    ],
)
def test_the_last_request(kind: str, data: bytes, params: dict[str, Any], field: bytes) -> None:
    answer = serve(kind, data, Application(), params)
    assert answer == OK.replace(b"\r\n\r\nok", b"\r\n" + field + b"\r\nok")


def test_keep_alive_of_http_1_0(kind: str) -> None:
    data = b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    answer = serve(kind, data, Application(), until=b"ok")
    assert b"Connection: Keep-Alive\r\n" in answer


def test_a_body_of_unknown_length(kind: str) -> None:
    def respond(connection: HTTP1Connection) -> None:
        connection.write_headers(ResponseStartLine("", 200, "OK"), HTTPHeaders())
        connection.write(b"sum")
        connection.write(b"mit")
        connection.finish()

    answer = serve(kind, GET, Application(respond), until=b"0\r\n\r\n")
    assert answer.endswith(b"chunked\r\n\r\n3\r\nsum\r\n3\r\nmit\r\n0\r\n\r\n")
    old = b"GET / HTTP/1.0\r\n\r\n"
    assert serve(kind, old, Application(respond)) == b"HTTP/1.1 200 OK\r\n\r\nsummit"


@pytest.mark.parametrize(
    ("data", "message", "status"),
    [
        (b"GET\r\n\r\n", "Malformed HTTP request line", 400),
        (b"GET / HTTP/1.1\r\n\r\n", "Missing Host header", 400),
        (
            b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n",
            "Content-Length too long",
            413,
        ),
    ],
)
def test_malformed_requests(
    kind: str, data: bytes, message: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tornado.general")
    application = Application()
    answer = serve(kind, data, application, {"max_body_size": 5})
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"\r\nConnection: close\r\n" in answer
    assert caplog.records[0].getMessage().startswith("Malformed HTTP message from context: ")
    assert message in caplog.text
    assert "finish" not in application.events


def test_a_request_may_set_its_own_limits(kind: str) -> None:
    class Strict(Application):
        def start_request(
            self, server_conn: object, request_conn: HTTPConnection
        ) -> HTTPMessageDelegate:
            assert isinstance(request_conn, HTTP1Connection)
            request_conn.set_max_body_size(3)
            request_conn.set_body_timeout(0.01)
            return super().start_request(server_conn, request_conn)

    head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: "
    assert b"413" in serve(kind, head + b"4\r\n\r\nlong", Strict())
    application = Strict()
    assert serve(kind, head + b"3\r\n\r\nab", application) == b""
    assert application.events[-1] == "close"


def test_continue_is_said_when_asked_for(kind: str) -> None:
    head = b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
    answer = serve(kind, head, Application(), until=b"\r\n\r\n")
    assert answer == b"HTTP/1.1 100 Continue\r\n\r\n"
    application = Application(at_once=True)
    assert serve(kind, head + b"xy", application) == OK


def test_the_time_for_the_next_request(kind: str) -> None:
    assert serve(kind, GET, Application(), {"header_timeout": 0.05}) == OK


def test_an_early_answer_ends_the_connection(kind: str) -> None:
    application = Application(at_once=True)
    data = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\n"
    assert serve(kind, data, application) == OK
    assert application.events == [("POST", "/", "HTTP/1.1"), "close"]


def test_a_response_that_fails(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    def respond(connection: HTTP1Connection) -> None:
        raise ZeroDivisionError

    application = Application(respond)
    assert serve(kind, GET + GET, application) == b""
    assert application.events == [*GET_EVENTS, "close"]
    assert "Uncaught exception" in caplog.text


def test_a_start_that_fails(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Application):
        def start_request(
            self, server_conn: object, request_conn: HTTPConnection
        ) -> HTTPMessageDelegate:
            raise ZeroDivisionError

    assert serve(kind, GET, Broken()) == b""
    assert "Uncaught exception" in caplog.text


def test_a_handler_learns_that_the_client_has_gone(kind: str) -> None:
    async def main() -> None:
        gone = asyncio.Event()
        complete = asyncio.Event()

        def respond(connection: HTTP1Connection) -> None:
            connection.set_close_callback(gone.set)
            complete.set()

        application = Application(respond)
        with stream_pair() as (stream, peer):
            HTTP1ServerConnection(stream).start_serving(application)
            await peer.write(GET)
            await complete.wait()
            peer.close()
            await gone.wait()
            await application.closed.wait()
            assert application.events == GET_EVENTS

    run(kind, main)


def test_a_handler_takes_the_stream(kind: str) -> None:
    streams: list[IOStream] = []

    async def main() -> None:
        application = Application(lambda connection: streams.append(connection.detach()))
        with stream_pair() as (stream, peer):
            HTTP1ServerConnection(stream).start_serving(application)
            await peer.write(GET + b"other words")
            await application.closed.wait()
            assert streams == [stream]
            assert await stream.read_bytes(11) == b"other words"
            await stream.write(b"answer")
            assert await peer.read_bytes(6) == b"answer"

    run(kind, main)


def test_close_before_and_after_serving(kind: str) -> None:
    async def main() -> None:
        with stream_pair() as (stream, _):
            connection = HTTP1ServerConnection(stream)
            await connection.close()
            assert stream.closed()
        with stream_pair() as (stream, peer):
            connection = HTTP1ServerConnection(stream)
            application = Application()
            connection.start_serving(application)
            peer.close()
            await application.closed.wait()
            await connection.close()

    run(kind, main)


def test_writing_to_a_client_that_has_gone(kind: str) -> None:
    errors: list[BaseException | None] = []

    def respond(connection: HTTP1Connection) -> None:
        assert connection.stream is not None
        connection.stream.close()
        errors.append(connection.write(b"x").exception())
        connection.finish()

    serve(kind, GET, Application(respond))
    assert [type(error) for error in errors] == [StreamClosedError]
