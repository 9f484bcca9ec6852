import asyncio
import errno
import socket
import ssl
from collections.abc import Awaitable, Coroutine
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import fujita
from fujita.iostream import IOStream, SSLIOStream, StreamClosedError
from fujita.netutil import Resolver
from fujita.netutil.address import AddressInfo
from fujita.tcpclient import TCPClient
from fujita.tcpserver import TCPServer
from fujita.testing import bind_unused_port

FOLDER = Path(fujita.__file__).parent / "testing"
CERTIFICATE = str(FOLDER / "localhost.crt")
SERVER_TLS = {"certfile": CERTIFICATE, "keyfile": str(FOLDER / "localhost.key")}


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, 30))


class Server(TCPServer):
    """Keeps what connects, until it stops."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        sock, self.port = bind_unused_port()
        self.add_socket(sock)
        self.streams: list[IOStream] = []
        self.accepted: asyncio.Queue[tuple[IOStream, Any]] = asyncio.Queue()

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        self.streams.append(stream)
        self.accepted.put_nowait((stream, address))

    def stop(self) -> None:
        super().stop()
        for stream in self.streams:
            stream.close()


class FixedResolver(Resolver):
    """Knows these addresses for every host."""

    def initialize(self, *addresses: tuple[int, Any]) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> AddressInfo:
        return list(self.addresses)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_it_connects(host: str) -> None:
    async def main() -> None:
        server = Server()
        with closing(await TCPClient().connect(host, server.port)) as stream:
            accepted, _ = await server.accepted.get()
            await stream.write(b"hello")
            assert await accepted.read_bytes(5) == b"hello"
        server.stop()

    run(main())


def test_the_limit_is_the_stream_s() -> None:
    async def main() -> None:
        server = Server()
        stream = await TCPClient().connect("127.0.0.1", server.port, max_buffer_size=1000)
        with closing(stream):
            assert stream.max_buffer_size == 1000
        server.stop()

    run(main())


def test_a_refusal_says_where_and_why() -> None:
    async def main() -> None:
        sock, port = bind_unused_port()
        sock.close()
        with pytest.raises(StreamClosedError) as caught:
            await TCPClient().connect("127.0.0.1", port)
        assert str(caught.value) == f"cannot connect to 127.0.0.1:{port}: Connection refused"
        assert caught.value.errno == errno.ECONNREFUSED
        assert isinstance(caught.value.real_error, ConnectionRefusedError)

    run(main())


def test_the_next_address_is_tried() -> None:
    async def main() -> None:
        server = Server()
        sock, refusing = bind_unused_port()
        sock.close()
        resolver = FixedResolver(
            (socket.AF_INET, ("127.0.0.1", refusing)),
            (socket.AF_INET, ("127.0.0.1", server.port)),
        )
        with closing(await TCPClient(resolver).connect("example", 1)) as stream:
            assert stream.socket.getpeername() == ("127.0.0.1", server.port)
        server.stop()

    run(main())


def test_a_host_without_addresses_is_an_os_error() -> None:
    async def main() -> None:
        with pytest.raises(socket.gaierror, match="no address"):
            await TCPClient(FixedResolver()).connect("example", 1)

    run(main())


def test_the_source_can_be_chosen() -> None:
    async def main() -> None:
        server = Server()
        probe, source_port = bind_unused_port()
        probe.close()
        for chosen in {"source_ip": "127.0.0.1"}, {"source_port": source_port}:
            stream = await TCPClient().connect("127.0.0.1", server.port, **chosen)
            _, address = await server.accepted.get()
            assert address[0] == "127.0.0.1"
            if "source_port" in chosen:
                assert address[1] == source_port
            stream.close()
        server.stop()

    run(main())


def test_a_source_of_another_machine_is_named() -> None:
    async def main() -> None:
        with pytest.raises(OSError, match=r"cannot connect from 192\.0\.2\.1:0") as caught:
            await TCPClient().connect("127.0.0.1", 1, source_ip="192.0.2.1")
        assert caught.value.errno == errno.EADDRNOTAVAIL
        with pytest.raises(socket.gaierror, match=r"cannot connect from \[::1\]:0"):
            await TCPClient().connect("127.0.0.1", 1, source_ip="::1")

    run(main())


def test_tls_verifies_the_host() -> None:
    async def main() -> None:
        server = Server(ssl_options=SERVER_TLS)
        client = TCPClient()
        trusting = {"ca_certs": CERTIFICATE}
        stream = await client.connect("localhost", server.port, ssl_options=trusting)
        assert isinstance(stream, SSLIOStream)
        assert stream.socket.getpeercert()
        stream.close()
        with pytest.raises(ssl.SSLCertVerificationError):
            await client.connect("localhost", server.port, ssl_options={})
        server.stop()

    run(main())


class NeverResolver(Resolver):
    cancelled = False

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> AddressInfo:
        try:
            return await asyncio.Future()
        except asyncio.CancelledError:
            self.cancelled = True
            raise


@pytest.mark.parametrize("timeout", [0.01, timedelta(milliseconds=10)])
def test_the_timeout_may_come_while_resolving(timeout: float | timedelta) -> None:
    async def main() -> None:
        resolver = NeverResolver()
        with pytest.raises(TimeoutError, match=r"Timeout while resolving example$"):
            await TCPClient(resolver).connect("example", 1, timeout=timeout)
        assert resolver.cancelled

    run(main())


def test_the_timeout_may_come_while_connecting() -> None:
    async def main() -> None:
        streams: list[IOStream] = []

        class Hanging(TCPClient):
            def _create_stream(
                self, *args: Any, **kwargs: Any
            ) -> tuple[IOStream, "asyncio.Future[IOStream]"]:
                streams.append(IOStream(socket.socket()))
                return streams[-1], asyncio.Future()

        resolver = FixedResolver((socket.AF_INET, ("192.0.2.1", 80)))
        with pytest.raises(TimeoutError, match=r"Timeout while connecting to 192\.0\.2\.1:80"):
            await Hanging(resolver).connect("example", 80, timeout=0.01)
        assert [stream.closed() for stream in streams] == [True]

    run(main())


def test_the_timeout_may_come_during_the_handshake() -> None:
    async def main() -> None:
        server = Server()
        with pytest.raises(TimeoutError, match=f"TLS handshake with 127.0.0.1:{server.port}"):
            await TCPClient().connect("localhost", server.port, ssl_options={}, timeout=0.2)
        accepted, _ = await server.accepted.get()
        await accepted.read_until_close()
        server.stop()

    run(main())


def test_a_timeout_of_the_resolver_s_own_stays_what_it_is() -> None:
    class Failing(Resolver):
        def resolve(
            self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> Awaitable[AddressInfo]:
            future: asyncio.Future[AddressInfo] = asyncio.Future()
            future.set_exception(TimeoutError("the resolver's"))
            return future

    async def main() -> None:
        with pytest.raises(TimeoutError, match="the resolver's"):
            await TCPClient(Failing()).connect("example", 1, timeout=10)

    run(main())


def test_a_timeout_must_be_a_time() -> None:
    async def main() -> None:
        soon: Any = "soon"
        with pytest.raises(TypeError, match="not 'soon'"):
            await TCPClient().connect("127.0.0.1", 1, timeout=soon)

    run(main())


def test_a_cancelled_connect_closes_its_stream() -> None:
    async def main() -> None:
        server = Server()
        connecting = asyncio.ensure_future(
            TCPClient().connect("127.0.0.1", server.port, ssl_options={})
        )
        accepted, _ = await server.accepted.get()
        await accepted.read_bytes(1)
        connecting.cancel()
        await accepted.read_until_close()
        assert connecting.cancelled()
        server.stop()

    run(main())


def test_closing_closes_only_a_resolver_of_its_own() -> None:
    class Closing(FixedResolver):
        closed = False

        def close(self) -> None:
            self.closed = True

    resolver = Closing()
    TCPClient(resolver).close()
    assert not resolver.closed
    client = TCPClient()
    client.resolver = resolver
    client.close()
    assert resolver.closed
