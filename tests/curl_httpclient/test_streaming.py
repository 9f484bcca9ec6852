import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from unittest import mock

import pytest

from fujita import gen
from fujita.curl_httpclient import _CurlStreamingBuffer
from tests.curl_httpclient.clients import curl_client
from tests.loop_kinds import run
from tests.simple_httpclient.servers import Server, serve

BODY = bytes(range(256)) * 2048


@asynccontextmanager
async def big() -> AsyncIterator[Server]:
    async with serve(
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
    ) as server:
        yield server


def test_pieces_come_before_the_response(kind: str) -> None:
    async def main() -> None:
        pieces: list[bytes] = []
        async with big() as server:
            with curl_client() as client:
                response = await client.fetch(server.url(), streaming_callback=pieces.append)
            assert b"".join(pieces) == BODY
            assert len(pieces) > 1
            assert response.body == b""

    run(kind, main)


def test_a_transfer_pauses_and_goes_on(kind: str) -> None:
    async def main() -> None:
        pieces: list[bytes] = []
        async with big() as server:
            small = mock.patch.object(_CurlStreamingBuffer, "max_buffer_size", 1000)
            with curl_client() as client, small:
                await client.fetch(server.url(), streaming_callback=pieces.append)
            assert b"".join(pieces) == BODY

    run(kind, main)


def test_header_callback() -> None:
    async def main() -> None:
        events: list[object] = []
        async with serve() as server:
            with curl_client() as client:
                await client.fetch(
                    server.url(), header_callback=events.append, streaming_callback=events.append
                )
            assert events == ["HTTP/1.1 200 OK\r\n", "Content-Length: 2\r\n", "\r\n", b"ok"]

    asyncio.run(main())


def test_coroutines_are_refused() -> None:
    async def modern(piece: bytes) -> None: ...

    @gen.coroutine
    def old(piece: bytes) -> Iterator[gen.Future[None]]:
        yield gen.moment

    async def main() -> None:
        async with serve() as server:
            with curl_client() as client:
                callbacks: list[Callable[[bytes], Any]] = [modern, old]
                for callback in callbacks:
                    with pytest.raises(TypeError, match="must not be a coroutine"):
                        await client.fetch(server.url(), streaming_callback=callback)

    asyncio.run(main())
