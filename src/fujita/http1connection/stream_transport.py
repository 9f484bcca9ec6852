"""A transport in front of a stream, for protocols that meet somebody else's stream."""

import asyncio
from typing import Any

from fujita.iostream import IOStream, StreamClosedError
from fujita.log import app_log

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
        self._is_paused = False
        self._is_closed = False
        protocol.connection_made(self)
        self._reader = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        stream, protocol = self._stream, self._protocol
        error: BaseException | None = None
        try:
            while True:
                data = await stream.read_bytes(_READ_SIZE, partial=True)
                await self._may_read.wait()
                if not self._is_closed:
                    protocol.data_received(data)
        except StreamClosedError:
            error = stream.error
        except Exception as failure:
            app_log.error("Uncaught exception", exc_info=True)
            error = failure
        finally:
            stream.close()
        if error is None and not self._is_closed:
            protocol.eof_received()
        protocol.connection_lost(error if isinstance(error, Exception) else None)

    def write(self, data: Any) -> None:
        """Writes to the stream; once it is closed, the data is dropped."""
        stream = self._stream
        if stream.closed():
            return
        future = stream.write(data)
        future.add_done_callback(self._written)
        if stream.writing() and not self._is_paused:
            self._is_paused = True
            self._protocol.pause_writing()

    def _written(self, future: "asyncio.Future[None]") -> None:
        failed = future.cancelled() or future.exception() is not None
        if self._is_paused and not failed and not self._stream.writing():
            self._is_paused = False
            self._protocol.resume_writing()

    def is_closing(self) -> bool:
        """Tells whether the stream is closed."""
        return self._stream.closed()

    def close(self) -> None:
        """Closes the stream."""
        self._is_closed = True
        self._stream.close()
        self._may_read.set()

    def abort(self) -> None:
        """Closes the stream."""
        self.close()

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
