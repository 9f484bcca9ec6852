"""How many may connect, and what becomes of one too many."""

import asyncio
import socket
import ssl
from typing import Any

import pytest

import fujita.testing
from fujita.httpserver.admission import TURNED_AWAY, Admission, Waiting
from fujita.httputil import HTTPServerRequest
from tests.httpserver.raw import Client, Happening, connect, get, reply
from tests.sites import PATIENCE, Serve, Site

TLS = fujita.testing.AsyncHTTPSTestCase.default_ssl_options()


class Connection:
    def __init__(self, since: float | None) -> None:
        self.since = since

    def waiting_since(self) -> float | None:
        return self.since

    def abort(self) -> None:
        self.since = None


def admission(
    maximum: int, per_address: int | None = None, candidates: list[Waiting] | None = None
) -> Admission:
    return Admission(maximum, per_address, lambda: candidates or [])


def test_beyond_the_maximum_is_told_so_and_far_beyond_is_not() -> None:
    door = admission(2)
    answers = [door.enter("unix") for _ in range(2 + TURNED_AWAY + 1)]
    assert answers == [True, True, *[False] * TURNED_AWAY, None]
    for _ in range(TURNED_AWAY + 2):
        door.leave("unix")
    assert door.enter("unix") is True


def test_who_has_waited_longest_makes_room() -> None:
    connections = [Connection(3.0), Connection(1.0), Connection(None), Connection(2.0)]
    door = admission(4, candidates=list(connections))
    for _ in range(4):
        assert door.enter("unix")
    assert door.enter("unix") is True
    assert [connection.since for connection in connections] == [3.0, None, None, 2.0]


def test_nobody_is_looked_for_again_and_again() -> None:
    looks: list[None] = []

    def candidates() -> list[Waiting]:
        looks.append(None)
        return []

    door = Admission(100, None, candidates)
    for _ in range(106):
        door.enter("unix")
    assert len(looks) == 1


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
    ],
)
def test_one_address(first: str, second: str, same: bool) -> None:
    door = admission(10, per_address=1)
    assert door.enter((first, 1)) is True
    assert door.enter((second, 2)) is (not same)
    door.leave((first, 1))
    door.leave((second, 2))
    assert door.enter((second, 3)) is True


def slow(request: HTTPServerRequest) -> None:
    """Answers nothing."""


def test_too_many_connections(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    site = serve(slow, max_connections=2)
    with connect(site) as one, connect(site) as two:
        for client in (one, two):
            client.send(get())
        wait_until_busy(site, 2)
        with connect(site) as three:
            answer = three.send(get()).answer()
            assert answer.status == 503
            assert answer.headers["connection"] == "close"
            assert three.rest() == b""
    assert "Too many connections: 127.0.0.1 is turned away" in caplog.messages


def wait_until_busy(site: Site, count: int) -> None:
    async def main() -> None:
        while sum(hasattr(each, "exchange") for each in site.server.connections) < count or any(
            getattr(each, "exchange", None) is None for each in site.server.connections
        ):
            await asyncio.sleep(0.01)

    site.run(main)


def test_idle_connections_make_room(serve: Serve) -> None:
    site = serve(reply, max_connections=3)
    clients = [connect(site) for _ in range(3)]
    for client in clients:
        assert client.send(get()).answer().status == 200
        # Loops count in milliseconds.
        site.run(lambda: asyncio.sleep(0.005))
    with connect(site) as fourth:
        assert fourth.send(get()).answer().status == 200
        assert clients[0].is_closed()
        assert clients[2].send(get()).answer().status == 200
    for client in clients:
        client.close()


def test_too_many_of_one_address(serve: Serve) -> None:
    site = serve(reply, max_connections_per_address=2)
    with connect(site) as one, connect(site) as two:
        for client in (one, two):
            assert client.send(get()).answer().status == 200
        with connect(site) as three:
            assert three.send(get()).answer().status == 503
            assert three.rest() == b""
        with source("127.0.0.2", site) as other:
            assert other.send(get()).answer().status == 200
    site.run(lambda: gone(site))
    with connect(site) as one:
        assert one.send(get()).answer().status == 200


async def gone(site: Site) -> None:
    while site.server.connections:
        await asyncio.sleep(0.01)


def source(address: str, site: Site) -> Client:
    return Client(
        socket.create_connection(("127.0.0.1", site.port), PATIENCE, source_address=(address, 0))
    )


def test_the_oldest_handshake_makes_room(serve: Serve) -> None:
    site = serve(reply, ssl_options=TLS, max_handshakes=2)
    silent = [connect(site) for _ in range(2)]
    site.run(lambda: handshakes(site, 2))
    context = ssl.create_default_context(cafile=TLS["certfile"])
    context.check_hostname = False
    with Client(context.wrap_socket(site.connect())) as client:
        assert client.send(get()).answer().status == 200
    assert silent[0].is_closed()
    for each in silent:
        each.close()


async def handshakes(site: Site, count: int) -> None:
    (listener,) = site.server._listeners.values()
    while len(listener._handshakes) < count:
        await asyncio.sleep(0.01)


def test_who_writes_to_a_client_that_does_not_read(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    ended: list[Any] = []
    done = Happening()

    def flood(request: HTTPServerRequest) -> None:
        request.connection.set_close_callback(lambda: ended.append("told"))  # type: ignore[attr-defined]
        for _ in range(1000):
            future = request.connection.write(bytes(100_000))
            if future.done() and future.exception() is not None:
                ended.append(type(future.exception()).__name__)
                break
        done.set()

    with connect(serve(flood, max_write_buffer_size=1_000_000)) as client:
        client.send(get())
        assert done.happens()
        assert client.is_closed()
    assert ended[0] == "StreamClosedError"
    assert "127.0.0.1 takes too little of what is written to it" in caplog.messages


def test_a_single_write_may_be_larger(serve: Serve) -> None:
    def answer(request: HTTPServerRequest) -> None:
        reply(request, bytes(5_000_000))

    with connect(serve(answer, max_write_buffer_size=1_000_000)) as client:
        assert len(client.send(get()).answer().body) == 5_000_000
