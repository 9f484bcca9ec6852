"""Responses: read, refused, handed on bit by bit."""

import asyncio
import gzip
import logging
import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from fujita.httpclient import HTTPClientError, HTTPResponse
from fujita.iostream import UnsatisfiableReadError
from fujita.simple_httpclient import (
    HTTPStreamClosedError,
    HTTPTimeoutError,
    SimpleAsyncHTTPClient,
)
from tests.loop_kinds import run
from tests.simple_httpclient.servers import OK, Connection, Server, serve


def fetch(
    kind: str,
    response: bytes | None,
    close: bool = False,
    client: dict[str, Any] | None = None,
    check: Callable[[Server], None] | None = None,
    **arguments: Any,
) -> HTTPResponse:
    """Fetches from a server that gives one response."""

    async def answer(connection: Connection, request: bytes) -> bytes | None:
        if close:
            if response:
                connection.writer.write(response)
            return None
        return response

    async def main() -> HTTPResponse:
        async with serve(answer) as server:
            http_client = SimpleAsyncHTTPClient(force_instance=True, **(client or {}))
            try:
                return await http_client.fetch(server.url(), **arguments)
            finally:
                http_client.close()
                if check is not None:
                    check(server)

    return run(kind, main)


def test_a_response(kind: str) -> None:
    response = fetch(kind, b"HTTP/1.1 201 Made\r\na: 1\r\nA: 2\r\nContent-Length: 2\r\n\r\nok")
    assert response.code == 201
    assert response.reason == "Made"
    assert response.headers.get_list("a") == ["1", "2"]
    assert response.body == b"ok"
    assert response.buffer is not None
    assert response.buffer.read() == b"ok"
    assert response.error is None


def test_a_reason_that_is_missing_is_the_usual_one(kind: str) -> None:
    assert fetch(kind, b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n").reason == "OK"


def test_a_body_that_ends_with_the_connection(kind: str) -> None:
    assert fetch(kind, b"HTTP/1.0 200 OK\r\n\r\nsummit", close=True).body == b"summit"


def test_responses_without_a_body(kind: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"
    assert fetch(kind, head, method="HEAD").headers["Content-Length"] == "7"
    not_modified = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"
    assert fetch(kind, not_modified, raise_error=False).body == b""


def test_pieces_however_they_come(kind: str) -> None:
    response = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsum\r\n3\r\nmit\r\n0\r\n\r\n"
    )

    async def answer(connection: Connection, request: bytes) -> bytes:
        for byte in response[:-1]:
            connection.writer.write(bytes([byte]))
            await asyncio.sleep(0)
        return response[-1:]

    async def main() -> None:
        async with serve(answer) as server:
            client = SimpleAsyncHTTPClient(force_instance=True)
            for _ in range(2):
                assert (await client.fetch(server.url())).body == b"summit"
            assert len(server.connections) == 1
            client.close()

    run(kind, main)


# Refused.


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (b"garbage\r\n\r\n", "Error parsing response start line"),
        (b"HTTP/2.0 200 OK\r\n\r\n", "Unexpected HTTP version"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "Only integer Content-Length"),
        (b"HTTP/1.1 200 OK\r\nA: 1\r\n 2\r\n\r\n", "folding"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + b"x" * 200, "too long"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc8\r\n", "chunked body too large"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200, "Body too long"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 11 + OK, "Too many 1xx responses"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "invalid chunk size"),
    ],
)
def test_malformed_responses(
    kind: str, response: bytes, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tornado.general")
    with pytest.raises(HTTPStreamClosedError, match=r"^Connection closed$") as caught:
        fetch(kind, response, client={"max_body_size": 100})
    assert caught.value.code == 599
    (record,) = caplog.records
    assert re.match(f"Malformed HTTP message from None: .*{message}", record.getMessage())


def test_ten_informational_responses_are_not_too_many(kind: str) -> None:
    assert fetch(kind, b"HTTP/1.1 100 Continue\r\n\r\n" * 10 + OK).body == b"ok"


def test_heads_that_are_too_large(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    response = b"HTTP/1.1 200 OK\r\nA: " + b"x" * 2000 + b"\r\n\r\n"
    assert fetch(kind, response, close=True).code == 200
    with caplog.at_level(logging.INFO, "tornado.general"), pytest.raises(UnsatisfiableReadError):
        fetch(kind, response, client={"max_header_size": 1024})
    assert "Unsatisfiable read" in caplog.text


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (None, "Stream closed"),
        (b"HTTP/1.1 200 OK\r\nA:", "Stream closed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", "Connection closed"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok", "Connection closed"),
    ],
)
def test_connections_that_end_too_soon(kind: str, response: bytes | None, message: str) -> None:
    with pytest.raises(HTTPStreamClosedError, match=f"^{message}$"):
        fetch(kind, response, close=True)


# Compressed.


def gzipped(body: bytes, encoding: bytes = b"gzip") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: %b\r\nContent-Length: %d\r\n\r\n"
    return head % (encoding, len(body)) + body


def test_gzip(kind: str) -> None:
    bodies = [random.Random(1).randbytes(200_000), b"summit " * 50_000]
    coded = b"".join(map(gzip.compress, bodies))
    response = fetch(kind, gzipped(coded, b"GZip"))
    assert response.body == b"".join(bodies)
    assert "Content-Encoding" not in response.headers
    assert response.headers["X-Consumed-Content-Encoding"] == "GZip"
    raw = fetch(kind, gzipped(coded), decompress_response=False)
    assert raw.body == coded
    assert raw.headers["Content-Encoding"] == "gzip"
    assert fetch(kind, gzipped(b"x", b"br")).body == b"x"


def test_gzip_of_nothing(kind: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n"
    assert fetch(kind, head, method="HEAD").body == b""
    assert fetch(kind, gzipped(b"")).body == b""


@pytest.mark.parametrize("body", [gzip.compress(b"x")[:-1], gzip.compress(b"x") + b"\0", b"xyz"])
def test_gzip_that_is_none(kind: str, body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "tornado.general"), pytest.raises(HTTPStreamClosedError):
        fetch(kind, gzipped(body))
    assert "Malformed HTTP message from None: invalid gzip data" in caplog.text


def test_gzip_bombs(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    bomb = gzipped(gzip.compress(bytes(10_000_000)))
    received: list[bytes] = []
    with caplog.at_level(logging.INFO, "tornado.general"), pytest.raises(HTTPStreamClosedError):
        fetch(kind, bomb, client={"max_body_size": 100_000}, streaming_callback=received.append)
    assert "decompressed body too large" in caplog.text
    assert len(b"".join(received)) <= 100_000
    pieces: list[int] = []
    fetch(kind, bomb, streaming_callback=lambda piece: pieces.append(len(piece)))
    assert sum(pieces) == 10_000_000
    assert max(pieces) <= 65536


# Callbacks.


def test_streaming(kind: str) -> None:
    pieces: list[bytes] = []
    response = fetch(kind, OK, streaming_callback=pieces.append)
    assert pieces == [b"ok"]
    assert response.body == b""
    assert response.buffer is not None


def test_nothing_is_read_until_a_coroutine_has_ended(kind: str) -> None:
    size = 4_000_000
    body = random.Random(1).randbytes(size)
    running = 0
    received = bytearray()

    async def take(piece: bytes) -> None:
        nonlocal running
        assert not running
        running += 1
        await asyncio.sleep(0)
        received.extend(piece)
        running -= 1

    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size
    fetch(kind, head + body, streaming_callback=take)
    assert bytes(received) == body


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsum\r\n3\r\nmit\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsummit",
        b"HTTP/1.0 200 OK\r\n\r\nsummit",
    ],
)
def test_a_connection_that_ends_while_a_coroutine_runs(kind: str, head: bytes) -> None:
    received = bytearray()

    async def take(piece: bytes) -> None:
        # Long enough for the end to come.
        for _ in range(10):
            await asyncio.sleep(0)
        received.extend(piece)

    fetch(kind, head, close=True, streaming_callback=take)
    assert bytes(received) == b"summit"


def test_a_coroutine_that_takes_too_long(kind: str) -> None:
    ended = []

    async def take(piece: bytes) -> None:
        await asyncio.sleep(0.1)
        ended.append(True)

    async def main() -> None:
        async with serve() as server:
            client = SimpleAsyncHTTPClient(force_instance=True)
            with pytest.raises(HTTPTimeoutError):
                await client.fetch(server.url(), streaming_callback=take, request_timeout=0.02)
            while not ended:
                await asyncio.sleep(0.01)
            assert (await client.fetch(server.url())).code == 200
            client.close()

    run(kind, main)


@pytest.mark.parametrize("name", ["streaming_callback", "header_callback"])
def test_callbacks_that_fail(kind: str, name: str, caplog: pytest.LogCaptureFixture) -> None:
    def fail(piece: object) -> None:
        raise ZeroDivisionError

    callbacks: dict[str, Any] = {name: fail}
    with pytest.raises(HTTPStreamClosedError, match="Connection closed"):
        fetch(kind, OK, **callbacks)
    assert [record.getMessage() for record in caplog.records] == ["Uncaught exception"]


@pytest.mark.parametrize("error", [ZeroDivisionError, asyncio.CancelledError])
def test_a_coroutine_that_fails(
    kind: str, error: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(piece: bytes) -> None:
        raise error

    with pytest.raises(HTTPStreamClosedError, match="Connection closed"):
        fetch(kind, OK, streaming_callback=fail)
    assert [record.getMessage() for record in caplog.records] == ["Uncaught exception"]


def test_header_callback(kind: str) -> None:
    lines: list[str] = []
    response = b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.0 404 Not \xe9\r\nfoo-bar: 1\r\n\r\n"
    with pytest.raises(HTTPClientError, match="404"):
        fetch(kind, response, close=True, header_callback=lines.append)
    assert lines == [
        "HTTP/1.1 103 Early\r\n",
        "Link: x\r\n",
        "\r\n",
        "HTTP/1.0 404 Not é\r\n",
        "Foo-Bar: 1\r\n",
        "\r\n",
    ]
