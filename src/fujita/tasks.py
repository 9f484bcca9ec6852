"""Runs a coroutine's first step at once, and gives it a task only if it has to wait.

A task of its own costs a request 3 to 8 µs, and most handlers never wait. Yet within a
handler ``asyncio.current_task()``, ``asyncio.timeout()``, ``TaskGroup`` and context variables
have to work from the first line. So one task lends its identity to all first steps of a turn
of the loop, by ``_enter_task`` and ``_leave_task`` (asyncio's documentation, "Extending
asyncio"). If a step suspends, the task takes its coroutine over, so that what ``timeout()``
took note of is the task that goes on, and the next step is lent another. A task that was not
needed ends in the loop's next turn: none lingers, and none is seen that has nothing to do.

Every coroutine runs in a context of its own, all its steps in the same one.
"""

from asyncio import AbstractEventLoop, Task, isfuture
from asyncio.tasks import _enter_task, _leave_task
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, copy_context
from threading import local
from typing import Any

_NOTHING = object()


class _Lent(Coroutine[Any, Any, Any]):
    """What a lent task runs: the coroutine that it has taken over, or nothing.

    A class rather than an ``async def``, because a cancellation that comes before a task's
    first step would end an ``async def`` without ever running it.
    """

    __slots__ = ("awaited", "context", "over", "running")

    def __init__(self) -> None:
        self.running: Coroutine[Any, Any, Any] | None = None
        self.awaited: Any = _NOTHING
        self.context: Context | None = None
        self.over = False
        """Whether the task has begun its own first step, and cannot be lent any more."""

    def adopt(self, running: Coroutine[Any, Any, Any], awaited: Any, context: Context) -> None:
        """Takes over a coroutine that is suspended on ``awaited``."""
        self.running = running
        # To await a future marks it, and the task that is handed it takes the mark away. Until
        # then nobody else could await it, as another request may in this very turn.
        if isfuture(awaited):
            awaited._asyncio_future_blocking = False
        self.awaited = awaited
        self.context = context

    def send(self, value: Any) -> Any:
        """Takes the next step; the first one only hands on what the coroutine waits for."""
        if self.running is None:
            self.over = True
            raise StopIteration
        if self.awaited is not _NOTHING:
            return self._hand_on()
        assert self.context is not None
        return self.context.run(self.running.send, value)

    def throw(self, error: Any, value: Any = None, traceback: Any = None) -> Any:
        """Takes the next step with an exception, a cancellation mostly."""
        if self.running is None:
            self.over = True
            raise error
        if self.awaited is not _NOTHING:
            # Cancelled between the first step and now. As asyncio does, cancel what the
            # coroutine awaits and let it hear of that from there.
            awaited = self._hand_on()
            if isfuture(awaited):
                if awaited.cancel():
                    return awaited
                awaited._asyncio_future_blocking = False
        assert self.context is not None
        return self.context.run(self.running.throw, error)

    def _hand_on(self) -> Any:
        """Gives the task what the coroutine waits for, as the coroutine itself would have."""
        awaited, self.awaited = self.awaited, _NOTHING
        if isfuture(awaited):
            awaited._asyncio_future_blocking = True
        return awaited

    def close(self) -> None:
        """Closes the coroutine that was taken over."""
        if self.running is not None:
            self.running.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        """Refuses: only a task can run this."""
        raise TypeError("only a task can run this")


class Pool:
    """The task that a loop has to lend."""

    __slots__ = ("lent", "task")

    def __init__(self) -> None:
        self.lent: _Lent | None = None
        self.task: Task[Any] | None = None


def _make(loop: AbstractEventLoop) -> tuple[Task[Any], _Lent]:
    lent = _Lent()
    # Not by create_task(): a program's task factory may begin with tasks at once. An empty
    # context, as the task is not part of the request that it was made for.
    task = Task(lent, loop=loop, context=Context())
    # Nothing is lost where the loop ends before the task does.
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    return task, lent


_pools: dict[AbstractEventLoop, Pool] = {}


class _Latest(local):
    """The loop that was asked for last in this thread: in a server, always the same."""

    loop: AbstractEventLoop | None = None
    pool: Pool


_latest = _Latest()


def pool_of(loop: AbstractEventLoop) -> Pool:
    """Gives what a loop has to lend, to be passed to ``start``."""
    if _latest.loop is loop:
        return _latest.pool
    pool = _pools.get(loop)
    if pool is None:
        for known in list(_pools):
            if known.is_closed():
                _pools.pop(known, None)
        pool = _pools[loop] = Pool()
    _latest.loop, _latest.pool = loop, pool
    return pool


def start(
    running: Coroutine[Any, Any, Any],
    loop: AbstractEventLoop,
    pool: Pool,
    context: Context | None = None,
) -> Task[Any] | None:
    """Runs the first step of a coroutine now, the rest in a task if there is a rest.

    Args:
        running: The coroutine; not yet started.
        loop: The running loop.
        pool: What ``pool_of(loop)`` gave.
        context: The context to run it in, by default a copy of the current one.

    Returns:
        ``None`` if the coroutine has come to its end, else the task that goes on with it.

    Raises:
        BaseException: Whatever the coroutine raised in its first step.
    """
    task, lent = pool.task, pool.lent
    # Whoever has asked for the current task may cancel it at any time, which must not hit the
    # coroutine that it is lent to next. cancelling() does not tell: uncancel() takes it back
    # without undoing a cancellation that is on its way.
    if task is None or lent is None or lent.over or task._must_cancel:  # type: ignore[attr-defined]
        task, lent = _make(loop)
    pool.task = None
    try:
        _enter_task(loop, task)
    except RuntimeError:
        # Called from within another task, where no other can lend its identity.
        pool.task, pool.lent = task, lent
        return loop.create_task(running, context=context)
    if context is None:
        context = copy_context()
    try:
        awaited = context.run(running.send, None)
    except StopIteration:
        return None
    else:
        lent.adopt(running, awaited, context)
        task._log_destroy_pending = True  # type: ignore[attr-defined]
        return task
    finally:
        _leave_task(loop, task)
        if lent.running is None:
            pool.task, pool.lent = task, lent


def call(
    function: Callable[[Any], Coroutine[Any, Any, Any] | None],
    argument: Any,
    loop: AbstractEventLoop,
    pool: Pool,
    context: Context,
) -> Task[Any] | None:
    """Calls a function as if in a task, and runs the coroutine that it may return as ``start``.

    Where most calls have nothing to wait for, they need no coroutine either.

    Args:
        function: The function; returns a coroutine that has not been started, or None.
        argument: What to call it with.
        loop: The running loop.
        pool: What ``pool_of(loop)`` gave.
        context: The context to run it in.

    Returns:
        ``None`` if there is nothing left to do, else the task that goes on with it.

    Raises:
        BaseException: Whatever the function, or the coroutine in its first step, raised.
    """
    task, lent = pool.task, pool.lent
    if task is None or lent is None or lent.over or task._must_cancel:  # type: ignore[attr-defined]
        task, lent = _make(loop)
    pool.task = None
    try:
        _enter_task(loop, task)
    except RuntimeError:
        pool.task, pool.lent = task, lent
        return loop.create_task(_called(function, argument), context=context)
    try:
        running = context.run(function, argument)
        if running is None:
            return None
        try:
            awaited = context.run(running.send, None)
        except StopIteration:
            return None
        lent.adopt(running, awaited, context)
        task._log_destroy_pending = True  # type: ignore[attr-defined]
        return task
    finally:
        _leave_task(loop, task)
        if lent.running is None:
            pool.task, pool.lent = task, lent


async def _called(
    function: Callable[[Any], Coroutine[Any, Any, Any] | None], argument: Any
) -> None:
    running = function(argument)
    if running is not None:
        await running


def release(loop: AbstractEventLoop) -> None:
    """Forgets a loop that ends."""
    _pools.pop(loop, None)
    if _latest.loop is loop:
        _latest.loop = None
        del _latest.pool
