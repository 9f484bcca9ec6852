"""Closes connections that take too long over what they are doing."""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable
from enum import Enum

from fujita.httpserver.settings import ConnectionSettings


class Phase(Enum):
    """What a connection is waiting for."""

    IDLE = "a request"
    HEAD = "the rest of a request's head"
    BODY = "the rest of a request's body"
    BUSY = "the handler"


IDLE, HEAD, BODY, BUSY = Phase.IDLE, Phase.HEAD, Phase.BODY, Phase.BUSY


class PhaseTimer:
    """Watches how long a connection stays in a phase.

    There is one timer per connection, and it is not moved when the phase changes: it looks
    at the phase when it fires, and sleeps on for the time that is left. So a change of phase
    costs two assignments, and an idle connection wakes once in its timeout.
    """

    __slots__ = (
        "_expired",
        "_handle",
        "_loop",
        "_settings",
        "body_timeout",
        "phase",
        "received",
        "since",
        "stalled_since",
    )

    def __init__(
        self,
        loop: AbstractEventLoop,
        settings: ConnectionSettings,
        expired: Callable[[Phase], None],
    ) -> None:
        self._loop = loop
        self._settings = settings
        self._expired = expired
        self.phase = IDLE
        self.since = loop.time()
        self.received = 0
        """The bytes of the body that have come; the owner counts."""
        self.body_timeout: float | None = None
        self.stalled_since: float | None = None
        """Since when the peer has taken nothing of what is written to it."""
        self._handle: TimerHandle | None = None
        self._schedule(self.since + min(settings.idle_timeout, settings.header_timeout))

    def enter(self, phase: Phase) -> None:
        """Begins a phase."""
        self.phase = phase
        self.since = self._loop.time()

    def begin_body(self) -> None:
        """Begins the phase in which a body is read."""
        self.received = 0
        self.body_timeout = self._settings.body_timeout
        self.enter(BODY)

    def limit_body(self, timeout: float) -> None:
        """Gives the body that is being read, or about to be, a time limit in seconds."""
        self.body_timeout = timeout
        self._schedule(self._loop.time() + timeout)

    def _deadline(self) -> float | None:
        """Says when the connection will have been too long in its phase, ``None`` for never."""
        settings = self._settings
        if self.stalled_since is not None:
            return self.stalled_since + settings.write_timeout
        if self.phase is IDLE:
            return self.since + settings.idle_timeout
        if self.phase is HEAD:
            return self.since + settings.header_timeout
        if self.phase is BODY:
            if self.body_timeout is not None:
                return self.since + self.body_timeout
            return self.since + settings.body_grace + self.received / settings.body_rate
        return None

    def _schedule(self, when: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_at(when, self._fire)

    def _fire(self) -> None:
        self._handle = None
        now = self._loop.time()
        deadline = self._deadline()
        if deadline is not None and deadline <= now:
            self._expired(self.phase)
            return
        # Whatever phase comes meanwhile, it cannot expire before the shortest of them.
        settings = self._settings
        limits = [settings.idle_timeout, settings.header_timeout, settings.write_timeout]
        limits.append(settings.body_grace if self.body_timeout is None else self.body_timeout)
        soonest = now + min(limits)
        self._schedule(soonest if deadline is None else min(deadline, soonest))

    def cancel(self) -> None:
        """Stops watching."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
