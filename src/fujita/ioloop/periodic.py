"""Calls that repeat."""

import asyncio
import datetime
import math
import random
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from types import CoroutineType
from typing import Any

from fujita.ioloop.loop import IOLoop
from fujita.log import app_log


class PeriodicCallback:
    """Calls a function again and again, at fixed distances of time.

    The schedule does not drift: a late call does not move those after it, and where a call took
    longer than the period, the calls that it overran are left out. A callback that returns an
    awaitable counts as running until that is done. What a callback raises is logged, and the
    schedule goes on.

    Args:
        callback: What to call, without arguments. It may be a coroutine function.
        callback_time: The period in milliseconds, or as a `datetime.timedelta`.
        jitter: How much of the period chance may add or take, as a part of it: each distance is
            drawn from a window of ``jitter * callback_time`` around the period. It keeps
            many timers of one period from firing together.

    Raises:
        ValueError: The period is not positive.

    Attributes:
        callback: As given.
        callback_time: The period in milliseconds; a change takes effect after the next call.
        jitter: As given.
        io_loop: The loop that was current when `start` was called last.
    """

    io_loop: IOLoop

    def __init__(
        self,
        callback: Callable[[], Awaitable[Any] | None],
        callback_time: datetime.timedelta | float,
        jitter: float = 0,
    ) -> None:
        if isinstance(callback_time, datetime.timedelta):
            callback_time = callback_time / datetime.timedelta(milliseconds=1)
        if callback_time <= 0:
            raise ValueError(
                "Periodic callback must have a positive callback_time, "
                f"got {callback_time} milliseconds"
            )
        self.callback = callback
        self.callback_time = callback_time
        self.jitter = jitter
        self._next_timeout = 0.0
        self._timeout: object | None = None
        # Each start() counts one up. A callback that was still awaited when the timer was
        # stopped and started again belongs to the schedule before, and must not plan a call.
        self._round = 0
        self._running = False

    def start(self) -> None:
        """Begins the schedule on the current `IOLoop`: the first call is one period away."""
        self.stop()
        self.io_loop = IOLoop.current()
        self._running = True
        self._round += 1
        self._next_timeout = time.monotonic()
        self._plan()

    def stop(self) -> None:
        """Ends the schedule; a callback that is being awaited runs to its end."""
        self._running = False
        if self._timeout is not None:
            self.io_loop.remove_timeout(self._timeout)
            self._timeout = None

    def is_running(self) -> bool:
        """Tells whether `start` has been called and `stop` has not since."""
        return self._running

    def _plan(self) -> None:
        # Not by the loop's time, which is that on the wall: were that set back by an hour, nothing
        # would be called for an hour.
        now = time.monotonic()
        self._update_next(now)
        self._timeout = self.io_loop.call_later(self._next_timeout - now, self._call, self._round)

    def _call(self, round: int) -> None:
        pending: asyncio.Future[Any] | None = None
        try:
            result: Any = self.callback()
            if isinstance(result, CoroutineType):
                pending = self.io_loop._create_task(result)
            elif isawaitable(result):
                pending = asyncio.ensure_future(result)
        except Exception:
            self._log_exception(None)
        finally:
            if pending is None:
                self._continue(round)
        if pending is not None:
            pending.add_done_callback(lambda future: self._finish(round, future))

    def _finish(self, round: int, future: "asyncio.Future[Any]") -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            self._log_exception(error)
        self._continue(round)

    def _continue(self, round: int) -> None:
        if self._running and round == self._round:
            self._plan()

    def _log_exception(self, error: BaseException | None) -> None:
        app_log.error("Exception in callback %r", self.callback, exc_info=error or True)

    def _update_next(self, current_time: float) -> None:
        """Moves the next call past ``current_time``, by whole periods from where it was."""
        period = self.callback_time / 1000.0
        if self.jitter:
            period *= 1 + self.jitter * (random.random() - 0.5)
        # A clock that was set back gives a negative delay: that is no reason to call sooner.
        overrun = max(0, math.floor((current_time - self._next_timeout) / period))
        self._next_timeout += (overrun + 1) * period
