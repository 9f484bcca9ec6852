import asyncio
import warnings
from collections.abc import Iterator
from concurrent import futures

import pytest

from fujita.ioloop import IOLoop
from fujita.platform import asyncio as platform_asyncio
from fujita.platform.asyncio import AsyncIOLoop, to_asyncio_future, to_tornado_future
from tests.loop_kinds import run


@pytest.fixture
def restored_policy() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        before = asyncio.get_event_loop_policy()
        yield
        asyncio.set_event_loop_policy(before)


def test_new_loop_is_of_the_kind_that_is_asked_for(kind: str) -> None:
    io_loop = AsyncIOLoop(make_current=False)
    assert type(io_loop.asyncio_loop).__module__.partition(".")[0] == kind
    assert not io_loop.is_current
    io_loop.close()
    assert io_loop.closing
    assert io_loop.asyncio_loop.is_closed()


def test_those_who_keep_something_open_are_told_of_the_end(kind: str) -> None:
    io_loop = AsyncIOLoop(make_current=False)
    told = []

    async def close_connections() -> None:
        await asyncio.sleep(0)
        told.append(asyncio.get_running_loop())

    io_loop.closers.add(close_connections)
    io_loop.close()
    io_loop.close()
    assert told == [io_loop.asyncio_loop]


def test_nobody_can_be_told_while_another_loop_runs(kind: str) -> None:
    async def main() -> None:
        io_loop = AsyncIOLoop(make_current=False)
        io_loop.closers.add(asyncio.Event().wait)  # type: ignore[arg-type]
        io_loop.close()
        assert io_loop.asyncio_loop.is_closed()

    run(kind, main)


def test_futures_of_both_names_are_one(kind: str) -> None:
    async def main() -> None:
        future: asyncio.Future[int] = asyncio.Future()
        assert to_tornado_future(future) is future
        assert to_asyncio_future(future) is future

        async def native() -> int:
            return 3

        assert await to_asyncio_future(native()) == 3
        assert await to_asyncio_future([native(), native()]) == [3, 3]

    run(kind, main)


@pytest.mark.usefixtures("restored_policy")
def test_any_thread_policy() -> None:
    with pytest.warns(DeprecationWarning, match="AnyThreadEventLoopPolicy is deprecated"):
        policy = platform_asyncio.AnyThreadEventLoopPolicy()
    asyncio.set_event_loop_policy(policy)

    def loop_of_the_thread() -> None:
        loop = policy.get_event_loop()
        assert policy.get_event_loop() is loop
        io_loop = IOLoop.current()
        assert io_loop.asyncio_loop is loop
        io_loop.close()

    with futures.ThreadPoolExecutor(1) as pool:
        pool.submit(loop_of_the_thread).result()


def test_other_names_do_not_exist() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = platform_asyncio.Nothing
