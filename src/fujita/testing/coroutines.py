"""``@gen_test``: coroutines as test methods."""

import asyncio
import functools
import inspect
from collections.abc import Callable, Generator
from concurrent.futures import Future as ThreadFuture
from typing import Any, overload

from fujita import gen
from fujita.testing.async_case import AsyncTestCase, get_async_test_timeout

_Test = Callable[..., Any]

# A test that is out of time is cancelled; this is how long its cleanup may take.
_CLEANUP_TIME = 5.0


@overload
def gen_test(func: _Test) -> Callable[..., None]: ...


@overload
def gen_test(
    func: None = None, timeout: float | None = None
) -> Callable[[_Test], Callable[..., None]]: ...


def gen_test(
    func: _Test | None = None, timeout: float | None = None
) -> Callable[..., None] | Callable[[_Test], Callable[..., None]]:
    """Makes a coroutine, ``async def`` or a generator, a method of an `AsyncTestCase`.

    It runs in the test's loop. Do not use `AsyncTestCase.wait`, ``stop`` or ``fetch`` in it: they
    would run the loop inside the loop.

    Args:
        func: The coroutine function; absent in ``@gen_test(timeout=10)``.
        timeout: The seconds that the test may take; `get_async_test_timeout` by default. When they
            are over, the test is cancelled and fails with a `TimeoutError`.
    """
    if func is None:
        return functools.partial(_as_test_method, timeout=timeout)
    return _as_test_method(func, timeout=timeout)


def _as_test_method(test: _Test, timeout: float | None) -> Callable[..., None]:
    @functools.wraps(test)
    def run_test(self: AsyncTestCase, *args: Any, **kwargs: Any) -> Any:
        limit = get_async_test_timeout() if timeout is None else timeout
        call = functools.partial(test, self, *args, **kwargs)
        return self.io_loop.run_sync(
            functools.partial(_run_within, limit, call), timeout=limit + _CLEANUP_TIME
        )

    return run_test


async def _run_within(limit: float, call: Callable[[], Any]) -> Any:
    try:
        async with asyncio.timeout(limit) as clock:
            result = call()
            if inspect.isgenerator(result):
                return await _drive(result)
            return await result if inspect.isawaitable(result) else result
    except TimeoutError as error:
        if not clock.expired():
            raise
        # The cause keeps the line at which the test was waiting.
        raise TimeoutError(f"Operation timed out after {limit} seconds") from error


async def _drive(generator: Generator[Any, Any, Any]) -> Any:
    """Runs a generator whose ``yield`` means ``await``, as `gen.coroutine` would.

    It runs in this task, so a cancellation reaches the ``yield`` where the test waits.
    """
    step: Callable[[], Any] = functools.partial(next, generator)
    while True:
        try:
            yielded = step()
        except (StopIteration, gen.Return) as end:
            return end.value
        try:
            step = functools.partial(generator.send, await _wait_for(yielded))
        except BaseException as error:
            step = functools.partial(generator.throw, error)


async def _wait_for(yielded: Any) -> Any:
    future: Any = gen.convert_yielded(yielded)
    if future is gen.moment:
        return await asyncio.sleep(0)
    if future.done():
        return future.result()
    return await (asyncio.wrap_future(future) if isinstance(future, ThreadFuture) else future)
