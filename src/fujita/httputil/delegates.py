"""The interfaces through which HTTP servers, connections and applications meet."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from fujita.httputil.headers import HTTPHeaders
from fujita.httputil.start_lines import RequestStartLine, ResponseStartLine

if TYPE_CHECKING:
    from asyncio import Future

    from fujita.wire.http1.fields import Fields


class HTTPServerConnectionDelegate:
    """What an ``HTTPServer`` asks for a delegate for each request.

    Source: Tornado ``httputil.HTTPServerConnectionDelegate``.
    """

    def start_request(
        self, server_conn: object, request_conn: "HTTPConnection"
    ) -> "HTTPMessageDelegate":
        """Begins a request.

        Args:
            server_conn: Stands for the connection, the same for all of its requests.
            request_conn: What the response is written to; for this request only.

        Returns:
            The delegate that is told of the request's parts.
        """
        raise NotImplementedError

    def on_close(self, server_conn: object) -> None:
        """Says that a connection has been closed.

        Args:
            server_conn: What ``start_request`` was given for it.
        """


class HTTPMessageDelegate:
    """What is told of one message, request or response, part by part.

    Source: Tornado ``httputil.HTTPMessageDelegate``.
    """

    __slots__ = ()

    def headers_received(
        self,
        start_line: RequestStartLine | ResponseStartLine,
        headers: HTTPHeaders,
    ) -> Awaitable[None] | None:
        """Says that the head has come.

        Args:
            start_line: A request's or a response's, as the connection's side is.
            headers: The header fields.

        Returns:
            ``None``, or an awaitable to be waited for before the body is read.
        """

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Says that a piece of the body has come.

        Returns:
            ``None``, or an awaitable to be waited for before more is read.
        """

    def finish(self) -> None:
        """Says that the message is complete."""

    def on_connection_close(self) -> None:
        """Says that the connection was closed before the message was complete.

        Either this or ``finish`` is called, never both.
        """


class HTTPConnection:
    """What an application writes a message to.

    Source: Tornado ``httputil.HTTPConnection``.
    """

    __slots__ = ()

    def write_headers(
        self,
        start_line: RequestStartLine | ResponseStartLine,
        headers: HTTPHeaders,
        chunk: bytes | None = None,
    ) -> "Future[None]":
        """Writes the head.

        Args:
            start_line: The status line, or a client's request line.
            headers: The header fields.
            chunk: The first piece of the body, so that both leave in one write.

        Returns:
            A future for flow control: done when more may be written.
        """
        raise NotImplementedError

    def write(self, chunk: bytes) -> "Future[None]":
        """Writes a piece of the body.

        Returns:
            A future for flow control: done when more may be written.
        """
        raise NotImplementedError

    def finish(self) -> None:
        """Says that the body is complete."""
        raise NotImplementedError

    def respond(self, code: int, reason: str, fields: "Fields", body: bytes) -> "Future[None]":
        """Writes a whole response: ``write_headers`` and ``finish`` in one.

        Args:
            code: The status code.
            reason: The reason phrase.
            fields: The header fields by their normalized names.
            body: The whole body.

        Returns:
            A future that is done when the response has gone to the connection.
        """
        headers = HTTPHeaders.from_fields(fields)
        future = self.write_headers(ResponseStartLine("", code, reason), headers, body)
        self.finish()
        return future


class RequestDelegate(HTTPMessageDelegate):
    """A delegate that was made from the request, so that nobody needs to tell it the head.

    Servers of Fujita speak to this; a plain ``HTTPMessageDelegate`` is told start line and
    headers by an adapter, which costs making them.
    """

    __slots__ = ()

    @property
    def gathers(self) -> bool:
        """Whether it only keeps the body's pieces, so that their size does not matter."""
        return False

    def request_received(self) -> Awaitable[None] | None:
        """Says that the head has come, in the place of ``headers_received``.

        Returns:
            ``None``, or an awaitable to be waited for before the body is read.
        """
