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
from typing import Any, TypeAlias, cast

Step: TypeAlias = "tuple[Callable[..., Coroutine[Any, Any, Any] | None], *tuple[Any, ...]]"
"""A function that returns what is left to do, and its arguments."""

_NOTHING = object()


class _Lent:
    """What a lent task runs: the coroutine that it has taken over, or nothing.

    A class rather than an ``async def``, because a cancellation that comes before a task's
    first step would end an ``async def`` without ever running it. Registered as a
    ``Coroutine``, from which an extension type (``tasks.pxd``) cannot descend.
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


Coroutine.register(_Lent)


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
    task = Task(cast("Coroutine[Any, Any, Any]", lent), loop=loop, context=Context())
    # Nothing is lost where the loop ends before the task does.
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    return task, lent


_pools: dict[AbstractEventLoop, Pool] = {}


_latest: tuple[AbstractEventLoop | None, Pool] = (None, Pool())
"""The loop that was asked for last, in a server always the same, and its pool. One tuple, so
that loops in several threads cannot mix theirs up."""


def pool_of(loop: AbstractEventLoop) -> Pool:
    """Gives what a loop has to lend, to be passed to ``start`` and ``call``."""
    known_loop, pool = _latest
    if known_loop is loop:
        return pool
    return _look_up(loop)


def _look_up(loop: AbstractEventLoop) -> Pool:
    global _latest
    pool = _pools.get(loop)
    if pool is None:
        for known in list(_pools):
            if known.is_closed():
                _pools.pop(known, None)
        pool = _pools[loop] = Pool()
    _latest = (loop, pool)
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
    return _lend(None, running, loop, pool, context)


def call(
    step: Step, loop: AbstractEventLoop, pool: Pool, context: Context | None = None
) -> Task[Any] | None:
    """Calls a function as the first step of a task that is only made if there are more.

    Args:
        step: The function and its arguments; it returns a coroutine for what is left to do, or
            ``None``.
        loop: The running loop.
        pool: What ``pool_of(loop)`` gave.
        context: The context to run it in, by default a copy of the current one.

    Returns:
        ``None`` if nothing is left, else the task that goes on with it.

    Raises:
        BaseException: Whatever the first step raised.
    """
    return _lend(step, None, loop, pool, context)


def _lend(
    step: "Step | None",
    running: Coroutine[Any, Any, Any] | None,
    loop: AbstractEventLoop,
    pool: Pool,
    context: Context | None,
) -> Task[Any] | None:
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
        if running is None:
            assert step is not None
            running = _call_in_task(*step)
        return loop.create_task(running, context=context)
    if context is None:
        context = copy_context()
    try:
        if running is None:
            assert step is not None
            running = context.run(*step)  # type: ignore[call-arg]
            if running is None:
                return None
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


async def _call_in_task(
    function: Callable[..., Coroutine[Any, Any, Any] | None], *arguments: Any
) -> None:
    rest = function(*arguments)
    if rest is not None:
        await rest


def release(loop: AbstractEventLoop) -> None:
    """Forgets a loop that ends."""
    global _latest
    _pools.pop(loop, None)
    if _latest[0] is loop:
        _latest = (None, Pool())
