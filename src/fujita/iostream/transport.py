"""The stream over an asyncio transport that a protocol owns."""

import asyncio
import ssl
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, cast

from fujita.ioloop.loop import Selectable
from fujita.iostream.base import WRITE_SIZE, BaseIOStream
from fujita.iostream.socket_stream import IOStream
from fujita.iostream.tls_socket_view import TLSSocketView

if TYPE_CHECKING:
    from fujita.iostream.tls_stream import SSLIOStream

# What a closed stream has handed to its transport may still be on its way. A peer
# that takes none of it for so long, in seconds, will not get the rest.
LINGER = 30.0


class TransportIOStream(IOStream):
    """An `IOStream` in front of an asyncio transport, for protocols.

    The protocol keeps the connection and hands its callbacks on: `feed_data`,
    `feed_eof`, `connection_lost`, `pause_writing`, `resume_writing`. The stream reads as any
    other; it pauses the transport while ``read_chunk_size`` bytes wait for a reader. A write is
    done when the transport's buffer is below its limit.

    Args:
        transport: The connection; with TLS or without.
        initial_data: What the protocol has received already, and not used.
        max_buffer_size: As for `BaseIOStream`.
        read_chunk_size: As for `BaseIOStream`.
        max_write_buffer_size: As for `BaseIOStream`; what waits in the transport counts too.

    Attributes:
        transport: The transport.
        socket: The transport's socket, or for TLS a `TLSSocketView` of it; None once the
            stream is closed.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        initial_data: bytes = b"",
        max_buffer_size: int | None = None,
        read_chunk_size: int | None = None,
        max_write_buffer_size: int | None = None,
    ) -> None:
        # Not IOStream's: the socket is the transport's.
        BaseIOStream.__init__(self, max_buffer_size, read_chunk_size, max_write_buffer_size)
        self.transport = transport
        self.socket = _socket_of(transport)
        self._connect_future = None
        self._end_received = False
        self._input_paused = False
        self._linger: asyncio.TimerHandle | None = None
        self._output_paused = _is_over_limit(transport)
        if initial_data:
            self._incoming.append(initial_data)
        self._update_interest()

    # What the owner hands on

    def feed_data(self, data: bytes) -> None:
        """Takes what the transport has received; see ``asyncio.Protocol.data_received``."""
        if self._closed:
            return
        self._incoming.append(data)
        if not self._settle_read() and self._incoming.size > self.max_buffer_size:
            self._close_overfull()
        if not self._closed:
            self._update_interest()

    def feed_eof(self) -> None:
        """Notes that nothing more will come; see ``asyncio.Protocol.eof_received``.

        The stream closes as soon as what has arrived has been read.
        """
        if not self._closed:
            self._end_received = True
            self._pull()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Closes the stream; see ``asyncio.Protocol.connection_lost``.

        What has arrived can still be read.
        """
        if self._linger is not None:
            self._linger.cancel()
        self.close(exc_info=exc)

    def pause_writing(self) -> None:
        """Holds back writes; see ``asyncio.Protocol.pause_writing``."""
        self._output_paused = True

    def resume_writing(self) -> None:
        """Goes on with the writes that were held back."""
        self._output_paused = False
        if not self._closed:
            self._flush()

    # What differs from a stream over a file descriptor

    def fileno(self) -> int | Selectable:
        """Returns the transport's socket, or the `TLSSocketView` of it."""
        return self.socket

    def close_fd(self) -> None:
        """Closes the transport, which first sends what it holds."""
        self.socket = cast(Any, None)
        transport = self.transport
        if transport.is_closing():
            # asyncio's TLS transports cannot even be aborted after a second close().
            return
        if transport.get_write_buffer_size():
            self._linger = self._loop.call_later(LINGER, transport.abort)
        transport.close()

    def writing(self) -> bool:
        """Tells whether the transport is behind with what it has to send."""
        return not self._closed and (self._output_paused or super().writing())

    def connect(self, address: Any, server_hostname: str | None = None) -> Any:
        """Is of no use here.

        Raises:
            RuntimeError: Always: the transport is connected.
        """
        raise RuntimeError("a TransportIOStream is connected already")

    def start_tls(
        self,
        server_side: bool,
        ssl_options: dict[str, Any] | ssl.SSLContext | None = None,
        server_hostname: str | None = None,
    ) -> "asyncio.Future[SSLIOStream]":
        """Turns the connection into a TLS one; see `IOStream.start_tls`.

        The transport's protocol loses it: a protocol of the new stream's takes its place.

        Returns:
            A future of the new stream: a `TransportIOStream`, which `SSLIOStream`'s
            ``wait_for_handshake`` is not needed for.
        """
        from fujita.iostream.stream_protocol import upgrade_to_tls

        self._check_idle()
        context = self._tls_context(server_side, ssl_options)
        if context.check_hostname and not server_hostname:
            raise ValueError("check_hostname requires server_hostname")
        # What comes from now on is for TLS; the loop resumes.
        self.transport.pause_reading()
        callback, self._close_callback = self._close_callback, None
        # The transport is the new stream's: closing this one must not touch it.
        self._closed = True
        self._write_buffer = None
        self.socket = cast(Any, None)
        upgrade = upgrade_to_tls(self, context, server_side, server_hostname, callback)
        return asyncio.ensure_future(
            cast("Coroutine[Any, Any, SSLIOStream]", upgrade), loop=self._loop
        )

    def _check_closed(self) -> None:
        if not self._closed and self.transport.is_closing():
            # By its owner; the news is on its way.
            self.close()
        super()._check_closed()

    def _pull(self) -> None:
        # The transport has handed over all that it had: at its end there is no use in waiting.
        if self._end_received and (self._has_reader() or not self._incoming.size):
            self.close()

    def _update_interest(self) -> None:
        if self._end_received:
            if not self._incoming.size:
                self.close()
            return
        transport = self.transport
        if self._has_reader() or self._incoming.size < self.read_chunk_size:
            # A pause of the owner's ends when somebody reads from the stream, and not before.
            if self._input_paused or (self._has_reader() and not transport.is_reading()):
                self._input_paused = False
                if not transport.is_closing():
                    transport.resume_reading()
        elif transport.is_reading():
            self._input_paused = True
            transport.pause_reading()

    def _disconnect(self) -> None:
        self.close_fd()

    def _unsent(self) -> int:
        return super()._unsent() + self.transport.get_write_buffer_size()

    def _flush(self) -> None:
        buffer = self._write_buffer
        if buffer is None:
            return
        # Bit by bit: a TLS transport takes any amount at once, and says only then that it holds
        # too much.
        while buffer and not self._output_paused:
            before = len(buffer)
            chunks = buffer.take(WRITE_SIZE)
            self._total_write_done_index += before - len(buffer)
            if len(chunks) == 1:
                self.transport.write(chunks[0])
            else:
                self.transport.writelines(chunks)
        if not self._output_paused:
            self._settle_writes()


def _socket_of(transport: asyncio.Transport) -> Any:
    plain = transport.get_extra_info("socket")
    tls = transport.get_extra_info("ssl_object")
    return plain if tls is None else TLSSocketView(plain, tls)


def _is_over_limit(transport: asyncio.Transport) -> bool:
    """Tells whether the owner has been told to pause before there was a stream."""
    _, high = transport.get_write_buffer_limits()
    return transport.get_write_buffer_size() > high
