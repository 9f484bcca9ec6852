"""What one reader has still to be sent, and how much of it there may be."""

import asyncio
from collections.abc import Callable

from fujita.chat.live.events import join_events


class Outbox:
    """Sends events one after another, as fast as their reader takes them and no faster.

    As long as the last write has gone out, an event is written at once. Those that come
    while a write is stuck are gathered and leave together, as one frame.

    Args:
        write: Sends a frame; the future is done when there is room for more.
        limit: The bytes that may wait.
        overflow: Called once, when more than that would wait. Nothing is sent after it.
    """

    __slots__ = ("_limit", "_overflow", "_size", "_stuck", "_waiting", "_write")

    def __init__(
        self,
        write: Callable[[bytes], asyncio.Future[None]],
        limit: int,
        overflow: Callable[[], None],
    ) -> None:
        self._write: Callable[[bytes], asyncio.Future[None]] | None = write
        self._limit = limit
        self._overflow = overflow
        self._waiting: list[bytes] = []
        self._size = 0
        self._stuck = False

    def send(self, event: bytes) -> None:
        """Sends an event, now or when the ones before it are gone."""
        if self._write is None:
            return
        if not self._stuck:
            self._send_frame(event)
            return
        self._size += len(event)
        if self._size > self._limit:
            self.close()
            self._overflow()
            return
        self._waiting.append(event)

    def close(self) -> None:
        """Forgets what waits; nothing is sent any more."""
        self._write = None
        self._waiting = []

    def _send_frame(self, frame: bytes) -> None:
        assert self._write is not None
        try:
            sent = self._write(frame)
        except Exception:
            # Closed under our hands: whoever owns the connection is told by other means.
            self.close()
            return
        if sent.done():
            self._ended(sent)
        else:
            self._stuck = True
            sent.add_done_callback(self._went_out)

    def _went_out(self, sent: asyncio.Future[None]) -> None:
        self._stuck = False
        self._ended(sent)
        if self._write is None or not self._waiting:
            return
        waiting = self._waiting
        self._waiting = []
        self._size = 0
        self._send_frame(waiting[0] if len(waiting) == 1 else join_events(waiting))

    def _ended(self, sent: asyncio.Future[None]) -> None:
        if sent.cancelled() or sent.exception() is not None:
            self.close()
