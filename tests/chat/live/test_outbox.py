import asyncio
import json

from fujita.chat.live.outbox import Outbox


class Reader:
    """Takes frames at once while ``reads``; else each waits until it is released."""

    def __init__(self, limit: int = 1000) -> None:
        self.frames: list[bytes] = []
        self.reads = True
        self.overflowed = 0
        self.stuck: asyncio.Future[None] | None = None
        self.outbox = Outbox(self.write, limit, self.overflow)

    def write(self, frame: bytes) -> asyncio.Future[None]:
        self.frames.append(frame)
        future = asyncio.get_running_loop().create_future()
        if self.reads:
            future.set_result(None)
        else:
            assert self.stuck is None, "wrote while the last write was stuck"
            self.stuck = future
        return future

    def overflow(self) -> None:
        self.overflowed += 1

    async def release(self) -> None:
        assert self.stuck is not None
        stuck, self.stuck = self.stuck, None
        stuck.set_result(None)
        await asyncio.sleep(0)


def test_a_quick_reader_gets_each_event_at_once() -> None:
    async def main() -> None:
        reader = Reader()
        for event in (b'"a"', b'"b"'):
            reader.outbox.send(event)
        assert reader.frames == [b'"a"', b'"b"']

    asyncio.run(main())


def test_what_waits_for_a_slow_reader_leaves_together() -> None:
    async def main() -> None:
        reader = Reader()
        reader.reads = False
        for event in (b'"a"', b'"b"', b'"c"'):
            reader.outbox.send(event)
        assert reader.frames == [b'"a"']
        await reader.release()
        assert json.loads(reader.frames[1]) == ["b", "c"]
        reader.outbox.send(b'"d"')
        await reader.release()
        assert reader.frames[2:] == [b'"d"']
        reader.reads = True
        await reader.release()
        reader.outbox.send(b'"e"')
        assert reader.frames[3:] == [b'"e"']

    asyncio.run(main())


def test_too_much_is_an_overflow_and_the_end() -> None:
    async def main() -> None:
        reader = Reader(limit=10)
        reader.reads = False
        reader.outbox.send(b"x" * 100)
        reader.outbox.send(b"12345")
        reader.outbox.send(b"67890")
        assert reader.overflowed == 0
        reader.outbox.send(b"1")
        reader.outbox.send(b"2")
        assert reader.overflowed == 1
        await reader.release()
        assert len(reader.frames) == 1

    asyncio.run(main())


def test_what_was_released_does_not_count_any_more() -> None:
    async def main() -> None:
        reader = Reader(limit=10)
        reader.reads = False
        reader.outbox.send(b"0")
        for _ in range(5):
            reader.outbox.send(b"1234567890")
            await reader.release()
        assert reader.overflowed == 0

    asyncio.run(main())


def test_a_connection_that_fails_is_written_to_no_more() -> None:
    async def main() -> None:
        reader = Reader()
        reader.reads = False
        reader.outbox.send(b"1")
        reader.outbox.send(b"2")
        assert reader.stuck is not None
        reader.stuck.set_exception(OSError("gone"))
        await asyncio.sleep(0)
        reader.outbox.send(b"3")
        assert reader.frames == [b"1"]

        def refuse(frame: bytes) -> asyncio.Future[None]:
            raise OSError("gone before")

        outbox = Outbox(refuse, 10, reader.overflow)
        outbox.send(b"1")
        outbox.send(b"2")
        assert reader.overflowed == 0

    asyncio.run(main())
