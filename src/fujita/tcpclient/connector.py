"""Which of a host's addresses to connect to: all of them, in turn and side by side."""

import asyncio
import errno
import socket
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from fujita.concurrent import future_add_done_callback
from fujita.ioloop import IOLoop
from fujita.iostream import IOStream
from fujita.netutil.address import format_address

# RFC 8305 section 5 recommends 250 ms, Tornado waits a little longer.
HEAD_START = 0.3

_Address = tuple[int, Any]
_Connection = tuple[int, Any, IOStream]


class _Connector:
    """Connects to one of several addresses (RFC 8305, "Happy Eyeballs").

    The addresses are split by family, and those of the family that the resolver named first are
    tried one after the other. The other family joins in when that had its head start or failed
    once. The first connection wins; the others are closed.

    Args:
        addrinfo: The addresses, as a resolver gives them.
        connect: Makes a stream of a family and starts to connect it to an address; returns the
            stream and a future of it.

    Attributes:
        future: The outcome: family, address and stream.
        streams: Those that were tried, but for the one that won.
    """

    def __init__(
        self,
        addrinfo: list[_Address],
        connect: Callable[[Any, Any], tuple[IOStream, "asyncio.Future[IOStream]"]],
    ) -> None:
        self.io_loop = IOLoop.current()
        self.connect = connect
        self.future: asyncio.Future[_Connection] = asyncio.Future(loop=self.io_loop.asyncio_loop)
        self.streams: set[IOStream] = set()
        self._preferred, self._other = map(deque, self.split(addrinfo))
        self._other_may_start = False
        self._attempts: dict[IOStream, Any] = {}
        self._latest_error: BaseException | None = None
        self._timers: list[object] = []

    @staticmethod
    def split(addrinfo: list[_Address]) -> tuple[list[_Address], list[_Address]]:
        """Splits addresses into those of the first one's family and the others."""
        preferred = addrinfo[0][0] if addrinfo else None
        return (
            [address for address in addrinfo if address[0] == preferred],
            [address for address in addrinfo if address[0] != preferred],
        )

    def start(
        self, timeout: float = HEAD_START, connect_timeout: float | timedelta | None = None
    ) -> "asyncio.Future[_Connection]":
        """Starts connecting.

        Args:
            timeout: The head start of the first family, in seconds.
            connect_timeout: When to give up, as for `IOLoop.add_timeout`.

        Returns:
            The future, which may be cancelled.
        """
        # The future may be cancelled from outside; what belongs to it ends with it.
        self.future.add_done_callback(self._clean_up)
        if self._other:
            self._timers.append(self.io_loop.call_later(timeout, self.on_timeout))
        if connect_timeout is not None:
            self._timers.append(self.io_loop.add_timeout(connect_timeout, self.on_connect_timeout))
        self._try_next(self._preferred)
        return self.future

    def on_timeout(self) -> None:
        """Lets the other family join in."""
        if not self._other_may_start:
            self._other_may_start = True
            self._try_next(self._other)

    def on_connect_timeout(self) -> None:
        """Gives up."""
        if not self.future.done():
            places = ", ".join(sorted(map(format_address, self._attempts.values())))
            self.future.set_exception(TimeoutError(f"Timeout while connecting to {places}"))
        self._clean_up(self.future)

    def _try_next(self, addresses: "deque[_Address]") -> None:
        """Starts the next attempt of one family."""
        failed = False
        while addresses and not self.future.done():
            family, address = addresses.popleft()
            try:
                stream, attempt = self.connect(family, address)
            except Exception as error:
                # Such as a family that this machine does not have.
                self._latest_error = error
                failed = True
                continue
            self.streams.add(stream)
            self._attempts[stream] = address
            future_add_done_callback(
                attempt, partial(self._on_attempt_done, addresses, family, stream)
            )
            break
        if failed:
            self.on_timeout()
        self._fail_if_nothing_is_left()

    def _on_attempt_done(
        self,
        addresses: "deque[_Address]",
        family: int,
        stream: IOStream,
        attempt: "asyncio.Future[IOStream]",
    ) -> None:
        address = self._attempts.pop(stream)
        if attempt.cancelled():
            error: BaseException | None = OSError(
                errno.ECANCELED, f"connecting to {format_address(address)} was cancelled"
            )
        else:
            error = attempt.exception()
        if self.future.done():
            # Another one won.
            stream.close()
        elif error is None:
            self.streams.discard(stream)
            self.future.set_result((family, address, stream))
            self._clean_up(self.future)
        else:
            self._latest_error = error
            stream.close()
            self._try_next(addresses)
            self.on_timeout()

    def _fail_if_nothing_is_left(self) -> None:
        left = self._attempts or self._preferred or self._other
        if not left and not self.future.done():
            self.future.set_exception(
                self._latest_error
                or socket.gaierror(socket.EAI_NONAME, "the resolver found no address")
            )
            self._clean_up(self.future)

    def _clean_up(self, future: "asyncio.Future[_Connection]") -> None:
        for timer in self._timers:
            self.io_loop.remove_timeout(timer)
        self._timers.clear()
        for stream in self.streams:
            stream.close()
