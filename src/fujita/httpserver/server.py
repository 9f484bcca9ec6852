"""HTTPServer: listens, and serves HTTP on what it accepts."""

import asyncio
import socket
import ssl
from asyncio import Future
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from fujita.httpserver import registry
from fujita.httpserver.admission import DEFAULT_MAX_CONNECTIONS, Admission, Waiting
from fujita.httpserver.delegates import CallbackDelegate, MessageDelegateAdapter
from fujita.httpserver.exchange import ServerExchange
from fujita.httpserver.listener import Listener
from fujita.httpserver.memory import keep_freed_memory
from fujita.httpserver.protocol import ServerProtocol
from fujita.httpserver.settings import DEFAULT_MAX_SIZE, ConnectionSettings, defaults
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
from fujita.lazy import made_on_demand
from fujita.log import app_log
from fujita.tcpserver import TCPServer
from fujita.util import Configurable
from fujita.wire.http1 import Limits

if TYPE_CHECKING:
    from fujita.http1connection import HTTP1ConnectionParameters
    from fujita.iostream import IOStream

_EXPECTING = 1.0


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
        max_request_line: The longest request line, in bytes; 16,384 by default.
        max_header_count: The most header fields of a request; 2,000 by default.
        first_request_timeout: Seconds that a new connection may wait for the first byte of a
            request; ``idle_connection_timeout`` by default, 60 where there is none either.
        header_timeout: Seconds that a request's head may take from its first byte; 30 by default.
        body_grace: Seconds that a body may take whatever its size, where there is no
            ``body_timeout``; 60 by default.
        body_rate: The bytes per second that a body must bring beyond that; 500 by default.
        write_timeout: Seconds that a client may take nothing of what is sent to it; 60 by default.
        handshake_timeout: Seconds that a TLS handshake may take; 30 by default.
        max_handshakes: The most TLS handshakes under way; 1,000 by default.
        max_write_buffer_size: The most that may wait to be taken by a client when a handler writes
            more, in bytes; 256 MiB by default.
        max_connections: The most connections; by default as many as the process may have
            descriptors, but for 64.
        max_connections_per_address: The most connections from one address; any number by default.

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
        *,
        max_request_line: int | None = None,
        max_header_count: int | None = None,
        first_request_timeout: float | None = None,
        header_timeout: float | None = None,
        body_grace: float | None = None,
        body_rate: float | None = None,
        write_timeout: float | None = None,
        handshake_timeout: float | None = None,
        max_handshakes: int | None = None,
        max_write_buffer_size: int | None = None,
        max_connections: int | None = None,
        max_connections_per_address: int | None = None,
    ) -> None:
        """Takes the constructor's arguments."""
        self.request_callback = request_callback
        self.xheaders = xheaders
        self.protocol = protocol
        self.trusted_downstream = set(trusted_downstream or ())
        head = max_header_size or 65536
        self.settings = ConnectionSettings(
            limits=Limits(
                head=head,
                request_line=max_request_line or min(head, 16384),
                field_count=max_header_count or 2000,
                body=_first(
                    max_body_size, max_buffer_size or None, defaults.max_body_size, DEFAULT_MAX_SIZE
                ),
            ),
            body_timeout=body_timeout,
            chunk_size=chunk_size or 65536,
            no_keep_alive=no_keep_alive,
            decompress_request=decompress_request,
            protocol=protocol,
            xheaders=xheaders,
            trusted_downstream=frozenset(self.trusted_downstream),
        )
        self.settings.set_given(
            idle_timeout=_first(idle_connection_timeout, defaults.idle_timeout),
            header_timeout=_first(header_timeout, defaults.header_timeout),
            # Tornado has but one of the two.
            first_request_timeout=_first(first_request_timeout, idle_connection_timeout),
            body_grace=body_grace,
            body_rate=body_rate,
            write_timeout=write_timeout,
            handshake_timeout=handshake_timeout,
            max_handshakes=max_handshakes,
            max_write_buffer_size=max_write_buffer_size,
        )
        self.admission = Admission(
            _first(max_connections, defaults.max_connections, DEFAULT_MAX_CONNECTIONS),
            _first(max_connections_per_address, defaults.max_connections_per_address),
            self._may_make_room,
        )
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
                self.settings.max_handshakes,
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

        Idle connections are closed and WebSockets are told that the server goes away. A client
        that had its last response less than a second ago may be sending the next request: it is
        answered if it comes within a second, with ``Connection: close``.

        Args:
            timeout: How many seconds to wait for that.

        Returns:
            The number of connections that had to be closed in the middle of something.
        """
        expecting = self._begin_to_drain(timeout)
        if timeout > 0:
            if expecting:
                await self._wait_until_empty(min(timeout, _EXPECTING))
                for connection in expecting & self.connections:
                    connection.shut_down()
                timeout -= _EXPECTING
            await self._wait_until_empty(max(timeout, 0))
        left = list(self.connections)
        for connection in left:
            connection.abort()
        await self._wait_until_empty(5)
        return len(left)

    def _begin_to_drain(self, timeout: float) -> "set[ServerProtocol | SuccessorProtocol]":
        """Ends what can be ended now; gives the connections on which a request may be coming."""
        expecting: set[ServerProtocol | SuccessorProtocol] = set()
        recently = asyncio.get_running_loop().time() - _EXPECTING
        for connection in list(self.connections):
            if timeout > 0 and isinstance(connection, ServerProtocol):
                since = connection.waiting_since()
                if since is not None and since > recently:
                    # RFC 9112 section 9.6: the response to the last request says that it is.
                    connection.closing = True
                    expecting.add(connection)
                    continue
            connection.shut_down()
        return expecting

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
        peer = server_conn or connection
        assert isinstance(peer, ServerProtocol)
        self.admission.leave(peer.context.address)
        if not self.connections and self._emptied is not None:
            if not self._emptied.done():
                self._emptied.set_result(None)
            self._emptied = None

    def _may_make_room(self) -> "list[Waiting]":
        return [each for each in self.connections if isinstance(each, ServerProtocol)]

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
        from fujita.httpserver.streams import serve_stream

        serve_stream(self, stream, address)

    @made_on_demand
    def conn_params(self) -> "HTTP1ConnectionParameters":
        """How streams are served, for subclasses that serve them themselves."""
        from fujita.httpserver.streams import parameters

        return parameters(self.settings)


def _first(*values: Any) -> Any:
    """Gives the first value that is not ``None``, ``None`` if all are."""
    return next((value for value in values if value is not None), None)


class CallbackRouter(RequestRouter):
    """Answers every request by the same function."""

    def __init__(self, callback: Callable[[HTTPServerRequest], None]) -> None:
        self.callback = callback

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate:
        """Gives the function's delegate."""
        return CallbackDelegate(self.callback, request)
