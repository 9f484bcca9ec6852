"""Opens connections."""

import asyncio
import socket
import ssl

from fujita.http1connection.stream_transport import StreamTransport
from fujita.iostream import IOStream, StreamClosedError
from fujita.log import gen_log
from fujita.netutil.address import format_address
from fujita.simple_httpclient.clock import clock_of
from fujita.simple_httpclient.endpoint import Endpoint
from fujita.simple_httpclient.errors import HTTPStreamClosedError, HTTPTimeoutError
from fujita.simple_httpclient.tls import make_context
from fujita.tcpclient import TCPClient

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
    loop = asyncio.get_running_loop()
    context = None if endpoint.tls is None else make_context(endpoint.tls)
    connect = endpoint.tcp_client.connect
    # A program may bring a TCPClient of its own, which makes streams of its own.
    is_own = getattr(connect, "__func__", None) is not _PLAIN_CONNECT
    stream = await connect(
        endpoint.host,
        endpoint.port,
        af=endpoint.family,
        ssl_options=context if is_own else None,
        max_buffer_size=max_buffer_size,
        source_ip=endpoint.source_ip,
        timeout=None if deadline is None else deadline - clock_of(loop)(),
    )
    if is_own:
        StreamTransport(stream, protocol)
        return
    sock = _take_socket(stream)
    try:
        await _attach(sock, protocol, endpoint, context, deadline)
    except BaseException:
        sock.close()
        raise


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
        async with asyncio.timeout_at(deadline) as clock:
            await loop.create_connection(
                lambda: protocol, sock=sock, ssl=context, server_hostname=endpoint.host
            )
    except TimeoutError:
        if not clock.expired():
            raise
        raise TimeoutError(f"Timeout during TLS handshake with {place}") from None
    except ssl.SSLError as error:
        gen_log.warning("SSL Error on connection to %s: %s", place, error)
        raise


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
