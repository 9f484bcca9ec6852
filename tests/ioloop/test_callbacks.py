import asyncio
import contextvars
import gc
import logging
import threading
from concurrent import futures

import pytest

from fujita.ioloop import IOLoop


def turns(io_loop: IOLoop, count: int = 4) -> None:
    """Runs the loop for a few turns."""

    def turn(left: int) -> None:
        if left:
            io_loop.add_callback(turn, left - 1)
        else:
            io_loop.stop()

    io_loop.add_callback(turn, count)
    io_loop.start()


def test_callback_gets_its_arguments(io_loop: IOLoop) -> None:
    seen: list[object] = []
    io_loop.add_callback(lambda *args, **kwargs: seen.append((args, kwargs)), 1, 2, key=3)
    io_loop.spawn_callback(seen.append, "spawned")
    turns(io_loop)
    assert seen == [((1, 2), {"key": 3}), "spawned"]


def test_callbacks_keep_their_order(io_loop: IOLoop) -> None:
    seen: list[int] = []
    for number in range(10):
        io_loop.add_callback(seen.append, number)
    turns(io_loop)
    assert seen == list(range(10))


def test_what_cannot_be_called_is_refused_at_once(io_loop: IOLoop) -> None:
    with pytest.raises(TypeError, match="expected a callable, got 3"):
        io_loop.add_callback(3)  # type: ignore[arg-type]


def test_callback_of_another_thread_wakes_the_loop(io_loop: IOLoop) -> None:
    threads: list[int] = []

    def called() -> None:
        threads.append(threading.get_ident())
        io_loop.stop()

    thread = threading.Thread(target=io_loop.add_callback, args=(called,))
    # The thread starts once the loop runs. Were the loop not woken, it would sleep for ever.
    io_loop.add_callback(thread.start)
    io_loop.start()
    thread.join()
    assert threads == [threading.get_ident()]


def test_callback_before_start_from_another_thread(io_loop: IOLoop) -> None:
    with futures.ThreadPoolExecutor(1) as pool:
        pool.submit(io_loop.add_callback, io_loop.stop).result()
    io_loop.start()


def test_loop_in_a_thread_of_its_own(kind: str) -> None:
    io_loop = IOLoop(make_current=False)
    thread = threading.Thread(target=io_loop.start)
    thread.start()
    seen: futures.Future[bool] = futures.Future()
    io_loop.add_callback(lambda: seen.set_result(IOLoop.current() is io_loop))
    assert seen.result(10)
    io_loop.add_callback(io_loop.stop)
    thread.join()
    io_loop.close()


def test_callback_on_a_closed_loop_is_dropped(kind: str) -> None:
    io_loop = IOLoop(make_current=False)
    io_loop.close()
    io_loop.add_callback(lambda: 1 / 0)
    with pytest.warns(DeprecationWarning, match="add_callback_from_signal"):
        io_loop.add_callback_from_signal(lambda: 1 / 0)
    io_loop.stop()


def test_exception_is_logged_and_the_loop_goes_on(
    io_loop: IOLoop, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ValueError("out of order")

    io_loop.add_callback(broken)
    turns(io_loop)
    (record,) = caplog.records
    assert record.name == "tornado.application"
    assert record.levelno == logging.ERROR
    assert record.getMessage().startswith("Exception in callback <function")
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ValueError)


def test_exception_of_a_coroutine_is_logged(
    io_loop: IOLoop, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> None:
        await asyncio.sleep(0)
        raise ValueError("out of order")

    io_loop.add_callback(broken)
    turns(io_loop)
    (record,) = caplog.records
    assert "broken" in record.getMessage()
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ValueError)


def test_exception_of_a_future_is_logged(io_loop: IOLoop, caplog: pytest.LogCaptureFixture) -> None:
    pool_future: futures.Future[None] = futures.Future()

    def asyncio_future() -> "asyncio.Future[None]":
        future = io_loop.asyncio_loop.create_future()
        future.set_exception(ValueError("asyncio"))
        return future

    io_loop.add_callback(asyncio_future)
    io_loop.add_callback(lambda: pool_future)
    pool_future.set_exception(ValueError("pool"))
    turns(io_loop)
    errors = [str(record.exc_info[1]) for record in caplog.records if record.exc_info]
    assert sorted(errors) == ["asyncio", "pool"]


@pytest.mark.parametrize("answer", [42, "text", [], {}, [1], iter(())])
def test_other_results_are_nobodys_business(
    io_loop: IOLoop, answer: object, caplog: pytest.LogCaptureFixture
) -> None:
    io_loop.add_callback(lambda: answer)
    turns(io_loop)
    assert not caplog.records


def test_cancellation_is_not_an_error(io_loop: IOLoop, caplog: pytest.LogCaptureFixture) -> None:
    def cancelled() -> None:
        raise asyncio.CancelledError

    async def cancels_itself() -> None:
        raise asyncio.CancelledError

    io_loop.add_callback(cancelled)
    io_loop.add_callback(cancels_itself)
    turns(io_loop)
    assert not caplog.records


def test_a_coroutine_that_only_waits_is_not_collected(io_loop: IOLoop) -> None:
    seen: list[str] = []

    async def waits() -> None:
        try:
            # Nothing but the task that waits for it refers to this future.
            await asyncio.get_running_loop().create_future()
        finally:
            seen.append("collected")

    io_loop.add_callback(waits)
    turns(io_loop)
    gc.collect()
    assert seen == []


def test_unfinished_coroutine_of_a_closed_loop_is_quiet(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    io_loop = IOLoop(make_current=False)
    io_loop.add_callback(asyncio.sleep, 100)
    turns(io_loop)
    io_loop.close()
    del io_loop
    gc.collect()
    assert not caplog.records


def test_callback_runs_in_the_context_of_who_added_it(io_loop: IOLoop) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")
    seen: list[str] = []

    def add(value: str) -> None:
        variable.set(value)
        io_loop.add_callback(lambda: seen.append(variable.get()))
        io_loop.call_later(0, lambda: seen.append(variable.get()))

    contextvars.copy_context().run(add, "mine")
    io_loop.call_later(0.001, io_loop.stop)
    io_loop.start()
    assert seen == ["mine", "mine"]


def test_add_callback_from_signal_warns_and_works(io_loop: IOLoop) -> None:
    with pytest.warns(DeprecationWarning, match="add_callback_from_signal is deprecated"):
        io_loop.add_callback_from_signal(io_loop.stop)
    io_loop.start()


def test_add_future_calls_back_on_the_loop(io_loop: IOLoop) -> None:
    seen: list[tuple[object, int]] = []

    def done(future: "futures.Future[int] | asyncio.Future[int]") -> None:
        seen.append((future.result(), threading.get_ident()))
        if len(seen) == 2:
            io_loop.stop()

    with futures.ThreadPoolExecutor(1) as pool:
        io_loop.add_future(pool.submit(lambda: 1), done)
        asyncio_future: asyncio.Future[int] = io_loop.asyncio_loop.create_future()
        io_loop.add_future(asyncio_future, done)
        io_loop.add_callback(asyncio_future.set_result, 2)
        io_loop.start()
    assert sorted(seen) == [(1, threading.get_ident()), (2, threading.get_ident())]


def test_exception_of_a_future_callback_is_logged(
    io_loop: IOLoop, caplog: pytest.LogCaptureFixture
) -> None:
    future: asyncio.Future[None] = io_loop.asyncio_loop.create_future()
    future.set_result(None)

    def broken(future: object) -> None:
        raise ValueError("out of order")

    io_loop.add_future(future, broken)
    turns(io_loop)
    (record,) = caplog.records
    assert "broken" in record.getMessage()


def test_add_future_wants_a_future(io_loop: IOLoop) -> None:
    with pytest.raises(AssertionError, match="expected a future, got 3"):
        io_loop.add_future(3, print)  # type: ignore[arg-type]


def test_run_in_executor(io_loop: IOLoop) -> None:
    async def main() -> tuple[int, int]:
        with futures.ThreadPoolExecutor(1) as pool:
            named = await io_loop.run_in_executor(pool, max, 3, 4)
        return named, await io_loop.run_in_executor(None, min, 3, 4)

    assert io_loop.run_sync(main) == (4, 3)


def test_default_executor_is_used(io_loop: IOLoop) -> None:
    class Pool(futures.ThreadPoolExecutor):
        pass

    with Pool(1, thread_name_prefix="ours") as pool:
        io_loop.set_default_executor(pool)
        future = io_loop.run_in_executor(None, lambda: threading.current_thread().name)
        io_loop.add_future(future, lambda future: io_loop.stop())
        io_loop.start()
    assert future.result().startswith("ours")
