"""Opens connections."""

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import Awaitable
from typing import Any, TypeVar

from fujita.http1connection.stream_transport import StreamTransport
from fujita.iostream import IOStream, StreamClosedError
from fujita.log import gen_log
from fujita.netutil import Resolver
from fujita.netutil.address import format_address
from fujita.simple_httpclient.clock import clock_of
from fujita.simple_httpclient.endpoint import Endpoint
from fujita.simple_httpclient.errors import HTTPStreamClosedError, HTTPTimeoutError
from fujita.simple_httpclient.tls import make_context
from fujita.tcpclient import TCPClient

_Result = TypeVar("_Result")

_PLAIN_CONNECT = TCPClient.connect


async def open_connection(
    endpoint: Endpoint,
    protocol: asyncio.Protocol,
    deadline: float | None,
    max_buffer_size: int,
) -> None:
    """Connects a protocol.

    Args:
        endpoint: Where to.
        protocol: What speaks; its ``connection_made`` has been called when this returns.
        deadline: When to give up, by `clock_of` the loop.
        max_buffer_size: The most that a stream may buffer, if the connection becomes one.

    Raises:
        TimeoutError: It took too long; the text says what.
        OSError: It failed.
    """
    host, port, family, source_ip, tls, tcp_client, resolver = endpoint
    context = None if tls is None else make_context(tls)
    if resolver is None or not _is_plain(tcp_client):
        stream = await tcp_client.connect(
            host,
            port,
            af=family,
            ssl_options=context,
            max_buffer_size=max_buffer_size,
            source_ip=source_ip,
            timeout=_time_left(deadline),
        )
        StreamTransport(stream, protocol)
        return
    addresses = await _until(
        deadline, f"Timeout while resolving {host}", resolver.resolve(host, port, family)
    )
    if len(addresses) == 1 and context is None and source_ip is None:
        kind, address = addresses[0]
        # Flow and scope of an IPv6 address would be lost.
        if kind == socket.AF_INET or (kind == socket.AF_INET6 and not any(address[2:])):
            await _connect_directly(address[:2], protocol, deadline)
            return
    stream = await TCPClient(_Known(addresses=addresses)).connect(
        host, port, af=family, source_ip=source_ip, timeout=_time_left(deadline)
    )
    sock = _take_socket(stream)
    try:
        await _attach(sock, protocol, endpoint, context, deadline)
    except BaseException:
        sock.close()
        raise


def _is_plain(tcp_client: TCPClient) -> bool:
    """Tells whether connecting is left to Fujita; a program's own client makes its own streams."""
    connect = getattr(tcp_client.connect, "__func__", None)
    return type(tcp_client) is TCPClient and connect is _PLAIN_CONNECT


class _Known(Resolver):
    """Gives the addresses that have been found already."""

    def initialize(self, addresses: list[tuple[int, Any]]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[tuple[int, Any]]:
        return self._addresses


async def _connect_directly(
    address: tuple[str, int], protocol: asyncio.Protocol, deadline: float | None
) -> None:
    """Connects to the only address there is, by the loop's own means."""
    loop = asyncio.get_running_loop()
    place = format_address(address)
    try:
        await _until(
            deadline,
            f"Timeout while connecting to {place}",
            loop.create_connection(lambda: protocol, *address),
        )
    except OSError as error:
        if error.errno is None:
            raise
        reason = os.strerror(error.errno)
        raise OSError(error.errno, f"cannot connect to {place}: {reason}") from error


def _take_socket(stream: IOStream) -> socket.socket:
    """Takes the connection out of a stream that nothing has been done with yet."""
    try:
        return stream.socket.dup()
    finally:
        stream.close()


async def _attach(
    sock: socket.socket,
    protocol: asyncio.Protocol,
    endpoint: Endpoint,
    context: ssl.SSLContext | None,
    deadline: float | None,
) -> None:
    """Makes a transport of a connected socket, with TLS if there is a context."""
    loop = asyncio.get_running_loop()
    if context is None:
        if sock.family == getattr(socket, "AF_UNIX", None):
            await loop.create_unix_connection(lambda: protocol, sock=sock)
        else:
            await loop.create_connection(lambda: protocol, sock=sock)
        return
    place = format_address((endpoint.host, endpoint.port))
    try:
        await _until(
            deadline,
            f"Timeout during TLS handshake with {place}",
            loop.create_connection(
                lambda: protocol, sock=sock, ssl=context, server_hostname=endpoint.host
            ),
        )
    except ssl.SSLError as error:
        gen_log.warning("SSL Error on connection to %s: %s", place, error)
        raise
    except ConnectionError as error:
        # The loops raise it without a word, wherever a server refuses so.
        text = f"{place} closed the connection during the TLS handshake"
        raise ConnectionResetError(errno.ECONNRESET, text) from error


def _time_left(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    return deadline - clock_of(asyncio.get_running_loop())()


async def _until(deadline: float | None, message: str, awaitable: Awaitable[_Result]) -> _Result:
    """Awaits something, for as long as there is time."""
    if deadline is None:
        return await awaitable
    try:
        async with asyncio.timeout_at(deadline) as clock:
            return await awaitable
    except TimeoutError:
        if not clock.expired():
            raise
        raise TimeoutError(message) from None


def connection_error(error: BaseException) -> BaseException:
    """Gives what a program is told of an error of `open_connection`."""
    if isinstance(error, StreamClosedError):
        real_error = error.real_error
        if real_error is None:
            return HTTPStreamClosedError("Stream closed")
        if isinstance(real_error, OSError) and getattr(error, "strerror", None):
            # Of the same class, and says where to.
            return OSError(real_error.errno, error.strerror)
        return real_error
    if isinstance(error, TimeoutError) and error.errno is None:
        return HTTPTimeoutError(str(error) or "Timeout while connecting")
    if isinstance(error, asyncio.CancelledError):
        return HTTPStreamClosedError("Stream closed")
    return error
