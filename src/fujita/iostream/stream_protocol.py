"""A protocol with no other purpose than to have a stream."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, cast

from fujita.iostream.transport import TransportIOStream


class StreamProtocol(asyncio.Protocol):
    """Owns the transport of one `TransportIOStream`.

    Args:
        **limits: The stream's ``max_buffer_size``, ``read_chunk_size``, ``max_write_buffer_size``.

    Attributes:
        stream: The stream; there is none before `connection_made`.
    """

    def __init__(self, **limits: int | None) -> None:
        self.stream: TransportIOStream | None = None
        self._limits = limits
        # loop.start_tls() may hand on what follows the handshake before it returns the transport.
        self._early_data = b""
        self._early_end = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Makes the stream."""
        stream = TransportIOStream(
            cast(asyncio.Transport, transport), self._early_data, **self._limits
        )
        self.stream = stream
        self._early_data = b""
        if self._early_end:
            stream.feed_eof()
        elif transport.is_closing():
            stream.close()

    def data_received(self, data: bytes) -> None:
        """Hands the data to the stream."""
        if self.stream is None:
            self._early_data += data
        else:
            self.stream.feed_data(data)

    def eof_received(self) -> bool:
        """Tells the stream, which closes the transport when all has been read."""
        if self.stream is None:
            self._early_end = True
            return False
        self.stream.feed_eof()
        # A TLS transport closes in any case, and says so if it was asked not to.
        return self.stream.transport.get_extra_info("ssl_object") is None

    def connection_lost(self, exc: Exception | None) -> None:
        """Closes the stream."""
        if self.stream is not None:
            self.stream.connection_lost(exc)

    def pause_writing(self) -> None:
        """Tells the stream to hold back."""
        assert self.stream is not None
        self.stream.pause_writing()

    def resume_writing(self) -> None:
        """Tells the stream to go on."""
        assert self.stream is not None
        self.stream.resume_writing()


async def upgrade_to_tls(
    plain: TransportIOStream,
    context: ssl.SSLContext,
    server_side: bool,
    server_hostname: str | None,
    close_callback: Callable[[], None] | None,
) -> TransportIOStream:
    """Shakes hands over a stream's transport, and returns the stream of what comes of it."""
    protocol = StreamProtocol(
        max_buffer_size=plain.max_buffer_size,
        read_chunk_size=plain.read_chunk_size,
        max_write_buffer_size=plain.max_write_buffer_size,
    )
    loop: Any = plain.io_loop.asyncio_loop
    try:
        transport = await loop.start_tls(
            plain.transport,
            protocol,
            context,
            server_side=server_side,
            server_hostname=server_hostname,
        )
    except BaseException:
        plain.transport.abort()
        if close_callback is not None:
            plain.io_loop.add_callback(close_callback)
        raise
    # asyncio does not call it: the protocol is meant to have a transport already.
    protocol.connection_made(transport)
    stream = protocol.stream
    assert stream is not None
    stream.set_close_callback(close_callback)
    return stream
