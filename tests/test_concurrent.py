import asyncio
import logging
import sys
import threading
from collections.abc import Callable
from concurrent import futures
from typing import Any

import pytest

from fujita.concurrent import (
    FUTURES,
    Future,
    chain_future,
    dummy_executor,
    future_add_done_callback,
    future_set_exc_info,
    future_set_exception_unless_cancelled,
    future_set_result_unless_cancelled,
    is_future,
    run_on_executor,
)
from tests.loop_kinds import KINDS, run

AnyFuture = Any
each_kind = pytest.mark.parametrize("kind", KINDS)
each_pair = pytest.mark.parametrize(
    ("make_source", "make_target"),
    [
        pytest.param(source, target, id=f"{source.__module__}-{target.__module__}")
        for source in (Future, futures.Future)
        for target in (Future, futures.Future)
    ],
)


def test_what_a_future_is() -> None:
    assert Future is asyncio.Future
    assert isinstance(futures.Future(), FUTURES)
    assert is_future(futures.Future())
    assert not is_future(asyncio.sleep)
    assert not is_future(None)

    async def main() -> None:
        assert is_future(Future())
        assert is_future(asyncio.ensure_future(asyncio.sleep(0)))

    asyncio.run(main())


async def outcome(target: AnyFuture) -> Any:
    if isinstance(target, futures.Future):
        return await asyncio.wrap_future(target)
    return await target


@each_kind
@each_pair
def test_chain_hands_the_outcome_on(
    kind: str, make_source: Callable[[], AnyFuture], make_target: Callable[[], AnyFuture]
) -> None:
    async def main() -> None:
        source, target = make_source(), make_target()
        chain_future(source, target)
        source.set_result(3)
        assert await outcome(target) == 3

        source, target = make_source(), make_target()
        chain_future(source, target)
        source.set_exception(LookupError("lost"))
        with pytest.raises(LookupError, match="lost"):
            await outcome(target)

        source, target = make_source(), make_target()
        chain_future(source, target)
        source.cancel()
        with pytest.raises(asyncio.CancelledError):
            await outcome(target)
        assert target.cancelled()

    run(kind, main)


@each_kind
@each_pair
def test_chain_from_a_future_that_is_done(
    kind: str, make_source: Callable[[], AnyFuture], make_target: Callable[[], AnyFuture]
) -> None:
    async def main() -> None:
        source, target = make_source(), make_target()
        source.set_result(3)
        chain_future(source, target)
        assert target.done() is (make_source is Future)
        assert await outcome(target) == 3

    run(kind, main)


@each_kind
@each_pair
def test_chain_leaves_a_done_target_alone(
    kind: str, make_source: Callable[[], AnyFuture], make_target: Callable[[], AnyFuture]
) -> None:
    async def main() -> None:
        source, target = make_source(), make_target()
        chain_future(source, target)
        target.set_result("first")
        source.set_result("second")
        await asyncio.sleep(0.001)
        assert target.result() == "first"

        source, target = make_source(), make_target()
        chain_future(source, target)
        target.cancel()
        source.set_result("second")
        await asyncio.sleep(0.001)
        assert target.cancelled()

    run(kind, main)


@each_kind
def test_chain_completes_in_the_loops_thread(kind: str) -> None:
    async def main() -> None:
        threads: list[int] = []
        target: futures.Future[int] = futures.Future()
        target.add_done_callback(lambda future: threads.append(threading.get_ident()))
        with futures.ThreadPoolExecutor(1) as pool:
            chain_future(pool.submit(int), target)
            await asyncio.wrap_future(target)
        assert threads == [threading.get_ident()]

    run(kind, main)


def test_chain_of_thread_futures_without_a_loop() -> None:
    source: futures.Future[int] = futures.Future()
    target: futures.Future[int] = futures.Future()
    chain_future(source, target)
    source.set_result(3)
    assert target.result(0) == 3


@each_kind
def test_chain_to_a_future_of_a_closed_loop(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    source: futures.Future[int] = futures.Future()

    async def main() -> "asyncio.Future[int]":
        target: asyncio.Future[int] = Future()
        chain_future(source, target)
        return target

    target = run(kind, main)
    source.set_result(3)
    assert not target.done()
    assert not caplog.records


def test_set_result_unless_cancelled() -> None:
    async def main() -> None:
        future: asyncio.Future[int] = Future()
        future_set_result_unless_cancelled(future, 3)
        assert future.result() == 3
        with pytest.raises(asyncio.InvalidStateError):
            future_set_result_unless_cancelled(future, 4)
        future = Future()
        future.cancel()
        future_set_result_unless_cancelled(future, 3)
        assert future.cancelled()

    asyncio.run(main())


def test_set_exception_unless_cancelled(caplog: pytest.LogCaptureFixture) -> None:
    error = LookupError("lost")

    async def main() -> None:
        future: asyncio.Future[int] = Future()
        future_set_exception_unless_cancelled(future, error)
        assert future.exception() is error
        assert not caplog.records
        future = Future()
        future.cancel()
        future_set_exception_unless_cancelled(future, error)
        assert future.cancelled()

    asyncio.run(main())
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("tornado.application", logging.ERROR)
    assert record.getMessage() == "Exception after Future was cancelled"
    assert record.exc_info is not None
    assert record.exc_info[1] is error


def test_set_exc_info() -> None:
    future: futures.Future[int] = futures.Future()
    try:
        raise LookupError("lost")
    except LookupError:
        future_set_exc_info(future, sys.exc_info())
    with pytest.raises(LookupError, match="lost"):
        future.result()
    with pytest.raises(Exception, match="called with no exception"):
        future_set_exc_info(futures.Future(), (None, None, None))


@each_kind
@pytest.mark.parametrize("make", [Future, futures.Future])
def test_done_callback_comes_at_once_where_it_can(kind: str, make: Callable[[], AnyFuture]) -> None:
    async def main() -> None:
        seen: list[AnyFuture] = []
        future = make()
        future_add_done_callback(future, seen.append)
        assert seen == []
        future.set_result(None)
        await asyncio.sleep(0)
        assert seen == [future]
        future_add_done_callback(future, seen.append)
        assert seen == [future, future]

    run(kind, main)


def test_dummy_executor() -> None:
    def job(*args: int, **kwargs: int) -> tuple[Any, ...]:
        return args, kwargs, threading.get_ident()

    done = dummy_executor.submit(job, 1, two=2)
    assert done.done()
    assert done.result() == ((1,), {"two": 2}, threading.get_ident())
    failed = dummy_executor.submit(lambda: 1 / 0)
    assert isinstance(failed.exception(), ZeroDivisionError)
    for interrupt in KeyboardInterrupt, asyncio.CancelledError:
        with pytest.raises(interrupt):
            dummy_executor.submit(_raise, interrupt)
    dummy_executor.shutdown(cancel_futures=True)
    assert dummy_executor.submit(int).result() == 0


def _raise(error: type[BaseException]) -> None:
    raise error


class Worker:
    def __init__(self) -> None:
        self.executor = futures.ThreadPoolExecutor(1, thread_name_prefix="usual")
        self._own = futures.ThreadPoolExecutor(1, thread_name_prefix="own")

    def close(self) -> None:
        self.executor.shutdown()
        self._own.shutdown()

    @run_on_executor
    def bare(self, *args: int, **kwargs: int) -> tuple[Any, ...]:
        """What bare does."""
        return threading.current_thread().name.partition("_")[0], args, kwargs

    @run_on_executor()
    def called(self) -> str:
        return threading.current_thread().name.partition("_")[0]

    @run_on_executor(executor="_own")
    def named(self) -> str:
        return threading.current_thread().name.partition("_")[0]

    @run_on_executor
    def broken(self) -> None:
        raise LookupError("lost")


@each_kind
def test_run_on_executor(kind: str) -> None:
    async def main() -> None:
        worker = Worker()
        assert await worker.bare(1, two=2) == ("usual", (1,), {"two": 2})
        assert await worker.called() == "usual"
        assert await worker.named() == "own"
        with pytest.raises(LookupError, match="lost"):
            await worker.broken()
        assert isinstance(worker.called(), Future)
        worker.close()

    run(kind, main)
    assert (Worker.bare.__name__, Worker.bare.__doc__) == ("bare", "What bare does.")


def test_run_on_executor_is_a_decorator() -> None:
    with pytest.raises(ValueError, match="expected 1 argument, got 2"):
        run_on_executor(int, int)
    with pytest.raises(ValueError, match="cannot combine positional and keyword"):
        run_on_executor(int, executor="executor")
