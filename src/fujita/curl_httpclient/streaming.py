"""The way of a body from libcurl to a ``streaming_callback``."""

from collections.abc import Callable
from typing import Any, Protocol

import pycurl

from fujita.ioloop import IOLoop
from fujita.log import app_log


class _Client(Protocol):
    io_loop: IOLoop
    max_body_size: int

    def _set_timeout(self, msecs: int) -> None: ...


class StreamingBuffer:
    """Keeps pieces of a body until the loop has time to hand them to the callback.

    libcurl must not be used from within its own callbacks, as a program's may do. What has been
    kept is bounded: the transfer pauses while there is more of it than ``max_buffer_size``.

    Args:
        client: The client.
        curl: The handle of the transfer.
        callback: The ``streaming_callback``.

    Attributes:
        max_buffer_size: How many bytes may wait before the transfer pauses.
        paused: Whether it does.
        body_too_large: Whether the body was refused, as larger than the client allows.
    """

    max_buffer_size = 1024 * 1024

    def __init__(self, client: _Client, curl: Any, callback: Callable[[bytes], Any]) -> None:
        self.paused = False
        self.body_too_large = False
        self._client = client
        self._curl = curl
        self._callback = callback
        self._pieces: list[bytes] = []
        self._waiting = 0
        self._total = 0

    def write(self, chunk: bytes) -> int:
        """Takes a piece from libcurl.

        Returns:
            How many bytes were taken: all, or, if the body is refused, none. Or the request to
            pause, after which libcurl offers the piece again.
        """
        if self._total + len(chunk) > self._client.max_body_size:
            self.body_too_large = True
            return 0
        if self._waiting > self.max_buffer_size:
            self.paused = True
            pause: int = pycurl.WRITEFUNC_PAUSE
            return pause
        if not self._pieces:
            self._client.io_loop.add_callback(self.flush)
        self._pieces.append(chunk)
        self._waiting += len(chunk)
        self._total += len(chunk)
        return len(chunk)

    def flush(self) -> None:
        """Hands what has been kept to the callback, and lets a paused transfer go on."""
        pieces, self._pieces, self._waiting = self._pieces, [], 0
        for piece in pieces:
            try:
                self._callback(piece)
            except Exception:
                app_log.error("Exception in callback %r", self._callback, exc_info=True)
        if self.paused and self._curl is not None:
            self.paused = False
            self._go_on()

    def finish(self) -> None:
        """Forgets the handle, as the transfer is over; what has been kept still is."""
        self._curl = None

    def _go_on(self) -> None:
        try:
            self._curl.pause(pycurl.PAUSE_CONT)
        except pycurl.error:
            # The transfer has failed, of which the client hears another way.
            return
        # Before libcurl 8 nothing else would tell it to look at the transfer again.
        self._client._set_timeout(0)
