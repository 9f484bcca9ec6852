"""The file descriptor's driver, and what a subclass may count on."""

import asyncio
import logging
import os
import socket
from typing import Any

import pytest

from fujita.ioloop import IOLoop
from fujita.iostream import BaseIOStream, IOStream, StreamClosedError
from tests.iostream.streams import Run, closed, remember, socket_pair, turns


class Upper(BaseIOStream):
    """A stream of a program's own: what it receives is in capitals."""

    def __init__(self, sock: socket.socket, **limits: int) -> None:
        self.sock = sock
        sock.setblocking(False)
        self.calls: list[str] = []
        super().__init__(**limits)

    def fileno(self) -> socket.socket:
        return self.sock

    def close_fd(self) -> None:
        self.calls.append("close_fd")
        self.sock.close()

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        try:
            data = self.sock.recv(len(buf))
        except BlockingIOError:
            return None
        buf[: len(data)] = data.upper()
        return len(data)

    def write_to_fd(self, data: memoryview) -> int:
        # Slow, and with an exception where nothing can be sent, which is allowed.
        return self.sock.send(data[:1000])

    def get_fd_error(self) -> Exception | None:
        self.calls.append("get_fd_error")
        return OSError("told by the file")


def upper_pair() -> tuple[Upper, Upper]:
    first, second = socket.socketpair()
    pair = Upper(first), Upper(second)
    remember(*pair)
    return pair


def test_a_stream_of_ones_own(run_async: Run) -> None:
    async def main() -> None:
        reader, writer = upper_pair()
        waiting = reader.read_until(b"WORLD")
        await writer.write(b"hello world")
        assert await waiting == b"HELLO WORLD"
        sent = writer.write(b"x" * 500_000)
        assert await reader.read_bytes(500_000) == b"X" * 500_000
        await sent
        writer.close()
        assert writer.calls == ["close_fd"]
        assert await reader.read_until_close() == b""

    run_async(main)


def test_limits() -> None:
    async def main() -> None:
        first, second = socket.socketpair()
        stream = Upper(first)
        assert stream.max_buffer_size == 104857600
        assert stream.read_chunk_size == 65536
        assert stream.max_write_buffer_size is None
        assert stream.io_loop is IOLoop.current()
        limited = Upper(second, max_buffer_size=10_000, max_write_buffer_size=5)
        assert limited.max_buffer_size == 10_000
        assert limited.read_chunk_size == 5_000
        assert limited.max_write_buffer_size == 5
        stream.close()
        limited.close()

    asyncio.run(main())


def test_what_a_subclass_must_have() -> None:
    async def main() -> None:
        stream = BaseIOStream()
        view = memoryview(bytearray(1))
        for call in (
            stream.fileno,
            stream.close_fd,
            stream._establish,
            lambda: stream.read_from_fd(view),
            lambda: stream.write_to_fd(view),
        ):
            with pytest.raises(NotImplementedError):
                call()
        assert stream.get_fd_error() is None
        stream.set_nodelay(True)

    asyncio.run(main())


def test_an_error_event_closes_with_the_files_error(run_async: Run) -> None:
    async def main() -> None:
        reader, _ = upper_pair()
        waiting = reader.read_bytes(1)
        reader._handle_events(None, IOLoop.ERROR)
        with pytest.raises(StreamClosedError) as caught:
            await waiting
        assert str(caught.value.real_error) == "told by the file"
        # An event that was under way.
        reader._handle_events(None, IOLoop.READ)

    run_async(main)


def test_an_unforeseen_exception_closes(run_async: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        reader, writer = await socket_pair()
        sent = writer.write(b"x" * 20_000_000)

        def fail(data: memoryview) -> int:
            raise ZeroDivisionError

        writer.write_to_fd = fail
        reading = reader.read_bytes(10_000_000)
        with pytest.raises(StreamClosedError) as caught:
            await sent
        assert isinstance(caught.value.real_error, ZeroDivisionError)
        assert ("tornado.general", logging.ERROR) in [r[:2] for r in caplog.record_tuples]
        reader.close()
        with pytest.raises(StreamClosedError):
            await reading

    run_async(main)


def test_a_source_that_never_dries_up_lets_others_run(run_async: Run) -> None:
    async def main() -> None:
        class Endless(IOStream):
            def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
                return len(buf)

        first, second = socket.socketpair()
        stream = Endless(first)
        waiting: Any = stream.read_bytes(10_000_000)
        assert not waiting.done()
        rounds = 0
        while not waiting.done():
            rounds += 1
            await asyncio.sleep(0)
        assert rounds >= 5
        stream.close()
        second.close()

    run_async(main)


def test_a_reader_that_comes_back_in_time_changes_nothing_the_loop_watches(
    run_async: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        reader, writer = await socket_pair()
        changes: list[int] = []
        watch = reader._watch

        def note(events: int) -> None:
            changes.append(events)
            watch(events)

        monkeypatch.setattr(reader, "_watch", note)
        for _ in range(20):
            waiting = reader.read_bytes(3)
            await writer.write(b"abc")
            await waiting
        assert changes == [IOLoop.READ]
        # Nobody comes back: the sender has to wait.
        writer.write(b"x" * 20_000_000)
        await asyncio.sleep(0.05)
        assert changes == [IOLoop.READ, IOLoop.NONE]
        assert writer.writing()

    run_async(main)


def test_an_idle_stream_that_has_waited_before_notices_the_close(run_async: Run) -> None:
    async def main() -> None:
        reader, writer = await socket_pair()
        waiting = reader.read_bytes(1)
        writer.write(b"a")
        await waiting
        writer.close()
        while not reader.closed():
            await asyncio.sleep(0)

    run_async(main)


def test_a_descriptor_closed_behind_the_streams_back(run_async: Run) -> None:
    async def main() -> None:
        reader, writer = await socket_pair()
        reader.set_close_callback(lambda: None)
        number = reader.socket.fileno()
        assert number in reader.io_loop.handlers
        reader.socket.close()
        reader.close()
        assert number not in reader.io_loop.handlers
        await closed(writer)

    run_async(main)


def test_streams_can_be_made_and_used_before_the_loop_runs() -> None:
    io_loop = IOLoop()
    try:
        first, second = socket.socketpair()
        reader, writer = IOStream(first), IOStream(second)
        waiting = reader.read_bytes(5)
        writer.write(b"hello")

        async def main() -> bytes:
            return await waiting

        assert io_loop.run_sync(main) == b"hello"
        reader.close()
        writer.close()
    finally:
        io_loop.close()


def test_no_descriptor_is_left_open(run_async: Run) -> None:
    async def main() -> None:
        before = set(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else set()
        for _ in range(5):
            reader, writer = await socket_pair()
            waiting = reader.read_bytes(1)
            writer.close()
            with pytest.raises(StreamClosedError):
                await waiting
        await turns()
        after = set(os.listdir("/proc/self/fd")) if before else set()
        assert len(after) <= len(before)

    run_async(main)
