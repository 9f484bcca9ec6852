import asyncio
import logging
import socket
import ssl
from typing import Any

import pytest

from fujita.iostream import IOStream, SSLIOStream, StreamClosedError
from tests.iostream.streams import (
    CERTIFICATE,
    KEY,
    Run,
    client_context,
    closed,
    remember,
    server_context,
    socket_pair,
    tcp_sockets,
    tls_pair,
    turns,
)


def accepting(sock: socket.socket) -> SSLIOStream:
    wrapped = server_context().wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
    return SSLIOStream(wrapped)


async def connecting(
    options: Any, hostname: str | None = None
) -> tuple[SSLIOStream, "asyncio.Future[SSLIOStream]", SSLIOStream]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = SSLIOStream(socket.socket(), ssl_options=options)
        connected = client.connect(listener.getsockname(), server_hostname=hostname)
        accepted, _ = listener.accept()
    server = accepting(accepted)
    remember(client, server)
    return client, connected, server


@pytest.mark.parametrize("options", [{"cert_reqs": ssl.CERT_NONE}, {"ca_certs": CERTIFICATE}])
def test_connect(run_async: Run, options: dict[str, Any]) -> None:
    async def main() -> None:
        client, connected, server = await connecting(options, "localhost")
        early = client.write(b"early")
        with pytest.raises(RuntimeError, match="Already waiting"):
            client.wait_for_handshake()
        assert await connected is client
        await early
        assert client.socket.getpeercert(binary_form=True)
        assert await server.read_bytes(5) == b"early"

    run_async(main)


def test_a_server_waits_for_the_handshake(run_async: Run) -> None:
    async def main() -> None:
        _client, connected, server = await connecting(client_context(), "localhost")
        assert server.socket.cipher() is None
        assert server.reading()
        assert not server.writing()
        waiting = server.wait_for_handshake()
        with pytest.raises(RuntimeError, match="Already waiting"):
            server.wait_for_handshake()
        assert await waiting is server
        assert server.socket.cipher() is not None
        assert not server.reading()
        # Nothing to wait for any more.
        assert await server.wait_for_handshake() is server
        await connected
        server.close()
        with pytest.raises(StreamClosedError):
            server.wait_for_handshake()

    run_async(main)


def test_the_name_is_checked(run_async: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        client, connected, server = await connecting(client_context(), "elsewhere.example")
        with pytest.raises(ssl.SSLCertVerificationError, match=r"elsewhere\.example"):
            await connected
        await closed(server)
        assert isinstance(client.error, ssl.SSLCertVerificationError)
        texts = [text for _, level, text in caplog.record_tuples if level == logging.WARNING]
        assert any("SSL Error on" in text and "certificate verify failed" in text for text in texts)

    run_async(main)


def test_the_authority_is_checked_by_default(run_async: Run) -> None:
    async def main() -> None:
        client, server = await socket_pair()
        client_future = client.start_tls(False, server_hostname="localhost")
        server_future = server.start_tls(True, {"certfile": CERTIFICATE, "keyfile": KEY})
        with pytest.raises(ssl.SSLCertVerificationError):
            await client_future
        with pytest.raises(OSError, match=r".") as caught:
            await server_future
        assert isinstance(caught.value, ssl.SSLError | StreamClosedError)

    run_async(main)


def test_without_a_name_to_check(run_async: Run) -> None:
    async def main() -> None:
        client, connected, _ = await connecting(client_context())
        with pytest.raises(ValueError, match="server_hostname"):
            await connected
        assert client.closed()

    run_async(main)


def test_a_refused_connection(run_async: Run) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = listener.getsockname()
        stream = SSLIOStream(socket.socket())
        with pytest.raises(ConnectionRefusedError):
            await stream.connect(address)
        other = SSLIOStream(socket.socket())
        with pytest.raises(TypeError):
            other.connect(("127.0.0.1", "80"))
        other.close()

    run_async(main)


def test_a_peer_that_does_not_speak_tls(run_async: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        client, server = await socket_pair()
        waiting = client.start_tls(False, client_context(), "localhost")
        await server.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        with pytest.raises(ssl.SSLError, match=r"(?i)wrong.version"):
            await waiting
        assert "SSL Error on" in caplog.text

    run_async(main)


def test_a_peer_that_leaves_during_the_handshake(
    run_async: Run, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        client, server = await socket_pair()
        waiting = client.start_tls(False, client_context(), "localhost")
        server.close()
        with pytest.raises(OSError, match=r".*"):
            await waiting
        assert caplog.text == ""

    run_async(main)


def test_a_connected_socket_must_be_wrapped(run_async: Run) -> None:
    async def main() -> None:
        first, second = tcp_sockets()
        with first, second, pytest.raises(TypeError, match="wrapped"):
            SSLIOStream(first)

    run_async(main)


def test_close_says_so_to_the_peer(run_async: Run) -> None:
    async def main() -> None:
        client, server = await tls_pair()
        # Strict about it: without the alert, recv() would raise SSLEOFError.
        server.socket.suppress_ragged_eofs = False
        waiting = server.read_until_close()
        await client.write(b"all")
        client.close()
        assert await waiting == b"all"
        assert server.error is None

    run_async(main)


def test_a_connection_that_is_cut_off_ends_like_any(run_async: Run) -> None:
    async def main() -> None:
        client, server = await tls_pair()
        server.socket.suppress_ragged_eofs = False
        waiting = server.read_bytes(1)
        IOStream(client.socket).socket.shutdown(socket.SHUT_RDWR)
        with pytest.raises(StreamClosedError):
            await waiting

    run_async(main)


def test_records_that_openssl_holds_are_read(run_async: Run) -> None:
    async def main() -> None:
        client, server = await tls_pair()
        await client.write(b"x" * 16_000)
        await client.write(b"y" * 16_000)
        for expected in (b"x" * 16_000, b"y" * 16_000):
            for start in range(0, 16_000, 4000):
                assert await server.read_bytes(4000) == expected[start : start + 4000]

    run_async(main)


class Reluctant:
    """A TLS socket that does not go the way it is asked to before something else has happened.

    OpenSSL may have to send for a read, or to receive for a write: a key update.
    """

    def __init__(self, tls: ssl.SSLSocket) -> None:
        self.tls = tls
        self.refusal: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tls, name)

    def recv_into(self, buf: memoryview) -> int:
        if isinstance(self.refusal, ssl.SSLWantWriteError):
            raise self.refusal
        return self.tls.recv_into(buf)

    def send(self, data: memoryview) -> int:
        if isinstance(self.refusal, ssl.SSLWantReadError):
            raise self.refusal
        return self.tls.send(data)


def test_a_read_may_have_to_send(run_async: Run) -> None:
    async def main() -> None:
        client, server = await tls_pair()
        client.socket = reluctant = Reluctant(client.socket)
        reluctant.refusal = ssl.SSLWantWriteError()
        await server.write(b"abc")
        waiting = client.read_bytes(3)
        assert not waiting.done()
        # The socket can be written to all the time, so the stream tries again soon.
        reluctant.refusal = None
        assert await waiting == b"abc"

    run_async(main)


def test_a_write_may_have_to_receive(run_async: Run) -> None:
    async def main() -> None:
        client, server = await tls_pair()
        client.socket = reluctant = Reluctant(client.socket)
        reluctant.refusal = ssl.SSLWantReadError()
        sent = client.write(b"abc")
        await turns()
        assert not sent.done()
        assert client.writing()
        reluctant.refusal = None
        await server.write(b"x")
        await sent
        assert await server.read_bytes(3) == b"abc"

    run_async(main)
