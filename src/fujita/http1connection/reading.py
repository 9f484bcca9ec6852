"""Reads a message and tells a delegate."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from fujita.gen import convert_yielded
from fujita.http1connection.decompression import GzipDecoder, decoder_for
from fujita.http1connection.incoming import IncomingMessage
from fujita.httputil import (
    HTTPHeaders,
    HTTPInputError,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from fujita.log import app_log, gen_log
from fujita.wire.http1 import (
    Limits,
    ProtocolError,
    RequestHead,
    RequestParser,
    ResponseHead,
    ResponseParser,
    serialize,
)

if TYPE_CHECKING:
    from fujita.http1connection.connection import HTTP1Connection

MAX_INFORMATIONAL = 10
"""How many 1xx responses may precede a response."""


class DelegateError(Exception):
    """A delegate failed. That has been logged."""


class MessageReading:
    """Reads one message of a connection, and tells a delegate."""

    def __init__(self, connection: "HTTP1Connection", delegate: HTTPMessageDelegate) -> None:
        stream = connection.stream
        assert stream is not None
        params = connection.params
        limits = Limits(head=params.max_header_size, request_line=params.max_header_size)
        parser: RequestParser | ResponseParser
        if connection.is_client:
            parser = ResponseParser(limits)
            parser.expect(connection._request_method)
        else:
            parser = RequestParser(limits)
        self._connection = connection
        self._delegate = delegate
        self._stream = stream
        self._message = IncomingMessage(stream, parser, params.max_header_size, params.chunk_size)
        self._decoder: GzipDecoder | None = None
        self._owes_end = False
        """Whether the delegate is to be told if the message comes to nothing."""

    def finish(self) -> None:
        """Tells the delegate that the message is complete."""
        try:
            self._delegate.finish()
        except Exception:
            app_log.error("Uncaught exception", exc_info=True)
            raise DelegateError from None
        self._owes_end = False

    def end(self) -> None:
        """Tells the delegate that the message is not complete, unless it is."""
        if self._owes_end:
            self._owes_end = False
            try:
                self._delegate.on_connection_close()
            except Exception:
                app_log.error("Uncaught exception", exc_info=True)

    async def read(self) -> bool:
        """Reads the message; tells whether it is complete and the stream still HTTP's."""
        connection = self._connection
        try:
            async with asyncio.timeout(connection.params.header_timeout) as clock:
                head = await self._message.read_head()
        except TimeoutError:
            if not clock.expired():
                raise
            connection.close()
            return False
        except ProtocolError:
            # A server has not promised its delegate anything yet.
            self._owes_end = connection.is_client
            raise
        self._owes_end = True
        if isinstance(head, RequestHead):
            connection._request = head
            connection._closes = connection.no_keep_alive or not head.keep_alive
        informational = 0
        while isinstance(head, ResponseHead) and head.code < 200:
            informational += 1
            if informational > MAX_INFORMATIONAL:
                raise HTTPInputError("Too many 1xx responses")
            if not await self._tell_head(head):
                return False
            head = await self._message.read_head()
        if not await self._tell_head(head):
            return False
        return not head.has_body or await self._read_body(head)

    async def _tell_head(self, head: RequestHead | ResponseHead) -> bool:
        """Tells the delegate of a head; false if it took the stream out of HTTP."""
        version = f"HTTP/1.{head.minor_version}"
        start_line: RequestStartLine | ResponseStartLine
        if isinstance(head, RequestHead):
            start_line = RequestStartLine(head.method, head.target, version)
        else:
            start_line = ResponseStartLine(version, head.code, head.reason or None)
        headers = HTTPHeaders.sharing(head.section.fields)
        if self._connection.params.decompress:
            self._decoder = decoder_for(headers, None, self._connection.params.chunk_size)
        await self._tell(self._delegate.headers_received, start_line, headers)
        if self._connection.stream is None:
            self._owes_end = False
            return False
        return True

    async def _read_body(self, head: RequestHead | ResponseHead) -> bool:
        connection = self._connection
        self._message.start_body(head.section, connection._max_body_size)
        if self._decoder is not None:
            self._decoder.limit = connection._max_body_size
        # RFC 9110 section 10.1.1: not in answer to HTTP/1.0.
        expects = head.section.expect_continue and head.minor_version
        if expects and not connection.is_client and not connection._is_written:
            self._stream.write(serialize.CONTINUE)
        try:
            async with asyncio.timeout(connection._body_timeout) as clock:
                while (piece := await self._message.next_piece()) is not None:
                    await self._tell_piece(piece)
        except TimeoutError:
            if not clock.expired():
                raise
            gen_log.info("Timeout reading body from %s", connection.context)
            self._stream.close()
            return False
        if self._decoder is not None:
            self._decoder.finish()
        return True

    async def _tell_piece(self, piece: bytes) -> None:
        if self._connection._is_written and not self._connection.is_client:
            # The server has answered already: the rest is of interest to nobody.
            return
        if self._decoder is None:
            await self._tell(self._delegate.data_received, piece)
            return
        for decoded in self._decoder.decode(piece):
            await self._tell(self._delegate.data_received, decoded)

    async def _tell(self, method: Callable[..., Awaitable[None] | None], *args: Any) -> None:
        try:
            awaitable = method(*args)
            if awaitable is not None:
                await convert_yielded(awaitable)
        except Exception:
            app_log.error("Uncaught exception", exc_info=True)
            raise DelegateError from None
