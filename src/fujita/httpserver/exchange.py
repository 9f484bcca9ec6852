"""One request and its response: what ``request.connection`` is."""

from asyncio import Future
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fujita.httpserver.connection import Connection
from fujita.httputil import HTTPHeaders, HTTPOutputError, RequestStartLine, ResponseStartLine
from fujita.httputil.delegates import HTTPConnection, RequestDelegate
from fujita.httputil.framing import BodyFraming, frame_response, settle_connection
from fujita.iostream import IOStream, StreamClosedError
from fujita.wire.http1.fields import Fields
from fujita.wire.http1.request import RequestHead
from fujita.wire.http1.serialize import message_head, status_line

if TYPE_CHECKING:
    from fujita.httpserver.context import ConnectionContext
    from fujita.httpserver.successor import SuccessorProtocol

JOIN_LIMIT = 65536
"""Head and body leave in one write up to this size; beyond it, joining costs more."""


class ServerExchange(HTTPConnection):
    """Writes the response to one request.

    Source: what Tornado's handlers find as ``request.connection``, an ``HTTP1Connection``.
    """

    __slots__ = (
        "_close_callback",
        "_closes",
        "_framing",
        "context",
        "delegate",
        "head",
        "protocol",
        "reading",
        "response_started",
    )

    def __init__(self, protocol: Connection, head: RequestHead) -> None:
        self.protocol: Connection | None = protocol
        self.context: ConnectionContext = protocol.context
        """Who is at the other end; for the access log, which is written at the very end."""
        self.head = head
        self.delegate: RequestDelegate | None = None
        self.reading = head.has_body
        """Whether the request is not complete yet."""
        self.response_started = False
        self._close_callback: Callable[[], Any] | None = None
        self._closes = not head.keep_alive
        self._framing: BodyFraming | None = None

    @property
    def stream(self) -> IOStream:
        """The connection as an ``IOStream``, made when it is first asked for."""
        return self._live().stream

    @property
    def no_keep_alive(self) -> bool:
        """Whether connections end with their first request."""
        return self._live().settings.no_keep_alive

    def _live(self) -> Connection:
        if self.protocol is None:
            raise StreamClosedError()
        return self.protocol

    def set_close_callback(self, callback: Callable[[], Any] | None) -> None:
        """Sets what is called if the connection closes before the response is complete."""
        self._close_callback = callback

    def set_max_body_size(self, max_body_size: int) -> None:
        """Sets the largest body, in bytes, for this request alone."""
        self._live().parser.body_limit = max_body_size

    def set_body_timeout(self, timeout: float) -> None:
        """Sets how long this request's body may take, in seconds."""
        self._live().set_body_timeout(timeout)

    def respond(self, code: int, reason: str, fields: Fields, body: bytes) -> "Future[None]":
        """Writes a whole response.

        The usual response takes the short way, in one function where ``write_headers`` and
        ``finish`` need six: 1.5 of the 11 µs that a small request takes.
        """
        protocol = self.protocol
        if (
            protocol is None
            or self.reading
            or not self.head.is_plain
            or fields.get("Content-Length") != str(len(body))
            or "Connection" in fields
            or len(body) > JOIN_LIMIT
            or protocol.closing
            or protocol.settings.no_keep_alive
        ):
            # Not by super(), which compiled methods of this kind do not have.
            return HTTPConnection.respond(self, code, reason, fields, body)
        line = status_line(code, reason)
        protocol.transport.write(message_head(line, fields) + body)
        self.protocol = self.delegate = self._close_callback = None
        return protocol.response_complete()

    def write_headers(
        self,
        start_line: RequestStartLine | ResponseStartLine,
        headers: HTTPHeaders,
        chunk: bytes | None = None,
    ) -> "Future[None]":
        """Writes the head and, if given, the first piece of the body.

        Returns:
            A future that is done when more may be written.

        Raises:
            HTTPOutputError: The piece is longer than Content-Length says, or that is no number.
            ValueError: A header field holds CR or LF.
        """
        assert isinstance(start_line, ResponseStartLine)
        head = self.head
        fields = headers.to_fields()
        code = start_line.code
        if (
            chunk is not None
            and fields.get("Content-Length") == str(len(chunk))
            and head.method != "HEAD"
        ):
            # The whole body, as nearly always.
            framing = BodyFraming(length=len(chunk))
        else:
            framing = frame_response(code, headers, head)
        self._framing = framing
        if self.reading and code >= 200 and framing.remaining == len(chunk or b""):
            # The response is complete before the request is: see `response_finished`.
            self._closes = True
        protocol = self.protocol
        if (
            "Connection" in fields
            or self._closes
            or not head.minor_version
            or protocol is None
            or protocol.closing
            or protocol.settings.no_keep_alive
        ):
            away = protocol is None or protocol.closing or protocol.settings.no_keep_alive
            self._closes = settle_connection(headers, head, framing, self._closes or away)
        data = message_head(status_line(code, start_line.reason or ""), fields)
        if code < 200 and code != 101:
            # The final response is still to come.
            self.response_started = False
            self._framing = None
            return self._send(data)
        self.response_started = True
        if not chunk:
            return self._send(data)
        piece = self._framed(chunk)
        if len(piece) < JOIN_LIMIT:
            return self._send(data + piece)
        self._send(data)
        return self._send(piece)

    def write(self, chunk: bytes) -> "Future[None]":
        """Writes a piece of the body.

        Returns:
            A future that is done when more may be written.

        Raises:
            HTTPOutputError: The body grows longer than Content-Length says.
        """
        if self.protocol is None:
            return closed_future()
        return self._send(self._framed(chunk))

    def _framed(self, chunk: bytes) -> bytes:
        framing = self._framing
        if framing is None:
            return chunk
        if self.head.method == "HEAD":
            # RFC 9110 section 9.3.2: "the server MUST NOT send content in the response".
            return b""
        try:
            return framing.frame(chunk)
        except HTTPOutputError:
            self._tear()
            raise

    def _tear(self) -> None:
        """Ends a response that has gone wrong; the client notices that the connection ends."""
        self._framing = None
        if self.protocol is not None:
            # What was written before goes out, perhaps the end of another response.
            self.protocol.close()

    def _send(self, data: bytes) -> "Future[None]":
        protocol = self.protocol
        if protocol is None:
            return closed_future()
        return protocol.write(data)

    def finish(self) -> None:
        """Completes the response.

        Raises:
            HTTPOutputError: The body is shorter than Content-Length says. The connection is
                closed, so that the client notices.
        """
        protocol = self.protocol
        if protocol is None:
            return
        if self._framing is not None:
            try:
                end = self._framing.end()
            except HTTPOutputError:
                self._tear()
                raise
            if end:
                protocol.write(end)
        protocol.response_finished(self, self._closes)
        if not self.reading:
            # Nothing may be left that refers back, or each request would be work for the
            # garbage collector.
            self.protocol = self.delegate = None
        self._close_callback = None

    def close(self) -> None:
        """Closes the connection."""
        if self.protocol is not None:
            self.protocol.close()

    def detach(self) -> IOStream:
        """Takes the connection out of HTTP, as a stream.

        Whatever the client has sent behind the request is the first that the stream reads.
        """
        protocol = self._live()
        stream = protocol.detach()
        self.protocol = self.delegate = None
        self._close_callback = None
        return stream

    def switch_protocols(self, successor: "SuccessorProtocol") -> bytes:
        """Hands the connection over to another protocol.

        Returns:
            What the client has sent behind the request.
        """
        protocol = self._live()
        self.protocol = self.delegate = None
        self._close_callback = None
        return protocol.switch_to(successor)

    def client_gone(self) -> None:
        """Tells the handler that the client is sending no more; called by the protocol."""
        callback, self._close_callback = self._close_callback, None
        if callback is not None:
            callback()

    def connection_lost(self) -> None:
        """Tells delegate or handler that the client has gone; called by the protocol."""
        self.protocol = None
        callback, self._close_callback = self._close_callback, None
        delegate, self.delegate = self.delegate, None
        if self.reading and delegate is not None:
            delegate.on_connection_close()
        elif callback is not None:
            callback()


def closed_future() -> "Future[None]":
    """Gives a future that failed with StreamClosedError, and does not mind if nobody looks."""
    future: Future[None] = Future()
    future.set_exception(StreamClosedError())
    future.exception()
    return future
