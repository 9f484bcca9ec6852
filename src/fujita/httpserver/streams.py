"""HTTP on streams, for servers that wrap or choose them."""

from typing import TYPE_CHECKING, Any

from fujita.http1connection import HTTP1ConnectionParameters, HTTP1ServerConnection
from fujita.httpserver.context import ConnectionContext
from fujita.httpserver.settings import ConnectionSettings
from fujita.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from fujita.iostream import IOStream, SSLIOStream

if TYPE_CHECKING:
    from fujita.httpserver.server import HTTPServer


def parameters(settings: ConnectionSettings) -> HTTP1ConnectionParameters:
    """Says in Tornado's words what a server's settings are for a stream."""
    return HTTP1ConnectionParameters(
        no_keep_alive=settings.no_keep_alive,
        chunk_size=settings.chunk_size,
        max_header_size=settings.limits.head,
        header_timeout=settings.idle_timeout,
        max_body_size=settings.limits.body,
        body_timeout=settings.body_timeout,
        decompress=settings.decompress_request,
    )


def serve_stream(server: "HTTPServer", stream: IOStream, address: Any) -> None:
    """Begins to serve HTTP on a stream.

    Args:
        server: The server.
        stream: The stream.
        address: The peer's address.
    """
    settings = server.settings
    context: Any = ConnectionContext(
        _Peer(stream, address),  # type: ignore[arg-type]  # as much of a transport as it asks
        settings.protocol,
        settings.xheaders,
        settings.trusted_downstream,
    )
    delegate = _BehindProxy(server, context) if settings.xheaders else server
    HTTP1ServerConnection(stream, server.conn_params, context).start_serving(delegate)


class _Peer:
    """What a stream tells of its peer, as a transport does."""

    def __init__(self, stream: IOStream, address: Any) -> None:
        self._known = {"peername": address}
        if isinstance(stream, SSLIOStream):
            self._known["ssl_object"] = stream

    def get_extra_info(self, name: str) -> Any:
        return self._known.get(name)


class _Claims:
    """The context of one request, of which a proxy has told who it is from."""

    def __init__(self, context: ConnectionContext, headers: HTTPHeaders) -> None:
        self.address = context.address
        self.remote_ip = context.remote_ip_for(headers)
        self.protocol = context.protocol_for(headers)


class _BehindProxy(HTTPServerConnectionDelegate):
    """Believes what the proxy in front of a server says."""

    def __init__(self, server: HTTPServerConnectionDelegate, context: ConnectionContext) -> None:
        self._server = server
        self._context = context

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        delegate = self._server.start_request(server_conn, request_conn)
        return _ClaimsReader(delegate, request_conn, self._context)

    def on_close(self, server_conn: object) -> None:
        self._server.on_close(server_conn)


class _ClaimsReader(HTTPMessageDelegate):
    """Reads a request's claims before the request is made."""

    def __init__(
        self, delegate: HTTPMessageDelegate, connection: Any, context: ConnectionContext
    ) -> None:
        self._delegate = delegate
        self._connection = connection
        self._context = context

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Any:
        self._connection.context = _Claims(self._context, headers)
        return self._delegate.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Any:
        return self._delegate.data_received(chunk)

    def finish(self) -> None:
        self._delegate.finish()

    def on_connection_close(self) -> None:
        self._delegate.on_connection_close()
