"""The line in front of a lock or a queue: futures that wait for their turn."""

import datetime
from collections import deque
from collections.abc import Callable
from typing import Any

from fujita.concurrent import Future
from fujita.ioloop import IOLoop

Deadline = float | datetime.timedelta | None
"""How long to wait: until a point in time of `IOLoop.time`, for a timedelta, or without end."""


class Waiters(deque["Future[Any]"]):
    """Futures in the order in which they came.

    Waiters that time out or are cancelled stay in the line. They are passed over when their turn
    comes, and dropped before they could outnumber the others: this costs less than taking each
    out of the middle, and never needs a callback.
    """

    __slots__ = ("_tidy_at",)

    def __init__(self) -> None:
        super().__init__()
        self._tidy_at = 100

    def enqueue(
        self,
        waiter: "Future[Any]",
        timeout: Deadline,
        expire: Callable[["Future[Any]"], None],
    ) -> None:
        """Lets a waiter join the line; ``expire(waiter)`` is called if it is too late for it.

        Raises:
            TypeError: ``timeout`` is neither a number nor a timedelta.
        """
        if timeout is not None:
            _set_deadline(waiter, timeout, expire)
        self.tidy()
        self.append(waiter)

    def next_pending(self) -> "Future[Any] | None":
        """Takes the first waiter that still waits out of the line; None if there is none."""
        while self:
            waiter = self.popleft()
            if not waiter.done():
                return waiter
        return None

    def release_all(self) -> None:
        """Ends every waiter that still waits with None, and the line with it."""
        while (waiter := self.next_pending()) is not None:
            waiter.set_result(None)

    def tidy(self) -> None:
        """Drops waiters that have ended: in front always, behind if there may be many."""
        while self and self[0].done():
            self.popleft()
        if len(self) > self._tidy_at:
            pending = [waiter for waiter in self if not waiter.done()]
            self.clear()
            self.extend(pending)
            self._tidy_at = 100 + 2 * len(pending)


def time_out(waiter: "Future[Any]") -> None:
    """Ends a waiter whose time is over with a `TimeoutError`."""
    waiter.set_exception(TimeoutError("Timeout"))


def _set_deadline(
    future: "Future[Any]",
    timeout: float | datetime.timedelta,
    expire: Callable[["Future[Any]"], None],
) -> None:
    io_loop = IOLoop.current()
    handle = io_loop.add_timeout(timeout, _expire_if_pending, future, expire)
    future.add_done_callback(lambda _: io_loop.remove_timeout(handle))


def _expire_if_pending(future: "Future[Any]", expire: Callable[["Future[Any]"], None]) -> None:
    if not future.done():
        expire(future)
