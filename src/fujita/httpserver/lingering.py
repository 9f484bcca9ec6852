"""The end of a connection whose client is still sending."""

import asyncio

from fujita.httpserver.successor import SuccessorProtocol

QUIET = 5.0
"""How long a client may neither send nor take anything, in seconds."""

TLS_QUIET = 1.0
"""The same for TLS, where the client may be waiting for the end of the response."""

LINGER = 60.0
"""How long it may go on sending in all, in seconds."""


class LingeringProtocol(SuccessorProtocol):
    """Drops what the client sends until it has seen that the server is done.

    RFC 9112 section 9.6: a server that closes at once risks that the client never reads the
    last response, as the unread input makes TCP reset the connection; so it closes the sending
    side first and goes on reading for a while.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        quiet: float = QUIET,
        linger: float = LINGER,
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._quiet = quiet if transport.can_write_eof() else min(quiet, TLS_QUIET)
        self._end = loop.time() + linger
        self._heard = False
        self._unsent = transport.get_write_buffer_size()
        self._timer = loop.call_later(self._quiet, self._look)
        # TLS knows no half-closed connections (asyncio); the client closes when it has read the
        # response, or is sent the end when it has been quiet for a while.
        self._half_closes = transport.can_write_eof()
        if self._half_closes:
            try:
                transport.write_eof()
            except OSError:
                # The client has reset the connection, which the transport is yet to find out.
                transport.abort()

    def _look(self) -> None:
        """Goes on waiting as long as the client does something."""
        unsent = self._transport.get_write_buffer_size()
        if (self._heard or unsent < self._unsent) and self._loop.time() < self._end:
            self._heard, self._unsent = False, unsent
            self._timer = self._loop.call_later(self._quiet, self._look)
        elif self._half_closes or unsent or self._transport.is_closing():
            self._transport.abort()
        else:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Drops it."""
        self._heard = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the wait."""
        self._timer.cancel()
        super().connection_lost(exc)

    def shut_down(self) -> None:
        """Closes at once: the server goes away."""
        self._transport.close()

    def abort(self) -> None:
        """Closes at once."""
        self._transport.abort()
