"""`coroutine`: makes a function of a generator, that waits where it yields."""

from collections.abc import Callable, Generator
from contextvars import copy_context
from functools import wraps
from typing import Any, ParamSpec, TypeVar, overload

from fujita.concurrent import Future
from fujita.gen.runner import Runner, advance, drive

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")

_ENDED = object()


@overload
def coroutine(
    func: Callable[Arguments, Generator[Any, Any, Result]],
) -> "Callable[Arguments, Future[Result]]": ...


@overload
def coroutine(func: Callable[Arguments, Result]) -> "Callable[Arguments, Future[Result]]": ...


def coroutine(func: Callable[..., Any]) -> "Callable[..., Future[Any]]":
    """Decorates a generator function, so that a call starts it and returns a future.

    Where the generator yields something to wait for (a future, an awaitable, a list or dict of
    them), it is resumed with the result, or with the exception, once that is there. What is
    there already is handed over at once. The future ends with the value that the generator
    returns, with the exception that it raises, or cancelled, where that is
    `asyncio.CancelledError`. A function that is no generator may be decorated, too.

    It runs in a copy of the caller's context: context variables that it sets stay its own.

    An exception is kept in the future: it goes unnoticed until somebody waits for the future,
    so every call wants to be yielded or awaited, or handed to `IOLoop.add_future`. Only
    exceptions outside of `Exception`, such as `KeyboardInterrupt`, are raised where they occur.

    New programs say ``async def`` and ``await``; both kinds can wait for each other.
    """

    @wraps(func)
    def start(*args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        if future._source_traceback:  # type: ignore[attr-defined]
            # In debug mode a future tells where it was made; that is where we were called.
            del future._source_traceback[-1]  # type: ignore[attr-defined]
        context = copy_context()
        steps = drive(func, args, kwargs, future)
        yielded = context.run(next, steps, _ENDED)
        if yielded is not _ENDED:
            try:
                pending = context.run(advance, steps, yielded)
            except StopIteration:
                pass
            else:
                Runner(context.run, steps, future, pending)
        return future

    start.__tornado_coroutine__ = True  # type: ignore[attr-defined]
    return start


def is_coroutine_function(func: Any) -> bool:
    """Tells whether ``func`` was made by `coroutine`; ``async def`` functions were not."""
    return getattr(func, "__tornado_coroutine__", False)
