"""The part of a connection that closes it (RFC 6455, section 7)."""

from asyncio import TimerHandle

from fujita.websocket.receiving import ReceivingPart
from fujita.wire.websocket import CloseFrame, Failure

CLOSE_TIMEOUT = 5.0
"""Seconds that the other side has for its part of the closing handshake."""

NO_STATUS = 1005


class ClosingPart(ReceivingPart):
    """Sends and answers Close frames, and ends the transport in the order of section 7.1.1."""

    _close_timer: TimerHandle | None = None

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Begins to close the connection; a second call does nothing.

        Args:
            code: The close code; 1000 if there is a reason, else none.
            reason: Explanation for the other side, at most 123 bytes of UTF-8.

        Raises:
            ValueError: The code must not be sent (RFC 6455, section 7.4), or the reason is too
                long.
        """
        if self.server_terminated:
            return
        if code is None and reason is not None:
            code = 1000
        frame = self._wire.send_close(code, reason or "")
        self.server_terminated = True
        self.send_now(frame)
        if self.client_terminated:
            self._close_transport()
        self._limit_closing()

    def _ended(self, event: CloseFrame | Failure) -> None:
        """Answers a Close frame, or says what was wrong, and lets go of the connection."""
        self.client_terminated = True
        if isinstance(event, CloseFrame):
            if event.code != NO_STATUS:
                self.close_code = event.code
            self.close_reason = event.reason or None
        frame = self._wire.reply_to_close(event)
        self.server_terminated = True
        self.send_now(frame)
        # 7.1.1: a client waits for the server to close the transport first, so that it is the
        # server's port that is held in TIME_WAIT. After a failure (7.1.7) nobody waits.
        if isinstance(event, Failure):
            self._finish_sending()
        elif not self.mask_outgoing:
            self._close_transport()
        self._limit_closing()

    def _close_transport(self) -> None:
        # Closing twice would keep asyncio's TLS from ever being aborted.
        if not self.transport.is_closing():
            self.transport.close()

    def _finish_sending(self) -> None:
        """Ends what this side sends, and goes on reading, for nobody, until the other side ends.

        To close the transport while there is something unread would make the system tell the
        other side of a reset connection, and the Close frame that says why would be lost.
        """
        transport = self.transport
        if transport.is_closing():
            return
        if not transport.can_write_eof():
            transport.close()
            return
        transport.write_eof()
        if self._reading_paused:
            self._reading_paused = False
            transport.resume_reading()

    def _limit_closing(self) -> None:
        """Ends the connection by force if the other side does not do its part."""
        if self._close_timer is None and not self._lost:
            self._close_timer = self._outbox.loop.call_later(CLOSE_TIMEOUT, self.transport.abort)

    def shut_down(self) -> None:
        """Tells the client that the server goes away."""
        self.close(1001)

    def connection_lost(self, exc: Exception | None) -> None:
        """Takes the end of the connection."""
        timer, self._close_timer = self._close_timer, None
        if timer is not None:
            timer.cancel()
        super().connection_lost(exc)
