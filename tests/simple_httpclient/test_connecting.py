"""Connections: made by the client itself, and by what a program brings."""

import asyncio
import logging
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from fujita.iostream import IOStream, StreamClosedError
from fujita.netutil import Resolver
from fujita.simple_httpclient import (
    HTTPStreamClosedError,
    HTTPTimeoutError,
    SimpleAsyncHTTPClient,
)
from fujita.simple_httpclient.connecting import connection_error
from fujita.tcpclient import TCPClient
from tests.loop_kinds import run
from tests.simple_httpclient.servers import CERTIFICATE, serve, server_context


def make_client(**arguments: Any) -> SimpleAsyncHTTPClient:
    return SimpleAsyncHTTPClient(force_instance=True, **arguments)


class FixedResolver(Resolver):
    """Gives one answer whatever it is asked."""

    def initialize(self, answer: list[tuple[int, Any]]) -> None:
        self.answer = answer

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[tuple[int, Any]]:
        self.family = family
        return self.answer


def test_nobody_listens(kind: str) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]

    async def main() -> None:
        client = make_client()
        with pytest.raises(ConnectionRefusedError, match=f"127.0.0.1:{port}: Connection refused"):
            await client.fetch(f"http://127.0.0.1:{port}/")
        client.close()

    run(kind, main)


def test_a_host_that_does_not_exist(kind: str) -> None:
    async def main() -> None:
        client = make_client()
        with pytest.raises(socket.gaierror, match=r"nonexistent\.invalid"):
            await client.fetch("http://nonexistent.invalid/")
        client.close()

    run(kind, main)


def test_a_resolver_that_does_not_answer(kind: str) -> None:
    class Never(Resolver):
        async def resolve(
            self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[tuple[int, Any]]:
            return await asyncio.Future()

    async def main() -> None:
        client = make_client(resolver=Never())
        for timeouts in ({"connect_timeout": 0.01}, {"request_timeout": 0.01}):
            settings: dict[str, Any] = timeouts
            with pytest.raises(HTTPTimeoutError, match=r"^Timeout while resolving 127\.0\.0\.1$"):
                await client.fetch("http://127.0.0.1/", **settings)
        client.close()

    run(kind, main)


def test_a_host_that_does_not_answer(kind: str) -> None:
    # Its queue is full: further connections are neither taken nor refused.
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    address = listener.getsockname()
    waiting = []
    for _ in range(3):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(address)
        waiting.append(sock)

    async def main() -> None:
        client = make_client()
        with pytest.raises(HTTPTimeoutError, match=r"^Timeout while connecting"):
            await client.fetch(f"http://127.0.0.1:{address[1]}/", connect_timeout=0.05)
        client.close()

    run(kind, main)
    for sock in [*waiting, listener]:
        sock.close()


def test_all_addresses_of_a_host_are_tried(kind: str) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        closed_port = sock.getsockname()[1]

    async def main() -> None:
        async with serve() as server:
            addresses = [
                (socket.AF_INET, ("127.0.0.1", closed_port)),
                (socket.AF_INET, ("127.0.0.1", server.port)),
            ]
            client = make_client(resolver=FixedResolver(answer=addresses))
            assert (await client.fetch("http://fuji.example/")).body == b"ok"
            client.close()

    run(kind, main)


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6")
def test_ipv6(kind: str) -> None:
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 on this machine")

    async def main() -> None:
        async with serve(host="::1") as server:
            client = make_client()
            assert (await client.fetch(server.url(host="[::1]"))).body == b"ok"
            assert f"Host: [::1]:{server.port}\r\n".encode() in server.requests[0]
            with pytest.raises(OSError, match="::1"):
                await client.fetch(server.url(host="[::1]"), allow_ipv6=False)
            client.close()

    run(kind, main)


def test_ipv6_can_be_left_out(kind: str) -> None:
    async def main() -> None:
        resolver = FixedResolver(answer=[])
        client = make_client(resolver=resolver)
        for allow_ipv6, family in ((None, socket.AF_UNSPEC), (False, socket.AF_INET)):
            with pytest.raises(OSError, match="no address"):
                await client.fetch("http://h/", allow_ipv6=allow_ipv6)
            assert resolver.family == family
        client.close()

    run(kind, main)


def test_network_interface(kind: str) -> None:
    async def main() -> None:
        async with serve() as server:
            client = make_client()
            await client.fetch(server.url(), network_interface="127.0.0.2")
            peer = server.connections[0].writer.get_extra_info("peername")
            assert peer[0] == "127.0.0.2"
            with pytest.raises(ValueError, match=r"Unrecognized IPv4 or IPv6 address .*'lo'"):
                await client.fetch(server.url(), network_interface="lo")
            with pytest.raises(OSError, match=r"192\.0\.2\.1"):
                await client.fetch(server.url(), network_interface="192.0.2.1")
            client.close()

    run(kind, main)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no unix sockets")
def test_a_resolver_may_lead_to_a_unix_socket(kind: str, tmp_path: Path) -> None:
    path = str(tmp_path / "socket")

    async def main() -> None:
        async with serve(path=path) as server:
            client = make_client(resolver=FixedResolver(answer=[(socket.AF_UNIX, path)]))
            for _ in range(2):
                assert (await client.fetch("http://unix/peak")).body == b"ok"
            assert len(server.connections) == 1
            assert server.requests[0].startswith(b"GET /peak HTTP/1.1\r\nHost: unix\r\n")
            client.close()

    run(kind, main)


# TLS.


def test_a_certificate_is_verified(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with serve(tls=server_context()) as server:
            client = make_client()
            with pytest.raises(ssl.SSLError, match="certificate verify failed"):
                await client.fetch(server.url())
            assert (await client.fetch(server.url(), validate_cert=False)).body == b"ok"
            client.close()

    run(kind, main)
    (record,) = [record for record in caplog.records if record.name == "tornado.general"]
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("SSL Error on connection to 127.0.0.1:")
    assert record.exc_info is None


def test_the_name_in_a_certificate_counts(kind: str) -> None:
    async def main() -> None:
        async with serve(tls=server_context()) as server:
            here = FixedResolver(answer=[(socket.AF_INET, ("127.0.0.1", server.port))])
            client = make_client(resolver=here, defaults={"ca_certs": CERTIFICATE})
            try:
                await client.fetch(server.url(host="localhost"))
            except ssl.SSLCertVerificationError as error:
                # The certificate of the tests need not be a valid authority.
                assert "Hostname mismatch" not in str(error)
            with pytest.raises(ssl.SSLError):
                await client.fetch(server.url(host="fuji.example"))
            client.close()

    run(kind, main)


def test_a_server_that_does_not_shake_hands(kind: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    async def main() -> None:
        client = make_client()
        with pytest.raises(
            HTTPTimeoutError, match=f"^Timeout during TLS handshake with 127.0.0.1:{port}$"
        ):
            await client.fetch(f"https://127.0.0.1:{port}/", connect_timeout=0.05)
        accepted, _ = listener.accept()
        with accepted:
            accepted.settimeout(5)
            # The greeting, and then the end.
            while accepted.recv(65536):
                pass
        client.close()

    run(kind, main)
    listener.close()


# What a program brings.


class StreamClient(TCPClient):
    """Counts, and makes streams as ever."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, ...]] = []

    async def connect(self, host: str, port: int, **options: Any) -> IOStream:  # type: ignore[override]
        self.calls.append((host, port, options))
        return await super().connect(host, port, **options)


@pytest.mark.parametrize("tls", [False, True])
def test_a_tcp_client_of_the_programs_own(kind: str, tls: bool) -> None:
    async def main() -> None:
        async with serve(tls=server_context() if tls else None) as server:
            client = make_client(max_buffer_size=1_000_000)
            tcp_client = client.tcp_client = StreamClient()
            for _ in range(2):
                response = await client.fetch(server.url(), validate_cert=False, connect_timeout=9)
                assert response.body == b"ok"
            assert len(server.connections) == 1
            ((host, port, options),) = tcp_client.calls
            assert (host, port) == ("127.0.0.1", server.port)
            assert 0 < options.pop("timeout") <= 9
            assert (options.pop("ssl_options") is not None) == tls
            assert options == {
                "af": socket.AF_UNSPEC,
                "max_buffer_size": 1_000_000,
                "source_ip": None,
            }
            client.close()
            await server.connections[0].ended.wait()

    run(kind, main)


def test_a_connect_method_that_was_replaced(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(self: TCPClient, *arguments: Any, **options: Any) -> IOStream:
        raise StreamClosedError(ConnectionResetError("not today"))

    monkeypatch.setattr(TCPClient, "connect", refuse)

    async def main() -> None:
        client = make_client()
        with pytest.raises(ConnectionResetError, match="not today"):
            await client.fetch("http://127.0.0.1/")
        client.close()

    run(kind, main)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (StreamClosedError(), "HTTP 599: Stream closed"),
        (TimeoutError("Timeout while climbing"), "HTTP 599: Timeout while climbing"),
        (TimeoutError(), "HTTP 599: Timeout while connecting"),
        (TimeoutError(110, "timed out"), "TimeoutError(110, 'timed out')"),
        (ValueError("x"), "ValueError('x')"),
    ],
)
def test_what_a_program_is_told(error: Exception, text: str) -> None:
    assert repr(connection_error(error)) == text


def test_closed_is_closed() -> None:
    assert isinstance(connection_error(StreamClosedError()), HTTPStreamClosedError)
