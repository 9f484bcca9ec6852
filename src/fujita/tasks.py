"""Runs a coroutine's first step at once, and gives it a task only if it has to wait.

A task of its own costs a request 3 to 8 µs, and most handlers never wait. Yet within a
handler ``asyncio.current_task()``, ``asyncio.timeout()``, ``TaskGroup`` and context variables
have to work from the first line. So a parked task from a pool lends its identity to the first
step, by ``_enter_task`` and ``_leave_task`` (asyncio's documentation, "Extending asyncio"). A
step that returns gives the parked task back. If it suspends, the parked task takes the
coroutine over: what ``timeout()`` took note of is the task that goes on.

Every coroutine runs in a context of its own, all its steps in the same one.
"""

import threading
from asyncio import AbstractEventLoop, Future, Task, isfuture
from asyncio.tasks import _enter_task, _leave_task
from collections.abc import Coroutine, Generator
from contextvars import Context, copy_context
from typing import Any

_NOTHING = object()


class _Parked(Coroutine[Any, Any, Any]):
    """What a parked task runs: nothing until a coroutine is handed to it, then that.

    A class rather than an ``async def``, because a task may lend its identity before its own
    first step, and a cancellation that comes before the first step would end an ``async def``
    without ever running it.
    """

    __slots__ = ("awaited", "context", "running", "signal", "task")

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.signal: Future[None] | None = None
        self.running: Coroutine[Any, Any, Any] | None = None
        self.awaited: Any = _NOTHING
        self.context: Context | None = None
        # An empty context: the task outlives whatever request it was made in.
        self.task: Task[Any] = loop.create_task(self, context=Context())

    def is_cancelled(self) -> bool:
        """Tells whether the task was cancelled before it waited for its signal."""
        return self.task._must_cancel or self.task.done()  # type: ignore[attr-defined]

    def adopt(self, running: Coroutine[Any, Any, Any], awaited: Any, context: Context) -> None:
        """Takes over a coroutine that is suspended on ``awaited``."""
        self.running = running
        self.awaited = awaited
        self.context = context
        if self.signal is not None and not self.signal.done():
            self.signal.set_result(None)
        # The task holds this object, and will never be lent again: no cycle may be left.
        del self.task

    def send(self, value: Any) -> Any:
        if self.running is None:
            return self._park()
        if self.awaited is not _NOTHING:
            awaited, self.awaited = self.awaited, _NOTHING
            return awaited
        assert self.context is not None
        return self.context.run(self.running.send, value)

    def throw(self, error: Any, value: Any = None, traceback: Any = None) -> Any:
        if self.running is None:
            raise error
        if self.awaited is not _NOTHING:
            # Cancelled between the first step and now. As asyncio does, cancel what the
            # coroutine awaits and let it hear of that from there.
            awaited, self.awaited = self.awaited, _NOTHING
            if isfuture(awaited) and awaited.cancel():
                return awaited
        assert self.context is not None
        return self.context.run(self.running.throw, error)

    def close(self) -> None:
        if self.running is not None:
            self.running.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        raise TypeError("only a task can run this")

    def _park(self) -> Future[None]:
        """Yields a future to the task in the way ``await`` does."""
        self.signal = self.task.get_loop().create_future()
        self.signal._asyncio_future_blocking = True
        return self.signal


Pool = list[_Parked]

# A parked task holds its loop: nothing weak would let go of the two.
_pools: dict[AbstractEventLoop, Pool] = {}


class _Latest(threading.local):
    """The loop that was asked for last in this thread: in a server, always the same."""

    loop: AbstractEventLoop | None = None
    pool: Pool


_latest = _Latest()


def pool_of(loop: AbstractEventLoop) -> Pool:
    """Gives the parked tasks of a loop, to be passed to ``start``."""
    if _latest.loop is loop:
        return _latest.pool
    pool = _pools.get(loop)
    if pool is None:
        for known in list(_pools):
            if known.is_closed():
                _pools.pop(known, None)
        pool = _pools[loop] = []
    _latest.loop, _latest.pool = loop, pool
    return pool


def start(
    running: Coroutine[Any, Any, Any], loop: AbstractEventLoop, pool: Pool
) -> Task[Any] | None:
    """Runs the first step of a coroutine now, the rest in a task if there is a rest.

    Args:
        running: The coroutine; not yet started.
        loop: The running loop.
        pool: What ``pool_of(loop)`` gave.

    Returns:
        ``None`` if the coroutine has come to its end, else the task that goes on with it.

    Raises:
        BaseException: Whatever the coroutine raised in its first step.
    """
    parked = pool.pop() if pool else _Parked(loop)
    signal = parked.signal
    if parked.is_cancelled() if signal is None else signal.done():
        parked = _unharmed(pool, loop)
    task = parked.task
    try:
        _enter_task(loop, task)
    except RuntimeError:
        # Called from within another task, where no other can lend its identity.
        pool.append(parked)
        return loop.create_task(running)
    context = copy_context()
    try:
        awaited = context.run(running.send, None)
    except StopIteration:
        return None
    else:
        parked.adopt(running, awaited, context)
        return task
    finally:
        _leave_task(loop, task)
        if parked.running is None:
            pool.append(parked)


def _unharmed(pool: Pool, loop: AbstractEventLoop) -> _Parked:
    """Finds a task to lend that nobody has cancelled.

    Any code that has ever asked for its current task may cancel it later, also when it is
    parked; that would hit the coroutine that it is lent to next. ``cancelling()`` does not tell:
    ``uncancel()`` does not undo a cancellation that is on its way.
    """
    while pool:
        parked = pool.pop()
        signal = parked.signal
        if not (parked.is_cancelled() if signal is None else signal.done()):
            return parked
    return _Parked(loop)


def release(loop: AbstractEventLoop) -> None:
    """Ends the parked tasks of a loop; for a server that stops."""
    _latest.loop = None
    for parked in _pools.pop(loop, []):
        parked.task.cancel()
