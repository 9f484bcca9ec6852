import asyncio
from concurrent import futures
from typing import Any

import pytest

from fujita import gen
from tests.loop_kinds import KINDS, run

each_kind = pytest.mark.parametrize("kind", KINDS)


def done(value: Any) -> "asyncio.Future[Any]":
    future: asyncio.Future[Any] = asyncio.Future()
    future.set_result(value)
    return future


@each_kind
def test_order_of_those_that_are_done_is_kept(kind: str) -> None:
    async def main() -> None:
        children = [done(number) for number in range(3)]
        iterator = gen.WaitIterator(*children)
        for number, child in enumerate(children):
            assert not iterator.done()
            receiver = iterator.next()
            assert receiver is not child
            assert receiver.result() == number
            assert iterator.current_index == number
            assert iterator.current_future is child
        assert iterator.done()
        assert iterator.current_index is None
        assert iterator.current_future is None

    run(kind, main)


@each_kind
def test_results_come_as_they_are_ready(kind: str) -> None:
    async def main() -> None:
        children: list[asyncio.Future[str]] = [asyncio.Future() for _ in range(3)]
        iterator = gen.WaitIterator(*children)
        receiver = iterator.next()
        children[2].set_result("last is first")
        assert await receiver == "last is first"
        assert iterator.current_index == 2

        receiver = iterator.next()
        children[0].set_exception(ValueError("mine"))
        with pytest.raises(ValueError, match="mine"):
            await receiver
        assert iterator.current_future is children[0]

        children[1].cancel()
        receiver = iterator.next()
        with pytest.raises(asyncio.CancelledError):
            await receiver
        assert receiver.cancelled()
        assert iterator.done()

    run(kind, main)


@each_kind
def test_several_may_end_before_the_next_is_asked_for(kind: str) -> None:
    async def main() -> None:
        children: list[asyncio.Future[int]] = [asyncio.Future() for _ in range(3)]
        iterator = gen.WaitIterator(*children)
        receiver = iterator.next()
        for number in (1, 0, 2):
            children[number].set_result(number)
        assert await receiver == 1
        assert [await iterator.next(), await iterator.next()] == [0, 2]
        assert iterator.done()

    run(kind, main)


@each_kind
def test_names(kind: str) -> None:
    async def main() -> None:
        pending: asyncio.Future[str] = asyncio.Future()
        iterator = gen.WaitIterator(first=pending, second=done("b"))
        assert await iterator.next() == "b"
        assert iterator.current_index == "second"
        pending.set_result("a")
        assert await iterator.next() == "a"
        assert iterator.current_index == "first"

    run(kind, main)


@each_kind
@pytest.mark.parametrize("ready", [True, False])
def test_same_future_under_several_indices(kind: str, ready: bool) -> None:
    async def main() -> None:
        child: asyncio.Future[str] = done("x") if ready else asyncio.Future()
        iterator = gen.WaitIterator(child, child, child)
        if not ready:
            child.get_loop().call_soon(child.set_result, "x")
        found = []
        while not iterator.done():
            assert await iterator.next() == "x"
            found.append(iterator.current_index)
        assert found == [0, 1, 2]

    run(kind, main)


@each_kind
def test_async_for(kind: str) -> None:
    async def main() -> None:
        failing: asyncio.Future[int] = asyncio.Future()
        later: asyncio.Future[int] = asyncio.Future()
        iterator = gen.WaitIterator(done(1), failing, later)
        failing.set_exception(ValueError("ends the first loop"))
        results = []

        async def collect() -> None:
            async for result in iterator:
                results.append(result)

        with pytest.raises(ValueError, match="ends the first loop"):
            await collect()
        later.set_result(2)
        await collect()
        assert results == [1, 2]

    run(kind, main)


def test_nothing_to_wait_for() -> None:
    async def main() -> None:
        assert gen.WaitIterator().done()
        assert [result async for result in gen.WaitIterator()] == []

    asyncio.run(main())


def test_positions_and_names_exclude_each_other() -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="args or kwargs, not both"):
            gen.WaitIterator(done(1), name=done(2))

    asyncio.run(main())


@each_kind
def test_whatever_can_be_yielded(kind: str) -> None:
    async def native() -> str:
        return "native"

    async def main() -> None:
        with futures.ThreadPoolExecutor(1) as pool:
            iterator = gen.WaitIterator(native(), [native()], pool.submit(str, "thread"))
            results = [(iterator.current_index, result) async for result in iterator]
        assert sorted(results) == [(0, "native"), (1, ["native"]), (2, "thread")]

    run(kind, main)


def test_distributed_finds_the_unfinished() -> None:
    async def main() -> None:
        pending: asyncio.Future[None] = asyncio.Future()
        iterator = gen.WaitIterator(done(1), pending)
        assert list(iterator._unfinished) == [pending]
        pending.set_result(None)
        await asyncio.sleep(0)
        assert list(iterator._unfinished) == []

    asyncio.run(main())
