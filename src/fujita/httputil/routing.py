"""The way from a connection's delegate to the delegate of one request."""

from collections.abc import Awaitable
from typing import Any

from fujita.httputil.delegates import (
    HTTPConnection,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestDelegate,
)
from fujita.httputil.headers import HTTPHeaders
from fujita.httputil.request import HTTPServerRequest
from fujita.httputil.start_lines import RequestStartLine, ResponseStartLine


class RequestRouter(HTTPServerConnectionDelegate):
    """A delegate for connections that chooses by request who answers it.

    A server that has the request already asks ``find_handler``, unless a subclass has changed
    ``start_request``.
    """

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:
        """Finds who answers a request.

        Args:
            request: The request, as far as its head tells.
            **kwargs: What an outer router has found out about it.

        Returns:
            The delegate, ``None`` if this router has nobody for it.
        """
        raise NotImplementedError

    def _answer(self, request: HTTPServerRequest) -> bool:
        """Answers a request without a body at once, if it can do so without a delegate.

        Returns:
            Whether it has begun to; if not, the server goes on with ``find_handler``.
        """
        return False

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Begins a request whose head is still to come."""
        return RoutingDelegate(self, server_conn, request_conn)


class RoutingDelegate(HTTPMessageDelegate):
    """Waits for the head, finds who answers, and hands everything on to it."""

    __slots__ = ("_delegate", "_request_conn", "_router", "_server_conn")

    def __init__(
        self, router: RequestRouter, server_conn: object, request_conn: HTTPConnection
    ) -> None:
        self._router = router
        self._server_conn = server_conn
        self._request_conn = request_conn
        self._delegate: HTTPMessageDelegate | None = None

    def headers_received(
        self,
        start_line: RequestStartLine | ResponseStartLine,
        headers: HTTPHeaders,
    ) -> Awaitable[None] | None:
        """Finds who answers, and passes the head on."""
        assert isinstance(start_line, RequestStartLine)
        request = HTTPServerRequest(
            connection=self._request_conn,
            server_connection=self._server_conn,
            start_line=start_line,
            headers=headers,
        )
        delegate = self._router.find_handler(request)
        if delegate is None:
            delegate = NotFoundDelegate(self._request_conn)
        self._delegate = delegate
        return delegate.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Passes a piece of the body on."""
        assert self._delegate is not None
        return self._delegate.data_received(chunk)

    def finish(self) -> None:
        """Passes the end of the request on."""
        assert self._delegate is not None
        self._delegate.finish()

    def on_connection_close(self) -> None:
        """Passes on that the client has gone."""
        if self._delegate is not None:
            self._delegate.on_connection_close()


class NotFoundDelegate(RequestDelegate):
    """Answers 404 where a router has nobody."""

    __slots__ = ("_connection",)

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection

    def finish(self) -> None:
        """Answers."""
        start_line = ResponseStartLine("HTTP/1.1", 404, "Not Found")
        self._connection.write_headers(start_line, HTTPHeaders({"Content-Length": "0"}))
        self._connection.finish()
