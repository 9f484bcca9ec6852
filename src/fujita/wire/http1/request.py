"""Requests: their heads, and the parser that a server reads them with."""

from fujita.wire.http1.body import ChunkedBody, FixedBody
from fujita.wire.http1.buffer import ReceiveBuffer
from fujita.wire.http1.diagnosis import explain_request_head
from fujita.wire.http1.errors import ProtocolError
from fujita.wire.http1.events import END_OF_MESSAGE, NEED_DATA, Event
from fujita.wire.http1.fields import FieldSection, combined, list_members, parse_field_lines
from fujita.wire.http1.grammar import LEADING_EMPTY_LINES, METHOD_START, REQUEST_HEAD
from fujita.wire.http1.limits import Limits
from fujita.wire.http1.targets import check_target, origin_form

SLASH = ord("/")


class RequestHead:
    """The request line and what the header fields say about framing.

    Attributes:
        method: As sent; methods are case-sensitive (RFC 9110 section 9.1).
        target: The request target as sent, its bytes decoded as Latin-1.
        path: The target up to its question mark.
        query: The target behind its question mark.
        minor_version: The ``x`` of HTTP/1.x.
        section: The header fields; shared between requests, never to be changed.
        is_plain: Whether nothing about the request makes its response a special case: it has
            no body, is no HEAD, and the connection is to stay open under HTTP/1.1.
        has_body: Whether anything is to be read before the next request.
        keep_alive: Whether the client wants the connection to stay open.
    """

    __slots__ = (
        "has_body",
        "is_plain",
        "keep_alive",
        "method",
        "minor_version",
        "path",
        "query",
        "section",
        "target",
    )

    def __init__(self, method: str, target: str, minor_version: int, section: FieldSection) -> None:
        self.method = method
        self.target = target
        own = target if target[0] == "/" else origin_form(target)
        self.path, _, self.query = own.partition("?")
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
        self.is_plain = (
            self.keep_alive and minor_version > 0 and not self.has_body and method != "HEAD"
        )


class RequestParser(ReceiveBuffer):
    """Reads requests from the bytes of one connection (RFC 9112).

    Pull events with ``next_event``: a ``RequestHead``, then the body as ``bytes``, then
    ``END_OF_MESSAGE``; a request without body has its head only. After a request, call
    ``next_event`` again for the one that was pipelined behind it.
    """

    __slots__ = (
        "_body",
        "_last_data",
        "_last_head",
        "_last_lines",
        "_last_section",
        "body_limit",
        "limits",
    )

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        self.body_limit = limits.body
        """The limit of the body that is about to be read; changeable once its head is out."""
        self._body: FixedBody | ChunkedBody | None = None
        # A connection often asks the same again, or at least with the same header fields: a
        # comparison of bytes then saves reading them.
        self._last_data: bytes | None = None
        self._last_head: RequestHead | None = None
        self._last_lines: bytes | None = None
        self._last_section: FieldSection | None = None

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
        if self._tail:
            self._join()
        data = self._data
        if self._position >= len(data):
            return NEED_DATA
        if data == self._last_data and not self._position:
            self._position = len(data)
            assert self._last_head is not None
            return self._last_head
        match = REQUEST_HEAD.match(data, self._position)
        if match is None:
            return self._incomplete_head()
        self._position = match.end()
        method, target, minor_version, lines = match.groups()
        if lines == self._last_lines:
            section = self._last_section
            assert section is not None
        else:
            self._check_size(match.start(4) - match.start(1), lines)
            section = FieldSection(parse_field_lines(lines))
            if minor_version != b"0" and "Expect" in section.fields:
                self._check_expectation(combined(section.fields["Expect"]))
            self._last_lines, self._last_section = lines, section
        if section.host is None and minor_version != b"0":
            raise ProtocolError("Missing Host header")
        if len(target) > self.limits.request_line:
            raise ProtocolError(f"Request target of {len(target)} bytes", 414)
        if target[0] != SLASH or method == b"CONNECT":
            section = check_target(method.decode("ascii"), target.decode("latin-1"), section)
        head = RequestHead(
            method.decode("ascii"), target.decode("latin-1"), int(minor_version), section
        )
        if not head.has_body and self._position == len(data) and not match.start():
            self._last_data, self._last_head = data, head
        return head

    def start_body(self, head: RequestHead) -> None:
        """Begins to read the body of ``head``, within ``body_limit``.

        Raises:
            ProtocolError: The body that the head announces is larger than the limit.
        """
        if head.section.chunked:
            self._body = ChunkedBody(self, self.body_limit)
            return
        length = head.section.content_length or 0
        if self.body_limit is not None and length > self.body_limit:
            raise ProtocolError("Content-Length too long", 413)
        self._body = FixedBody(self, length)

    def _check_expectation(self, value: str) -> None:
        # RFC 9110 section 10.1.1: "A server that receives an Expect field value containing a
        # member other than 100-continue MAY respond with a 417".
        unknown = set(list_members(value.lower())) - {"100-continue"}
        if unknown:
            raise ProtocolError(f"Unknown expectation {min(unknown)!r}", 417)

    def _check_size(self, line_size: int, lines: bytes) -> None:
        if line_size + len(lines) > self.limits.head:
            raise ProtocolError(f"Header section larger than {self.limits.head} bytes", 431)
        if lines.count(b"\n") > self.limits.field_count:
            raise ProtocolError(f"More than {self.limits.field_count} header fields", 431)

    def _incomplete_head(self) -> Event:
        """Decides between "not all there yet" and "will never be a request"."""
        self.match(LEADING_EMPTY_LINES)
        if not self:
            return NEED_DATA
        if METHOD_START.match(self.peek(2)) is None:
            # TLS on a plain port, for one, may never send what would end a line.
            raise explain_request_head(self.peek(100))
        end = self.find_head_end()
        if end is not None:
            raise explain_request_head(self.peek(end))
        if len(self) > self.limits.request_line and self.peek_line(len(self)) is None:
            raise ProtocolError(f"Request line longer than {self.limits.request_line} bytes", 414)
        if len(self) > self.limits.head:
            raise ProtocolError(f"Header section larger than {self.limits.head} bytes", 431)
        return NEED_DATA
