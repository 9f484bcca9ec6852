"""The part of a handler that makes the response: status, headers and body."""

import datetime
import numbers
import re
from asyncio import Future
from time import time
from typing import Any

from fujita import httputil, version
from fujita.escape import json_encode, utf8
from fujita.httputil import ResponseStartLine
from fujita.httputil.dates import http_date_now
from fujita.httputil.delegates import HTTPConnection
from fujita.iostream import IOStream
from fujita.web.base import HandlerBase
from fujita.wire.http1.fields import normalize_name

HeaderValue = bytes | str | int | numbers.Integral | datetime.datetime

SERVER = f"TornadoServer/{version}"

# RFC 9112 section 4, without "<": reason phrases end up on error pages.
_REASON = re.compile(r"[\t\x20-\x3b\x3d-\x7e\x80-\xff]+")

_REPRESENTATION_HEADERS = (
    "Content-Encoding",
    "Content-Language",
    "Content-Type",
)


_defaults: tuple[int, dict[str, str | list[str]]] = (0, {})


def _default_fields() -> dict[str, str | list[str]]:
    """Gives the headers of every response; made once a second, as the date changes."""
    global _defaults
    second, fields = _defaults
    now = int(time())
    if now != second:
        fields = {
            "Server": SERVER,
            "Content-Type": "text/html; charset=UTF-8",
            "Date": http_date_now(now),
        }
        _defaults = (now, fields)
    return fields.copy()


class ResponsePart(HandlerBase):
    """Status, headers, and what is written."""

    _VALID_HEADER_CHARS = re.compile(r"[\x09\x20-\x7e\x80-\xff]*")

    def clear(self) -> None:
        """Sets status, headers and body back to what they were at the start."""
        self._fields = _default_fields()
        self._header_view = None
        self.set_default_headers()
        self._write_buffer = []
        self._status_code = 200
        self._reason = "OK"

    def set_status(self, status_code: int, reason: str | None = None) -> None:
        """Sets the status of the response.

        Args:
            status_code: The code.
            reason: The reason phrase; by default the code's own. It becomes ``Unknown`` if it
                holds a character that no status line may, or ``<``.
        """
        self._status_code = status_code
        if reason is None:
            self._reason = httputil.responses.get(status_code, "Unknown")
        elif _REASON.fullmatch(reason) is not None:
            self._reason = reason
        else:
            self._reason = "Unknown"

    def get_status(self) -> int:
        """Gives the status that the response has so far."""
        return self._status_code

    def set_header(self, name: str, value: HeaderValue) -> None:
        """Sets a header, in the place of whatever value it had.

        Args:
            name: The header's name.
            value: Text; a number; or a ``datetime``, which becomes an HTTP date.

        Raises:
            ValueError: The value holds a character that no header may.
            TypeError: The value is of another type.
        """
        if type(value) is not str or self._VALID_HEADER_CHARS.fullmatch(value) is None:
            value = self._convert_header_value(value)
        self._fields[normalize_name(name)] = value

    def add_header(self, name: str, value: HeaderValue) -> None:
        """Adds a value to a header, beside those it has."""
        self._headers.add(name, self._convert_header_value(value))

    def clear_header(self, name: str) -> None:
        """Takes a header back; one that ``set_header`` or the defaults have set."""
        self._fields.pop(normalize_name(name), None)

    def _convert_header_value(self, value: HeaderValue) -> str:
        if type(value) is str:
            text = value
        elif isinstance(value, str):
            text = str(value)
        elif isinstance(value, bytes):
            text = value.decode("latin-1")
        elif isinstance(value, numbers.Integral):
            return str(value)
        elif isinstance(value, datetime.datetime):
            return httputil.format_timestamp(value)
        else:
            raise TypeError(
                f"Unsupported header value {value!r}: expected str, bytes, int or datetime"
            )
        if self._VALID_HEADER_CHARS.fullmatch(text) is None:
            raise ValueError(f"Unsafe header value {text!r}")
        return text

    def redirect(self, url: str, permanent: bool = False, status: int | None = None) -> None:
        """Sends the client elsewhere, and ends the response.

        Args:
            url: Where to, absolute or relative to the request.
            permanent: Status 301 rather than 302.
            status: Any other status from 300 to 399.

        Raises:
            Exception: Headers have been sent already.
        """
        if self._headers_written:
            raise Exception("Cannot redirect after headers have been written")
        if status is None:
            status = 301 if permanent else 302
        else:
            assert isinstance(status, int)
            assert 300 <= status <= 399, f"a redirect has a status of 300 to 399, not {status}"
        self.set_status(status)
        self.set_header("Location", utf8(url))
        self.finish()

    def write(self, chunk: str | bytes | dict[str, Any]) -> None:
        """Adds to the body of the response.

        Args:
            chunk: Text, which is sent as UTF-8; bytes; or a dictionary, which is sent as JSON
                and sets ``Content-Type`` accordingly. A list is refused, since old browsers
                let other sites read JSON whose outermost value is one.

        Raises:
            RuntimeError: The response has been finished.
            TypeError: The chunk is of another type.
        """
        if self._finished:
            raise RuntimeError("Cannot write() after finish()")
        if isinstance(chunk, str):
            self._write_buffer.append(chunk.encode("utf-8"))
        elif isinstance(chunk, bytes):
            self._write_buffer.append(chunk)
        elif isinstance(chunk, dict):
            self._write_buffer.append(json_encode(chunk).encode("utf-8"))
            self.set_header("Content-Type", "application/json; charset=UTF-8")
        else:
            raise TypeError(_why_refused(chunk))

    def flush(self, include_footers: bool = False) -> "Future[None]":
        """Sends what has been written so far.

        Returns:
            A future that is done when more may be written; to wait for it is what keeps a
            large response from filling the memory.
        """
        buffer = self._write_buffer
        chunk = buffer[0] if len(buffer) == 1 else b"".join(buffer)
        self._write_buffer = []
        if self._headers_written:
            return self._flush_more(chunk, include_footers)
        self._headers_written = True
        for transform in self._transforms or ():
            self._status_code, self._headers, chunk = transform.transform_first_chunk(
                self._status_code, self._headers, chunk, include_footers
            )
        if self.request.method == "HEAD":
            chunk = b""
        if self._new_cookies is not None:
            for morsel in self._new_cookies.values():
                self.add_header("Set-Cookie", morsel.OutputString(None))
        start_line = ResponseStartLine("", self._status_code, self._reason)
        return self.request.connection.write_headers(start_line, self._headers, chunk)

    def _flush_more(self, chunk: bytes, finishing: bool) -> "Future[None]":
        for transform in self._transforms or ():
            chunk = transform.transform_chunk(chunk, finishing)
        if self.request.method != "HEAD":
            return self.request.connection.write(chunk)
        nothing_to_send: Future[None] = Future()
        nothing_to_send.set_result(None)
        return nothing_to_send

    def _should_not_send_content(self, status_code: int) -> bool:
        """Tells whether a response of this status has no body (RFC 9110 section 6.4.1)."""
        return status_code in (204, 304) or 100 <= status_code < 200

    def finish(self, chunk: str | bytes | dict[str, Any] | None = None) -> "Future[None]":
        """Completes the response.

        Args:
            chunk: The last of the body, as for ``write``.

        Returns:
            A future that is done when the response has gone to the connection.

        Raises:
            RuntimeError: The response has been finished already.
        """
        if self._finished:
            raise RuntimeError("finish() called twice")
        if chunk is not None:
            self.write(chunk)
        self._complete_headers()
        # Whether the client goes away from now on is no longer the handler's business: the
        # connection forgets its close callback when it is finished.
        connection = self.request.connection
        if (
            self._headers_written
            or self._transforms
            or self._new_cookies is not None
            or type(self).flush is not ResponsePart.flush
            or not isinstance(connection, HTTPConnection)
        ):
            future = self.flush(include_footers=True)
            connection.finish()
        else:
            future = _respond(self, connection)
        self._log()
        self._finished = True
        self.on_finish()
        self._break_cycles()
        return future

    def _complete_headers(self) -> None:
        """Settles what depends on the whole body: ``Etag``, ``304``, ``Content-Length``."""
        if self._headers_written:
            return
        fields = self._fields
        # A handler that sets its own Etag has its own idea of when that matches.
        if (
            self._status_code == 200
            and "Etag" not in fields
            and self.request.method in ("GET", "HEAD")
        ):
            self.set_etag_header()
            if self.check_etag_header():
                self.set_status(304)
                self._write_buffer = []
        if self._should_not_send_content(self._status_code):
            if self._write_buffer:
                raise RuntimeError(f"Cannot send body with status code HTTP{self._status_code}")
            self._clear_representation_headers()
            return
        if "Content-Length" not in fields:
            buffer = self._write_buffer
            length = len(buffer[0]) if len(buffer) == 1 else sum(map(len, buffer))
            fields["Content-Length"] = str(length)

    def _clear_representation_headers(self) -> None:
        # RFC 9110 section 15.4.5: a 304 has no metadata but what guides cache updates.
        for name in _REPRESENTATION_HEADERS:
            self.clear_header(name)

    def detach(self) -> IOStream:
        """Takes the connection out of HTTP, and gives it as a stream.

        For protocols that begin with an HTTP request, WebSocket for one.
        """
        self._finished = True
        stream: IOStream = self.request.connection.detach()  # type: ignore[attr-defined]
        return stream

    def _break_cycles(self) -> None:
        """Lets go of what refers to the handler, so that no garbage collector is needed."""
        self._ui = None

    def compute_etag(self) -> str | None:
        """Gives the ``Etag`` of the response; by default a hash of its body.

        Returns:
            The tag with its quotes, ``None`` for none.
        """
        raise NotImplementedError

    def set_etag_header(self) -> None:
        """Sets ``Etag`` to what ``compute_etag`` gives."""
        raise NotImplementedError

    def check_etag_header(self) -> bool:
        """Tells whether the client has this very response already."""
        raise NotImplementedError

    def _log(self) -> None:
        """Writes the request to the access log."""
        self.application.log_request(self)  # type: ignore[arg-type]


def _respond(handler: ResponsePart, connection: HTTPConnection) -> "Future[None]":
    """Hands a whole response to the connection."""
    handler._headers_written = True
    buffer = handler._write_buffer
    body = buffer[0] if len(buffer) == 1 else b"".join(buffer)
    handler._write_buffer = []
    return connection.respond(handler._status_code, handler._reason, handler._fields, body)


def _why_refused(chunk: object) -> str:
    message = "write() only accepts bytes, unicode, and dict objects"
    if isinstance(chunk, list):
        message += (
            ". Lists not accepted for security reasons; see "
            "http://www.tornadoweb.org/en/stable/web.html#tornado.web.RequestHandler.write"
        )
    return message
