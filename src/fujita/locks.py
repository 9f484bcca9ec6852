"""Locks for coroutines, in the manner of `threading`'s: to wait is to ``await``, or to ``yield``.

Nothing here is meant for threads: it keeps the coroutines of one event loop from each other.

Wherever there is a ``timeout``, it may be a `datetime.timedelta` from now, a number, which is a
point in time of `IOLoop.time`, or None for no limit. With a time that is over already (0, for one)
the wait succeeds at once, or fails in the loop's next turn.
"""

from asyncio import CancelledError
from types import TracebackType
from typing import NoReturn

from fujita.concurrent import Future
from fujita.gen.waiters import Deadline, Waiters, time_out

__all__ = ["BoundedSemaphore", "Condition", "Event", "Lock", "Semaphore"]


class _TimeoutGarbageCollector:
    """What `Condition` and `Semaphore` have in common: a line of waiters."""

    def __init__(self) -> None:
        self._waiters = Waiters()


class Condition(_TimeoutGarbageCollector):
    """Lets coroutines wait until another one notifies them.

    In contrast to `threading.Condition`, no lock belongs to it, as coroutines are interrupted only
    where they wait. A notification that nobody waits for is lost.
    """

    def __repr__(self) -> str:
        waiters = f" waiters[{len(self._waiters)}]" if self._waiters else ""
        return f"<{type(self).__name__}{waiters}>"

    def wait(self, timeout: Deadline = None) -> "Future[bool]":
        """Waits for a notification.

        Returns:
            A future for True; after the timeout, for False.
        """
        waiter: Future[bool] = Future()
        self._waiters.enqueue(waiter, timeout, self._expire)
        return waiter

    def _expire(self, waiter: "Future[bool]") -> None:
        waiter.set_result(False)
        self._waiters.tidy()

    def notify(self, n: int = 1) -> None:
        """Wakes those ``n`` that have waited longest. They go on in the loop's next turn."""
        for _ in range(n):
            waiter = self._waiters.next_pending()
            if waiter is None:
                return
            waiter.set_result(True)

    def notify_all(self) -> None:
        """Wakes all that wait."""
        self.notify(len(self._waiters))


class Event:
    """Lets coroutines wait for something to be so; waiting for it afterwards takes no time."""

    def __init__(self) -> None:
        self._is_set = False
        self._waiters = Waiters()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'set' if self._is_set else 'clear'}>"

    def is_set(self) -> bool:
        """Tells whether the event has been set, and not been cleared since."""
        return self._is_set

    def set(self) -> None:
        """Sets the event: all that wait are woken, and later calls of `wait` need not."""
        self._is_set = True
        self._waiters.release_all()

    def clear(self) -> None:
        """Takes the event back: calls of `wait` wait from now on."""
        self._is_set = False

    def wait(self, timeout: Deadline = None) -> "Future[None]":
        """Waits until the event is set.

        Returns:
            A future for None; after the timeout, it raises `TimeoutError`.
        """
        waiter: Future[None] = Future()
        if self._is_set:
            waiter.set_result(None)
        else:
            self._waiters.enqueue(waiter, timeout, self._expire)
        return waiter

    def _expire(self, waiter: "Future[None]") -> None:
        time_out(waiter)
        self._waiters.tidy()


class _ReleasingContextManager:
    """What `acquire` resolves to: leaving its ``with`` block releases the lock."""

    __slots__ = ("_lock",)

    def __init__(self, lock: "Semaphore") -> None:
        self._lock = lock

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self._lock.release()


class Semaphore(_TimeoutGarbageCollector):
    """A counter that `acquire` lowers and `release` raises; at zero, `acquire` waits.

    It lets so many coroutines at a resource and no more::

        semaphore = Semaphore(2)

        async def work():
            async with semaphore:
                await use_the_resource()

    A decorated coroutine says ``with (yield semaphore.acquire()):``.

    Args:
        value: How many may hold the semaphore at the same time.

    Raises:
        ValueError: ``value`` is negative.
    """

    def __init__(self, value: int = 1) -> None:
        super().__init__()
        if value < 0:
            raise ValueError(f"semaphore initial value must be >= 0, got {value}")
        self._value = value

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]} [{self._state()}]>"

    def _state(self) -> str:
        state = f"unlocked,value:{self._value}" if self._value else "locked"
        return f"{state},waiters:{len(self._waiters)}" if self._waiters else state

    def release(self) -> None:
        """Raises the counter, or hands its place to the coroutine that has waited longest."""
        if self._waiters and (waiter := self._waiters.next_pending()) is not None:
            waiter.set_result(_ReleasingContextManager(self))
        else:
            self._value += 1

    def acquire(self, timeout: Deadline = None) -> "Future[_ReleasingContextManager]":
        """Lowers the counter, as soon as it is above zero.

        Returns:
            A future for a context manager that calls `release` at the end of its block. After the
            timeout, it raises `TimeoutError`, and the counter is as it was.
        """
        waiter: Future[_ReleasingContextManager] = Future()
        if self._value > 0:
            self._value -= 1
            waiter.set_result(_ReleasingContextManager(self))
        else:
            self._waiters.enqueue(waiter, timeout, self._expire)
        return waiter

    def _expire(self, waiter: "Future[_ReleasingContextManager]") -> None:
        time_out(waiter)
        self._waiters.tidy()

    def __enter__(self) -> NoReturn:
        raise RuntimeError("Use 'async with' instead of 'with' for Semaphore")

    def __exit__(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__enter__()

    async def __aenter__(self) -> None:
        await _acquire(self)

    async def __aexit__(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.release()


class BoundedSemaphore(Semaphore):
    """A semaphore that does not let its counter rise above the value that it started with.

    Where that would happen, `release` was called once too often, and the program has a bug.
    """

    def __init__(self, value: int = 1) -> None:
        super().__init__(value)
        self._initial_value = value

    def release(self) -> None:
        """Raises the counter, or hands its place to the coroutine that has waited longest.

        Raises:
            ValueError: Everything that was acquired has been released already.
        """
        if self._value >= self._initial_value:
            raise ValueError("Semaphore released too many times")
        super().release()


class Lock:
    """A lock that one coroutine holds at a time. The others get it in the order of their coming.

    Usually it is taken by ``async with lock:``, in a decorated coroutine by
    ``with (yield lock.acquire()):``. Whoever took it must not take it again before releasing it.
    """

    def __init__(self) -> None:
        # panel looks at the value of the semaphore of this name.
        self._block = BoundedSemaphore()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} [{self._block._state()}]>"

    def acquire(self, timeout: Deadline = None) -> "Future[_ReleasingContextManager]":
        """Takes the lock, as soon as it is free.

        Returns:
            A future for a context manager that calls `release` at the end of its block. After the
            timeout, it raises `TimeoutError`.
        """
        return self._block.acquire(timeout)

    def release(self) -> None:
        """Gives the lock to the coroutine that has waited longest, or else leaves it free.

        Raises:
            RuntimeError: Nobody holds the lock.
        """
        try:
            self._block.release()
        except ValueError:
            raise RuntimeError("release unlocked lock") from None

    def __enter__(self) -> NoReturn:
        raise RuntimeError("Use 'async with' instead of 'with' for Lock")

    def __exit__(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.__enter__()

    async def __aenter__(self) -> None:
        await _acquire(self)

    async def __aexit__(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.release()


async def _acquire(lock: Semaphore | Lock) -> None:
    acquired = lock.acquire()
    try:
        await acquired
    except CancelledError:
        # The lock may have been handed over in the very turn in which the task was cancelled.
        # Nobody would ever give it back then.
        if isinstance(acquired, Future) and acquired.done() and not acquired.cancelled():
            lock.release()
        raise
