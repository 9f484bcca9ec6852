"""HTTPServer: listens, and serves HTTP on what it accepts."""

import asyncio
import socket
import ssl
from asyncio import Future
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from fujita.httpserver import registry
from fujita.httpserver.delegates import CallbackDelegate, MessageDelegateAdapter
from fujita.httpserver.exchange import ServerExchange
from fujita.httpserver.listener import Listener
from fujita.httpserver.memory import keep_freed_memory
from fujita.httpserver.protocol import ServerProtocol
from fujita.httpserver.settings import DEFAULT_MAX_SIZE, ConnectionSettings
from fujita.httpserver.successor import SuccessorProtocol
from fujita.httputil import (
    HTTPConnection,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
)
from fujita.httputil.delegates import RequestDelegate
from fujita.httputil.routing import NotFoundDelegate, RequestRouter
from fujita.ioloop import IOLoop
from fujita.log import app_log
from fujita.tcpserver import TCPServer
from fujita.util import Configurable
from fujita.wire.http1 import Limits

if TYPE_CHECKING:
    from fujita.iostream import IOStream


class HTTPServer(TCPServer, Configurable, HTTPServerConnectionDelegate):
    """A server for HTTP/1.1.

    Connections are served by an asyncio ``Protocol``, without a stream in between; a subclass
    that overrides ``handle_stream`` gets Tornado's streams.

    Args:
        request_callback: What answers: an ``Application``, any
            ``HTTPServerConnectionDelegate``, or a function that is called with each request.
        no_keep_alive: Close each connection after one request.
        xheaders: Believe a proxy's ``X-Real-Ip``/``X-Forwarded-For`` and
            ``X-Scheme``/``X-Forwarded-Proto``.
        ssl_options: Serve TLS: an ``ssl.SSLContext``, or a dictionary of its options.
        protocol: What ``request.protocol`` is to be where a proxy hides it.
        decompress_request: Decode bodies with ``Content-Encoding: gzip``.
        chunk_size: The largest piece of a body that ``data_received`` is given, in bytes.
        max_header_size: The largest head of a request, in bytes; 65,536 by default.
        idle_connection_timeout: Seconds that a connection may wait for its next request; 75
            by default, where Tornado waits an hour.
        body_timeout: Seconds that a body may take; by default its pace is measured instead.
        max_body_size: The largest body, in bytes; ``max_buffer_size`` by default.
        max_buffer_size: The most that is buffered of a message, in bytes; 100 MiB by default.
        trusted_downstream: The addresses of proxies to skip in ``X-Forwarded-For``.

    Source: Tornado ``httpserver.HTTPServer``.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Configurable calls initialize() with the arguments.
        pass

    def initialize(
        self,
        request_callback: HTTPServerConnectionDelegate | Callable[[HTTPServerRequest], None],
        no_keep_alive: bool = False,
        xheaders: bool = False,
        ssl_options: dict[str, Any] | ssl.SSLContext | None = None,
        protocol: str | None = None,
        decompress_request: bool = False,
        chunk_size: int | None = None,
        max_header_size: int | None = None,
        idle_connection_timeout: float | None = None,
        body_timeout: float | None = None,
        max_body_size: int | None = None,
        max_buffer_size: int | None = None,
        trusted_downstream: list[str] | None = None,
    ) -> None:
        """Takes the constructor's arguments."""
        self.request_callback = request_callback
        self.xheaders = xheaders
        self.protocol = protocol
        self.trusted_downstream = set(trusted_downstream or ())
        buffer_size = max_buffer_size or DEFAULT_MAX_SIZE
        head = max_header_size or 65536
        self.settings = ConnectionSettings(
            limits=Limits(
                head=head,
                request_line=min(head, 16384),
                body=buffer_size if max_body_size is None else max_body_size,
            ),
            body_timeout=body_timeout,
            chunk_size=chunk_size or 65536,
            no_keep_alive=no_keep_alive,
            decompress_request=decompress_request,
            protocol=protocol,
            xheaders=xheaders,
            trusted_downstream=frozenset(self.trusted_downstream),
        )
        if idle_connection_timeout is not None:
            self.settings.idle_timeout = idle_connection_timeout
        self.connections: set[ServerProtocol | SuccessorProtocol] = set()
        self._listeners: dict[int, Listener] = {}
        self._emptied: Future[None] | None = None
        self._route = self._choose_route()
        self.answer = self._answers()
        TCPServer.__init__(
            self,
            ssl_options=ssl_options,
            max_buffer_size=max_buffer_size,
            read_chunk_size=chunk_size,
        )

    @classmethod
    def configurable_base(cls) -> type[Configurable]:
        """Says that ``HTTPServer.configure`` sets the class of all servers."""
        return HTTPServer

    @classmethod
    def configurable_default(cls) -> type[Configurable]:
        """Says that this class serves unless configured otherwise."""
        return HTTPServer

    # Listening.

    def add_sockets(self, sockets: Iterable[socket.socket]) -> None:
        """Begins to serve the connections of listening sockets."""
        if type(self).handle_stream is not HTTPServer.handle_stream:
            super().add_sockets(sockets)
            return
        loop = IOLoop.current().asyncio_loop
        self.written: Future[None] = loop.create_future()
        """What a write returns that need not be waited for; the same for all of them."""
        self.written.set_result(None)
        registry.add(self, loop)
        keep_freed_memory()
        tls = self._context()
        for sock in sockets:
            descriptor = sock.fileno()
            self._sockets[descriptor] = sock
            self._listeners[descriptor] = Listener(
                loop,
                sock,
                lambda: cast("asyncio.Protocol", ServerProtocol(self, loop)),
                tls,
                self.settings.handshake_timeout,
            )

    def stop(self) -> None:
        """Stops accepting connections; those there are go on."""
        for descriptor, listener in self._listeners.items():
            self._sockets.pop(descriptor, None)
            listener.close()
        self._listeners.clear()
        super().stop()

    async def close_all_connections(self) -> None:
        """Closes all connections, and returns when they are closed.

        Source: Tornado ``HTTPServer.close_all_connections``; unlike there, WebSockets are
        closed too.
        """
        await self.drain(0)

    async def drain(self, timeout: float) -> int:
        """Lets the requests under way finish, then closes what is left.

        Idle connections are closed at once and WebSockets are told that the server goes away.

        Args:
            timeout: How many seconds to wait for that.

        Returns:
            The number of connections that had to be closed in the middle of something.
        """
        for connection in list(self.connections):
            connection.shut_down()
        if timeout > 0:
            await self._wait_until_empty(timeout)
        left = list(self.connections)
        for connection in left:
            connection.abort()
        await self._wait_until_empty(5)
        return len(left)

    async def _wait_until_empty(self, timeout: float) -> None:
        if not self.connections:
            return
        if self._emptied is None:
            self._emptied = asyncio.get_running_loop().create_future()
        await asyncio.wait([self._emptied], timeout=timeout)

    # What a connection asks of its server.

    def forget(
        self,
        connection: ServerProtocol | SuccessorProtocol,
        server_conn: ServerProtocol | None = None,
    ) -> None:
        """Takes a connection off the list; called when it is lost.

        Args:
            connection: What reads the connection.
            server_conn: What its requests were given to know it by, if that is another.
        """
        try:
            self.on_close(server_conn or connection)
        except Exception:
            app_log.error("Uncaught exception", exc_info=True)
        self.connections.discard(connection)
        if not self.connections and self._emptied is not None:
            if not self._emptied.done():
                self._emptied.set_result(None)
            self._emptied = None

    def replace(self, connection: ServerProtocol, successor: SuccessorProtocol) -> None:
        """Notes that a connection speaks another protocol from now on."""
        self.connections.discard(connection)
        self.connections.add(successor)
        successor.forget = lambda: self.forget(successor, connection)

    def _choose_route(
        self,
    ) -> Callable[[HTTPServerRequest], HTTPMessageDelegate | None] | None:
        """Says how a request finds its delegate without a detour, if it can."""
        callback = self.request_callback
        if type(self).start_request is not HTTPServer.start_request:
            return None
        if isinstance(callback, RequestRouter):
            if type(callback).start_request is RequestRouter.start_request:
                return callback.find_handler
            return None
        if isinstance(callback, HTTPServerConnectionDelegate):
            return None
        function = callback
        return lambda request: CallbackDelegate(function, request)

    def _answers(self) -> Callable[[HTTPServerRequest], bool]:
        """Says what is asked first for a request without a body."""
        if self._route is not None and isinstance(self.request_callback, RequestRouter):
            return self.request_callback._answer
        return lambda request: False

    def delegate_for(
        self, server_conn: ServerProtocol, exchange: ServerExchange, request: HTTPServerRequest
    ) -> RequestDelegate:
        """Gives the delegate that a request's parts are told to."""
        route = self._route
        if route is None:
            delegate: HTTPMessageDelegate | None = self.start_request(server_conn, exchange)
        else:
            delegate = route(request)
        if isinstance(delegate, RequestDelegate):
            return delegate
        if delegate is None:
            return NotFoundDelegate(exchange)
        return MessageDelegateAdapter(delegate, request)

    # Tornado's interface between server and streams.

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Begins a request; for connections that are served from a stream."""
        callback = self.request_callback
        if isinstance(callback, HTTPServerConnectionDelegate):
            return callback.start_request(server_conn, request_conn)
        return CallbackRouter(callback).start_request(server_conn, request_conn)

    def on_close(self, server_conn: object) -> None:
        """Tells the application that a connection is closed, if it wants to know."""
        if isinstance(self.request_callback, HTTPServerConnectionDelegate):
            self.request_callback.on_close(server_conn)

    def handle_stream(self, stream: "IOStream", address: Any) -> None:
        """Serves HTTP on a stream; for subclasses that wrap or choose their streams."""
        from fujita.http1connection import HTTP1ServerConnection

        HTTP1ServerConnection(stream).start_serving(self)


class CallbackRouter(RequestRouter):
    """Answers every request by the same function."""

    def __init__(self, callback: Callable[[HTTPServerRequest], None]) -> None:
        self.callback = callback

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate:
        """Gives the function's delegate."""
        return CallbackDelegate(self.callback, request)
