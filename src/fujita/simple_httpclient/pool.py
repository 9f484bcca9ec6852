"""Connections that are kept for the next request."""

import asyncio
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, cast

from fujita.ioloop import IOLoop
from fujita.platform.asyncio import BaseAsyncIOLoop
from fujita.simple_httpclient.clock import clock_of
from fujita.simple_httpclient.endpoint import Endpoint

if TYPE_CHECKING:
    from fujita.simple_httpclient.connection import ClientConnection

IDLE_TIMEOUT = 15.0
"""How long a connection is kept for the next request, in seconds."""

FRESH = 2.0
"""How long a connection may have rested that carries a request which must not be repeated, in
seconds. Servers close idle connections after some time, 5 s at the soonest as a rule; a request
that crosses with that is lost, and only those that are repeatable can be sent again."""


MEMORY = 60.0
"""How long it is remembered that a server keeps no connections, in seconds."""


class ConnectionPool:
    """The connections of one client, and those of them that are idle.

    Args:
        io_loop: The loop that they belong to.
        max_idle: How many may be idle at a time.

    Attributes:
        clock: The clock that ``now`` is of.
        open: All connections, idle or not.
    """

    def __init__(self, io_loop: IOLoop, max_idle: int) -> None:
        loop = io_loop.asyncio_loop
        self._io_loop = cast(BaseAsyncIOLoop, io_loop)
        self._loop = loop
        self.clock = clock_of(loop)
        self._max_idle = max_idle
        self._idle: dict[Endpoint, list[ClientConnection]] = {}
        self._idle_count = 0
        self._unwilling: dict[Endpoint, float] = {}
        self._closed = False
        self._sweep_timer: asyncio.TimerHandle | None = None
        self._guard: AsyncGenerator[None, None] | None = None
        self._outgoing: list[tuple[asyncio.Transport, bytes]] = []
        self._has_sent = False
        self.open: set[ClientConnection] = set()

    def take(
        self, endpoint: Endpoint, now: float, is_repeatable: bool
    ) -> "ClientConnection | None":
        """Takes an idle connection out, if there is one for an endpoint.

        Args:
            endpoint: Where to, and how.
            now: The time by `clock`.
            is_repeatable: Whether the request can be sent again should the connection be dead.
        """
        idle = self._idle.get(endpoint)
        while idle:
            connection = idle[-1]
            rested = now - connection.idle_since
            if not is_repeatable and rested > FRESH:
                return None
            idle.pop()
            self._idle_count -= 1
            if connection.is_usable(rested):
                return connection
            connection.close()
        return None

    def put(self, connection: "ClientConnection", now: float) -> None:
        """Keeps a connection for the next request, or closes it."""
        if self._closed or connection.max_idle_time <= 0:
            connection.close()
            return
        if self._unwilling and self._is_unwilling(connection.endpoint, now):
            connection.close()
            return
        if self._idle_count >= self._max_idle:
            self._evict()
        connection.idle_since = now
        self._idle.setdefault(connection.endpoint, []).append(connection)
        self._idle_count += 1
        if self._sweep_timer is None:
            self._sweep_timer = self._loop.call_at(now + IDLE_TIMEOUT, self._sweep)

    def keep_none_of(self, endpoint: Endpoint) -> None:
        """Notes that a server closes its connections after each response without saying so.

        To send it another request on the same connection would be a race against that.
        """
        if len(self._unwilling) >= 1000:
            del self._unwilling[next(iter(self._unwilling))]
        self._unwilling[endpoint] = self.clock() + MEMORY

    def _is_unwilling(self, endpoint: Endpoint, now: float) -> bool:
        end = self._unwilling.get(endpoint)
        if end is not None and end <= now:
            del self._unwilling[endpoint]
            return False
        return end is not None

    def send(self, transport: asyncio.Transport, data: bytes) -> None:
        """Sends a whole request.

        The first of a turn of the loop leaves at once, the others together at the end of the turn:
        a server is then woken twice, and not by each of them. Of many at a time it saves a sixth.
        """
        if self._has_sent:
            self._outgoing.append((transport, data))
            return
        self._has_sent = True
        self._loop.call_soon(self._end_turn)
        transport.write(data)

    def _end_turn(self) -> None:
        self._has_sent = False
        outgoing = self._outgoing
        if outgoing:
            self._outgoing = []
            for transport, data in outgoing:
                if not transport.is_closing():
                    transport.write(data)

    def add(self, connection: "ClientConnection") -> None:
        """Notes a connection that has been made."""
        self.open.add(connection)
        if self._guard is None:
            self._guard = self._wait_for_end()
            _begin(self._guard)
            self._io_loop.closers.add(self._abandon_all)

    def forget(self, connection: "ClientConnection") -> None:
        """Drops a connection that is idle no longer: it has been lost, or is about to be."""
        idle = self._idle.get(connection.endpoint)
        if idle and connection in idle:
            idle.remove(connection)
            self._idle_count -= 1

    def remove(self, connection: "ClientConnection") -> None:
        """Drops a connection that has been lost."""
        self.forget(connection)
        self.open.discard(connection)
        if not self.open:
            self._io_loop.closers.discard(self._abandon_all)
            guard, self._guard = self._guard, None
            if guard is not None:
                _end(guard)

    def close(self) -> None:
        """Closes the idle connections now, and others when their response has come."""
        self._closed = True
        if self._sweep_timer is not None:
            self._sweep_timer.cancel()
            self._sweep_timer = None
        for idle in self._idle.values():
            for connection in idle:
                connection.close()
        self._idle.clear()
        self._idle_count = 0

    def _evict(self) -> None:
        """Closes the connection that has been idle for longest."""
        # Each list is in the order of time.
        oldest = min((idle[0] for idle in self._idle.values() if idle), key=_idle_since)
        self.forget(oldest)
        oldest.close()

    def _sweep(self) -> None:
        """Closes what has been idle for too long."""
        self._sweep_timer = None
        now = self.clock()
        for endpoint, idle in list(self._idle.items()):
            for connection in list(idle):
                if now - connection.idle_since >= connection.max_idle_time:
                    self.forget(connection)
                    connection.close()
            if not idle:
                del self._idle[endpoint]
        if self._idle_count:
            soonest = min(
                connection.idle_since + connection.max_idle_time
                for idle in self._idle.values()
                for connection in idle
            )
            self._sweep_timer = self._loop.call_at(soonest, self._sweep)

    async def _wait_for_end(self) -> AsyncGenerator[None, None]:
        """Waits for the end of the loop, and closes all connections then.

        Programs end without closing the client that all share. `IOLoop.close` knows whom to tell;
        asyncio has one way to be told of a loop's end: ``shutdown_asyncgens``, which `asyncio.run`
        calls, closes every asynchronous generator that has been started.
        """
        try:
            yield
        finally:
            if self.open:
                await self._abandon_all()

    async def _abandon_all(self) -> None:
        for connection in list(self.open):
            connection.abandon()
        # A transport is closed on the next turn of the loop, and TLS takes two.
        for _ in range(3):
            await asyncio.sleep(0)


def _idle_since(connection: "ClientConnection") -> float:
    return connection.idle_since


def _begin(generator: AsyncGenerator[None, None]) -> None:
    """Runs a generator to its ``yield``, before which it awaits nothing."""
    try:
        generator.__anext__().send(None)
    except StopIteration:
        pass


def _end(generator: AsyncGenerator[None, None]) -> None:
    """Closes a generator that awaits nothing when it is closed."""
    try:
        generator.aclose().send(None)
    except (StopIteration, RuntimeError):
        # The latter while the loop itself is closing it.
        pass
