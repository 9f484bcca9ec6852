"""A transport in front of a stream, for connections that a program's own TCPClient makes."""

import asyncio
from typing import Any

from fujita.iostream import IOStream, StreamClosedError

_READ_SIZE = 65536


class StreamTransport(asyncio.Transport):
    """Drives a protocol from an `IOStream`.

    Args:
        stream: A connected stream.
        protocol: What speaks over it.
    """

    def __init__(self, stream: IOStream, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self._stream = stream
        self._protocol = protocol
        self._may_read = asyncio.Event()
        self._may_read.set()
        protocol.connection_made(self)
        self._reader = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        stream, protocol = self._stream, self._protocol
        try:
            while True:
                await self._may_read.wait()
                protocol.data_received(await stream.read_bytes(_READ_SIZE, partial=True))
        except StreamClosedError:
            pass
        finally:
            stream.close()
        error = stream.error
        if error is None:
            protocol.eof_received()
        protocol.connection_lost(error if isinstance(error, Exception) else None)

    def write(self, data: Any) -> None:
        """Writes to the stream; once it is closed, the data is dropped."""
        if self._stream.closed():
            return
        future = self._stream.write(data)
        if not future.done():
            self._protocol.pause_writing()
        future.add_done_callback(self._written)

    def _written(self, future: "asyncio.Future[None]") -> None:
        if not future.cancelled() and future.exception() is None and not self._stream.writing():
            self._protocol.resume_writing()

    def is_closing(self) -> bool:
        """Tells whether the stream is closed."""
        return self._stream.closed()

    def close(self) -> None:
        """Closes the stream."""
        self._stream.close()

    def abort(self) -> None:
        """Closes the stream."""
        self._stream.close()

    def is_reading(self) -> bool:
        """Tells whether the protocol is given data."""
        return self._may_read.is_set()

    def pause_reading(self) -> None:
        """Stops giving data to the protocol."""
        self._may_read.clear()

    def resume_reading(self) -> None:
        """Goes on giving data to the protocol."""
        self._may_read.set()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Gives the stream's ``socket``."""
        return self._stream.socket if name == "socket" else default
