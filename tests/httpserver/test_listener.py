import asyncio
import errno
import socket
import ssl
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import fujita.testing
from fujita.httpserver import HTTPServer
from fujita.httputil import HTTPServerRequest
from fujita.ioloop import IOLoop
from fujita.netutil import bind_sockets, bind_unix_socket
from tests import loop_kinds
from tests.httpserver.raw import Client, Happening, connect, get, post, reply
from tests.sites import Serve, Site

TLS = fujita.testing.AsyncHTTPSTestCase.default_ssl_options()


def tls_client(site: Site) -> Client:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return Client(context.wrap_socket(site.connect()))


def until(site: Site, condition: Any) -> None:
    async def main() -> None:
        while not condition():
            await asyncio.sleep(0.01)

    site.run(main)


def test_tls(serve: Serve) -> None:
    def answer(request: HTTPServerRequest) -> None:
        reply(request, request.protocol.encode() + request.body)

    with tls_client(serve(answer, ssl_options=TLS)) as client:
        for _ in range(2):
            assert client.send(post(b"!")).answer().body == b"https!"
        assert client.send(get("/", "Connection: close")).answer().body == b"https"
        assert client.rest() == b""


def test_a_failed_handshake_is_logged_and_costs_nobody_else(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    site = serve(reply, ssl_options=TLS)
    with tls_client(site) as other:
        with connect(site) as client:
            client.send(get())
            assert client.is_closed()
        assert other.send(get()).answer().status == 200
        until(site, lambda: any("SSL Error" in message for message in caplog.messages))
        assert other.send(get()).answer().status == 200


def test_a_handshake_that_never_ends(serve: Serve) -> None:
    site = serve(reply, ssl_options=TLS)
    for listener in site.server._listeners.values():
        listener._handshake_timeout = 0.1
    with connect(site) as idle, tls_client(site) as other:
        assert idle.is_closed()
        assert other.send(get()).answer().status == 200


def test_tls_to_one_who_closes_while_a_handler_waits(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """asyncio complains of protocols that want to keep half a TLS connection."""
    started, gone = Happening(), Happening()

    def answer(request: HTTPServerRequest) -> None:
        request.connection.set_close_callback(gone.set)  # type: ignore[attr-defined]
        started.set()

    site = serve(answer, ssl_options=TLS)
    with tls_client(site) as client:
        client.send(get())
        assert started.happens()
    assert gone.happens()
    until(site, lambda: not site.server.connections)
    assert caplog.messages == []


def test_a_large_response_over_tls(serve: Serve) -> None:
    def answer(request: HTTPServerRequest) -> None:
        reply(request, bytes(5_000_000))

    with tls_client(serve(answer, ssl_options=TLS)) as client:
        for fields in ((), ("Connection: close",)):
            assert len(client.send(get("/", *fields)).answer().body) == 5_000_000
        assert client.rest() == b""


def test_out_of_descriptors_is_waited_out(
    serve: Serve, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fujita.httpserver.listener.RETRY_DELAY", 0.05)
    site = serve(reply, ssl_options=TLS)
    (listener,) = site.server._listeners.values()
    real, failures = listener._socket, [1, 2, 3]

    def accept() -> Any:
        if failures:
            failures.pop()
            raise OSError(errno.EMFILE, "Too many open files")
        return real.accept()

    listener._socket = mock.Mock(wraps=real, accept=accept)
    with tls_client(site) as client:
        assert client.send(get()).answer().status == 200
    # As often as it failed, and not once for every turn of the loop.
    assert len([message for message in caplog.messages if "Cannot accept" in message]) == 3


@pytest.mark.parametrize("kind", loop_kinds.KINDS)
def test_unix_sockets(kind: str, tmp_path: Path) -> None:
    path = str(tmp_path / "socket")

    def answer(request: HTTPServerRequest) -> None:
        reply(request, f"{request.remote_ip} {request.protocol}".encode())

    def ask() -> bytes:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        with Client(connection) as client:
            return client.send(get()).answer().body

    async def main() -> bytes:
        server = HTTPServer(answer)
        server.add_socket(bind_unix_socket(path))
        body = await asyncio.to_thread(ask)
        server.stop()
        await server.close_all_connections()
        return body

    assert loop_kinds.run(kind, main) == b"0.0.0.0 http"


@pytest.mark.parametrize("kind", loop_kinds.KINDS)
@pytest.mark.parametrize("options", [{}, {"ssl_options": TLS}])
def test_stopped_before_the_loop_has_turned(kind: str, options: dict[str, Any]) -> None:
    async def main() -> None:
        server = HTTPServer(reply, **options)
        (sock,) = bind_sockets(0, "127.0.0.1")
        address = sock.getsockname()
        server.add_socket(sock)
        server.stop()
        for _ in range(3):
            await asyncio.sleep(0)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.to_thread(socket.create_connection, address)
        await server.close_all_connections()

    loop_kinds.run(kind, main)


def test_listening_before_the_loop_runs() -> None:
    server = HTTPServer(reply)
    loop = IOLoop(make_current=False)
    with mock.patch.object(IOLoop, "current", return_value=loop):
        (sock,) = bind_sockets(0, "127.0.0.1")
        server.add_socket(sock)
    # The client is in line already when the loop begins.
    with Client(socket.create_connection(sock.getsockname())) as client:
        client.send(get())

        async def main() -> None:
            assert (await asyncio.to_thread(client.answer)).body == b"ok"
            server.stop()
            await server.close_all_connections()

        loop.run_sync(main)
    loop.close()


@pytest.mark.parametrize("kind", loop_kinds.KINDS)
@pytest.mark.parametrize("options", [{}, {"ssl_options": TLS}])
def test_a_stopped_server_keeps_its_connections(kind: str, options: dict[str, Any]) -> None:
    async def main() -> None:
        server = HTTPServer(reply, **options)
        (sock,) = bind_sockets(0, "127.0.0.1")
        address = sock.getsockname()
        site = Site(address[1], server, asyncio.get_running_loop())
        server.add_socket(sock)
        open_one = tls_client if options else connect
        client = await asyncio.to_thread(open_one, site)
        with client:
            client.send(get())
            assert (await asyncio.to_thread(client.answer)).status == 200
            server.stop()
            client.send(get())
            assert (await asyncio.to_thread(client.answer)).status == 200
            with pytest.raises(ConnectionError):
                await asyncio.to_thread(open_one, site)
            await server.close_all_connections()
            assert await asyncio.to_thread(client.is_closed)

    loop_kinds.run(kind, main)


def test_closing_twice_over_tls(serve: Serve) -> None:
    """A second close() takes from asyncio's TLS transports the means to be aborted."""

    def answer(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        protocol = connection.protocol
        reply(request, bytes(20_000_000))
        for _ in range(2):
            protocol.close()
            protocol.stream.close()

    site = serve(answer, ssl_options=TLS)
    site.server.settings.write_timeout = 0.1
    with tls_client(site) as client:
        client.send(get())
        until(site, lambda: not site.server.connections)
