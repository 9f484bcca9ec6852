"""The factory of connections."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from fujita.iostream import IOStream, StreamClosedError
from fujita.netutil import Resolver
from fujita.netutil.address import format_address
from fujita.tcpclient.connector import HEAD_START, _Connector

_Result = TypeVar("_Result")


class ConnectionFailedError(StreamClosedError):
    """A connection that did not come about; says where to and why.

    Attributes:
        real_error: The system's error, whose ``errno`` is also this one's.
    """

    def __init__(self, place: str, real_error: OSError) -> None:
        super().__init__(real_error)
        self.errno = real_error.errno
        self.strerror = f"cannot connect to {place}: {real_error.strerror or real_error}"

    def __str__(self) -> str:
        return str(self.strerror)


class TCPClient:
    """Connects to hosts.

    Args:
        resolver: Finds their addresses; it stays the caller's to close. Without one, the
            configured kind of `Resolver` is made.
    """

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._own_resolver = resolver is None
        self.resolver = Resolver() if resolver is None else resolver

    def close(self) -> None:
        """Closes the resolver, if it was not given."""
        if self._own_resolver:
            self.resolver.close()

    async def connect(
        self,
        host: str,
        port: int,
        af: socket.AddressFamily = socket.AF_UNSPEC,
        ssl_options: dict[str, Any] | ssl.SSLContext | None = None,
        max_buffer_size: int | None = None,
        source_ip: str | None = None,
        source_port: int | None = None,
        timeout: float | timedelta | None = None,
    ) -> IOStream:
        """Connects to a port of a host.

        Where the host has several addresses, they are tried as RFC 8305 ("Happy Eyeballs") says.

        Args:
            host: A host name or an IP address.
            port: The port.
            af: Restricts the host's addresses to one family.
            ssl_options: Makes it a TLS connection: a context, or a dictionary for
                `ssl_options_to_context`. The server's certificate must be for ``host``.
            max_buffer_size: The most bytes that the stream may hold unread.
            source_ip: The local address to connect from.
            source_port: The local port to connect from.
            timeout: The seconds that all this may take.

        Returns:
            A connected `IOStream`; with TLS an `SSLIOStream`, after the handshake.

        Raises:
            TimeoutError: Time is over; says what was going on: resolving, connecting or the TLS
                handshake.
            socket.gaierror: The host cannot be resolved.
            StreamClosedError: No address answers; its ``real_error`` says why.
            OSError: The local address cannot be used.
            ssl.SSLError: The TLS handshake failed.
        """
        deadline = _deadline(timeout)
        addresses = await _before(
            deadline, f"Timeout while resolving {host}", self.resolver.resolve(host, port, af)
        )
        connector = _Connector(
            addresses,
            partial(
                self._create_stream, max_buffer_size, source_ip=source_ip, source_port=source_port
            ),
        )
        try:
            _, address, stream = await connector.start(HEAD_START, _time_left(deadline))
        except StreamClosedError as error:
            if not isinstance(error.real_error, OSError):
                raise
            place = format_address((host, port))
            raise ConnectionFailedError(place, error.real_error) from error.real_error
        if ssl_options is None:
            return stream
        try:
            return await _before(
                deadline,
                f"Timeout during TLS handshake with {format_address(address)}",
                stream.start_tls(False, ssl_options=ssl_options, server_hostname=host),
            )
        except BaseException:
            stream.close()
            raise

    def _create_stream(
        self,
        max_buffer_size: int | None,
        af: socket.AddressFamily,
        addr: Any,
        source_ip: str | None = None,
        source_port: int | None = None,
    ) -> tuple[IOStream, "asyncio.Future[IOStream]"]:
        """Makes one stream and starts to connect it."""
        sock = socket.socket(af)
        try:
            if source_ip or source_port:
                _bind(sock, source_ip, source_port or 0)
            stream = IOStream(sock, max_buffer_size=max_buffer_size)
        except BaseException:
            sock.close()
            raise
        return stream, stream.connect(addr)


def _bind(sock: socket.socket, source_ip: str | None, source_port: int) -> None:
    source = (source_ip or "", source_port)
    try:
        sock.bind(source)
    except OSError as error:
        text = f"cannot connect from {format_address(source)}: {error.strerror}"
        # Of the same class: a gaierror's number is not the system's.
        kind = socket.gaierror if isinstance(error, socket.gaierror) else OSError
        raise kind(error.errno, text) from error


def _deadline(timeout: float | timedelta | None) -> float | None:
    """The asyncio loop's time at which a timeout is over."""
    if timeout is None:
        return None
    seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
    if not isinstance(seconds, int | float):
        raise TypeError(f"timeout must be seconds or a timedelta, not {timeout!r}")
    return asyncio.get_running_loop().time() + seconds


def _time_left(deadline: float | None) -> timedelta | None:
    if deadline is None:
        return None
    return timedelta(seconds=deadline - asyncio.get_running_loop().time())


async def _before(deadline: float | None, message: str, awaitable: Awaitable[_Result]) -> _Result:
    """Awaits something, until the deadline."""
    if deadline is None:
        return await awaitable
    try:
        async with asyncio.timeout_at(deadline) as clock:
            return await awaitable
    except TimeoutError:
        if not clock.expired():
            raise
        raise TimeoutError(message) from None
