"""Responses: their heads, and the parser that a client reads them with."""

from fujita.wire.http1.body import ChunkedBody, FixedBody, UntilCloseBody
from fujita.wire.http1.buffer import ReceiveBuffer
from fujita.wire.http1.diagnosis import explain_response_head
from fujita.wire.http1.errors import ProtocolError
from fujita.wire.http1.events import END_OF_MESSAGE, NEED_DATA, Event
from fujita.wire.http1.fields import Fields, FieldSection, parse_field_lines
from fujita.wire.http1.grammar import RESPONSE_HEAD
from fujita.wire.http1.limits import Limits


class ResponseHead:
    """The status line and what the header fields say about framing.

    Equal heads of a connection may be one object, which is therefore never changed.

    Attributes:
        minor_version: The ``x`` of HTTP/1.x.
        code: The status code.
        reason: The reason phrase, decoded as Latin-1.
        section: The header fields.
        has_body: Whether body events and ``END_OF_MESSAGE`` follow.
        keep_alive: Whether the connection can carry another request.
    """

    __slots__ = ("code", "has_body", "keep_alive", "minor_version", "reason", "section")

    def __init__(
        self, minor_version: int, code: int, reason: str, section: FieldSection, method: str
    ) -> None:
        self.minor_version = minor_version
        self.code = code
        self.reason = reason
        self.section = section
        # RFC 9112 section 6.3, rule 1 and 2.
        self.has_body = not (
            method == "HEAD"
            or code < 200
            or code in (204, 304)
            or (method == "CONNECT" and code < 300)
        )
        # Rule 8: without a length the body ends with the connection.
        delimited = not self.has_body or section.chunked or section.content_length is not None
        self.keep_alive = (
            delimited and not section.close and (minor_version > 0 or section.keep_alive)
        )


class ResponseParser(ReceiveBuffer):
    """Reads responses from the bytes of one connection (RFC 9112).

    Say with ``expect`` which method the next response answers, then pull events with
    ``next_event``: any informational heads (1xx), the final ``ResponseHead``, and if that has
    a body, ``bytes`` and ``END_OF_MESSAGE``.
    """

    __slots__ = ("_body", "_eof", "_last_data", "_last_head", "_method", "limits", "trailers")

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        self._body: FixedBody | ChunkedBody | UntilCloseBody | None = None
        self._eof = False
        self._method = "GET"
        # Who asks the same again is often answered the same: a comparison of bytes then saves
        # reading the head.
        self._last_data: bytes | None = None
        self._last_head: ResponseHead | None = None
        self.trailers: Fields = {}

    def expect(self, method: str) -> None:
        """Prepares for the response to a request of ``method``."""
        if method != self._method:
            self._method = method
            self._last_data = None
        if self.trailers:
            self.trailers = {}

    def receive_eof(self) -> None:
        """Takes the end of the stream; call ``next_event`` next.

        Raises:
            ProtocolError: The stream ends inside a message.
        """
        self._eof = True
        if self._body is not None:
            self._body.receive_eof()
        elif self:
            raise ProtocolError("Connection closed inside the header section")

    def next_event(self) -> ResponseHead | bytes | Event:
        """Gives the next event, ``NEED_DATA`` if more bytes are needed for one.

        Raises:
            ProtocolError: The bytes are no HTTP/1.x response.
        """
        body = self._body
        if body is not None:
            event = body.next_event()
            if event is END_OF_MESSAGE:
                if isinstance(body, ChunkedBody):
                    self.trailers = body.trailers
                self._body = None
            return event
        head = self._read_head()
        if head is None:
            return self._incomplete_head()
        if head.has_body:
            self._start_body(head)
        return head

    def take_complete_body(self) -> bytes | None:
        """Takes the whole body, if its length is known and all of it has come.

        To be called right after the head has been given, in the place of ``next_event``, which
        then goes on behind the body.
        """
        body = self._body
        if type(body) is not FixedBody or self._tail:
            return None
        start = self._position
        end = start + body.remaining
        if end > len(self._data):
            return None
        self._position = end
        self._body = None
        return self._data[start:end]

    def _read_head(self) -> ResponseHead | None:
        """Reads a head, if it is complete."""
        data = self._join() if self._tail else self._data
        start = self._position
        last_data = self._last_data
        if last_data is not None and data.startswith(last_data, start):
            self._position = start + len(last_data)
            return self._last_head
        match = self.match(RESPONSE_HEAD)
        if match is None:
            return None
        minor_version, code, reason, lines = match.groups()
        if match.end() - start > self.limits.head:
            raise ProtocolError(f"Header section larger than {self.limits.head} bytes", 431)
        section = self._read_section(int(code), parse_field_lines(lines))
        head = ResponseHead(
            int(minor_version), int(code), reason.decode("latin-1"), section, self._method
        )
        self._last_data, self._last_head = match.group(), head
        return head

    def _read_section(self, code: int, fields: Fields) -> FieldSection:
        # RFC 9112 section 6.1: no Transfer-Encoding "in any response with a status code of 1xx
        # (Informational) or 204 (No Content)"; section 6.3: such responses end with their head.
        if code < 200 or code == 204:
            if "Transfer-Encoding" in fields:
                raise ProtocolError(f"Response with code {code} must not have Transfer-Encoding")
            length = fields.get("Content-Length")
            if length is not None and length != "0":
                raise ProtocolError(f"Response with code {code} should not have body")
        return FieldSection(fields)

    def _start_body(self, head: ResponseHead) -> None:
        limit = self.limits.body
        length = head.section.content_length
        if head.section.chunked:
            self._body = ChunkedBody(self, limit)
        elif length is not None:
            if limit is not None and length > limit:
                raise ProtocolError("Content-Length too long", 413)
            self._body = FixedBody(self, length)
        else:
            self._body = UntilCloseBody(self, limit)
            if self._eof:
                self._body.receive_eof()

    def _incomplete_head(self) -> Event:
        end = self.find_head_end()
        if end is not None:
            raise explain_response_head(self.peek(end))
        if len(self) > self.limits.head:
            raise ProtocolError(f"Header section larger than {self.limits.head} bytes", 431)
        return NEED_DATA
