"""A server that gives each connection to a function as a stream."""

import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from fujita import gen, process
from fujita.ioloop import IOLoop
from fujita.iostream import IOStream, SSLIOStream
from fujita.log import app_log
from fujita.netutil import (
    add_accept_handler,
    bind_sockets,
    ssl_options_to_context,
    ssl_wrap_socket,
)

_DEFAULT_BACKLOG = 128


class TCPServer:
    """Accepts TCP connections; a subclass says in `handle_stream` what to do with them.

    ::

        class Echo(TCPServer):
            async def handle_stream(self, stream, address):
                try:
                    while True:
                        await stream.write(await stream.read_until(b"\\n"))
                except StreamClosedError:
                    pass

        async def main():
            Echo().listen(8888)
            await asyncio.Event().wait()

    To have several processes serve one port, either call `listen` with ``reuse_port=True`` in each
    of them; or make the sockets with `bind_sockets`, call `fork_processes`, and give the sockets
    to `add_sockets` in every worker. (`bind` and `start` are an older form of the latter,
    deprecated in Tornado since 6.2.)

    Args:
        ssl_options: Makes the server speak TLS: an ``ssl.SSLContext``, or a dictionary for
            `ssl_options_to_context` with at least ``certfile``.
        max_buffer_size: The most bytes that a stream may hold unread; 100 MiB by default.
        read_chunk_size: The most bytes that a stream reads at once; 64 KiB by default.

    Raises:
        KeyError: The dictionary has no ``certfile``.
        OSError: A file that the dictionary names cannot be read; ``filename`` says which.
        ssl.SSLError: The certificate or the key is not usable.
    """

    def __init__(
        self,
        ssl_options: dict[str, Any] | ssl.SSLContext | None = None,
        max_buffer_size: int | None = None,
        read_chunk_size: int | None = None,
    ) -> None:
        if isinstance(ssl_options, dict) and "certfile" not in ssl_options:
            raise KeyError("ssl_options of a server must name a 'certfile'")
        self.ssl_options = ssl_options
        self.max_buffer_size = max_buffer_size
        self.read_chunk_size = read_chunk_size
        self._sockets: dict[int, socket.socket] = {}
        self._handlers: dict[int, Callable[[], None]] = {}
        self._pending_sockets: list[socket.socket] = []
        self._started = False
        # A certificate that cannot be used is better found now than by the first client.
        self._tls = (ssl_options, self._make_context(ssl_options))

    def listen(
        self,
        port: int,
        address: str | None = None,
        family: socket.AddressFamily = socket.AF_UNSPEC,
        backlog: int = _DEFAULT_BACKLOG,
        flags: int | None = None,
        reuse_port: bool = False,
    ) -> None:
        """Starts to accept connections on a port; may be called for several ports.

        The loop may start later. The arguments are those of `bind_sockets`.

        Args:
            port: The port, 0 for a free one.
            address: The IP address or host name to listen on, all interfaces by default.
            family: Restricts a name to one address family.
            backlog: The number of connections that may wait to be accepted.
            flags: ``AI_*`` flags for ``getaddrinfo()``.
            reuse_port: Lets several processes listen on the port.

        Raises:
            OSError: The address cannot be listened on.
        """
        self.add_sockets(bind_sockets(port, address, family, backlog, flags, reuse_port))

    def add_sockets(self, sockets: Iterable[socket.socket]) -> None:
        """Starts to accept connections on listening sockets.

        Args:
            sockets: Non-blocking sockets, such as `bind_sockets` makes.
        """
        for sock in sockets:
            number = sock.fileno()
            self._sockets[number] = sock
            self._handlers[number] = add_accept_handler(sock, self._handle_connection)

    def add_socket(self, socket: socket.socket) -> None:
        """Starts to accept connections on one listening socket."""
        self.add_sockets([socket])

    def bind(
        self,
        port: int,
        address: str | None = None,
        family: socket.AddressFamily = socket.AF_UNSPEC,
        backlog: int = _DEFAULT_BACKLOG,
        flags: int | None = None,
        reuse_port: bool = False,
    ) -> None:
        """Listens on a port, but accepts connections only when `start` is called.

        Takes what `listen` takes. Deprecated in Tornado since 6.2.

        Raises:
            OSError: The address cannot be listened on.
        """
        sockets = bind_sockets(port, address, family, backlog, flags, reuse_port)
        if self._started:
            self.add_sockets(sockets)
        else:
            self._pending_sockets += sockets

    def start(self, num_processes: int | None = 1, max_restarts: int | None = None) -> None:
        """Starts to accept connections on what was bound, in one process or several.

        Deprecated in Tornado since 6.2; for several processes see the class.

        Args:
            num_processes: 1 for this process; otherwise the workers for `fork_processes` to
                start, None or 0 for one per processor.
            max_restarts: How often `fork_processes` starts a failed worker again.
        """
        if self._started:
            raise RuntimeError("the server has been started already")
        self._started = True
        if num_processes != 1:
            process.fork_processes(num_processes, max_restarts)
        sockets, self._pending_sockets = self._pending_sockets, []
        self.add_sockets(sockets)

    def stop(self) -> None:
        """Stops accepting connections; those there are go on."""
        for number, sock in list(self._sockets.items()):
            remove_handler = self._handlers.pop(number, None)
            if remove_handler is not None:
                remove_handler()
            sock.close()
        self._sockets.clear()

    def handle_stream(self, stream: IOStream, address: Any) -> Awaitable[None] | None:
        """Override this to serve a connection.

        It may be a coroutine; other connections are accepted meanwhile. If it fails, that is
        logged and the connection closed.

        Args:
            stream: The connection. With TLS, an `SSLIOStream` whose handshake may still go on;
                `SSLIOStream.wait_for_handshake` tells when it is done.
            address: The peer's address.
        """
        raise NotImplementedError(f"{type(self).__name__} must override handle_stream()")

    def _handle_connection(self, connection: socket.socket, address: Any) -> None:
        stream: IOStream | None = None
        try:
            stream = self._make_stream(connection)
            handling = self.handle_stream(stream, address)
            if handling is not None:
                connected = stream
                IOLoop.current().add_future(
                    gen.convert_yielded(handling), lambda handled: _finish(connected, handled)
                )
        except Exception:
            app_log.error("Error in connection callback for %s", address, exc_info=True)
            (stream or connection).close()

    def _make_stream(self, connection: socket.socket) -> IOStream:
        context = self._context()
        if context is None:
            return IOStream(
                connection,
                max_buffer_size=self.max_buffer_size,
                read_chunk_size=self.read_chunk_size,
            )
        return SSLIOStream(
            # The handshake is the stream's business: here it would block the loop.
            ssl_wrap_socket(connection, context, server_side=True, do_handshake_on_connect=False),
            max_buffer_size=self.max_buffer_size,
            read_chunk_size=self.read_chunk_size,
        )

    def _context(self) -> ssl.SSLContext | None:
        options, context = self._tls
        if options is not self.ssl_options:
            # Assigned anew, perhaps with a renewed certificate.
            context = self._make_context(self.ssl_options)
            self._tls = (self.ssl_options, context)
        return context

    @staticmethod
    def _make_context(
        ssl_options: dict[str, Any] | ssl.SSLContext | None,
    ) -> ssl.SSLContext | None:
        if ssl_options is None:
            return None
        return ssl_options_to_context(ssl_options, server_side=True)


def _finish(stream: IOStream, handling: Any) -> None:
    try:
        handling.result()
    except BaseException:
        stream.close()
        # The loop logs it.
        raise
