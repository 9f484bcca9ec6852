"""A WebSocket over an IOStream, where there is no transport to be had."""

import asyncio
from typing import Any

from fujita.iostream import IOStream, StreamClosedError

CHUNK = 65536


class StreamTransport(asyncio.Transport):
    """A transport that reads and writes a stream, for a protocol.

    Args:
        stream: The stream, with nothing being read from it.
        protocol: What is told of what comes in.
    """

    def __init__(self, stream: IOStream, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self.stream = stream
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._reading = asyncio.Event()
        self._reading.set()
        self._ending = False
        self._unsent = 0
        self._paused = False
        self._task = self._loop.create_task(self._read())

    async def _read(self) -> None:
        error: Exception | None = None
        try:
            while True:
                await self._reading.wait()
                data = await self.stream.read_bytes(CHUNK, partial=True)
                self._protocol.data_received(data)
        except StreamClosedError as closed:
            error = closed.real_error if isinstance(closed.real_error, Exception) else None
        finally:
            self._ending = True
            self.stream.close()
            # Not from within this task: what the protocol starts has a task of its own.
            self._loop.call_soon(self._protocol.connection_lost, error)

    # What a protocol asks of its transport.

    def write(self, data: Any) -> None:
        """Sends bytes."""
        if self._ending:
            return
        try:
            future = self.stream.write(data)
        except StreamClosedError:
            return
        self._unsent += len(data)
        future.add_done_callback(lambda done: self._sent(done, len(data)))
        if not self._paused and self._unsent > CHUNK:
            self._paused = True
            self._protocol.pause_writing()

    def _sent(self, future: "asyncio.Future[None]", size: int) -> None:
        if not future.cancelled():
            future.exception()
        self._unsent -= size
        if self._paused and not self._unsent:
            self._paused = False
            self._protocol.resume_writing()
        if self._ending and not self._unsent:
            self.stream.close()

    def get_write_buffer_size(self) -> int:
        """Says how many bytes have not been sent yet."""
        return self._unsent

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Says when the protocol is told to go on and to pause."""
        return 0, CHUNK

    def is_reading(self) -> bool:
        """Tells whether the protocol wants to hear of what comes in."""
        return self._reading.is_set()

    def pause_reading(self) -> None:
        """Stops reading."""
        self._reading.clear()

    def resume_reading(self) -> None:
        """Goes on reading."""
        self._reading.set()

    def is_closing(self) -> bool:
        """Tells whether the connection is closed or closing."""
        return self._ending or self.stream.closed()

    def close(self) -> None:
        """Closes the stream once everything has been sent."""
        self._ending = True
        self._reading.set()
        if not self._unsent:
            self.stream.close()

    def abort(self) -> None:
        """Closes the stream at once."""
        self._ending = True
        self._reading.set()
        self.stream.close()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Knows the ``socket`` and the ``peername``."""
        if name == "socket":
            return self.stream.socket
        if name == "peername" and not self.stream.closed():
            return self.stream.socket.getpeername()
        return default


def pump(stream: IOStream, protocol: asyncio.Protocol) -> None:
    """Joins a protocol to a stream."""
    protocol.connection_made(StreamTransport(stream, protocol))
