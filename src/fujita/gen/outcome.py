"""How coroutines hear of a future's end, and pass on how they ended themselves."""

import asyncio
from collections.abc import Callable
from concurrent import futures
from contextvars import Context
from functools import partial
from typing import Any

from fujita.concurrent import Future, future_set_exception_unless_cancelled
from fujita.ioloop import IOLoop

DoneCallback = Callable[[Any], object]


def drop_frame(error: BaseException) -> BaseException:
    """Takes the frame that has just caught ``error`` out of its traceback.

    Whoever reads the traceback looks for the program's lines, not for ours. And our frame holds
    the future that is about to hold the error: without the frame there is no reference cycle,
    and all of it is freed as soon as the last user lets go.
    """
    if error.__traceback__ is not None:
        error.__traceback__ = error.__traceback__.tb_next
    return error


def settle_failure(future: "Future[Any]", error: BaseException) -> None:
    """Ends the future of a coroutine that raised ``error``."""
    if isinstance(error, asyncio.CancelledError):
        future.cancel()
    else:
        future_set_exception_unless_cancelled(future, error)


def keep(future: "Future[Any]", worker: object) -> None:
    """Lets a future hold on to whatever is going to end it.

    Callbacks point the other way, from what is waited for to who waits. Where the program has
    only a weak reference to what is waited for, all of it would be garbage without this.
    """
    future._fujita_keeps = worker  # type: ignore[attr-defined]


def let_go(future: "Future[Any]") -> None:
    """Takes back what `keep` did, and with it a reference cycle."""
    future._fujita_keeps = None  # type: ignore[attr-defined]


def call_when_done(
    future: "Future[Any] | futures.Future[Any]",
    callback: DoneCallback,
    context: Context | None = None,
) -> None:
    """Calls ``callback(future)`` on the current loop, in a turn after the future has ended.

    Args:
        future: May be one of `concurrent.futures`, and then end in any thread.
        callback: What to call.
        context: What the callback runs in; None takes a copy of the current context.
    """
    if isinstance(future, futures.Future):
        loop = IOLoop.current().asyncio_loop
        future.add_done_callback(partial(_hop, loop, callback, context))
    else:
        future.add_done_callback(callback, context=context)


def _hop(
    loop: asyncio.AbstractEventLoop,
    callback: DoneCallback,
    context: Context | None,
    future: "futures.Future[Any]",
) -> None:
    """Brings a callback from the thread where the future ended to the loop that waits for it."""
    try:
        loop.call_soon_threadsafe(callback, future, context=context)
    except RuntimeError:
        # The loop has been closed while the thread worked: nobody waits any more.
        pass
