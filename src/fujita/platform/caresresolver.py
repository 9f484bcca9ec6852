"""A resolver that stands on c-ares. Needs the package ``pycares``."""

import asyncio
import socket
from typing import Any

import pycares

from fujita.concurrent import future_set_result_unless_cancelled
from fujita.ioloop import IOLoop
from fujita.netutil import Resolver

# c-ares has its own timeouts, which it must be reminded of. This is how often at most, in seconds.
SHORTEST_REMINDER = 0.01


class CaresResolver(Resolver):
    """Resolves names with c-ares: without blocking, and without a thread.

    Its answers may differ from those of the system's resolver, and the default one is the better
    choice wherever threads may be used. Deprecated, as in Tornado.

    Attributes:
        io_loop: The loop that was current when the resolver was made, and watches its sockets.
        channel: The `pycares.Channel`.
        fds: The sockets that c-ares has open, and the events that it waits for.
    """

    def initialize(self) -> None:
        """Opens a channel of c-ares."""
        self.io_loop = IOLoop.current()
        self.channel = pycares.Channel(sock_state_cb=self._watch)
        self.fds: dict[int, int] = {}
        self._reminder: object | None = None
        self._pending = 0

    def close(self) -> None:
        """Closes the channel; what is being resolved fails."""
        self.channel.cancel()
        self._set_reminder()
        for fd in list(self.fds):
            self._watch(fd, False, False)
        if hasattr(self.channel, "close"):
            self.channel.close()

    async def resolve(
        self, host: str, port: int, family: int = socket.AF_UNSPEC
    ) -> list[tuple[int, Any]]:
        """See `fujita.netutil.Resolver.resolve`.

        Raises:
            socket.gaierror: There is no such name, no address of the family, or no answer.
        """
        answer: asyncio.Future[tuple[Any, int | None]] = asyncio.Future()

        def answered(result: Any, error: int | None) -> None:
            self._pending -= 1
            future_set_result_unless_cancelled(answer, (result, error))

        self._pending += 1
        self.channel.getaddrinfo(
            host, port, family=family, type=socket.SOCK_STREAM, callback=answered
        )
        self._set_reminder()
        result, error = await answer
        if error:
            raise _resolution_error(host, pycares.errno.strerror(error))
        found = [
            (node.family, _address(node.addr))
            for node in result.nodes
            if family in (socket.AF_UNSPEC, node.family)
        ]
        if not found:
            raise _resolution_error(host, f"no address of family {family}")
        return found

    def _watch(self, fd: int, readable: bool, writable: bool) -> None:
        """Is told by c-ares what it waits for on one of its sockets."""
        events = (IOLoop.READ if readable else 0) | (IOLoop.WRITE if writable else 0)
        if not events:
            self.io_loop.remove_handler(fd)
            self.fds.pop(fd, None)
            return
        if fd in self.fds:
            self.io_loop.update_handler(fd, events)
        else:
            self.io_loop.add_handler(fd, self._handle_events, events)
        self.fds[fd] = events

    def _handle_events(self, fd: int, events: int) -> None:
        self.channel.process_fd(
            fd if events & IOLoop.READ else pycares.ARES_SOCKET_BAD,
            fd if events & IOLoop.WRITE else pycares.ARES_SOCKET_BAD,
        )
        self._set_reminder()

    def _set_reminder(self) -> None:
        if self._reminder is not None:
            self.io_loop.remove_timeout(self._reminder)
            self._reminder = None
        if self._pending:
            delay = max(self.channel.timeout(), SHORTEST_REMINDER)
            self._reminder = self.io_loop.call_later(delay, self._handle_events, -1, 0)


def _address(address: tuple[Any, ...]) -> tuple[Any, ...]:
    host, *rest = address
    return (host.decode("ascii") if isinstance(host, bytes) else host, *rest)


def _resolution_error(host: str, reason: str) -> socket.gaierror:
    return socket.gaierror(socket.EAI_FAIL, f"cannot resolve {host!r}: {reason}")
