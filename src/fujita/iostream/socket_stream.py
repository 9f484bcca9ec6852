"""The stream over a socket."""

import asyncio
import os
import socket
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from fujita.ioloop import IOLoop
from fujita.ioloop.loop import Selectable
from fujita.iostream.base import BaseIOStream
from fujita.netutil import (
    _client_ssl_defaults,
    _server_ssl_defaults,
    ssl_options_to_context,
    ssl_wrap_socket,
)

if TYPE_CHECKING:
    from fujita.iostream.tls_stream import SSLIOStream

Stream = TypeVar("Stream", bound="IOStream")


class IOStream(BaseIOStream):
    """A stream over a socket: TCP, or a Unix domain socket.

    Args:
        socket: A stream socket. A server gives what it has accepted; a client one that is
            connected, or a new one, and calls `connect`. It becomes non-blocking.
        *args: As for `BaseIOStream`.
        **kwargs: As for `BaseIOStream`.

    Attributes:
        socket: The socket; None once the stream is closed.
    """

    _short_read_means_dry = True

    def __init__(self, socket: socket.socket, *args: Any, **kwargs: Any) -> None:
        self.socket = socket
        self.socket.setblocking(False)
        self._connect_future: asyncio.Future[Any] | None = None
        super().__init__(*args, **kwargs)

    def fileno(self) -> int | Selectable:
        """Returns the socket: it has a file descriptor."""
        return self.socket

    def close_fd(self) -> None:
        """Closes the socket."""
        try:
            self.socket.close()
        finally:
            self.socket = None  # type: ignore[assignment]

    def get_fd_error(self) -> Exception | None:
        """Returns the socket's pending error."""
        number = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return OSError(number, os.strerror(number)) if number else None

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """Receives from the socket; see `BaseIOStream.read_from_fd`."""
        try:
            return self.socket.recv_into(buf)
        except BlockingIOError:
            return None

    def write_to_fd(self, data: memoryview) -> int:
        """Sends to the socket; see `BaseIOStream.write_to_fd`."""
        try:
            return self.socket.send(data)
        except BlockingIOError:
            return 0

    def set_nodelay(self, value: bool) -> None:
        """See `BaseIOStream.set_nodelay`."""
        if not self._closed and self.socket.family in (socket.AF_INET, socket.AF_INET6):
            # The peer may have gone, which whoever reads or writes will learn.
            with suppress(OSError):
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, int(value))

    # Connecting

    def connect(
        self: Stream, address: Any, server_hostname: str | None = None
    ) -> "asyncio.Future[Stream]":
        """Connects the socket, which must be a new one.

        Writes may follow at once; they are sent when the connection stands.

        Args:
            address: Where to, as the kind of socket wants it; for TCP an IP address and a port.
                A host name would block the loop while it is looked up:
                `fujita.tcpclient.TCPClient` does that in the background, and tries all the
                addresses that a name has.
            server_hostname: With TLS, the name that the server's certificate must be for;
                it is also sent to the server (SNI).

        Returns:
            A future of the stream itself. When the connection fails the stream closes, the
            future fails with `StreamClosedError`, and `error` says why.
        """
        error = None
        try:
            self.socket.connect(address)
        except BlockingIOError:
            pass
        except OSError as failure:
            error = failure
        self._established = False
        self._establishing_events = IOLoop.WRITE
        future: asyncio.Future[Any] = self._new_future()
        self._connect_future = future
        if error is not None:
            self.close(exc_info=error)
        else:
            self._update_interest()
        return future

    def _establish(self) -> bool:
        error = self.get_fd_error()
        if error is not None:
            self.close(exc_info=error)
            return False
        self._established = True
        future, self._connect_future = self._connect_future, None
        if future is not None and not future.done():
            future.set_result(self)
        return True

    def _fail_waiters(self) -> None:
        future, self._connect_future = self._connect_future, None
        self._fail(future)
        super()._fail_waiters()

    # TLS

    def start_tls(
        self,
        server_side: bool,
        ssl_options: dict[str, Any] | ssl.SSLContext | None = None,
        server_hostname: str | None = None,
    ) -> "asyncio.Future[SSLIOStream]":
        """Turns the connection into a TLS one, as ``STARTTLS`` does for mail.

        The stream must be idle: nothing being read or written, nothing received that has not been
        read. It is of no use afterwards, and its close callback goes over to the new one.

        Args:
            server_side: Whether this end is the server.
            ssl_options: A context, or a dictionary for `ssl_options_to_context`. Without it
                a client checks the server's certificate against the system's authorities.
            server_hostname: The name that the server's certificate must be for.

        Returns:
            A future of the new stream, done after the handshake. It fails with the handshake's
            error; cancelling it closes the connection.

        Raises:
            ValueError: The stream is not idle, or a client that is to check the server's name
                was not given one.
        """
        from fujita.iostream.tls_stream import SSLIOStream

        self._check_idle()
        context = self._tls_context(server_side, ssl_options)
        try:
            wrapped = ssl_wrap_socket(
                self.socket,
                context,
                server_hostname=server_hostname,
                server_side=server_side,
                do_handshake_on_connect=False,
            )
        except (OSError, ValueError) as error:
            if self.socket.fileno() < 0:
                # The connection went down together with the attempt to wrap it.
                self.close(exc_info=error)
            raise
        self._unwatch()
        stream = SSLIOStream(
            wrapped,
            ssl_options=context,
            max_buffer_size=self.max_buffer_size,
            read_chunk_size=self.read_chunk_size,
            max_write_buffer_size=self.max_write_buffer_size,
        )
        stream.set_close_callback(self._close_callback)
        # The socket is the new stream's: closing this one must not touch it.
        self._close_callback = self._write_buffer = None
        self._closed = True
        self.socket = None  # type: ignore[assignment]
        future = stream.wait_for_handshake()
        future.add_done_callback(lambda done: stream.close() if done.cancelled() else None)
        return future

    def _check_idle(self) -> None:
        busy = self._closed or not self._established or self._incoming.size
        if busy or self._has_reader() or self._write_futures or self.writing():
            raise ValueError("IOStream is not idle; cannot convert to SSL")

    @staticmethod
    def _tls_context(
        server_side: bool, ssl_options: dict[str, Any] | ssl.SSLContext | None
    ) -> ssl.SSLContext:
        if ssl_options is None:
            return _server_ssl_defaults() if server_side else _client_ssl_defaults()
        return ssl_options_to_context(ssl_options, server_side=server_side)
