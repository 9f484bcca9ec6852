"""The opening handshake of a client: a request, and the response to it."""

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING, cast

from fujita.httpclient import HTTPResponse
from fujita.httputil import HTTPHeaders, ResponseStartLine
from fujita.iostream import StreamClosedError
from fujita.simple_httpclient.errors import HTTPTimeoutError
from fujita.wire.http1 import (
    END_OF_MESSAGE,
    NEED_DATA,
    Limits,
    ProtocolError,
    ResponseHead,
    ResponseParser,
)

if TYPE_CHECKING:
    from fujita.websocket.client import WebSocketClientConnection

LIMITS = Limits(head=65536, body=1024 * 1024)
"""Bytes of a response that is taken; the body of a refusal is for whoever looks at the error."""

_MAX_INFORMATIONAL = 10


class ClientHandshake(asyncio.Protocol):
    """Sends the request, and hands the connection on once the server has agreed.

    Args:
        client: What wants the connection.
        request: The bytes of the request.
        deadline: When the response must have come, by the loop's time; None for no limit.
    """

    transport: asyncio.Transport

    def __init__(
        self, client: "WebSocketClientConnection", request: bytes, deadline: float | None
    ) -> None:
        self._client = client
        self._deadline = deadline
        self._timer: asyncio.TimerHandle | None = None
        self._request = request
        self._parser = ResponseParser(LIMITS)
        self._parser.expect("GET")
        self._head: ResponseHead | None = None
        self._body: list[bytes] = []
        self._informational = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Sends the request."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._request)
        self._client.connect_future.add_done_callback(self._settled)
        if self._deadline is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self._deadline, self._time_out)

    def _time_out(self) -> None:
        self._client._fail(HTTPTimeoutError("Timeout during request"))

    def _settled(self, future: "asyncio.Future[WebSocketClientConnection]") -> None:
        """Lets go of the connection unless a WebSocket has come of it."""
        if self._timer is not None:
            self._timer.cancel()
        if future.cancelled() or future.exception() is not None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Takes a part of the response."""
        self._parser.receive_data(data)
        self._advance()

    def eof_received(self) -> None:
        """Takes the end of what the server sends."""
        try:
            self._parser.receive_eof()
        except ProtocolError:
            # connection_lost says it.
            return
        self._advance()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells the client that it will be nothing."""
        self._client._fail(exc or StreamClosedError())

    def _advance(self) -> None:
        try:
            while not self._client.connect_future.done():
                event = self._parser.next_event()
                if event is NEED_DATA:
                    return
                if type(event) is ResponseHead:
                    self._take_head(event)
                elif event is END_OF_MESSAGE:
                    self._take_refusal()
                else:
                    self._body.append(cast("bytes", event))
        except Exception as error:
            self._client._fail(error)

    def _take_head(self, head: ResponseHead) -> None:
        if head.code < 200 and head.code != 101:
            self._informational += 1
            if self._informational > _MAX_INFORMATIONAL:
                raise ProtocolError("Too many 1xx responses")
            return
        self._head = head
        start_line = ResponseStartLine(f"HTTP/1.{head.minor_version}", head.code, head.reason)
        self._client.headers_received(start_line, HTTPHeaders.sharing(head.section.fields))
        if head.code == 101:
            self._client._opened(self.transport, self._parser.take_all())
        elif not head.has_body:
            self._take_refusal()

    def _take_refusal(self) -> None:
        head = self._head
        assert head is not None
        self._client._on_http_response(
            HTTPResponse(
                self._client.request,
                head.code,
                HTTPHeaders.sharing(head.section.fields),
                BytesIO(b"".join(self._body)),
                reason=head.reason,
            )
        )
