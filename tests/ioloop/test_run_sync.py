import asyncio
import gc
import threading
from concurrent import futures

import pytest

from fujita.gen import BadYieldError
from fujita.ioloop import IOLoop


def test_result_of_a_coroutine(io_loop: IOLoop) -> None:
    async def main() -> tuple[int, IOLoop]:
        await asyncio.sleep(0.001)
        return 42, IOLoop.current()

    assert io_loop.run_sync(main) == (42, io_loop)


def test_result_of_a_future(io_loop: IOLoop) -> None:
    def main() -> "asyncio.Future[str]":
        future = io_loop.asyncio_loop.create_future()
        io_loop.call_later(0.001, future.set_result, "late")
        return future

    assert io_loop.run_sync(main) == "late"
    with futures.ThreadPoolExecutor(1) as pool:
        assert io_loop.run_sync(lambda: pool.submit(str, 3)) == "3"


def test_function_runs_on_the_loop_and_may_return_nothing(io_loop: IOLoop) -> None:
    seen: list[object] = []
    assert io_loop.run_sync(lambda: seen.append(IOLoop.current())) is None
    assert seen == [io_loop]


def test_result_that_cannot_be_awaited(io_loop: IOLoop) -> None:
    with pytest.raises(BadYieldError):
        io_loop.run_sync(lambda: 42)


def test_exceptions_come_out(io_loop: IOLoop) -> None:
    async def late() -> None:
        await asyncio.sleep(0)
        raise LookupError("late")

    with pytest.raises(LookupError, match="late"):
        io_loop.run_sync(late)
    with pytest.raises(ZeroDivisionError):
        io_loop.run_sync(lambda: 1 / 0)


def test_timeout_cancels(io_loop: IOLoop) -> None:
    cancelled: list[bool] = []

    async def slow() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    with pytest.raises(TimeoutError, match=r"Operation timed out after 0\.05 seconds"):
        io_loop.run_sync(slow, timeout=0.05)
    assert cancelled == [True]


def test_timeout_of_what_cannot_be_cancelled(io_loop: IOLoop) -> None:
    going_on = threading.Event()
    with futures.ThreadPoolExecutor(1) as pool:
        begun: futures.Future[None] = futures.Future()

        def job() -> None:
            begun.set_result(None)
            going_on.wait()

        work = pool.submit(job)
        begun.result()
        with pytest.raises(TimeoutError):
            io_loop.run_sync(lambda: work, timeout=0.001)
        going_on.set()


def test_work_that_outlives_its_cancellation_still_counts(io_loop: IOLoop) -> None:
    async def stubborn() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass
        return "finished"

    assert io_loop.run_sync(stubborn, timeout=0.05) == "finished"


def test_timer_of_the_timeout_is_taken_back(io_loop: IOLoop) -> None:
    async def quick() -> str:
        return "quick"

    async def slower() -> str:
        await asyncio.sleep(0.02)
        return "slower"

    assert io_loop.run_sync(quick, timeout=0.01) == "quick"
    assert io_loop.run_sync(slower) == "slower"


def test_stop_before_the_end(io_loop: IOLoop, caplog: pytest.LogCaptureFixture) -> None:
    async def stops() -> None:
        io_loop.stop()
        await asyncio.Event().wait()

    for timeout in None, 10:
        with pytest.raises(RuntimeError, match="Event loop stopped before Future completed"):
            io_loop.run_sync(stops, timeout=timeout)
    io_loop.close()
    gc.collect()
    assert not caplog.records


def test_work_goes_on_when_the_loop_does(io_loop: IOLoop) -> None:
    seen: list[str] = []

    async def stops() -> None:
        io_loop.stop()
        await asyncio.sleep(0.001)
        seen.append("went on")
        io_loop.stop()

    with pytest.raises(RuntimeError, match="stopped"):
        io_loop.run_sync(stops)
    io_loop.start()
    assert seen == ["went on"]


def test_cancelled_work_is_not_the_callers_cancellation(io_loop: IOLoop) -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(RuntimeError, match="Event loop stopped before Future completed"):
        io_loop.run_sync(cancelled)


def test_interrupt_in_a_coroutine(io_loop: IOLoop, caplog: pytest.LogCaptureFixture) -> None:
    async def interrupted() -> None:
        await asyncio.sleep(0)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        io_loop.run_sync(interrupted)
    io_loop.add_callback(interrupted)
    with pytest.raises(KeyboardInterrupt):
        io_loop.start()
    io_loop.run_sync(lambda: asyncio.sleep(0))
    io_loop.close()
    gc.collect()
    assert not caplog.records


def test_nested_call_is_an_error_and_runs_nothing(io_loop: IOLoop) -> None:
    seen: list[str] = []

    async def inner() -> None:
        seen.append("inner")

    async def main() -> None:
        with pytest.raises(RuntimeError, match="already running"):
            io_loop.run_sync(inner)
        await asyncio.sleep(0.001)

    io_loop.run_sync(main)
    assert seen == []
