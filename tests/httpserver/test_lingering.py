import asyncio
import inspect
import socket
import time

import pytest

from fujita.httpserver.lingering import LingeringProtocol
from fujita.httputil import HTTPServerRequest
from tests.httpserver.raw import Client, connect, get, reply
from tests.httpserver.test_listener import TLS, tls_client
from tests.sites import Serve, Site


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = list(inspect.signature(LingeringProtocol).parameters)
    assert parameters[-2:] == ["quiet", "linger"]
    monkeypatch.setattr(LingeringProtocol.__init__, "__defaults__", (0.1, 0.6))


def refuse(request: HTTPServerRequest) -> None:
    raise AssertionError("the request is never complete")


def until_empty(site: Site) -> None:
    async def main() -> None:
        while site.server.connections:
            await asyncio.sleep(0.01)

    site.run(main)


TOO_LARGE = get("/", "Content-Length: 1000000000", method="POST")


def test_a_client_that_reads_only_when_it_has_sent_all(serve: Serve) -> None:
    site = serve(refuse, max_body_size=10)
    with connect(site) as client:
        client.send(TOO_LARGE)
        for _ in range(50):
            client.send(bytes(200_000))
        assert client.answer().status == 413
        assert client.rest() == b""
    until_empty(site)


def test_a_client_that_neither_sends_nor_closes(serve: Serve) -> None:
    site = serve(refuse, max_body_size=10)
    with connect(site) as client:
        client.send(TOO_LARGE)
        until_empty(site)


def test_a_client_that_never_stops_sending(serve: Serve) -> None:
    site = serve(refuse, max_body_size=10)
    with connect(site) as client:
        client.send(TOO_LARGE)
        assert sends_until_closed(client)


def sends_until_closed(client: Client) -> bool:
    begun = time.monotonic()
    while time.monotonic() - begun < 10:
        try:
            client.send(bytes(1000))
        except ConnectionError:
            return True
    return False


def test_over_tls(serve: Serve) -> None:
    site = serve(refuse, max_body_size=10, ssl_options=TLS)
    with tls_client(site) as client:
        client.send(TOO_LARGE)
        for _ in range(50):
            client.send(bytes(200_000))
        assert client.answer().status == 413
    until_empty(site)


def test_the_server_need_not_wait_for_it(serve: Serve) -> None:
    site = serve(refuse, max_body_size=10)
    with connect(site) as client:
        assert client.send(TOO_LARGE).head().status == 413
        site.run(site.server.close_all_connections)
        assert not site.server.connections


def test_one_who_has_reset_the_connection(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    site = serve(refuse, max_body_size=10)
    for _ in range(20):
        client = connect(site)
        client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1] + [0] * 7))
        client.send(TOO_LARGE)
        client.close()
    until_empty(site)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    with connect(serve(reply)) as client:
        assert client.send(get()).answer().status == 200
