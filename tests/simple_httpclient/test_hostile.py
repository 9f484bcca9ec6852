"""Servers that mean harm: each fetch ends, soon, with an error, and at a bounded cost."""

import asyncio
import gzip
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest

from fujita.http1connection.decompression import GzipDecoder
from fujita.httpclient import HTTPClientError, HTTPResponse
from fujita.iostream import UnsatisfiableReadError
from fujita.simple_httpclient import (
    HTTPStreamClosedError,
    HTTPTimeoutError,
    SimpleAsyncHTTPClient,
)
from tests.loop_kinds import run
from tests.simple_httpclient.servers import OK, Connection, Server, serve, server_context
from tests.simple_httpclient.test_connection import fetch, gzipped

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def refused(kind: str, response: bytes, **arguments: Any) -> None:
    """Asserts that nothing of a response is taken, and that its connection is closed."""

    def check(server: Server) -> None:
        assert len(server.connections) == 1

    with pytest.raises((HTTPStreamClosedError, UnsatisfiableReadError)):
        fetch(kind, response, check=check, **arguments)


# What ends where, is said in one way only.


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"Content-Length: 2\r\nContent-Length: 3", id="two lengths"),
        pytest.param(b"Content-Length: 2, 3", id="two lengths in one field"),
        pytest.param(b"Content-Length: +2", id="a sign"),
        pytest.param(b"Content-Length: 0x2", id="hexadecimal"),
        pytest.param(b"Content-Length: 1_0", id="underscore"),
        pytest.param(b"Content-Length: -1", id="negative"),
        pytest.param(b"Content-Length: " + b"9" * 5000, id="more digits than int takes"),
        pytest.param("Content-Length: ²".encode("latin-1"), id="a digit that is none"),
        pytest.param(b"Content-Length: 2\r\nTransfer-Encoding: chunked", id="length and chunks"),
        pytest.param(b"Transfer-Encoding: chunked, chunked", id="chunked twice"),
        pytest.param(b"Transfer-Encoding: chunked, identity", id="chunked not last"),
        pytest.param(b"Transfer-Encoding: xchunked", id="unknown coding"),
        pytest.param(b"Transfer-Encoding: \x0bchunked", id="control character before chunked"),
        pytest.param(b"Transfer-Encoding : chunked", id="blank before the colon"),
        pytest.param(b"Content-Length: 2\rX: y", id="bare CR"),
        pytest.param(b"X: a\0b", id="NUL"),
        pytest.param(b"X: a\r\n b", id="folded line"),
        pytest.param(b" X: a", id="blank at the first line"),
        pytest.param(b"X", id="no colon"),
        pytest.param(b": a", id="no name"),
    ],
)
def test_fields_that_can_be_read_in_two_ways(kind: str, head: bytes) -> None:
    refused(kind, HEAD + head + b"\r\n\r\n2\r\nok\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    "line",
    [
        b"HTTP/1.1 200 OK\rX: y",
        b"HTTP/1.1 20 OK",
        b"HTTP/1.1 2000 OK",
        b"HTTP/1.1 099 OK",
        b"HTTP/1.1  200 OK",
        b"HTTP/1.1 200 O\0K",
        b"HTTP/1.10 200 OK",
        b"HTTP/2 200 OK",
        b"http/1.1 200 OK",
        b"ICY 200 OK",
        b"<html>",
        b"\x16\x03\x01\x02\x00",
    ],
)
def test_status_lines_that_are_none(kind: str, line: bytes) -> None:
    refused(kind, line + b"\r\nContent-Length: 2\r\n\r\nok")


@pytest.mark.parametrize(
    "body",
    [
        b"0x2\r\nok\r\n0\r\n\r\n",
        b"+2\r\nok\r\n0\r\n\r\n",
        b" 2\r\nok\r\n0\r\n\r\n",
        b"0_2\r\nok\r\n0\r\n\r\n",
        b"-2\r\nok\r\n0\r\n\r\n",
        b"2\nok\n0\n\n",
        b"2\r\nokX\r\n0\r\n\r\n",
        b"2;a\n\r\nok\r\n0\r\n\r\n",
        b"2;\0\r\nok\r\n0\r\n\r\n",
        b"f" * 20 + b"\r\nok",
        b"2;" + b"x" * 100_000,
        b"1;" + b"x" * 4000 + b"\r\n",
        b"2\r\nok\r\n0\r\nT : a\r\n\r\n",
        b"2\r\nok\r\n0\r\nT: a\rb\r\n\r\n",
        b"2\r\nok\r\n0\r\n" + b"T: a\r\n" * 100_000,
        b"\r\nok\r\n0\r\n\r\n",
    ],
)
def test_chunks_that_are_none(kind: str, body: bytes) -> None:
    if body.startswith(b"1;"):
        body = (body + b"a\r\n") * 100
    refused(kind, CHUNKS + body)


def test_trailers_are_no_header_fields(kind: str) -> None:
    response = fetch(kind, CHUNKS + b"2\r\nok\r\n0\r\nSet-Cookie: a=b\r\nLocation: /\r\n\r\n")
    assert response.body == b"ok"
    assert "Set-Cookie" not in response.headers


# More than was asked for.


async def endless(connection: Connection, piece: bytes, before: bytes = b"") -> None:
    """Sends until nobody takes any more."""
    connection.writer.write(before)
    while True:
        connection.writer.write(piece)
        await connection.writer.drain()


@pytest.mark.parametrize(
    ("before", "piece"),
    [
        pytest.param(b"", b"x" * 1000, id="a status line"),
        pytest.param(b"", b"\r\n" * 500, id="empty lines"),
        pytest.param(HEAD, b"X: y\r\n" * 100, id="fields"),
        pytest.param(HEAD + b"X: ", b"y" * 1000, id="a field"),
        pytest.param(b"", b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n", id="informational heads"),
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\nX: " + b"y" * 1000 + b"\r\n\r\n", id="100"),
        pytest.param(HEAD + b"\r\n", b"x" * 1000, id="a body to the end"),
        pytest.param(CHUNKS, b"1\r\nx\r\n" * 100, id="chunks"),
        pytest.param(CHUNKS, b"1;" + b"x" * 1000 + b"\r\nx\r\n", id="chunk extensions"),
        pytest.param(CHUNKS + b"1;", b"x" * 1000, id="a chunk extension"),
        pytest.param(CHUNKS + b"0\r\n", b"X: y\r\n" * 100, id="trailers"),
    ],
)
def test_what_never_ends(kind: str, before: bytes, piece: bytes) -> None:
    async def answer(connection: Connection, request: bytes) -> None:
        await endless(connection, piece, before)

    async def main() -> None:
        async with serve(answer) as server:
            client = SimpleAsyncHTTPClient(force_instance=True, max_body_size=100_000)
            with pytest.raises((HTTPStreamClosedError, UnsatisfiableReadError)):
                await client.fetch(server.url())
            # Nothing is read on behalf of nobody.
            await server.connections[0].ended.wait()
            assert not client.pool.open or await closing(client)
            client.close()

    run(kind, main)


def test_a_switch_of_protocols_that_was_not_asked_for(kind: str) -> None:
    switch = (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n\x81\x00"
    )
    refused(kind, switch + b"garbage\r\n\r\n")


@pytest.mark.parametrize("callback", [None, lambda piece: None])
def test_gzip_within_gzip_is_not_decoded_twice(kind: str, callback: Any) -> None:
    inner = gzip.compress(bytes(1_000_000))
    response = fetch(kind, gzipped(gzip.compress(inner)), streaming_callback=callback)
    assert callback is not None or response.body == inner


def test_gzip_of_endless_empty_members_takes_linear_time(kind: str) -> None:
    begun = time.process_time()
    assert fetch(kind, gzipped(gzip.compress(b"") * 1000)).body == b""
    # What has come at once is decoded at once. In quadratic time it was a minute.
    assert list(GzipDecoder(1000).decode(gzip.compress(b"") * 150_000)) == []
    assert time.process_time() - begun < 15


def test_a_gzip_bomb_in_a_redirect_is_not_even_decoded(kind: str) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    redirect = b"HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Encoding: gzip\r\n"

    async def answer(connection: Connection, request: bytes) -> bytes:
        if b" /ok " in request:
            return OK
        return redirect + b"Content-Length: %d\r\n\r\n" % len(bomb) + bomb

    async def main() -> bytes:
        async with serve(answer) as server:
            client = SimpleAsyncHTTPClient(force_instance=True, max_body_size=100_000)
            try:
                return (await client.fetch(server.url())).body
            finally:
                client.close()

    assert run(kind, main) == b"ok"


# Redirects.


def redirecting(kind: str, locations: Callable[[Server], bytes], **arguments: Any) -> Server:
    """Fetches from a server that always redirects, and gives it afterwards."""

    async def main() -> Server:
        async def answer(connection: Connection, request: bytes) -> bytes:
            head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %b\r\n\r\n"
            return head % locations(server)

        async with serve(answer) as server:
            client = SimpleAsyncHTTPClient(force_instance=True)
            try:
                with pytest.raises(HTTPClientError, match="302"):
                    await client.fetch(server.url(), **arguments)
            finally:
                client.close()
        return server

    return run(kind, main)


@pytest.mark.parametrize(("settings", "requests"), [({}, 6), ({"max_redirects": 2}, 3)])
def test_redirect_loops_end(kind: str, settings: dict[str, Any], requests: int) -> None:
    server = redirecting(kind, lambda server: b"/", **settings)
    assert len(server.requests) == requests
    # Each on a connection of its own would use up what there are.
    assert len(server.connections) == 1


def test_redirects_do_not_grow_without_end(kind: str) -> None:
    number = iter(range(10, 100))
    server = redirecting(kind, lambda server: b"/" + b"x" * 1000 * next(number))
    assert len(server.requests) == 6


def test_each_redirect_has_the_limits_of_a_request(kind: str) -> None:
    redirect = b"HTTP/1.1 302 Found\r\nLocation: /\r\n"
    refused(kind, redirect + b"Content-Length: 2000\r\n\r\n", client={"max_body_size": 1000})
    refused(kind, redirect + b"X: " + b"y" * 100_000 + b"\r\n\r\n")
    with pytest.raises(HTTPTimeoutError):
        fetch(kind, redirect + b"Content-Length: 1\r\n\r\n", request_timeout=0.05)


SECRETS: list[dict[str, Any]] = [
    {"auth_username": "me", "auth_password": "secret"},
    {"auth_username": "me", "auth_password": "secret", "auth_mode": "basic"},
    {"headers": {"Authorization": "Bearer secret"}},
    {"headers": {"authorization": "Bearer secret"}},
    {"headers": {"Cookie": "a=secret"}},
    {"headers": {"COOKIE": "a=secret"}},
    {"headers": {"Proxy-Authorization": "Basic secret"}},
]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("arguments", SECRETS)
def test_another_server_sees_no_secrets(kind: str, code: int, arguments: dict[str, Any]) -> None:
    """The first server sends to another, which sends back: nobody gets them again."""

    async def main() -> None:
        async def there(connection: Connection, request: bytes) -> bytes:
            if b" /back " in request:
                return OK
            return found(other.url())

        async def elsewhere(connection: Connection, request: bytes) -> bytes:
            return found(server.url("/back"))

        def found(url: str) -> bytes:
            return f"HTTP/1.1 {code} Go\r\nContent-Length: 0\r\nLocation: {url}\r\n\r\n".encode()

        async with serve(there) as server, serve(elsewhere) as other:
            client = SimpleAsyncHTTPClient(force_instance=True)
            await client.fetch(server.url(), **arguments)
            client.close()
            first, back = server.requests
            assert b"uthorization:" in first or b"Cookie:" in first
            for request in (other.requests[0], back):
                assert b"secret" not in request
                assert b"uthorization" not in request

    run(kind, main)


@pytest.mark.parametrize("arguments", [*SECRETS, {}])
def test_plain_text_sees_no_secrets_of_tls(kind: str, arguments: dict[str, Any]) -> None:
    async def main() -> None:
        async with serve() as plain:

            async def answer(connection: Connection, request: bytes) -> bytes:
                url = plain.url(host="localhost")
                return f"HTTP/1.1 307 Go\r\nContent-Length: 0\r\nLocation: {url}\r\n\r\n".encode()

            async with serve(answer, tls=server_context()) as server:
                client = SimpleAsyncHTTPClient(force_instance=True)
                url = server.url(host="localhost")
                if not arguments:
                    url = url.replace("//", "//me:secret@")
                response = await client.fetch(url, validate_cert=False, **arguments)
                client.close()
                assert "secret" not in response.effective_url
            (request,) = plain.requests
            assert b"secret" not in request
            assert b"uthorization" not in request

    run(kind, main)


# Slow, or gone too soon.


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"HTTP/1.1 200",
        HEAD + b"X: ",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        HEAD + b"\r\n",
        HEAD + b"Content-Length: 1000\r\n\r\n",
        CHUNKS,
        CHUNKS + b"f",
        CHUNKS + b"ff\r\n",
        CHUNKS + b"0\r\nX: ",
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 1000\r\n\r\n",
        gzipped(gzip.compress(b"x" * 100))[:-4],
    ],
)
def test_a_server_that_dribbles(kind: str, before: bytes) -> None:
    """A byte now and then does not put the end of the time off."""

    async def answer(connection: Connection, request: bytes) -> None:
        connection.writer.write(before)
        while True:
            await asyncio.sleep(0.03)
            connection.writer.write(b"1")

    async def main() -> None:
        async with serve(answer) as server:
            client = SimpleAsyncHTTPClient(force_instance=True)
            with pytest.raises(HTTPTimeoutError):
                await client.fetch(server.url(), request_timeout=0.1)
            assert not client.pool.open or await closing(client)
            client.close()

    run(kind, main)


async def closing(client: SimpleAsyncHTTPClient) -> bool:
    """Waits until all connections have been closed."""
    while client.pool.open:
        await asyncio.sleep(0)
    return True


@pytest.mark.parametrize("is_reset", [False, True])
@pytest.mark.parametrize(
    "before",
    [HEAD + b"Content-Length: 1000\r\n\r\nx", CHUNKS + b"ff\r\nx", CHUNKS + b"1\r\nx\r\n", HEAD],
)
def test_a_connection_that_ends_within_a_response(kind: str, before: bytes, is_reset: bool) -> None:
    async def answer(connection: Connection, request: bytes) -> None:
        connection.writer.write(before)
        await connection.writer.drain()
        if is_reset:
            connection.writer.transport.abort()

    async def main() -> None:
        async with serve(answer) as server:
            client = SimpleAsyncHTTPClient(force_instance=True)
            with pytest.raises((HTTPStreamClosedError, ConnectionError)):
                await client.fetch(server.url())
            # It is not asked again: who answers at all, has got the request.
            assert len(server.requests) == 1
            client.close()

    run(kind, main)


# More than one answer.

FORGED = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"


@pytest.mark.parametrize("more", [b"garbage", b"\r\n", FORGED, b"HTTP/1.1 100 Continue\r\n\r\n"])
@pytest.mark.parametrize("is_late", [False, True])
def test_what_follows_a_response_answers_nothing(kind: str, more: bytes, is_late: bool) -> None:
    async def answer(connection: Connection, request: bytes) -> bytes:
        if len(server_of.connections) > 1:
            return OK
        connection.writer.write(OK + (b"" if is_late else more))
        return b""

    server_of = Server()

    async def main() -> HTTPResponse:
        nonlocal server_of
        async with serve(answer) as server_of:
            client = SimpleAsyncHTTPClient(force_instance=True)
            await client.fetch(server_of.url())
            if is_late:
                server_of.connections[0].writer.write(more)
                await closing(client)
            response = await client.fetch(server_of.url())
            assert len(server_of.connections) == 2
            client.close()
            return response

    assert run(kind, main).body == b"ok"


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_a_body_where_there_is_none(kind: str, method: str) -> None:
    """A response's body is not taken for the answer to the next request."""
    length = b"Content-Length: %d\r\n\r\n" % len(FORGED)
    head = HEAD if method == "HEAD" else b"HTTP/1.1 304 Not Modified\r\n"

    async def answer(connection: Connection, request: bytes) -> bytes:
        return head + length + FORGED if b" /first " in request else OK

    async def main() -> None:
        async with serve(answer) as server:
            client = SimpleAsyncHTTPClient(force_instance=True)
            response = await client.fetch(server.url("/first"), method=method, raise_error=False)
            assert response.body == b""
            assert (await client.fetch(server.url())).body == b"ok"
            client.close()

    run(kind, main)


def test_nothing_that_a_server_says_floods_the_log(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    refused(kind, b"x" * 10_000 + b"\r\n\r\n")
    ours = [record for record in caplog.records if record.name.startswith("tornado")]
    assert len(ours) == 1
    assert len(ours[0].getMessage()) < 1000
    assert "\n" not in ours[0].getMessage()
