"""Closes connections that take too long over what they are doing."""

from asyncio import AbstractEventLoop, TimerHandle, WriteTransport
from collections.abc import Callable
from enum import Enum

from fujita.httpserver.settings import ConnectionSettings


class Phase(Enum):
    """What a connection is waiting for."""

    NEW = "the first request"
    IDLE = "a request"
    HEAD = "the rest of a request's head"
    BODY = "the rest of a request's body"
    BUSY = "the handler"
    DESERTED = "the handler, whose client has stopped sending"
    STALLED = "the client to take what is sent to it"


NEW, IDLE, HEAD, BODY, BUSY = Phase.NEW, Phase.IDLE, Phase.HEAD, Phase.BODY, Phase.BUSY
DESERTED, STALLED = Phase.DESERTED, Phase.STALLED


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
        "_transport",
        "_unsent",
        "body_timeout",
        "deserted_since",
        "phase",
        "received",
        "since",
        "stalled_since",
        "written",
    )

    def __init__(
        self,
        loop: AbstractEventLoop,
        settings: ConnectionSettings,
        transport: WriteTransport,
        expired: Callable[[Phase], None],
    ) -> None:
        self._loop = loop
        self._settings = settings
        self._transport = transport
        self._expired = expired
        self.phase = NEW
        self.since = loop.time()
        self.received = 0
        """The bytes of the body that have come; the owner counts."""
        self.body_timeout = settings.body_timeout
        self.deserted_since: float | None = None
        """Since when the client has been sending no more, though its request is not answered."""
        self.stalled_since: float | None = None
        """Since when the peer has taken nothing of what is written to it."""
        self.written = 0
        """The bytes written while the peer is stalled; the owner counts."""
        self._unsent = 0
        self._handle: TimerHandle | None = None
        self._schedule(self.since + self._shortest())

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
        self._look_by(self._loop.time() + timeout)

    def begin_stall(self) -> None:
        """Begins to watch that the peer takes what is written to it."""
        if self.stalled_since is None:
            self.stalled_since = self._loop.time()
            self.written = 0
            self._unsent = self._transport.get_write_buffer_size()
            self._look_by(self.stalled_since + self._settings.write_timeout)

    def end_stall(self) -> None:
        """Notes that little is left for the peer to take."""
        self.stalled_since = None

    def _goes_on(self) -> bool:
        """Tells whether a stalled peer has taken anything since this was last asked."""
        unsent = self._transport.get_write_buffer_size()
        taken = self._unsent + self.written - unsent
        self._unsent, self.written = unsent, 0
        return taken > 0

    def _deadline(self) -> tuple[float | None, Phase]:
        """Says when the connection will have been too long in its phase, ``None`` for never."""
        settings = self._settings
        if self.stalled_since is not None:
            return self.stalled_since + settings.write_timeout, STALLED
        phase = self.phase
        if phase is IDLE:
            return self.since + settings.idle_timeout, phase
        if phase is NEW:
            return self.since + settings.first_request_timeout, phase
        if phase is HEAD:
            return self.since + settings.header_timeout, phase
        if phase is BODY:
            limit = self.body_timeout
            if limit is None:
                limit = settings.body_grace + self.received / settings.body_rate
            return self.since + limit, phase
        if self.deserted_since is not None:
            return self.deserted_since + settings.deserted_timeout, DESERTED
        return None, phase

    def _shortest(self) -> float:
        """Gives the time in which no phase expires that begins now."""
        settings = self._settings
        return min(
            settings.first_request_timeout,
            settings.idle_timeout,
            settings.header_timeout,
            settings.write_timeout,
            settings.deserted_timeout,
            settings.body_grace if self.body_timeout is None else self.body_timeout,
        )

    def _schedule(self, when: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_at(when, self._fire)

    def _look_by(self, when: float) -> None:
        """Makes sure that the timer fires in time for a deadline."""
        if self._handle is not None and when < self._handle.when():
            self._schedule(when)

    def _fire(self) -> None:
        self._handle = None
        now = self._loop.time()
        if self.stalled_since is not None and self._goes_on():
            self.stalled_since = now
        deadline, phase = self._deadline()
        # Scheduled first, as what happens on expiry may end the watch. A phase that begins
        # after this cannot expire before the shortest of them.
        soonest = now + self._shortest()
        if deadline is not None and deadline <= now:
            self._schedule(soonest)
            self._expired(phase)
        else:
            self._schedule(soonest if deadline is None else min(deadline, soonest))

    def cancel(self) -> None:
        """Stops watching."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
