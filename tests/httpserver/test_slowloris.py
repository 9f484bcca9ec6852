"""A thousand clients that never come to the point."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.httpserver.raw import connect, get, reply
from tests.sites import Serve, Site

CLIENTS = 1000

STARTS = (b"", b"GET / HTT", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n", b"POST / HTTP/1.1\r\n")


@pytest.fixture
def besieged(serve: Serve) -> Iterator[Site]:
    site = serve(reply)
    with ExitStack() as stack:
        for number in range(CLIENTS):
            sock = stack.enter_context(site.connect())
            sock.sendall(STARTS[number % len(STARTS)])
        yield site


def test_others_are_served_meanwhile(besieged: Site) -> None:
    with connect(besieged) as client:
        for _ in range(100):
            assert client.send(get()).answer().body == b"ok"
    for _ in range(10):
        with connect(besieged) as client:
            assert client.send(get()).answer().body == b"ok"
    assert len(besieged.server.connections) >= CLIENTS


def test_they_are_sent_away(serve: Serve) -> None:
    site = serve(reply, header_timeout=1, first_request_timeout=2)
    begun = time.monotonic()
    with ExitStack() as stack:
        sockets = []
        for number in range(CLIENTS):
            sockets.append(stack.enter_context(site.connect()))
            sockets[-1].sendall(STARTS[number % len(STARTS)])
        for number, sock in enumerate(sockets):
            said = b""
            while piece := sock.recv(1000):
                said += piece
            if STARTS[number % len(STARTS)]:
                assert said.startswith(b"HTTP/1.1 408 ")
            else:
                assert said == b""
    # Not one after the other.
    assert time.monotonic() - begun < 20


def test_a_full_house_still_serves(serve: Serve) -> None:
    site = serve(reply, max_connections=CLIENTS // 2)
    with ExitStack() as stack:
        for number in range(CLIENTS):
            sock = stack.enter_context(site.connect())
            sock.sendall(STARTS[number % len(STARTS)])
        for _ in range(20):
            with connect(site) as client:
                assert client.send(get()).answer().body == b"ok"
    assert len(site.server.connections) <= CLIENTS // 2 + 1
