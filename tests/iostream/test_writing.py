"""Writing, the same to every kind of destination."""

import asyncio
from typing import Any

import pytest

from fujita.iostream import StreamBufferFullError, StreamClosedError
from tests.iostream.streams import MakePair, Run, socket_pair, transport_pair

# More than any system buffers for a connection that nobody reads from.
MUCH = 20_000_000


def close(*streams: Any) -> None:
    for stream in streams:
        stream.close()


async def read_all(reader: Any, size: int) -> bytes:
    parts = []
    while size:
        parts.append(await reader.read_bytes(size, partial=True))
        size -= len(parts[-1])
    return b"".join(parts)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
@pytest.mark.parametrize("size", [1, 100, 10_000, 1_000_000])
def test_write(run_async: Run, make_pair: MakePair, kind: Any, size: int) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        data = bytes(range(256)) * (size // 256 + 1)
        sent = writer.write(kind(data))
        assert await read_all(reader, len(data)) == data
        assert await sent is None
        assert not writer.writing()
        close(reader, writer)

    run_async(main)


def test_writes_end_in_order(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        ended = []
        sizes = [10, MUCH, 5, 0, 100_000]
        for number, size in enumerate(sizes):
            sent = writer.write(bytes([65 + number]) * size)
            sent.add_done_callback(lambda _, number=number: ended.append(number))
        assert writer.writing()
        received = await read_all(reader, sum(sizes))
        assert received == b"".join(bytes([65 + n]) * size for n, size in enumerate(sizes))
        while len(ended) < len(sizes):
            await asyncio.sleep(0)
        assert ended == [0, 1, 2, 3, 4]
        close(reader, writer)

    run_async(main)


def test_writing_nothing(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        assert writer.write(b"").done()
        first = writer.write(b"x" * MUCH)
        # Nothing, but after all that.
        second = writer.write(b"")
        await asyncio.sleep(0.01)
        assert not second.done()
        await read_all(reader, MUCH)
        await second
        assert first.done()
        close(reader, writer)

    run_async(main)


def test_items_of_more_than_a_byte(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        for count in (10, 10_000):
            words = memoryview(bytes(count * 8)).cast("L")
            received = reader.read_bytes(words.nbytes)
            await writer.write(words)
            assert await received == words.tobytes()
        close(reader, writer)

    run_async(main)


def test_a_bytearray_can_be_resized_after_the_write(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        data = bytearray(b"x" * 10_000)
        sent = writer.write(data)
        assert await reader.read_bytes(10_000) == data
        await sent
        data.clear()
        close(reader, writer)

    run_async(main)


def test_a_close_fails_the_writes_that_wait(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        data = bytearray(b"x" * MUCH)
        writes = [writer.write(data), writer.write(b"more"), writer.write(b"")]
        writes[1].cancel()
        buffer = writer._write_buffer
        writer.close()
        for sent in (writes[0], writes[2]):
            with pytest.raises(StreamClosedError):
                await sent
        assert not writer.writing()
        assert writer._write_buffer is None
        assert len(buffer) == 0
        data.clear()
        with pytest.raises(StreamClosedError):
            writer.write(b"late")
        reader.close()

    run_async(main)


def test_the_peers_close_fails_the_writes_that_wait(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        sent = writer.write(b"x" * MUCH)
        reader.close()
        with pytest.raises(StreamClosedError):
            await sent
        assert writer.closed()

    run_async(main)


def test_a_cancelled_write_is_still_sent(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair()
        first, second = writer.write(b"a" * MUCH), writer.write(b"b")
        first.cancel()
        assert (await read_all(reader, MUCH + 1)).endswith(b"ab")
        await second
        close(reader, writer)

    run_async(main)


def test_the_write_buffer_has_a_limit(run_async: Run, make_pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await make_pair(max_write_buffer_size=MUCH + 100)
        sent = writer.write(b"x" * MUCH)
        with pytest.raises(StreamBufferFullError, match="Reached maximum write buffer size"):
            writer.write(b"y" * MUCH)
        await read_all(reader, MUCH)
        await sent
        assert await asyncio.wait_for(writer.write(b"z"), 5) is None
        assert await reader.read_bytes(1) == b"z"
        close(reader, writer)

    run_async(main)


def test_frames_put_into_the_buffer_by_hand(run_async: Run, make_pair: MakePair) -> None:
    """As dask's distributed does it."""

    async def main() -> None:
        reader, writer = await make_pair()
        frames = [b"a" * 10, b"b" * 100_000, b"c", bytes(3_000_000)]
        for frame in frames:
            writer._write_buffer.append(memoryview(frame))
            writer._total_write_index += len(frame)
        sent = writer.write(b"")
        expected = b"".join(frames)
        assert await read_all(reader, len(expected)) == expected
        await sent
        close(reader, writer)

    run_async(main)


@pytest.mark.parametrize("pair", [socket_pair, transport_pair])
def test_text_is_refused(run_async: Run, pair: MakePair) -> None:
    async def main() -> None:
        reader, writer = await pair()
        with pytest.raises(TypeError):
            writer.write("text")
        await writer.write(b"fine")
        assert await reader.read_bytes(4) == b"fine"
        close(reader, writer)

    run_async(main)


def test_an_error_of_the_system_is_logged(run_async: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        reader, writer = await socket_pair()

        def fail(data: memoryview) -> int:
            raise OSError(5, "broken")

        writer.write_to_fd = fail
        with pytest.raises(StreamClosedError) as caught:
            await writer.write(b"abc")
        assert caught.value.real_error is writer.error
        assert "Write error on" in caplog.text
        assert "broken" in caplog.text
        reader.close()

    run_async(main)
