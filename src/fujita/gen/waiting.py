"""Waiting for a time, and for no longer than a time."""

import datetime
from asyncio import CancelledError
from collections.abc import Callable
from typing import Any

from fujita.concurrent import Future, chain_future, future_set_result_unless_cancelled
from fujita.gen.convert import Yieldable, convert_yielded
from fujita.gen.moment import _NullFuture
from fujita.gen.outcome import call_when_done, keep, let_go
from fujita.gen.parallel import QuietExceptions
from fujita.ioloop import IOLoop
from fujita.log import app_log


def sleep(duration: float) -> "Future[None]":
    """Returns a future that ends after ``duration`` seconds; to sleep, yield or await it."""
    future: Future[None] = Future()
    future.get_loop().call_later(duration, future_set_result_unless_cancelled, future, None)
    return future


def with_timeout(
    timeout: float | datetime.timedelta,
    future: Yieldable,
    quiet_exceptions: QuietExceptions = (),
    *,
    message: str | Callable[[], str] | None = None,
) -> "Future[Any]":
    """Waits for something, but not for ever.

    What is waited for goes on after the timeout, and can be waited for again. (`asyncio.wait_for`
    differs: it cancels.) If it fails then, that is logged, unless it is by cancellation.

    Args:
        timeout: A `datetime.timedelta` from now, or a point in time of `IOLoop.time`.
        future: A future, or anything else that a coroutine may yield.
        quiet_exceptions: Types of exceptions that are not logged after the timeout.
        message: The text of the `TimeoutError`, or a function that is called for it only when
            the time is over; "Timeout" without it.

    Returns:
        A future that ends as ``future`` does, or with a `TimeoutError`.

    Raises:
        BadYieldError: ``future`` is nothing to wait for.
        TypeError: ``timeout`` is neither a number nor a timedelta.
    """
    result: Future[Any] = Future()
    awaited: Any = convert_yielded(future)
    if isinstance(awaited, _NullFuture):
        result.set_result(None)
        return result
    chain_future(awaited, result)
    if awaited.done():
        return result
    io_loop = IOLoop.current()
    expired = False

    def expire() -> None:
        nonlocal expired
        expired = True
        let_go(result)
        if not result.done():
            text = message() if callable(message) else message
            result.set_exception(TimeoutError("Timeout" if text is None else text))

    handle = io_loop.add_timeout(timeout, expire)

    def awaited_done(awaited: Any) -> None:
        let_go(result)
        if not expired:
            io_loop.remove_timeout(handle)
        elif not awaited.cancelled():
            error = awaited.exception()
            if error is not None and not isinstance(error, (CancelledError, quiet_exceptions)):
                app_log.error("Exception in Future %r after timeout", awaited, exc_info=error)

    call_when_done(awaited, awaited_done)
    keep(result, awaited)
    return result
