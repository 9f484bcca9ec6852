"""Whole fetches: redirects, bodies that are produced, early answers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from fujita.httpclient import HTTPClientError
from fujita.httputil import HTTPOutputError
from fujita.simple_httpclient import HTTPStreamClosedError, SimpleAsyncHTTPClient
from tests.loop_kinds import run
from tests.simple_httpclient.servers import OK, Connection, serve


def make_client(**arguments: Any) -> SimpleAsyncHTTPClient:
    return SimpleAsyncHTTPClient(force_instance=True, **arguments)


# Redirects.


async def count_down(connection: Connection, request: bytes) -> bytes:
    number = int(request.split(b" ")[1][1:])
    if not number:
        return OK
    return b"HTTP/1.1 302 Found\r\nLocation: /%d\r\nContent-Length: 1\r\n\r\nx" % (number - 1)


def test_redirects_are_followed_as_often_as_allowed(kind: str) -> None:
    async def main() -> None:
        async with serve(count_down) as server:
            client = make_client(max_clients=1)
            response = await client.fetch(server.url("/3"))
            assert response.effective_url == server.url("/0")
            assert response.request.url == server.url("/3")
            assert response.body == b"ok"
            for settings in ({"max_redirects": 2}, {"follow_redirects": False}):
                arguments: dict[str, Any] = settings
                with pytest.raises(HTTPClientError, match="302") as caught:
                    await client.fetch(server.url("/3"), **arguments)
                assert caught.value.response is not None
                assert caught.value.response.body == b"x"
            client.close()

    run(kind, main)


def test_callbacks_see_the_last_response_only(kind: str) -> None:
    async def main() -> None:
        async with serve(count_down) as server:
            client = make_client()
            lines: list[str] = []
            pieces: list[bytes] = []
            await client.fetch(
                server.url("/2"), header_callback=lines.append, streaming_callback=pieces.append
            )
            assert lines == ["HTTP/1.1 200 OK\r\n", "Content-Length: 2\r\n", "\r\n"]
            assert pieces == [b"ok"]
            client.close()

    run(kind, main)


@pytest.mark.parametrize("location", ["ftp://fuji.example/", "http://fuji.example:x/"])
def test_a_redirect_that_cannot_be_followed(kind: str, location: str) -> None:
    redirect = f"HTTP/1.1 301 Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"

    async def main() -> None:
        async with serve(redirect.encode()) as server:
            client = make_client()
            with pytest.raises(ValueError, match=location):
                await client.fetch(server.url())
            assert not client.active
            client.close()

    run(kind, main)


def test_a_redirect_to_nowhere_is_a_response(kind: str) -> None:
    async def main() -> None:
        async with serve(b"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n") as server:
            client = make_client()
            response = await client.fetch(server.url(), raise_error=False)
            assert response.code == 301
            client.close()

    run(kind, main)


def test_credentials_stay_with_their_origin(kind: str) -> None:
    async def main() -> None:
        async with serve() as target:

            async def answer(connection: Connection, request: bytes) -> bytes:
                where = b"/b" if request.startswith(b"GET /a") else target.url().encode()
                if request.startswith(b"GET /c"):
                    where = b"/b"
                return b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %b\r\n\r\n" % where

            async with serve(answer) as server:
                client = make_client()
                await client.fetch(
                    server.url("/a").replace("//", "//me:secret@"), headers={"Cookie": "secret"}
                )
                for request in server.requests:
                    assert b"Authorization: Basic" in request
                    assert b"Cookie: secret" in request
                (request,) = target.requests
                assert b"Authorization" not in request
                assert b"Cookie" not in request
                assert b"User-Agent" in request
                client.close()

    run(kind, main)


# Bodies that are produced.


async def echo_raw(connection: Connection, request: bytes) -> bytes:
    """Answers with the request's body as it came, in chunks or not."""
    body = request.partition(b"\r\n\r\n")[2]
    if b"chunked" in request:
        body = await connection.reader.readuntil(b"0\r\n\r\n")
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def produce_at_once(write: Callable[[bytes], "asyncio.Future[None]"]) -> None:
    write(b"sum")
    write(b"")
    write(b"mit")


async def produce_slowly(write: Callable[[bytes], "asyncio.Future[None]"]) -> None:
    await write(b"sum")
    await asyncio.sleep(0)
    await write(b"mit")


@pytest.mark.parametrize("producer", [produce_at_once, produce_slowly])
def test_a_produced_body(kind: str, producer: Any) -> None:
    async def main() -> None:
        async with serve(echo_raw) as server:
            client = make_client()
            for headers, body in (
                ({}, b"3\r\nsum\r\n3\r\nmit\r\n0\r\n\r\n"),
                ({"Content-Length": "6"}, b"summit"),
            ):
                response = await client.fetch(
                    server.url(), method="POST", body_producer=producer, headers=headers
                )
                assert response.body == body
            assert len(server.connections) == 1
            client.close()

    run(kind, main)


def test_a_body_in_chunks_by_wish(kind: str) -> None:
    async def main() -> None:
        async with serve(echo_raw) as server:
            client = make_client()
            response = await client.fetch(
                server.url(), method="PUT", body=b"xy", headers={"Transfer-Encoding": "chunked"}
            )
            assert response.body == b"2\r\nxy\r\n0\r\n\r\n"
            client.close()

    run(kind, main)


def test_a_large_body(kind: str) -> None:
    body = bytes(range(256)) * 10_000

    async def main() -> None:
        async with serve(echo_raw) as server:
            client = make_client()
            assert (await client.fetch(server.url(), method="PUT", body=body)).body == body
            client.close()

    run(kind, main)


def test_a_producer_waits_for_a_slow_server(kind: str) -> None:
    read = asyncio.Event()

    async def answer(connection: Connection, request: bytes) -> bytes:
        await read.wait()
        await connection.reader.readuntil(b"\r\n0\r\n\r\n")
        return OK

    async def main() -> None:
        written = 0

        async def produce(write: Callable[[bytes], "asyncio.Future[None]"]) -> None:
            nonlocal written
            for _ in range(300):
                future = write(bytes(100_000))
                written += 1
                if not future.done():
                    read.set()
                await future

        async with serve(answer) as server:
            server_limit = 2**26
            client = make_client(max_body_size=server_limit)
            future = client.fetch(server.url(), method="POST", body_producer=produce)
            await read.wait()
            assert written < 300
            for connection in server.connections:
                # StreamReader's own limit is for lines; this test has one long one.
                connection.reader._limit = server_limit  # type: ignore[attr-defined]
            assert (await future).code == 200
            assert written == 300
            client.close()

    run(kind, main)


@pytest.mark.parametrize(
    ("length", "message"),
    [
        ("2", "Tried to write more data than Content-Length"),
        ("9", "Tried to write 3 bytes less than Content-Length"),
    ],
)
@pytest.mark.parametrize("producer", [produce_at_once, produce_slowly])
def test_a_body_of_another_length(kind: str, producer: Any, length: str, message: str) -> None:
    async def main() -> None:
        async with serve(echo_raw) as server:
            client = make_client()
            with pytest.raises(HTTPOutputError, match=message):
                await client.fetch(
                    server.url(),
                    method="POST",
                    body_producer=producer,
                    headers={"Content-Length": length},
                )
            await server.connections[0].ended.wait()
            client.close()

    run(kind, main)


def test_a_producer_that_fails(kind: str) -> None:
    async def fail(write: object) -> None:
        raise ZeroDivisionError

    def fail_at_once(write: object) -> None:
        raise ZeroDivisionError

    async def main() -> None:
        async with serve(echo_raw) as server:
            client = make_client()
            for producer in (fail, fail_at_once):
                with pytest.raises(ZeroDivisionError):
                    await client.fetch(server.url(), method="POST", body_producer=producer)
            for connection in server.connections:
                await connection.ended.wait()
            client.close()

    run(kind, main)


def test_an_answer_before_the_body_is_complete(kind: str) -> None:
    cancelled = asyncio.Event()

    async def produce(write: Callable[[bytes], "asyncio.Future[None]"]) -> None:
        await write(b"sum")
        try:
            await asyncio.Future()
        finally:
            cancelled.set()

    async def main() -> None:
        refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
        async with serve(refusal) as server:
            client = make_client()
            response = await client.fetch(
                server.url(), method="POST", body_producer=produce, raise_error=False
            )
            assert response.code == 403
            await cancelled.wait()
            # The rest of the body would be taken for a request.
            await server.connections[0].ended.wait()
            await client.fetch(server.url(), raise_error=False)
            assert len(server.connections) == 2
            client.close()

    run(kind, main)


def test_a_write_to_a_connection_that_is_gone(kind: str) -> None:
    errors: list[BaseException] = []

    async def main() -> None:
        ended = asyncio.Event()

        async def produce(write: Callable[[bytes], "asyncio.Future[None]"]) -> None:
            try:
                await ended.wait()
                while True:
                    await write(b"x")
                    await asyncio.sleep(0)
            except OSError as error:
                errors.append(error)
                raise

        async def answer(connection: Connection, request: bytes) -> None:
            ended.set()

        async with serve(answer) as server:
            client = make_client()
            with pytest.raises((HTTPStreamClosedError, OSError)):
                await client.fetch(server.url(), method="POST", body_producer=produce)
            client.close()

    run(kind, main)


# Expect: 100-continue.


@asynccontextmanager
async def expecting(
    first: bytes, second: Callable[[bytes], bytes]
) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Answers the head with ``first``, and a body of one byte, if it comes, with ``second``."""
    heads: list[bytes] = []
    ended = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(first)
        body = await reader.read(1)
        if body:
            writer.write(second(body))
        writer.close()
        await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", heads
        await ended.wait()
    finally:
        server.close()


def test_the_body_is_sent_when_the_server_asks_for_it(kind: str) -> None:
    async def main() -> None:
        lines: list[str] = []
        async with expecting(
            b"HTTP/1.1 100 Continue\r\n\r\n",
            lambda body: b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + body,
        ) as (url, heads):
            client = make_client()
            response = await client.fetch(
                url,
                method="POST",
                body=b"x",
                expect_100_continue=True,
                header_callback=lines.append,
            )
            assert response.body == b"x"
            assert b"Expect: 100-continue\r\n" in heads[0]
            # That one was for the client alone.
            assert lines[0] == "HTTP/1.1 200 OK\r\n"
            client.close()

    run(kind, main)


def test_the_body_is_not_sent_if_the_answer_is_there_already(kind: str) -> None:
    def produce(write: object) -> None:
        raise AssertionError("nobody has asked for it")

    async def main() -> None:
        async with expecting(
            b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", lambda body: b""
        ) as (url, _):
            client = make_client()
            response = await client.fetch(
                url,
                method="POST",
                body_producer=produce,
                expect_100_continue=True,
                raise_error=False,
            )
            assert response.code == 403
            client.close()

    run(kind, main)
