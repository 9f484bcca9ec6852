"""Requests: their heads, and the parser that a server reads them with."""

from fujita.wire.http1.body import ChunkedBody, FixedBody
from fujita.wire.http1.buffer import ReceiveBuffer
from fujita.wire.http1.diagnosis import explain_request_head
from fujita.wire.http1.errors import ProtocolError
from fujita.wire.http1.events import END_OF_MESSAGE, NEED_DATA, Event
from fujita.wire.http1.fields import FieldSection, parse_field_lines
from fujita.wire.http1.grammar import LEADING_EMPTY_LINES, REQUEST_HEAD
from fujita.wire.http1.limits import Limits


class RequestHead:
    """The request line and what the header fields say about framing.

    Attributes:
        method: As sent; methods are case-sensitive (RFC 9110 section 9.1).
        target: The request target as sent, its bytes decoded as Latin-1.
        minor_version: The ``x`` of HTTP/1.x.
        section: The header fields; shared between requests, never to be changed.
        has_body: Whether anything is to be read before the next request.
        keep_alive: Whether the client wants the connection to stay open.
    """

    __slots__ = ("has_body", "keep_alive", "method", "minor_version", "section", "target")

    def __init__(self, method: str, target: str, minor_version: int, section: FieldSection) -> None:
        self.method = method
        self.target = target
        self.minor_version = minor_version
        self.section = section
        # RFC 9112 section 6.3: "If this is a request message and none of the above are true,
        # then the message body length is zero".
        self.has_body = section.chunked or bool(section.content_length)
        # RFC 9112 section 9.3: "close" wins; 1.1 persists by default, 1.0 on request only.
        if section.close:
            self.keep_alive = False
        else:
            self.keep_alive = minor_version > 0 or section.keep_alive


class RequestParser:
    """Reads requests from the bytes of one connection (RFC 9112).

    Pull events with ``next_event``: a ``RequestHead``, then the body as ``bytes``, then
    ``END_OF_MESSAGE``; a request without body has its head only. After a request, call
    ``next_event`` again for the one that was pipelined behind it.
    """

    __slots__ = ("_body", "_buffer", "_last_lines", "_last_section", "body_limit", "limits")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.body_limit = limits.body
        """The limit of the body that is about to be read; changeable once its head is out."""
        self._buffer = ReceiveBuffer()
        self._body: FixedBody | ChunkedBody | None = None
        self._last_lines: bytes | None = None
        self._last_section: FieldSection | None = None

    def receive_data(self, data: bytes) -> None:
        """Takes bytes from the peer; call ``next_event`` next."""
        self._buffer.append(data)

    def next_event(self) -> RequestHead | bytes | Event:
        """Gives the next event, ``NEED_DATA`` if more bytes are needed for one.

        Raises:
            ProtocolError: The bytes are no HTTP/1.x request. Nothing more can be read from
                this connection.
        """
        body = self._body
        if body is not None:
            event = body.next_event()
            if event is END_OF_MESSAGE:
                self._body = None
            return event
        match = self._buffer.match(REQUEST_HEAD)
        if match is None:
            return self._incomplete_head()
        method, target, minor_version, lines = match.groups()
        if lines == self._last_lines:
            section = self._last_section
            assert section is not None
        else:
            self._check_size(match.start(4) - match.start(1), lines)
            section = FieldSection(parse_field_lines(lines))
            self._last_lines, self._last_section = lines, section
        head = RequestHead(
            method.decode("ascii"), target.decode("latin-1"), int(minor_version), section
        )
        if section.host is None and head.minor_version:
            raise ProtocolError("Missing Host header")
        if len(target) > self.limits.request_line:
            raise ProtocolError(f"Request target of {len(target)} bytes", 414)
        if head.has_body:
            self.body_limit = self.limits.body
        return head

    def start_body(self, head: RequestHead) -> None:
        """Begins to read the body of ``head``, within ``body_limit``.

        Raises:
            ProtocolError: The body that the head announces is larger than the limit.
        """
        if head.section.chunked:
            self._body = ChunkedBody(self._buffer, self.body_limit)
            return
        length = head.section.content_length or 0
        if self.body_limit is not None and length > self.body_limit:
            raise ProtocolError("Content-Length too long", 413)
        self._body = FixedBody(self._buffer, length)

    def take_rest(self) -> bytes:
        """Takes the bytes behind what was parsed: another protocol's, after an upgrade."""
        return self._buffer.take_all()

    @property
    def has_data(self) -> bool:
        """Whether bytes of an unfinished message are waiting."""
        return len(self._buffer) > 0

    @property
    def buffered(self) -> int:
        """How many bytes are waiting to be read."""
        return len(self._buffer)

    def _check_size(self, line_size: int, lines: bytes) -> None:
        if line_size + len(lines) > self.limits.head:
            raise ProtocolError(f"Header section larger than {self.limits.head} bytes", 431)
        if lines.count(b"\n") > self.limits.field_count:
            raise ProtocolError(f"More than {self.limits.field_count} header fields", 431)

    def _incomplete_head(self) -> Event:
        """Decides between "not all there yet" and "will never be a request"."""
        buffer = self._buffer
        buffer.skip(LEADING_EMPTY_LINES)
        if not len(buffer):
            return NEED_DATA
        end = buffer.find_head_end()
        if end is not None:
            raise explain_request_head(buffer.peek(end))
        if len(buffer) > self.limits.request_line and buffer.peek_line(len(buffer)) is None:
            raise ProtocolError(
                f"Request line longer than {self.limits.request_line} bytes", 414
            )
        if len(buffer) > self.limits.head:
            raise ProtocolError(f"Header section larger than {self.limits.head} bytes", 431)
        return NEED_DATA
