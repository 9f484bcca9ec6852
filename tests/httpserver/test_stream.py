import asyncio
from typing import Any

import pytest

from fujita.httputil import HTTPHeaders, HTTPServerRequest, ResponseStartLine
from fujita.iostream import IOStream, StreamClosedError
from tests.httpserver.raw import Happening, connect, get, reply
from tests.httpserver.test_listener import TLS, tls_client
from tests.sites import Serve


def detaching(talk: Any) -> Any:
    """Makes an application that hands each connection to a coroutine, as a stream."""
    tasks = set[Any]()

    def answer(request: HTTPServerRequest) -> None:
        task = asyncio.ensure_future(talk(request.connection.detach()))  # type: ignore[attr-defined]
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    return answer


def test_the_end_of_what_the_client_sends(serve: Serve) -> None:
    async def talk(stream: IOStream) -> None:
        data.append(await stream.read_until_close())
        ended.set()

    data, ended = list[bytes](), Happening()
    with connect(serve(detaching(talk))) as client:
        client.send(get() + b"one")
        client.send(b"two")
        client.half_close()
        assert client.rest() == b""
    assert ended.happens()
    assert data == [b"onetwo"]


def test_writers_wait_for_their_reader(serve: Serve) -> None:
    async def talk(stream: IOStream) -> None:
        for _ in range(100):
            await stream.write(bytes(100_000))
            written.append(100_000)
        stream.close()

    written = list[int]()
    site = serve(detaching(talk))
    with connect(site) as client:
        client.send(get())
        count = -1
        while count != len(written):
            count = len(written)
            site.run(lambda: asyncio.sleep(0.05))
        assert len(written) < 100
        assert len(client.rest()) == 10_000_000
        assert len(written) == 100


def test_a_server_that_ends(serve: Serve) -> None:
    async def talk(stream: IOStream) -> None:
        begun.set()
        try:
            await stream.read_bytes(10)
        except StreamClosedError:
            ended.set()

    begun, ended = Happening(), Happening()
    site = serve(detaching(talk))
    with connect(site) as client:
        client.send(get())
        assert begun.happens()
        site.run(site.server.close_all_connections)
        assert client.is_closed()
        assert ended.happens()


def test_the_stream_beneath_a_request(serve: Serve) -> None:
    """It is there to be asked while HTTP goes on."""

    def answer(request: HTTPServerRequest) -> None:
        stream: IOStream = request.connection.stream  # type: ignore[attr-defined]
        assert stream is request.connection.stream  # type: ignore[attr-defined]
        assert not stream.closed()
        streams.append(stream)
        reply(request, str(stream.socket.getpeername()[1]).encode())

    streams = list[IOStream]()
    site = serve(answer)
    with connect(site) as client:
        port = client.connection.getsockname()[1]
        for _ in range(3):
            assert client.send(get()).answer().body == str(port).encode()
    assert len(set(map(id, streams))) == 1

    async def until_closed() -> None:
        while not streams[0].closed():
            await asyncio.sleep(0.01)

    site.run(until_closed)


def test_closing_the_stream_ends_the_connection(serve: Serve) -> None:
    def answer(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        headers = HTTPHeaders({"Content-Length": "10"})
        connection.write_headers(ResponseStartLine("", 200, "OK"), headers, b"part")
        connection.stream.close()

    with connect(serve(answer)) as client:
        assert client.send(get()).answer().body == b"part"


@pytest.mark.parametrize("size", [10, 200_000])
def test_what_came_with_the_request_is_read_first(serve: Serve, size: int) -> None:
    async def talk(stream: IOStream) -> None:
        data = await stream.read_bytes(size)
        await stream.write(b"%d\n" % len(data))
        assert await stream.read_bytes(5) == b"after"
        await stream.write(b"yes\n")

    with connect(serve(detaching(talk))) as client:
        client.send(get() + bytes(size))
        assert client.file.readline() == b"%d\n" % size
        client.send(b"after")
        assert client.file.readline() == b"yes\n"


@pytest.mark.parametrize("options", [{}, {"ssl_options": TLS}])
def test_answering_after_closing_the_stream(
    serve: Serve, options: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    def answer(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        connection.stream.close()
        connection.respond(200, "OK", dict(LENGTH), b"ok")

    site = serve(answer, **options)
    for _ in range(2):
        with (tls_client if options else connect)(site) as client:
            client.send(get() + get())
            assert client.rest() == b""
    assert caplog.messages == []


LENGTH = {"Content-Length": "2"}
