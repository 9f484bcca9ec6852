"""One timer for the deadlines of all requests of a connection."""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable


class DeadlineTimer:
    """Calls a function when a deadline is over.

    The timer is not moved with each new deadline, but looks when it fires: as long as deadlines
    are further away than that, a new one costs an assignment.

    Args:
        loop: The loop.
        clock: The clock that deadlines are of.
        expired: Is called when a deadline is over.

    Attributes:
        deadline: The present deadline; None for none.
    """

    __slots__ = ("_at", "_clock", "_expired", "_handle", "_loop", "deadline")

    def __init__(
        self, loop: AbstractEventLoop, clock: Callable[[], float], expired: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._clock = clock
        self._expired = expired
        self._handle: TimerHandle | None = None
        self._at = 0.0
        self.deadline: float | None = None

    def set(self, deadline: float | None) -> None:
        """Sets the deadline, None for none."""
        self.deadline = deadline
        if deadline is not None and (self._handle is None or deadline < self._at):
            self.cancel()
            self._schedule(deadline)

    def cancel(self) -> None:
        """Takes the timer off the loop."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _schedule(self, deadline: float) -> None:
        self._at = deadline
        self._handle = self._loop.call_at(deadline, self._fire)

    def _fire(self) -> None:
        self._handle = None
        deadline = self.deadline
        if deadline is None:
            return
        if deadline <= self._clock():
            self.deadline = None
            self._expired()
        else:
            self._schedule(deadline)
