"""Futures, asyncio's and those of `concurrent.futures`, handled alike.

`Future` is `asyncio.Future`. The helpers here complete, watch and join futures of either kind
without the caller having to ask which kind it holds.
"""

import asyncio
import functools
from collections.abc import Callable
from concurrent import futures
from types import TracebackType
from typing import Any, TypeVar

from fujita.log import app_log

__all__ = [
    "FUTURES",
    "DummyExecutor",
    "Future",
    "ReturnValueIgnoredError",
    "chain_future",
    "dummy_executor",
    "future_add_done_callback",
    "future_set_exc_info",
    "future_set_exception_unless_cancelled",
    "future_set_result_unless_cancelled",
    "is_future",
    "run_on_executor",
]

Result = TypeVar("Result")

Future = asyncio.Future

FUTURES = (futures.Future, Future)

AnyFuture = futures.Future[Result] | asyncio.Future[Result]


class ReturnValueIgnoredError(Exception):
    """Kept for programs that name it: nothing raises it any more."""


def is_future(x: Any) -> bool:
    """Tells whether ``x`` is a future of asyncio or of `concurrent.futures`."""
    return isinstance(x, FUTURES)


class DummyExecutor(futures.Executor):
    """An executor without threads: a job runs in the caller's, before `submit` returns."""

    def submit(  # type: ignore[override]
        self, fn: Callable[..., Result], *args: Any, **kwargs: Any
    ) -> futures.Future[Result]:
        """Calls ``fn(*args, **kwargs)`` at once.

        Returns:
            A future that is done already and holds the result, or the `Exception` that ``fn``
            raised. Anything else, such as `KeyboardInterrupt`, comes out of this call.
        """
        done: futures.Future[Result] = futures.Future()
        try:
            result = fn(*args, **kwargs)
        except Exception as error:
            done.set_exception(error)
        else:
            done.set_result(result)
        return done

    def shutdown(self, wait: bool = True, cancel_futures: bool = False) -> None:
        """Does nothing: there is no thread to end and no job that could still wait."""


dummy_executor = DummyExecutor()


def run_on_executor(*args: Any, **kwargs: Any) -> Callable[..., Any]:
    """Decorates a blocking method so that a call runs it on an executor and returns a future.

    The executor is the attribute ``executor`` of the object whose method is called; another
    attribute is named with ``@run_on_executor(executor="_thread_pool")``. The future can be
    awaited on the event loop of the caller. Where the choice is free, calling the blocking
    function through `IOLoop.run_in_executor` is clearer than decorating it.

    Args:
        *args: The method, where the decorator is written without parentheses.
        **kwargs: ``executor``, the name of the attribute that holds the executor.

    Raises:
        ValueError: More than the method was given, or keywords beside it.
    """
    if args and kwargs:
        raise ValueError("cannot combine positional and keyword args")
    if len(args) > 1:
        raise ValueError(f"expected 1 argument, got {len(args)}")
    attribute: str = kwargs.get("executor", "executor")

    def decorate(method: Callable[..., Any]) -> Callable[..., asyncio.Future[Any]]:
        @functools.wraps(method)
        def submit(self: Any, *args: Any, **kwargs: Any) -> asyncio.Future[Any]:
            answer: asyncio.Future[Any] = Future()
            chain_future(getattr(self, attribute).submit(method, self, *args, **kwargs), answer)
            return answer

        return submit

    return decorate(args[0]) if args else decorate


def chain_future(a: AnyFuture[Result], b: AnyFuture[Result]) -> None:
    """Completes ``b`` as ``a`` completes: with its result, its exception or its cancellation.

    Where ``b`` is done by then, it is left as it is. An asyncio ``a`` that is done already
    completes ``b`` before this returns; a `concurrent.futures.Future` does so on the next turn
    of the event loop, since it may finish in any thread: the loop of ``b``, or, where ``b`` has
    none, the loop that runs now. With neither, ``b`` is completed where ``a`` is.
    """

    def settle(source: AnyFuture[Result]) -> None:
        _settle(source, b)

    if isinstance(a, Future):
        future_add_done_callback(a, settle)
        return
    loop = _loop_to_settle_on(b)
    if loop is None:
        a.add_done_callback(settle)
        return

    def settle_on_loop(source: AnyFuture[Result]) -> None:
        try:
            loop.call_soon_threadsafe(_settle, source, b)
        except RuntimeError:
            # The loop has been closed: nobody is left who could wait for b.
            pass

    a.add_done_callback(settle_on_loop)


def _loop_to_settle_on(future: AnyFuture[Any]) -> asyncio.AbstractEventLoop | None:
    if isinstance(future, Future):
        return future.get_loop()
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _settle(source: AnyFuture[Result], target: AnyFuture[Result]) -> None:
    """Copies the outcome of ``source``, which is done, to ``target``."""
    if target.done():
        return
    if source.cancelled():
        target.cancel()
        return
    error = source.exception()
    if error is not None:
        target.set_exception(error)
    else:
        target.set_result(source.result())


def future_set_result_unless_cancelled(future: AnyFuture[Result], value: Result) -> None:
    """Sets the result of ``future``; a cancelled future stays as it is.

    Raises:
        asyncio.InvalidStateError: The future has a result or an exception already
            (`concurrent.futures.InvalidStateError` for futures of that kind).
    """
    if not future.cancelled():
        future.set_result(value)


def future_set_exception_unless_cancelled(future: AnyFuture[Any], exc: BaseException) -> None:
    """Sets the exception of ``future``; where it is cancelled, the exception is logged instead.

    Raises:
        asyncio.InvalidStateError: The future has a result or an exception already.
    """
    if future.cancelled():
        app_log.error("Exception after Future was cancelled", exc_info=exc)
    else:
        future.set_exception(exc)


def future_set_exc_info(
    future: AnyFuture[Any],
    exc_info: tuple[type[BaseException] | None, BaseException | None, TracebackType | None],
) -> None:
    """Sets the exception of ``future`` from what `sys.exc_info` gave.

    A cancelled future is left alone, as `future_set_exception_unless_cancelled` does.

    Raises:
        Exception: ``exc_info`` holds no exception.
    """
    error = exc_info[1]
    if error is None:
        raise Exception("future_set_exc_info called with no exception")
    future_set_exception_unless_cancelled(future, error)


def future_add_done_callback(future: AnyFuture[Result], callback: Callable[..., None]) -> None:
    """Calls ``callback(future)`` when the future is done: at once where it is done already.

    ``Future.add_done_callback`` of asyncio would wait for the next turn of the loop.
    """
    if future.done():
        callback(future)
    else:
        future.add_done_callback(callback)
