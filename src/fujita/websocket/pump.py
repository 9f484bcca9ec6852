"""A WebSocket over an IOStream, where there is no transport to be had."""

import asyncio
from typing import Any

from fujita.http1connection.stream_transport import StreamTransport
from fujita.iostream import IOStream


class PumpTransport(StreamTransport):
    """A stream as a transport, of which a WebSocket asks more than HTTP does.

    Args:
        stream: The stream, with nothing being read from it.
        protocol: What is told of what comes in.
    """

    def __init__(self, stream: IOStream, protocol: asyncio.Protocol) -> None:
        self.stream = stream
        self._unsent = 0
        self._closing = False
        super().__init__(stream, protocol)

    def write(self, data: Any) -> None:
        """Sends bytes."""
        self._unsent += len(data)
        super().write(data)

    def _written(self, future: "asyncio.Future[None]") -> None:
        super()._written(future)
        if not self._stream.writing():
            self._unsent = 0
            if self._closing:
                super().close()

    def get_write_buffer_size(self) -> int:
        """Says how many bytes may not have been sent yet."""
        return self._unsent

    def can_write_eof(self) -> bool:
        """Says that a stream has no end of its own for what is sent."""
        return False

    def is_closing(self) -> bool:
        """Tells whether the connection is closed or closing."""
        return self._closing or super().is_closing()

    def close(self) -> None:
        """Closes the stream once everything has been sent."""
        self._closing = True
        if not self._unsent:
            super().close()

    def abort(self) -> None:
        """Closes the stream at once."""
        self._closing = True
        super().close()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Knows the ``socket`` and the ``peername``."""
        if name == "peername" and self.stream.socket is not None:
            return self.stream.socket.getpeername()
        return super().get_extra_info(name, default)
