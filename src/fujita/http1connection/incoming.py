"""Reads one message from a stream, and not a byte more."""

import asyncio
from collections.abc import Awaitable

from fujita.iostream import IOStream, StreamClosedError
from fujita.wire.http1 import (
    END_OF_MESSAGE,
    NEED_DATA,
    FieldSection,
    ProtocolError,
    RequestHead,
    RequestParser,
    ResponseHead,
    ResponseParser,
)
from fujita.wire.http1.body import LINE_LIMIT, ChunkedBody, FixedBody, UntilCloseBody

_HEAD_END = rb"\n\r?\n"

READS_PER_TURN = 64
"""How many reads of what is there already the loop's other callbacks have to wait for."""


class IncomingMessage:
    """One request or response.

    What follows the message stays in the stream: a protocol that takes over after an upgrade
    finds it there.

    Args:
        stream: Where it comes from.
        parser: What understands heads.
        max_header_size: The largest head, in bytes.
        chunk_size: The largest piece of a body, in bytes.
    """

    def __init__(
        self,
        stream: IOStream,
        parser: RequestParser | ResponseParser,
        max_header_size: int,
        chunk_size: int,
    ) -> None:
        self._stream = stream
        self._parser = parser
        self._max_header_size = max_header_size
        self._chunk_size = chunk_size
        self._body: FixedBody | ChunkedBody | UntilCloseBody | None = None
        self._under_way: Awaitable[bytes] | None = None
        self._reads = 0
        self._is_ended = False

    async def read_head(self) -> RequestHead | ResponseHead:
        """Reads a head.

        Raises:
            ProtocolError: It is malformed.
            StreamClosedError: The stream closed before its end, or it is too large.
        """
        while True:
            data = await self._stream.read_until_regex(_HEAD_END, max_bytes=self._max_header_size)
            self._parser.receive_data(data)
            event = self._parser.next_event()
            # Empty lines may precede a request.
            if event is not NEED_DATA:
                assert isinstance(event, RequestHead | ResponseHead)
                return event

    def start_body(self, section: FieldSection, limit: int) -> None:
        """Begins to read the body after a head.

        Args:
            section: The header fields.
            limit: The largest body, in bytes.

        Raises:
            ProtocolError: It says that the body is larger.
        """
        length = section.content_length
        if section.chunked:
            self._body = ChunkedBody(self._parser, limit)
        elif length is not None:
            if length > limit:
                raise ProtocolError("Content-Length too long", 413)
            self._body = FixedBody(self._parser, length)
        else:
            self._body = UntilCloseBody(self._parser, limit)

    async def next_piece(self) -> bytes | None:
        """Reads the next piece of the body; None after the last.

        Small chunks that are there already are joined.

        Raises:
            ProtocolError: The body is malformed or too large.
            StreamClosedError: The stream closed before its end.
        """
        body = self._body
        assert body is not None
        pieces: list[bytes] = []
        size = 0
        while size < self._chunk_size and not self._is_ended:
            event = body.next_event()
            if event is END_OF_MESSAGE:
                self._is_ended = True
                break
            if event is not NEED_DATA:
                assert isinstance(event, bytes)
                pieces.append(event)
                size += len(event)
                continue
            if self._under_way is None:
                self._under_way = self._read(body, self._chunk_size - size)
            if pieces and not _has_data(self._under_way):
                break
            await self._receive(body)
        return b"".join(pieces) if pieces else None

    async def _receive(self, body: FixedBody | ChunkedBody | UntilCloseBody) -> None:
        read, self._under_way = self._under_way, None
        assert read is not None
        try:
            self._parser.receive_data(await read)
        except StreamClosedError:
            if not isinstance(body, UntilCloseBody) or self._stream.error is not None:
                raise
            body.receive_eof()
        self._reads += 1
        if self._reads % READS_PER_TURN == 0:
            await asyncio.sleep(0)

    def _read(self, body: FixedBody | ChunkedBody | UntilCloseBody, size: int) -> Awaitable[bytes]:
        """Begins to read what the body needs next."""
        try:
            if isinstance(body, UntilCloseBody):
                return self._stream.read_bytes(size, partial=True)
            if body.remaining:
                missing = body.remaining - len(self._parser)
                return self._stream.read_bytes(min(missing, size), partial=True)
            return self._stream.read_until(b"\n", max_bytes=LINE_LIMIT)
        except StreamClosedError as error:
            # It is raised when it is waited for: what came before is handed out first.
            failed: asyncio.Future[bytes] = asyncio.Future()
            failed.set_exception(error)
            return failed


def _has_data(read: Awaitable[bytes]) -> bool:
    """Tells whether a read need not be waited for, and brings something."""
    return isinstance(read, asyncio.Future) and read.done() and read.exception() is None
