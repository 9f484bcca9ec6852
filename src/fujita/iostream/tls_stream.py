"""The stream over a TLS socket."""

import asyncio
import ssl
from socket import socket as Socket
from typing import Any, TypeVar

from fujita.ioloop import IOLoop
from fujita.iostream.errors import peer_is_gone
from fujita.iostream.socket_stream import IOStream
from fujita.log import gen_log
from fujita.netutil import _client_ssl_defaults, ssl_wrap_socket

Stream = TypeVar("Stream", bound="SSLIOStream")


class SSLIOStream(IOStream):
    """A stream over a TLS connection.

    Args:
        socket: A new socket, to be connected by `connect`; or a connected one, wrapped by
            ``ssl.SSLContext.wrap_socket(..., do_handshake_on_connect=False)``, whose handshake
            then begins by itself.
        *args: As for `BaseIOStream`.
        ssl_options: A context, or a dictionary for `ssl_options_to_context`, for `connect`.
            Without it the server's certificate is checked against the system's authorities.
        **kwargs: As for `BaseIOStream`.

    Attributes:
        socket: An ``ssl.SSLSocket`` once connected; after the handshake it can tell of the peer's
            certificate and the protocol that was agreed on.
    """

    socket: ssl.SSLSocket

    # OpenSSL gives one record at a time, and may hold another.
    _short_read_means_dry = False

    def __init__(
        self,
        socket: Socket,
        *args: Any,
        ssl_options: dict[str, Any] | ssl.SSLContext | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(socket, *args, **kwargs)
        self._ssl_options = _client_ssl_defaults() if ssl_options is None else ssl_options
        self._server_hostname: str | None = None
        self._handshake_future: asyncio.Future[Any] | None = None
        self._handshaken = False
        # OpenSSL may have to send before it can receive, and the other way round.
        self._read_awaits_write = False
        self._write_awaits_read = False
        try:
            self.socket.getpeername()
        except OSError:
            # Not connected yet.
            return
        if not isinstance(self.socket, ssl.SSLSocket):
            raise TypeError(
                "SSLIOStream needs an unconnected socket, or a connected one that has been "
                f"wrapped by ssl.SSLContext.wrap_socket(); got {socket!r}"
            )
        self._begin_handshake()

    def reading(self) -> bool:
        """Tells whether somebody waits for a read, or the handshake for the peer."""
        return self._handshake_awaits(IOLoop.READ) or super().reading()

    def writing(self) -> bool:
        """Tells whether there are bytes still to be sent, or the handshake has to send."""
        return self._handshake_awaits(IOLoop.WRITE) or super().writing()

    def connect(
        self: Stream, address: Any, server_hostname: str | None = None
    ) -> "asyncio.Future[Stream]":
        """Connects the socket and shakes hands; see `IOStream.connect`.

        Returns:
            A future of the stream itself. When the connection or the handshake fails the stream
            closes, and the future fails with the error.
        """
        self._server_hostname = server_hostname
        future: asyncio.Future[Any] = self._new_future()
        self._handshake_future = future
        try:
            super().connect(address)
        except BaseException:
            self._handshake_future = None
            raise
        return future

    def wait_for_handshake(self: Stream) -> "asyncio.Future[Stream]":
        """Waits until the handshake is done, and ``socket`` can tell what it brought.

        For servers; `connect` and `start_tls` wait for it themselves.

        Returns:
            A future of the stream itself.

        Raises:
            RuntimeError: Somebody else waits already.
            StreamClosedError: The stream is closed.
        """
        if self._handshake_future is not None:
            raise RuntimeError("Already waiting")
        self._check_closed()
        future: asyncio.Future[Any] = self._new_future()
        if self._handshaken:
            future.set_result(self)
        else:
            self._handshake_future = future
        return future

    # The handshake

    def _handshake_awaits(self, event: int) -> bool:
        under_way = not (self._closed or self._established) and self._connect_future is None
        return under_way and bool(self._establishing_events & event)

    def _establish(self) -> bool:
        if self._connect_future is None:
            return self._shake_hands()
        if super()._establish():
            self._wrap_socket()
        return False

    def _wrap_socket(self) -> None:
        # The loop knows the socket that is about to be replaced.
        self._unwatch()
        try:
            self.socket = ssl_wrap_socket(
                self.socket,
                self._ssl_options,
                server_hostname=self._server_hostname,
                server_side=False,
                do_handshake_on_connect=False,
            )
        except (OSError, ValueError) as error:
            self.close(exc_info=error)
        else:
            self._begin_handshake()

    def _begin_handshake(self) -> None:
        # The client speaks first: RFC 8446, section 2.
        waits_for_client = self.socket.server_side
        self._establishing_events = IOLoop.READ if waits_for_client else IOLoop.WRITE
        self._established = False
        self._update_interest()

    def _shake_hands(self) -> bool:
        try:
            self.socket.do_handshake()
        except ssl.SSLWantReadError:
            self._establishing_events = IOLoop.READ
        except ssl.SSLWantWriteError:
            self._establishing_events = IOLoop.WRITE
        except (OSError, ValueError) as error:
            if isinstance(error, ssl.SSLError) and not peer_is_gone(error):
                self._log_handshake_error(error)
            self.close(exc_info=error)
        else:
            self._established = self._handshaken = True
            future, self._handshake_future = self._handshake_future, None
            if future is not None and not future.done():
                future.set_result(self)
        return self._handshaken

    def _log_handshake_error(self, error: ssl.SSLError) -> None:
        try:
            peer = self.socket.getpeername()
        except OSError:
            peer = "(not connected)"
        gen_log.warning("SSL Error on %s %s: %s", self.socket.fileno(), peer, error)

    def _fail_waiters(self) -> None:
        future, self._handshake_future = self._handshake_future, None
        self._fail(future, self.error)
        super()._fail_waiters()

    # Reading and writing

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """Receives from the socket; see `BaseIOStream.read_from_fd`."""
        self._read_awaits_write = False
        try:
            return self.socket.recv_into(buf)
        except (ssl.SSLWantReadError, BlockingIOError):
            return None
        except ssl.SSLWantWriteError:
            self._read_awaits_write = True
            return None

    def write_to_fd(self, data: memoryview) -> int:
        """Sends to the socket; see `BaseIOStream.write_to_fd`."""
        self._write_awaits_read = False
        try:
            return self.socket.send(data)
        except (ssl.SSLWantWriteError, BlockingIOError):
            return 0
        except ssl.SSLWantReadError:
            self._write_awaits_read = True
            return 0

    def close_fd(self) -> None:
        """Tells the peer that this is all, and closes the socket."""
        # RFC 8446, section 6.1: "Each party MUST send a close_notify alert before closing its write
        # side of the connection, unless it has already sent some error alert."
        # In the middle of a record there is no place for it.
        if self._handshaken and self.error is None and not self._write_buffer:
            try:
                self.socket.unwrap()
            except (OSError, ValueError):
                # It has been sent; or it cannot be, since the peer has gone.
                pass
        super().close_fd()

    def _wanted_events(self) -> int:
        events = super()._wanted_events()
        if self._write_awaits_read:
            events = (events & ~IOLoop.WRITE) | IOLoop.READ
        if self._read_awaits_write:
            events |= IOLoop.WRITE
        return events

    def _transfer(self, events: int) -> None:
        if self._read_awaits_write or self._write_awaits_read:
            events |= IOLoop.READ | IOLoop.WRITE
        super()._transfer(events)
