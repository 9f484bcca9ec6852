"""One request and its response: what ``request.connection`` is."""

from asyncio import Future
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fujita.httpserver.connection import Connection
from fujita.httputil import HTTPHeaders, HTTPOutputError, RequestStartLine, ResponseStartLine
from fujita.httputil.delegates import HTTPConnection, RequestDelegate
from fujita.iostream import IOStream, StreamClosedError
from fujita.wire.http1.errors import ProtocolError
from fujita.wire.http1.fields import Fields, combined, parse_content_length
from fujita.wire.http1.request import RequestHead
from fujita.wire.http1.serialize import LAST_CHUNK, chunk_of, message_head, status_line

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
        "_chunked",
        "_close_callback",
        "_closes",
        "_remaining",
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
        self._chunked = False
        self._closes = not head.keep_alive
        self._remaining: int | None = None

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
        length = fields.get("Content-Length")
        bodiless = code < 200 or code in (204, 304)
        # An earlier attempt may have failed on a field that cannot be sent.
        self._chunked = False
        if length is not None:
            if chunk is not None and length == str(len(chunk)) and head.method != "HEAD":
                self._remaining = len(chunk)
            elif head.method == "HEAD" or code == 304:
                self._remaining = 0
            else:
                self._remaining = _declared_length(combined(length))
        elif head.method == "HEAD" or bodiless:
            self._remaining = 0
        elif head.minor_version and "Transfer-Encoding" not in fields:
            # RFC 9112 section 6.1: chunked is how a body of unknown length is sent, but "A
            # server MUST NOT send a response containing Transfer-Encoding unless the
            # corresponding request indicates HTTP/1.1".
            self._chunked = True
            headers["Transfer-Encoding"] = "chunked"
        elif not head.minor_version:
            self._closes = True
        if self.reading and code >= 200 and self._remaining == len(chunk or b""):
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
            self._settle_connection(headers)
        data = message_head(status_line(code, start_line.reason or ""), fields)
        self.response_started = True
        if code < 200 and code != 101:
            # The final response is still to come.
            self.response_started = False
            self._remaining = None
            return self._send(data)
        if chunk:
            if self._remaining == len(chunk) < JOIN_LIMIT and protocol is not None:
                # The whole body, as nearly always.
                self._remaining = 0
                return protocol.write(data + chunk)
            piece = self._framed(chunk)
            if len(piece) < JOIN_LIMIT:
                return self._send(data + piece)
            self._send(data)
            return self._send(piece)
        return self._send(data)

    def _settle_connection(self, headers: HTTPHeaders) -> None:
        """Tells the client whether the connection stays open (RFC 9112 section 9.6)."""
        head = self.head
        protocol = self.protocol
        if protocol is None or protocol.closing or protocol.settings.no_keep_alive:
            self._closes = True
        if "Connection" in headers:
            if "close" in headers["Connection"].lower():
                self._closes = True
            return
        if head.minor_version:
            if self._closes:
                headers["Connection"] = "close"
        elif head.section.keep_alive and not self._closes:
            headers["Connection"] = "Keep-Alive"

    def write(self, chunk: bytes) -> "Future[None]":
        """Writes a piece of the body.

        Returns:
            A future that is done when more may be written.

        Raises:
            HTTPOutputError: The body grows longer than Content-Length says.
        """
        if self.protocol is None:
            return closed_future()
        return self._send(self._framed(chunk) if self.response_started else chunk)

    def _framed(self, chunk: bytes) -> bytes:
        if self._chunked:
            return chunk_of(chunk)
        remaining = self._remaining
        if remaining is not None:
            if len(chunk) > remaining:
                if not remaining and (self.head.method == "HEAD"):
                    return b""
                self._tear()
                raise HTTPOutputError("Tried to write more data than Content-Length")
            self._remaining = remaining - len(chunk)
        return chunk

    def _tear(self) -> None:
        """Ends a response that has gone wrong; the client notices that the connection ends."""
        self._remaining = None
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
        if self._remaining:
            missing = self._remaining
            self._tear()
            raise HTTPOutputError(f"Tried to write {missing} bytes less than Content-Length")
        if self._chunked:
            protocol.write(LAST_CHUNK)
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


def _declared_length(value: str) -> int:
    try:
        return parse_content_length(value)
    except ProtocolError as error:
        # It is the application's, not the client's.
        raise HTTPOutputError(str(error)) from None


def closed_future() -> "Future[None]":
    """Gives a future that failed with StreamClosedError, and does not mind if nobody looks."""
    future: Future[None] = Future()
    future.set_exception(StreamClosedError())
    future.exception()
    return future
