import asyncio
import datetime
from collections.abc import Generator
from typing import Any

import pytest

from fujita import gen, queues
from tests.loop_kinds import KINDS, run

each_kind = pytest.mark.parametrize("kind", KINDS)
each_late = pytest.mark.parametrize(
    "late", [0, -1, datetime.timedelta(0), datetime.timedelta(seconds=-1)]
)
each_queue = pytest.mark.parametrize(
    "make_queue", [queues.Queue, queues.PriorityQueue, queues.LifoQueue]
)
NEVER = datetime.timedelta(hours=1)


async def turns(count: int = 3) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("make_queue", "expected"),
    [
        (queues.Queue, [2, 3, 1]),
        (queues.PriorityQueue, [1, 2, 3]),
        (queues.LifoQueue, [1, 3, 2]),
    ],
)
def test_order(make_queue: Any, expected: list[int]) -> None:
    queue = make_queue()
    for item in (2, 3, 1):
        queue.put_nowait(item)
    assert queue.qsize() == 3
    assert [queue.get_nowait() for _ in range(3)] == expected
    assert queue.empty()


@pytest.mark.parametrize(
    ("make_queue", "expected"),
    [
        (queues.Queue, [1, 2, 0, 3]),
        (queues.PriorityQueue, [0, 1, 2, 3]),
        # Whoever waits with an item puts it before something is taken out.
        (queues.LifoQueue, [0, 3, 2, 1]),
    ],
)
def test_order_with_items_that_wait_for_room(make_queue: Any, expected: list[int]) -> None:
    async def main() -> None:
        queue = make_queue(maxsize=2)
        waiting = [queue.put(item) for item in (1, 2, 0, 3)]
        assert [future.done() for future in waiting] == [True, True, False, False]
        assert [await queue.get(), queue.get_nowait()] == expected[:2]
        assert all(future.done() for future in waiting)
        assert [await queue.get(), queue.get_nowait()] == expected[2:]

    asyncio.run(main())


@each_kind
@each_queue
def test_get_waits_for_an_item(kind: str, make_queue: Any) -> None:
    async def main() -> None:
        queue = make_queue()
        first, second = queue.get(), queue.get(NEVER)
        queue.put_nowait("a")
        assert not second.done()
        await queue.put("b")
        assert [await first, await second] == ["a", "b"]
        assert queue.empty()

    run(kind, main)


@each_kind
@each_queue
def test_put_waits_for_room(kind: str, make_queue: Any) -> None:
    async def main() -> None:
        queue = make_queue(1)
        assert not queue.full()
        await queue.put("a")
        assert queue.full()
        waiting = queue.put("b", NEVER)
        with pytest.raises(queues.QueueFull):
            queue.put_nowait("c")
        assert not waiting.done()
        await queue.get()
        assert await waiting is None
        assert queue.full()
        assert queue.qsize() == 1

    run(kind, main)


@each_kind
@each_late
def test_get_timeout(kind: str, late: Any) -> None:
    async def main() -> None:
        queue: queues.Queue[str] = queues.Queue()
        gone, waiting = queue.get(late), queue.get()
        with pytest.raises(TimeoutError):
            await gone
        queue.put_nowait("a")
        assert await waiting == "a"
        queue.put_nowait("b")
        assert await queue.get(late) == "b"

    run(kind, main)


@each_kind
@each_late
def test_put_timeout(kind: str, late: Any) -> None:
    async def main() -> None:
        queue: queues.Queue[str] = queues.Queue(1)
        await queue.put("a", late)
        gone, waiting = queue.put("not put", late), queue.put("b")
        with pytest.raises(TimeoutError):
            await gone
        assert await queue.get() == "a"
        await waiting
        assert await queue.get() == "b"

    run(kind, main)


def test_cancelled_waits_are_passed_over() -> None:
    async def main() -> None:
        queue: queues.Queue[str] = queues.Queue(1)
        getters = [queue.get(), queue.get()]
        getters[0].cancel()
        queue.put_nowait("a")
        assert await getters[1] == "a"
        putters = [queue.put(item) for item in "bcd"]
        putters[1].cancel()
        assert [queue.get_nowait(), queue.get_nowait()] == ["b", "d"]
        with pytest.raises(queues.QueueEmpty):
            queue.get_nowait()

    asyncio.run(main())


@each_kind
def test_those_that_time_out_are_dropped(kind: str) -> None:
    async def main() -> None:
        queue: queues.Queue[int] = queues.Queue(1)
        gone: list[asyncio.Future[Any]] = [queue.get(0) for _ in range(10)]
        await asyncio.wait(gone)
        queue.get()
        assert len(queue._getters) == 1
        queue.put_nowait(0)
        queue.put_nowait(1)
        gone += (late := [queue.put(item, 0) for item in range(10)])
        await asyncio.wait(late)
        queue.put(2)
        assert len(queue._putters) == 1
        for future in gone:
            future.exception()

    run(kind, main)


@each_kind
def test_async_for(kind: str) -> None:
    async def main() -> None:
        queue: queues.Queue[int] = queues.Queue(2)
        received = []

        async def consume() -> None:
            async for item in queue:
                received.append(item)
                queue.task_done()

        consumer = asyncio.create_task(consume())
        for item in range(10):
            await queue.put(item)
        await queue.join()
        assert received == list(range(10))
        consumer.cancel()

    run(kind, main)


@each_kind
def test_decorated_producer_and_consumers(kind: str) -> None:
    received: list[int] = []

    @gen.coroutine
    def consume(queue: queues.Queue[int]) -> Generator[Any, Any, None]:
        while True:
            received.append((yield queue.get()))
            queue.task_done()

    @gen.coroutine
    def produce(queue: queues.Queue[int]) -> Generator[Any, Any, None]:
        for item in range(10):
            yield queue.put(item)

    async def main() -> None:
        queue: queues.Queue[int] = queues.Queue(3)
        consume(queue)
        await produce(queue)
        await queue.join()
        assert received == list(range(10))

    run(kind, main)


@each_kind
@each_queue
def test_join_waits_for_the_work_and_not_for_the_items(kind: str, make_queue: Any) -> None:
    async def main() -> None:
        queue = make_queue()
        assert queue.join().done()
        queue.put_nowait("a")
        queue.put_nowait("b")
        joiners = [queue.join(), queue.join(NEVER)]
        await gen.multi([queue.get(), queue.get()])
        queue.task_done()
        await turns()
        assert not joiners[0].done()
        queue.task_done()
        assert await gen.multi(joiners) == [None, None]
        with pytest.raises(ValueError, match="called too many times"):
            queue.task_done()
        queue.put_nowait("c")
        assert not queue.join().done()

    run(kind, main)


def test_work_on_items_handed_over_directly_counts() -> None:
    async def main() -> None:
        queue: queues.Queue[str] = queues.Queue()
        waiting = queue.get()
        queue.put_nowait("a")
        assert await waiting == "a"
        joiner = queue.join()
        assert not joiner.done()
        queue.task_done()
        await joiner

    asyncio.run(main())


@each_kind
@each_late
def test_join_timeout(kind: str, late: Any) -> None:
    async def main() -> None:
        queue: queues.Queue[str] = queues.Queue()
        await queue.join(late)
        queue.put_nowait("a")
        with pytest.raises(TimeoutError):
            await queue.join(late)

    run(kind, main)


def test_maxsize() -> None:
    queue: queues.Queue[str] = queues.Queue(2)
    assert queue.maxsize == 2
    assert queues.Queue().maxsize == 0
    with pytest.raises(TypeError, match="None"):
        queues.Queue(maxsize=None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="-1"):
        queues.Queue(maxsize=-1)


def test_fraction_is_rounded_up() -> None:
    queue: queues.Queue[int] = queues.Queue(maxsize=1.3)  # type: ignore[arg-type]
    queue.put_nowait(0)
    assert not queue.full()
    queue.put_nowait(1)
    assert queue.full()


def test_repr_and_str() -> None:
    async def main() -> None:
        queue: queues.Queue[str] = queues.Queue(maxsize=1)
        assert repr(queue) == f"<Queue at {id(queue):#x} maxsize=1>"
        queue.get()
        assert str(queue) == "<Queue maxsize=1 getters[1]>"
        for item in "abc":
            queue.put(item)
        assert str(queue) == "<Queue maxsize=1 queue=deque(['b']) putters[1] tasks=2>"
        assert str(queues.LifoQueue()) == "<LifoQueue maxsize=0>"

    asyncio.run(main())


def test_subclass_with_an_order_of_its_own() -> None:
    class LongestFirst(queues.Queue[str]):
        def _init(self) -> None:
            self._queue = []

        def _put(self, item: str) -> None:
            self._queue.append(item)
            self._queue.sort(key=len)

        def _get(self) -> str:
            return str(self._queue.pop())

    async def main() -> None:
        queue = LongestFirst()
        for item in ("aa", "a", "aaa"):
            queue.put(item)
        assert [await queue.get() for _ in range(3)] == ["aaa", "aa", "a"]

    asyncio.run(main())


def test_subclass_that_refuses_duplicates() -> None:
    class Unique(queues.Queue[str]):
        def put_nowait(self, item: str) -> None:
            if item not in self._queue:
                super().put_nowait(item)

    async def main() -> None:
        queue = Unique()
        for item in "aab":
            await queue.put(item)
        assert queue.qsize() == 2

    asyncio.run(main())
