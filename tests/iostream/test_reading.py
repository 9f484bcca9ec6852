"""Reading, the same from every kind of source."""

import asyncio
import hashlib
import logging
import random
from collections.abc import Callable
from typing import Any

import pytest

from fujita.iostream import (
    IOStream,
    StreamBufferFullError,
    StreamClosedError,
    UnsatisfiableReadError,
)
from tests.iostream.streams import MakePair, Run, closed, socket_pair, turns


def close(*streams: Any) -> None:
    for stream in streams:
        stream.close()


def test_read_bytes(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        waiting = reader.read_bytes(5)
        assert reader.reading()
        await writer.write(b"hel")
        await writer.write(b"lo world")
        assert await waiting == b"hello"
        assert not reader.reading()
        assert await reader.read_bytes(0) == b""
        assert await reader.read_bytes(6) == b" world"
        close(reader, writer)

    run_async(main)


def test_read_bytes_partially(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        waiting = reader.read_bytes(50, partial=True)
        writer.write(b"hello")
        assert await waiting == b"hello"
        writer.write(b"world")
        assert await reader.read_bytes(3, partial=True) == b"wor"
        assert await reader.read_bytes(50, partial=True) == b"ld"
        assert await reader.read_bytes(0, partial=True) == b""
        close(reader, writer)

    run_async(main)


def test_read_into(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        memory = bytearray(10)
        waiting = reader.read_into(memory)
        await writer.write(b"hello")
        await turns()
        assert reader.reading()
        await writer.write(b"world!!")
        assert await waiting == 10
        assert memory == b"helloworld"
        waiting = reader.read_into(memory, partial=True)
        assert await waiting == 2
        assert memory == b"!!lloworld"
        assert await reader.read_into(bytearray()) == 0
        # It can be resized again.
        memory.clear()
        close(reader, writer)

    run_async(main)


def test_read_into_memory_of_larger_items(run_async: Run) -> None:
    async def main() -> None:
        reader, writer = await socket_pair()
        target = memoryview(bytearray(16)).cast("L")
        writer.write(bytes(range(16)))
        assert await reader.read_into(target) == 16
        assert target.tobytes() == bytes(range(16))
        close(reader, writer)

    run_async(main)


def test_read_into_is_not_bound_by_the_buffer(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair(max_buffer_size=300_000)
        data = random.Random(1).randbytes(1_000_000)
        memory = bytearray(len(data))
        sent = writer.write(data)
        assert await reader.read_into(memory) == len(data)
        await sent
        assert memory == data
        close(reader, writer)

    run_async(main)


def test_read_until(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        waiting = reader.read_until(b"\r\n")
        for piece in (b"one\r", b"\ntwo\r\nthree\r", b"\n"):
            await writer.write(piece)
            await turns()
        assert await waiting == b"one\r\n"
        assert await reader.read_until(b"\r\n") == b"two\r\n"
        assert await reader.read_until(bytearray(b"\r\n")) == b"three\r\n"
        close(reader, writer)

    run_async(main)


def test_read_until_regex(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        waiting = reader.read_until_regex(rb"\d+;")
        for piece in (b"one 1", b"23;two 2;3;", b"4;"):
            await writer.write(piece)
            await turns()
        assert await waiting == b"one 123;"
        assert await reader.read_until_regex(rb"\d;") == b"two 2;"
        assert await reader.read_until_regex(rb"^3;4;") == b"3;4;"
        close(reader, writer)

    run_async(main)


def test_read_until_close(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        waiting = reader.read_until_close()
        await writer.write(b"all of " * 20_000)
        await writer.write(b"it")
        writer.close()
        assert await waiting == b"all of " * 20_000 + b"it"
        await closed(reader)
        assert await reader.read_until_close() == b""
        with pytest.raises(StreamClosedError):
            reader.read_bytes(1)

    run_async(main)


def test_what_arrived_before_the_close_can_be_read(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        await writer.write(b"1234567")
        assert await reader.read_bytes(1) == b"1"
        writer.close()
        assert await reader.read_bytes(2) == b"23"
        assert await reader.read_until(b"5") == b"45"
        with pytest.raises(StreamClosedError):
            await reader.read_bytes(5)
        # A read that fails takes nothing.
        assert await reader.read_until_close() == b"67"
        assert await reader.read_bytes(0) == b""
        assert reader.closed()
        assert reader.error is None

    run_async(main)


def test_a_close_fails_the_read_that_waits(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        for from_here in (True, False):
            reader, writer = await make_pair()
            memory = bytearray(10)
            waiting = reader.read_into(memory)
            await writer.write(b"abc")
            await turns(5)
            close(*((reader, writer) if from_here else (writer, reader)))
            with pytest.raises(StreamClosedError) as caught:
                await waiting
            assert caught.value.real_error is None
            memory.clear()

    run_async(main)


def test_one_read_at_a_time(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        waiting = reader.read_bytes(3)
        seconds: list[Callable[[], Any]] = [
            lambda: reader.read_bytes(1),
            lambda: reader.read_into(bytearray(1)),
            lambda: reader.read_until(b"x"),
            lambda: reader.read_until_regex(b"x"),
            lambda: reader.read_until_close(),
        ]
        for second in seconds:
            with pytest.raises(AssertionError, match="Already reading"):
                second()
        writer.write(b"abc")
        assert await waiting == b"abc"
        close(reader, writer)

    run_async(main)


def test_a_cancelled_read_takes_nothing(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        await writer.write(b"ab")
        memory = bytearray(5)
        starts: list[Callable[[], Any]] = [
            lambda: reader.read_bytes(5),
            lambda: reader.read_into(memory),
            lambda: reader.read_until(b"!"),
            lambda: reader.read_until_close(),
        ]
        for start in starts:
            waiting = start()
            await asyncio.sleep(0.01)
            waiting.cancel()
            assert not reader.reading()
        waiting = reader.read_into(memory)
        waiting.cancel()
        await turns()
        memory.clear()
        await writer.write(b"cd")
        await asyncio.sleep(0.01)
        assert await reader.read_bytes(4) == b"abcd"
        close(reader, writer)

    run_async(main)


@pytest.mark.parametrize("method", ["read_until", "read_until_regex"])
@pytest.mark.parametrize("early", [True, False])
def test_max_bytes(
    run_async: Run,
    make_pair: MakePair,
    caplog: pytest.LogCaptureFixture,
    method: str,
    early: bool,
) -> None:
    async def main() -> None:
        caplog.set_level(logging.INFO)
        reader, writer = await make_pair()
        read_until = getattr(reader, method)
        writer.write(b"abcdef")
        assert await read_until(b"def", max_bytes=6) == b"abcdef"
        # The delimiter is there, but behind the limit.
        if early:
            await writer.write(b".abcdef")
            assert await reader.read_bytes(1) == b"."
            waiting = read_until(b"def", max_bytes=5)
        else:
            waiting = read_until(b"def", max_bytes=5)
            writer.write(b"abcdef")
        with pytest.raises(StreamClosedError) as caught:
            await waiting
        assert isinstance(caught.value.real_error, UnsatisfiableReadError)
        assert reader.error is caught.value.real_error
        assert reader.closed()
        assert caplog.record_tuples[-1][:2] == ("tornado.general", logging.INFO)
        assert "Unsatisfiable read, closing connection" in caplog.text
        writer.close()

    run_async(main)


def test_a_read_that_needs_more_than_the_buffer_may_hold(
    run_async: Run, make_pair: MakePair, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        reader, writer = await make_pair(max_buffer_size=1024)
        waiting = reader.read_until_close()
        # Half of it fits into a TLS record, or a pipe, at once.
        writer.write(b"a" * 4096)
        with pytest.raises(StreamClosedError) as caught:
            await waiting
        assert isinstance(caught.value.real_error, StreamBufferFullError)
        assert reader.closed()
        assert "Reached maximum read buffer size" in caplog.text
        writer.close()

    run_async(main)


def test_exactly_as_much_as_the_buffer_may_hold(run_async: Run) -> None:
    async def main() -> None:
        reader, writer = await socket_pair(max_buffer_size=1024)
        waiting = reader.read_until_close()
        writer.write(b"a" * 1024)
        writer.close()
        assert await waiting == b"a" * 1024
        reader, writer = await socket_pair(max_buffer_size=1024, read_chunk_size=500)
        writer.write(b"b" * 2000)
        assert await reader.read_bytes(1024) == b"b" * 1024
        close(reader, writer)

    run_async(main)


def test_what_is_not_read_is_left_to_the_sender(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        total = 30_000_000
        reader, writer = await make_pair(max_buffer_size=1_000_000)
        sent = writer.write(b"a" * total)
        assert len(await reader.read_bytes(1000)) == 1000
        await asyncio.sleep(0.05)
        assert not sent.done()
        assert reader._incoming.size <= 600_000
        received = 1000
        while received < total:
            received += len(await reader.read_bytes(100_000, partial=True))
        await sent
        close(reader, writer)

    run_async(main)


def test_many_reads_of_all_kinds(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        chance = random.Random(7)
        data = chance.randbytes(300_000)

        async def produce() -> None:
            position = 0
            while position < len(data):
                size = chance.randint(1, 20_000)
                await writer.write(data[position : position + size])
                position += size
            writer.close()

        producer = asyncio.create_task(produce())
        digest, remaining = hashlib.sha256(), len(data)
        while remaining:
            size = min(remaining, chance.randint(1, 3000))
            kind = chance.randrange(3)
            if kind == 0:
                part = await reader.read_bytes(size)
            elif kind == 1:
                memory = bytearray(size)
                part = memory[: await reader.read_into(memory, partial=True)]
            else:
                part = await reader.read_bytes(size, partial=True)
            digest.update(part)
            remaining -= len(part)
        await producer
        assert digest.digest() == hashlib.sha256(data).digest()
        assert await reader.read_until_close() == b""

    run_async(main)


@pytest.mark.parametrize("number", ["5", 1.5, None, -1])
def test_a_number_of_bytes_is_a_number(run_async: Run, number: Any) -> None:
    async def main() -> None:
        reader, writer = await socket_pair()
        with pytest.raises(AssertionError, match="num_bytes must be an integer"):
            reader.read_bytes(number)
        assert not reader.reading()
        close(reader, writer)

    run_async(main)


def test_wrong_types(run_async: Run) -> None:
    async def main() -> None:
        reader, writer = await socket_pair()
        with pytest.raises(TypeError, match="writable buffer, not bytes"):
            reader.read_into(b"constant")
        with pytest.raises(TypeError):
            reader.read_until("text")
        with pytest.raises(TypeError, match="of bytes"):
            reader.read_until_regex("text")
        assert not reader.reading()
        close(reader, writer)

    run_async(main)


def test_an_error_of_an_immediate_read_is_raised(run_async: Run) -> None:
    async def main() -> None:
        class Failing(IOStream):
            def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
                raise OSError(5, "broken")

        plain, writer = await socket_pair()
        stream = Failing(plain.socket.dup())
        plain.close()
        memory = bytearray(5)
        with pytest.raises(OSError, match="broken"):
            stream.read_into(memory)
        memory.clear()
        assert stream.closed()
        assert isinstance(stream.error, OSError)
        writer.close()

    run_async(main)


def test_an_error_of_a_later_read_is_logged(
    run_async: Run, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        reader, writer = await socket_pair()
        waiting = reader.read_bytes(1)

        def fail(buf: memoryview) -> int:
            raise ValueError("broken")

        reader.read_from_fd = fail
        writer.write(b"a")
        with pytest.raises(StreamClosedError) as caught:
            await waiting
        assert isinstance(caught.value.real_error, ValueError)
        assert caplog.record_tuples == [
            ("tornado.general", logging.WARNING, "error on read: broken")
        ]
        writer.close()

    run_async(main)


def test_a_reset_ends_the_stream_like_any_close(run_async: Run) -> None:
    async def main() -> None:
        for kind, expected in (("read_until_close", b"abc"), ("read_bytes", None)):
            reader, writer = await socket_pair()

            def receive(buf: memoryview, receive: Any = reader.read_from_fd) -> int | None:
                count: int | None = receive(buf)
                if count == 0:
                    raise ConnectionResetError(104, "reset")
                return count

            reader.read_from_fd = receive
            waiting = reader.read_until_close() if expected else reader.read_bytes(5)
            writer.write(b"abc")
            writer.close()
            if expected:
                assert await waiting == expected, kind
            else:
                with pytest.raises(StreamClosedError) as caught:
                    await waiting
                assert isinstance(caught.value.real_error, ConnectionResetError)

    run_async(main)


def test_a_close_by_error_fails_read_until_close(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        waiting = reader.read_until_close()
        await writer.write(b"hello")
        await asyncio.sleep(0.01)
        reader.close(exc_info=ValueError("boom"))
        with pytest.raises(StreamClosedError) as caught:
            await waiting
        assert isinstance(caught.value.real_error, ValueError)
        writer.close()

    run_async(main)
