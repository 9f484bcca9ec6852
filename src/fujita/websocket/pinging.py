"""The part of a connection that sees to it that the other side is alive."""

from asyncio import Future, TimerHandle
from collections.abc import Awaitable

from fujita.log import gen_log
from fujita.websocket.closing import ClosingPart

PONG = 0xA


class PingingPart(ClosingPart):
    """Answers Pings, and sends its own."""

    _received_pong = False
    _ping_timer: TimerHandle | None = None
    _last_ping = 0.0
    _pong_future: "Future[None] | None" = None
    _pending_pong: bytes | None = None

    @property
    def ping_interval(self) -> float:
        """Seconds between two Pings; 0 for none."""
        return self.params.ping_interval or 0

    @property
    def ping_timeout(self) -> float:
        """Seconds that a Pong may take; 0 for any time."""
        timeout = self.params.ping_timeout
        if timeout is None:
            return self.ping_interval
        return min(timeout, self.ping_interval)

    def start_pinging(self) -> None:
        """Begins to send Pings, if the settings ask for them."""
        interval = self.ping_interval
        if interval <= 0:
            return
        asked = self.params.ping_timeout
        if asked is not None and asked > interval:
            gen_log.warning(
                "websocket_ping_timeout is %g s, but at most the interval of %g s counts",
                asked,
                interval,
            )
        self._last_ping = self._outbox.loop.time()
        self._ping_timer = self._outbox.loop.call_later(interval, self._ping)

    @staticmethod
    def ping_sleep_time(*, last_ping_time: float, interval: float, now: float) -> float:
        """Says how long to wait for the next Ping, in seconds."""
        return max(last_ping_time + interval - now, 0)

    def _ping(self) -> None:
        self._ping_timer = None
        if self.is_closing():
            return
        self._last_ping = self._outbox.loop.time()
        self._received_pong = False
        self.write_ping(b"")
        timeout = self.ping_timeout
        if timeout > 0:
            self._ping_timer = self._outbox.loop.call_later(timeout, self._check_pong)
        else:
            self._ping_timer = self._outbox.loop.call_later(self.ping_interval, self._ping)

    def _check_pong(self) -> None:
        self._ping_timer = None
        if self.is_closing():
            return
        # While a message is being handled, the Pong may wait behind it.
        if not self._received_pong and self._held is None:
            self.close(reason="ping timed out")
            return
        wait = self.ping_sleep_time(
            last_ping_time=self._last_ping,
            interval=self.ping_interval,
            now=self._outbox.loop.time(),
        )
        self._ping_timer = self._outbox.loop.call_later(wait, self._ping)

    def _handle_message(self, opcode: int, data: bytes) -> Awaitable[None] | None:
        """Answers a Ping, takes note of a Pong, and tells the handler."""
        if opcode == PONG:
            self._received_pong = True
            return self.handler.on_pong(data)
        if not self.server_terminated:
            self._send_pong(data)
        return self.handler.on_ping(data)

    def _send_pong(self, data: bytes) -> None:
        # RFC 6455, section 5.5.3: an endpoint that has not answered yet when the next Ping
        # comes "MAY elect to send a Pong frame for only the most recently processed Ping
        # frame"; so a peer that sends Pings and reads nothing does not fill the memory.
        if self._pong_future is not None:
            self._pending_pong = data
            return
        future = self._write_frame(True, PONG, data)
        if not future.done():
            self._pong_future = future
            future.add_done_callback(self._pong_sent)

    def _pong_sent(self, future: "Future[None]") -> None:
        self._pong_future = None
        data, self._pending_pong = self._pending_pong, None
        if data is not None and not self.is_closing():
            self._send_pong(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Takes the end of the connection."""
        timer, self._ping_timer = self._ping_timer, None
        if timer is not None:
            timer.cancel()
        super().connection_lost(exc)
