"""What is special about the stream over a transport; the rest it shares with all the others."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from fujita.iostream import (
    IOStream,
    StreamBufferFullError,
    StreamClosedError,
    transport,
)
from fujita.iostream.stream_protocol import StreamProtocol
from fujita.iostream.transport import TransportIOStream
from tests.iostream.streams import (
    Run,
    client_context,
    closed,
    server_context,
    tcp_sockets,
    tls_transport_pair,
    transport_pair,
    transport_stream,
    turns,
)


class StubTransport(asyncio.Transport):
    """A transport that only notes what is asked of it."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(extra)
        self.calls: list[str] = []
        self.sent = bytearray()
        self.buffered = 0
        self.reads = True
        self.closing = False
        # Called after each write; may pause the stream, as a full transport does.
        self.after_write: Callable[[], None] = lambda: None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += data
        self.after_write()

    def get_write_buffer_size(self) -> int:
        return self.buffered

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return 16, 64

    def is_reading(self) -> bool:
        return self.reads

    def pause_reading(self) -> None:
        self.calls.append("pause")
        self.reads = False

    def resume_reading(self) -> None:
        self.calls.append("resume")
        self.reads = True

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.calls.append("close")
        self.closing = True

    def abort(self) -> None:
        self.calls.append("abort")


def stub(**arguments: Any) -> tuple[TransportIOStream, StubTransport]:
    made = StubTransport(socket="the socket")
    return TransportIOStream(made, **arguments), made


def test_what_the_protocol_has_not_used_comes_first(run_async: Run) -> None:
    async def main() -> None:
        stream, _ = stub(initial_data=b"left")
        assert await stream.read_bytes(4) == b"left"
        stream.feed_data(b"over")
        assert await stream.read_bytes(4) == b"over"

    run_async(main)


def test_it_pauses_while_nobody_reads(run_async: Run) -> None:
    async def main() -> None:
        stream, below = stub(read_chunk_size=10)
        stream.feed_data(b"x" * 9)
        assert below.calls == []
        stream.feed_data(b"y" * 9)
        assert below.calls == ["pause"]
        # Asyncio may have some more on its way.
        stream.feed_data(b"z" * 9)
        assert below.calls == ["pause"]
        assert await stream.read_bytes(15) == b"x" * 9 + b"y" * 6
        assert below.calls == ["pause"]
        assert await stream.read_bytes(12) == b"y" * 3 + b"z" * 9
        assert below.calls == ["pause", "resume"]

    run_async(main)


def test_a_read_that_waits_resumes(run_async: Run) -> None:
    async def main() -> None:
        stream, below = stub(initial_data=b"x" * 20, read_chunk_size=10)
        assert below.calls == ["pause"]
        waiting: Any = stream.read_bytes(30)
        assert below.calls == ["pause", "resume"]
        stream.feed_data(b"y" * 25)
        assert len(await waiting) == 30
        assert below.calls == ["pause", "resume", "pause"]

    run_async(main)


def test_a_pause_of_the_owners_lasts_until_somebody_reads(run_async: Run) -> None:
    async def main() -> None:
        below = StubTransport()
        below.reads = False
        stream = TransportIOStream(below)
        stream.set_close_callback(lambda: None)
        stream.write(b"x")
        assert below.calls == []
        stream.read_bytes(1)
        assert below.calls == ["resume"]

    run_async(main)


def test_a_delivery_larger_than_the_buffer(
    run_async: Run, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        stream, _ = stub(max_buffer_size=10)
        # Nobody waits: the next reads will do with it.
        stream.feed_data(b"line 1\nline 2\nline 3")
        assert await stream.read_until(b"\n") == b"line 1\n"
        assert await stream.read_until(b"\n") == b"line 2\n"
        waiting: Any = stream.read_until(b"\n")
        stream.feed_data(b"that is too long")
        with pytest.raises(StreamClosedError) as caught:
            await waiting
        assert isinstance(caught.value.real_error, StreamBufferFullError)
        # What comes late goes nowhere.
        stream.feed_data(b"late")
        stream.feed_eof()
        assert "Reached maximum read buffer size" in caplog.text

    run_async(main)


def test_a_cancelled_read_leaves_what_arrives_next(run_async: Run) -> None:
    async def main() -> None:
        stream, _ = stub()
        stream.read_until_close().cancel()  # type: ignore[attr-defined]
        stream.feed_data(b"abc")
        assert not stream.reading()
        assert await stream.read_bytes(3) == b"abc"

    run_async(main)


def test_the_end_waits_for_the_reader(run_async: Run) -> None:
    async def main() -> None:
        stream, below = stub()
        stream.feed_data(b"last words")
        stream.feed_eof()
        assert not stream.closed()
        assert await stream.read_bytes(4) == b"last"
        assert not stream.closed()
        assert await stream.read_until_close() == b" words"
        assert stream.closed()
        assert below.calls == ["close"]

    run_async(main)


@pytest.mark.parametrize("data", [b"", b"abc"])
def test_the_end_fails_a_read_that_it_does_not_satisfy(run_async: Run, data: bytes) -> None:
    async def main() -> None:
        stream, _ = stub()
        waiting: Any = stream.read_bytes(5)
        if data:
            stream.feed_data(data)
        stream.feed_eof()
        with pytest.raises(StreamClosedError):
            await waiting
        late, _ = stub(initial_data=b"abc")
        late.feed_eof()
        with pytest.raises(StreamClosedError):
            await late.read_bytes(5)

    run_async(main)


def test_the_end_of_an_empty_stream_closes_it(run_async: Run) -> None:
    async def main() -> None:
        stream, _ = stub()
        stream.feed_eof()
        assert stream.closed()
        with pytest.raises(StreamClosedError):
            stream.write(b"x")

    run_async(main)


@pytest.mark.parametrize("error", [None, ConnectionResetError(104, "reset"), OSError(5, "io")])
def test_connection_lost(run_async: Run, error: Exception | None) -> None:
    async def main() -> None:
        stream, _ = stub()
        event = asyncio.Event()
        stream.set_close_callback(event.set)
        waiting: Any = stream.read_bytes(5)
        stream.feed_data(b"abc")
        stream.connection_lost(error)
        with pytest.raises(StreamClosedError) as caught:
            await waiting
        assert caught.value.real_error is error
        await event.wait()
        assert await stream.read_until_close() == b"abc"

    run_async(main)


def test_a_write_is_done_when_the_transport_can_take_more(run_async: Run) -> None:
    async def main() -> None:
        stream, below = stub()
        assert stream.write(b"first").done()
        below.after_write = stream.pause_writing
        second, third = stream.write(b" second"), stream.write(b" third")
        nothing = stream.write(b"")
        assert below.sent == b"first second"
        assert stream.writing()
        below.after_write = lambda: None
        assert not any(future.done() for future in (second, third, nothing))
        stream.resume_writing()
        assert second.done()
        assert third.done()
        assert nothing.done()
        assert below.sent == b"first second third"
        assert not stream.writing()

    run_async(main)


def test_a_large_write_stops_where_the_transport_is_full(run_async: Run) -> None:
    async def main() -> None:
        stream, below = stub()
        below.after_write = stream.pause_writing
        data = bytearray(b"x" * 1_000_000)
        sent = stream.write(data)  # type: ignore[arg-type]
        assert 0 < len(below.sent) < 500_000
        while not sent.done():
            stream.resume_writing()
            if len(below.sent) == len(data):
                below.after_write = lambda: None
        assert below.sent == data
        data.clear()

    run_async(main)


def test_an_owner_that_is_paused_already(run_async: Run) -> None:
    async def main() -> None:
        below = StubTransport()
        below.buffered = 65
        stream = TransportIOStream(below)
        sent = stream.write(b"x")
        assert not sent.done()
        assert below.sent == b""
        stream.resume_writing()
        assert sent.done()
        assert below.sent == b"x"

    run_async(main)


def test_the_limit_counts_what_the_transport_holds(run_async: Run) -> None:
    async def main() -> None:
        stream, below = stub(max_write_buffer_size=10)
        below.buffered = 8
        with pytest.raises(StreamBufferFullError):
            stream.write(b"abc")
        stream.write(b"ab")
        assert below.sent == b"ab"

    run_async(main)


def test_a_transport_that_its_owner_closes(run_async: Run) -> None:
    async def main() -> None:
        stream, below = stub(initial_data=b"abc")
        below.close()
        assert await stream.read_bytes(3) == b"abc"
        with pytest.raises(StreamClosedError):
            stream.write(b"x")
        assert stream.closed()

    run_async(main)


def test_close_gives_the_peer_time_to_take_the_rest(
    run_async: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LINGER", 0.01)

    async def main() -> None:
        idle, below = stub()
        idle.close()
        slow, slow_below = stub()
        slow_below.buffered = 1
        slow.close()
        quick, quick_below = stub()
        quick_below.buffered = 1
        quick.close()
        quick.connection_lost(None)
        await asyncio.sleep(0.05)
        assert below.calls == ["close"]
        assert slow_below.calls == ["close", "abort"]
        assert quick_below.calls == ["close"]

    run_async(main)


def test_what_was_written_before_the_close_arrives(run_async: Run) -> None:
    async def main() -> None:
        first, second = tcp_sockets()
        stream, reader = await transport_stream(first), IOStream(second)
        await stream.write(b"x" * 100_000)
        stream.write(b"end")
        stream.close()
        assert (await reader.read_until_close()).endswith(b"xend")

    run_async(main)


def test_the_socket(run_async: Run) -> None:
    async def main() -> None:
        stream, other = await transport_pair()
        assert stream.socket.getsockname() == other.socket.getpeername()
        assert stream.fileno() is stream.socket
        assert stream.socket.fileno() > 0
        for value in (True, False):
            stream.set_nodelay(value)
            got = stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert bool(got) is value
        stream.close()
        assert stream.socket is None
        stream.set_nodelay(True)
        with pytest.raises(RuntimeError, match="connected already"):
            other.connect(("127.0.0.1", 1))

    run_async(main)


def test_the_socket_of_a_tls_transport(run_async: Run) -> None:
    async def main() -> None:
        client, server = await tls_transport_pair()
        certificate = client.socket.getpeercert()
        assert dict(part[0] for part in certificate["subject"])["commonName"] == "localhost"
        assert client.socket.getpeercert(binary_form=True)
        assert server.socket.getpeercert() is None
        assert client.socket.cipher() is not None
        assert client.socket.version().startswith("TLS")
        assert client.socket.getpeername() == server.socket.getsockname()
        assert client.socket.fileno() > 0
        assert "TLS" in repr(client.socket)
        # What asks is answered, what acts is not the stream's to offer.
        with pytest.raises(AttributeError):
            _ = client.socket.do_handshake

    run_async(main)


def test_start_tls_keeps_limits_and_callback(run_async: Run) -> None:
    async def main() -> None:
        client, server = await transport_pair(max_buffer_size=50_000, read_chunk_size=1000)
        event = asyncio.Event()
        client.set_close_callback(event.set)
        upgrades = (
            client.start_tls(False, client_context(), "localhost"),
            server.start_tls(True, server_context()),
        )
        tls_client, tls_server = await asyncio.gather(*upgrades)
        assert (tls_client.max_buffer_size, tls_client.read_chunk_size) == (50_000, 1000)
        client.close()
        await tls_client.write(b"secret")
        assert await tls_server.read_bytes(6) == b"secret"
        tls_server.close()
        await event.wait()
        assert tls_client.closed()

    run_async(main)


def test_start_tls_with_a_stream_over_a_socket(run_async: Run) -> None:
    async def main() -> None:
        first, second = tcp_sockets()
        plain, other = IOStream(first), await transport_stream(second)
        client = plain.start_tls(False, client_context(), "localhost")
        server = await other.start_tls(True, server_context())
        tls = await client
        # The first data may come together with the end of the handshake.
        await tls.write(b"a" * 100_000)
        assert await server.read_bytes(100_000) == b"a" * 100_000
        await server.write(b"b" * 100_000)
        assert await tls.read_bytes(100_000) == b"b" * 100_000
        tls.close()
        assert await server.read_until_close() == b""
        server.close()

    run_async(main)


def test_start_tls_that_fails(run_async: Run) -> None:
    async def main() -> None:
        client, server = await transport_pair()
        client.read_bytes(1)
        with pytest.raises(ValueError, match="not idle"):
            client.start_tls(False)
        with pytest.raises(ValueError, match="server_hostname"):
            server.start_tls(False)
        assert not server.closed()

        event = asyncio.Event()
        stranger, upgraded = await transport_pair()
        upgraded.set_close_callback(event.set)
        upgrade = upgraded.start_tls(True, server_context())
        await stranger.write(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await upgrade
        await event.wait()
        await closed(stranger)

    run_async(main)


def test_cancelling_start_tls_closes_the_connection(run_async: Run) -> None:
    async def main() -> None:
        first, second = tcp_sockets()
        silent, stream = IOStream(first), await transport_stream(second)
        upgrade = stream.start_tls(True, server_context())
        await turns()
        upgrade.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upgrade
        # It answers nothing, and is gone.
        assert await silent.read_until_close() == b""

    run_async(main)


def test_the_protocol_keeps_what_comes_before_the_transport(run_async: Run) -> None:
    """As loop.start_tls() does with what follows the handshake at once."""

    async def main() -> None:
        protocol = StreamProtocol()
        protocol.data_received(b"ear")
        protocol.data_received(b"ly")
        assert not protocol.eof_received()
        protocol.connection_made(StubTransport())
        assert protocol.stream is not None
        assert await protocol.stream.read_until_close() == b"early"

        gone = StreamProtocol()
        gone.connection_lost(None)
        below = StubTransport()
        below.close()
        gone.connection_made(below)
        assert gone.stream is not None
        assert gone.stream.closed()

    run_async(main)
