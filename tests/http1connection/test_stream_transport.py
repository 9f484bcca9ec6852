"""A transport in front of a stream."""

import asyncio

import pytest

from fujita.http1connection.stream_transport import StreamTransport
from tests.http1connection.streams import stream_pair
from tests.loop_kinds import run


class Recorder(asyncio.Protocol):
    def __init__(self) -> None:
        self.events: list[object] = []
        self.changed = asyncio.Event()
        self.transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def note(self, event: object) -> None:
        self.events.append(event)
        self.changed.set()

    def data_received(self, data: bytes) -> None:
        self.note(data)

    def eof_received(self) -> None:
        self.note("eof")

    def connection_lost(self, exc: Exception | None) -> None:
        self.note(exc)

    def pause_writing(self) -> None:
        self.note("pause")

    def resume_writing(self) -> None:
        self.note("resume")

    async def next_event(self) -> object:
        async with asyncio.timeout(5):
            while not self.events:
                self.changed.clear()
                await self.changed.wait()
        return self.events.pop(0)


def test_both_directions_and_the_end(kind: str) -> None:
    async def main() -> None:
        with stream_pair() as (stream, peer):
            protocol = Recorder()
            transport = StreamTransport(stream, protocol)
            assert protocol.transport is transport
            assert transport.get_extra_info("socket") is stream.socket
            assert transport.get_extra_info("peername", 5) == 5
            transport.write(b"sum")
            assert await peer.read_bytes(3) == b"sum"
            await peer.write(b"mit")
            assert await protocol.next_event() == b"mit"
            peer.close()
            assert await protocol.next_event() == "eof"
            assert await protocol.next_event() is None
            assert transport.is_closing()
            transport.write(b"dropped")

    run(kind, main)


def test_reading_can_be_held_back(kind: str) -> None:
    async def main() -> None:
        with stream_pair() as (stream, peer):
            protocol = Recorder()
            transport = StreamTransport(stream, protocol)
            transport.pause_reading()
            assert not transport.is_reading()
            for part in (b"sum", b"mit"):
                await peer.write(part)
                for _ in range(5):
                    await asyncio.sleep(0)
            assert not protocol.events
            transport.resume_reading()
            assert transport.is_reading()
            received = b""
            while received != b"summit":
                event = await protocol.next_event()
                assert isinstance(event, bytes)
                received += event
            transport.pause_reading()
            await peer.write(b"never taken")
            for _ in range(5):
                await asyncio.sleep(0)
            transport.abort()
            assert await protocol.next_event() is None

    run(kind, main)


def test_writing_pushes_back(kind: str) -> None:
    async def main() -> None:
        with stream_pair() as (stream, peer):
            protocol = Recorder()
            transport = StreamTransport(stream, protocol)
            transport.write(bytes(10_000_000))
            assert await protocol.next_event() == "pause"
            await peer.read_bytes(10_000_000)
            assert await protocol.next_event() == "resume"
            transport.close()
            assert await protocol.next_event() is None

    run(kind, main)


def test_an_error_is_told(kind: str) -> None:
    async def main() -> None:
        with stream_pair() as (stream, _):
            protocol = Recorder()
            StreamTransport(stream, protocol)
            stream.close(exc_info=ConnectionResetError("gone"))
            event = await protocol.next_event()
            assert isinstance(event, ConnectionResetError)

    run(kind, main)


def test_a_protocol_that_fails_ends_the_connection(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Recorder):
        def data_received(self, data: bytes) -> None:
            raise ZeroDivisionError

    async def main() -> None:
        with stream_pair() as (stream, peer):
            protocol = Broken()
            StreamTransport(stream, protocol)
            await peer.write(b"x")
            assert isinstance(await protocol.next_event(), ZeroDivisionError)
            assert stream.closed()

    run(kind, main)
    assert "Uncaught exception" in caplog.text
