import errno
import socket
from unittest import mock

import pytest

from fujita.iostream import IOStream, StreamClosedError, socket_stream
from tests.iostream.streams import (
    Run,
    client_context,
    closed,
    server_context,
    socket_pair,
    tcp_sockets,
    turns,
)


def refusing_address() -> tuple[str, int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address: tuple[str, int] = listener.getsockname()
    return address


def test_connect(run_async: Run) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            stream = IOStream(socket.socket())
            order: list[str] = []
            connected = stream.connect(listener.getsockname())
            connected.add_done_callback(lambda _: order.append("connected"))
            assert not connected.done()
            # Sent, and received, as soon as the connection stands.
            sent = stream.write(b"early")
            nothing_sent = stream.write(b"")
            sent.add_done_callback(lambda _: order.append("sent"))
            received = stream.read_bytes(2)
            assert await connected is stream
            accepted, _ = listener.accept()
            with accepted:
                await sent
                await nothing_sent
                await turns()
                assert order == ["connected", "sent"]
                assert accepted.recv(5) == b"early"
                accepted.send(b"ok")
                assert await received == b"ok"
            await closed(stream)
            assert stream.socket is None

    run_async(main)


def test_a_refused_connection(run_async: Run) -> None:
    async def main() -> None:
        stream = IOStream(socket.socket())
        connected = stream.connect(refusing_address())
        sent, received = stream.write(b"x"), stream.read_bytes(1)
        for waiting in (connected, sent, received):
            with pytest.raises(StreamClosedError) as caught:
                await waiting
            assert isinstance(caught.value.real_error, ConnectionRefusedError)
        assert isinstance(stream.error, ConnectionRefusedError)

    run_async(main)


def test_a_name_that_does_not_resolve(run_async: Run) -> None:
    async def main() -> None:
        stream = IOStream(socket.socket())
        error = socket.gaierror(errno.EIO, "boom")
        with (
            mock.patch("socket.socket.connect", side_effect=error),
            pytest.raises(StreamClosedError),
        ):
            await stream.connect(("localhost", 80))
        assert stream.error is error

    run_async(main)


def test_an_address_of_the_wrong_type(run_async: Run) -> None:
    async def main() -> None:
        stream = IOStream(socket.socket())
        with pytest.raises(TypeError):
            stream.connect(("127.0.0.1", "80"))
        # Nothing has happened.
        with socket.create_server(("127.0.0.1", 0)) as listener:
            assert await stream.connect(listener.getsockname()) is stream
        stream.close()

    run_async(main)


def test_a_close_while_connecting(run_async: Run) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            stream = IOStream(socket.socket())
            connected = stream.connect(listener.getsockname())
            data = bytearray(10_000)
            sent = stream.write(data)  # type: ignore[arg-type]
            stream.close()
            for waiting in (connected, sent):
                with pytest.raises(StreamClosedError):
                    await waiting
            data.clear()

    run_async(main)


def test_a_socket_that_is_not_connected(run_async: Run) -> None:
    async def main() -> None:
        stream = IOStream(socket.socket())
        with pytest.raises(OSError, match="not connected"):
            stream.read_bytes(1)
        assert stream.closed()

    run_async(main)


def test_set_nodelay(run_async: Run) -> None:
    async def main() -> None:
        stream, other = await socket_pair()
        for value in (True, False):
            stream.set_nodelay(value)
            got = stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert bool(got) is value
        stream.close()
        stream.set_nodelay(True)
        other.close()
        first, second = socket.socketpair()
        unix = IOStream(first)
        unix.set_nodelay(True)
        unix.close()
        second.close()

    run_async(main)


def test_fileno_is_the_socket(run_async: Run) -> None:
    async def main() -> None:
        first, second = tcp_sockets()
        stream = IOStream(first)
        assert stream.fileno() is first
        assert first.gettimeout() == 0
        assert stream.get_fd_error() is None
        stream.close()
        second.close()

    run_async(main)


def test_start_tls_after_plain_text(run_async: Run) -> None:
    async def main() -> None:
        client, server = await socket_pair(max_buffer_size=20_000, read_chunk_size=777)
        closes: list[str] = []
        client.set_close_callback(lambda: closes.append("client"))
        await server.write(b"220 ready\r\n")
        assert await client.read_until(b"\r\n") == b"220 ready\r\n"
        await client.write(b"STARTTLS\r\n")
        assert await server.read_until(b"\r\n") == b"STARTTLS\r\n"
        client_future = client.start_tls(False, client_context(), "localhost")
        server_future = server.start_tls(True, server_context())
        tls_client, tls_server = await client_future, await server_future
        assert (tls_client.max_buffer_size, tls_client.read_chunk_size) == (20_000, 777)
        await tls_client.write(b"secret")
        assert await tls_server.read_bytes(6) == b"secret"
        # The plain stream has no hold on the connection any more.
        client.close()
        with pytest.raises(StreamClosedError):
            client.write(b"x")
        await tls_server.write(b"answer")
        assert await tls_client.read_bytes(6) == b"answer"
        assert closes == []
        tls_server.close()
        with pytest.raises(StreamClosedError):
            await tls_client.read_bytes(1)
        await server.io_loop.asyncio_loop.run_in_executor(None, lambda: None)
        assert closes == ["client"]

    run_async(main)


def test_start_tls_needs_an_idle_stream(run_async: Run) -> None:
    async def main() -> None:
        reading, _ = await socket_pair()
        reading.read_bytes(1)
        writing, _ = await socket_pair()
        writing.write(b"x" * 20_000_000)
        holding, sender = await socket_pair()
        await sender.write(b"ab")
        await holding.read_bytes(1)
        gone, _ = await socket_pair()
        gone.close()
        connecting = IOStream(socket.socket())
        with socket.create_server(("127.0.0.1", 0)) as listener:
            connecting.connect(listener.getsockname())
            for stream in (reading, writing, holding, gone, connecting):
                with pytest.raises(ValueError, match="not idle"):
                    stream.start_tls(False)
        connecting.close()

    run_async(main)


def test_start_tls_without_a_name_leaves_the_stream_as_it_was(run_async: Run) -> None:
    async def main() -> None:
        client, server = await socket_pair()
        with pytest.raises(ValueError, match="server_hostname"):
            client.start_tls(False)
        await client.write(b"still plain")
        assert await server.read_bytes(11) == b"still plain"

    run_async(main)


def test_start_tls_that_loses_the_socket(run_async: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(sock: socket.socket, *args: object, **kwargs: object) -> None:
        # As ssl does when the peer has gone meanwhile.
        sock.close()
        raise OSError(errno.ENOTCONN, "gone")

    monkeypatch.setattr(socket_stream, "ssl_wrap_socket", fail)

    async def main() -> None:
        client, server = await socket_pair()
        with pytest.raises(OSError, match="gone"):
            client.start_tls(False, client_context(), "localhost")
        assert client.closed()
        await closed(server)

    run_async(main)


def test_cancelling_start_tls_closes_the_connection(run_async: Run) -> None:
    async def main() -> None:
        client, server = await socket_pair()
        client.start_tls(False, client_context(), "localhost").cancel()
        await server.read_until_close()

    run_async(main)
