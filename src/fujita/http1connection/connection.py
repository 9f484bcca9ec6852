"""HTTP/1.1 on a stream."""

from asyncio import Future
from collections.abc import Callable
from typing import Any

from fujita.http1connection.parameters import HTTP1ConnectionParameters
from fujita.http1connection.reading import DelegateError, MessageReading
from fujita.http1connection.refusal import refusal
from fujita.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPInputError,
    HTTPMessageDelegate,
    HTTPOutputError,
    RequestStartLine,
    ResponseStartLine,
)
from fujita.httputil.framing import (
    BodyFraming,
    frame_request,
    frame_response,
    settle_connection,
)
from fujita.iostream import IOStream, StreamClosedError
from fujita.log import gen_log
from fujita.wire.http1 import ProtocolError, RequestHead, serialize


class HTTP1Connection(HTTPConnection):
    """Exchanges one request and one response over a stream, as client or as server.

    A server's requests are usually read by an `HTTP1ServerConnection`, which makes one of these
    for each. A client writes a request with `write_headers`, `write` and `finish`, and then calls
    `read_response`.

    Args:
        stream: The stream.
        is_client: Whether this end sends the request.
        params: Settings.
        context: Anything; for delegates, which find it as ``connection.context``.

    Attributes:
        stream: The stream; None once it has been detached.
        is_client: See above.
        params: See above.
        context: See above.
        no_keep_alive: Whether a server's connection ends with its first request.
    """

    def __init__(
        self,
        stream: IOStream,
        is_client: bool,
        params: HTTP1ConnectionParameters | None = None,
        context: object | None = None,
    ) -> None:
        if params is None:
            params = HTTP1ConnectionParameters()
        self.stream: IOStream | None = stream
        self.is_client = is_client
        self.params = params
        self.context = context
        self.no_keep_alive = params.no_keep_alive
        self._body_timeout = params.body_timeout
        self._max_body_size = (
            stream.max_buffer_size if params.max_body_size is None else params.max_body_size
        )
        self._request: RequestHead | None = None
        self._request_method = "GET"
        self._framing: BodyFraming | None = None
        self._is_read = False
        self._has_written = False
        self._is_written = False
        self._closes = False
        self._last_write: Future[None] | None = None
        self._close_callback: Callable[[], Any] | None = None
        self._over: Future[None] = Future()
        """Done when both messages are complete, or the connection is closed."""

    # Reading.

    async def read_response(self, delegate: HTTPMessageDelegate) -> bool:
        """Reads the response; for a server, the request.

        Args:
            delegate: Is told of its parts.

        Returns:
            Whether the stream can be used for another request.

        Raises:
            StreamClosedError: The stream closed before the message was complete.
        """
        reading = MessageReading(self, delegate)
        try:
            if not await reading.read():
                return False
            self._is_read = True
            if self.is_client or not self._is_written:
                reading.finish()
            await self._wait_until_over()
        except (HTTPInputError, ProtocolError) as error:
            await self._refuse(error)
            return False
        except DelegateError:
            self.close()
            return False
        finally:
            reading.end()
            self._close_callback = None
        return self.stream is not None

    async def _wait_until_over(self) -> None:
        """Waits for what is still to be written."""
        stream = self.stream
        if self.is_client and not self._has_written:
            return
        if not self._over.done() and stream is not None and not stream.closed():
            stream.set_close_callback(self._stream_closed)
            await self._over

    async def _refuse(self, error: Exception) -> None:
        gen_log.info("Malformed HTTP message from %s: %s", self.context, error)
        stream = self.stream
        if not self.is_client and stream is not None and not self._has_written:
            await stream.write(refusal(getattr(error, "status", 400)))
        self.close()

    def _stream_closed(self) -> None:
        callback, self._close_callback = self._close_callback, None
        self._end()
        if callback is not None:
            callback()

    def set_close_callback(self, callback: Callable[[], None] | None) -> None:
        """Sets what is called if the connection closes while no message is being read.

        While one is, the delegate's ``on_connection_close`` is called instead. A server's callback
        so learns that the client has gone and nobody wants the response any more.
        """
        self._close_callback = callback

    def set_body_timeout(self, timeout: float) -> None:
        """Sets how many seconds the body of this message may take."""
        self._body_timeout = timeout

    def set_max_body_size(self, max_body_size: int) -> None:
        """Sets how large the body of this message may be, in bytes."""
        self._max_body_size = max_body_size

    # Writing.

    def write_headers(
        self,
        start_line: RequestStartLine | ResponseStartLine,
        headers: HTTPHeaders,
        chunk: bytes | None = None,
    ) -> "Future[None]":
        """Writes the head, and the first piece of the body with it.

        Fields that say how the body is delimited, and what becomes of the connection, are added
        where they are missing.

        Args:
            start_line: The request line or the status line; its version is not looked at.
            headers: The header fields.
            chunk: The first piece of the body.

        Returns:
            A future that is done when more may be written.

        Raises:
            ValueError: A header field holds CR or LF.
            HTTPOutputError: The piece is longer than Content-Length says.
        """
        if isinstance(start_line, RequestStartLine):
            self._request_method = start_line.method
            self._framing = frame_request(start_line.method, headers)
            line = f"{start_line.method} {start_line.path} HTTP/1.1"
        else:
            request = self._request
            assert request is not None
            self._framing = frame_response(start_line.code, headers, request)
            self._closes = settle_connection(headers, request, self._framing, self._closes)
            line = serialize.status_line(start_line.code, start_line.reason or "")
        data = serialize.message_head(line, headers.to_fields())
        if chunk:
            data += self._framed(chunk)
        return self._send(data)

    def write(self, chunk: bytes) -> "Future[None]":
        """Writes a piece of the body; without `write_headers` before, bytes as they are.

        Returns:
            A future that is done when more may be written.

        Raises:
            HTTPOutputError: The body grows longer than Content-Length says.
        """
        return self._send(self._framed(chunk))

    def finish(self) -> None:
        """Completes the message.

        Raises:
            HTTPOutputError: The body is shorter than Content-Length says. The connection is
                closed, so that the other end notices.
        """
        stream = self.stream
        if stream is None:
            return
        if self._framing is not None and not stream.closed():
            try:
                end = self._framing.end()
            except HTTPOutputError:
                stream.close()
                raise
            if end:
                self._send(end)
        self._is_written = True
        if not self._is_read:
            # The rest of the request would have to be read before the next one.
            self._closes = True
        # Nothing more will come that the last bytes could wait for.
        stream.set_nodelay(True)
        last_write = self._last_write
        if last_write is None or last_write.done():
            self._written()
        else:
            last_write.add_done_callback(self._written)

    def _framed(self, chunk: bytes) -> bytes:
        if self._framing is None:
            return chunk
        try:
            return self._framing.frame(chunk)
        except HTTPOutputError:
            if self.stream is not None:
                self.stream.close()
            raise

    def _send(self, data: bytes) -> "Future[None]":
        self._has_written = True
        stream = self.stream
        if stream is None or stream.closed():
            future: Future[None] = Future()
            future.set_exception(StreamClosedError())
        else:
            future = self._last_write = stream.write(data)
        future.add_done_callback(_look_at)
        return future

    def _written(self, last_write: "Future[None] | None" = None) -> None:
        """Goes on when everything has been sent."""
        if self._closes and not self.is_client:
            self.close()
            return
        stream = self.stream
        if stream is not None:
            stream.set_nodelay(False)
        self._end()

    # Ending.

    def close(self) -> None:
        """Closes the stream."""
        if self.stream is not None:
            self.stream.close()
        self._end()

    def detach(self) -> IOStream:
        """Takes the stream out of HTTP.

        Returns:
            The stream, from which nothing behind the message has been read.
        """
        stream = self.stream
        if stream is None:
            raise StreamClosedError()
        self.stream = None
        stream.set_close_callback(None)
        self._end()
        return stream

    def _end(self) -> None:
        self._close_callback = None
        if not self._over.done():
            self._over.set_result(None)


def _look_at(future: "Future[None]") -> None:
    """Lets nobody complain that a write's error was not looked at."""
    if not future.cancelled():
        future.exception()
