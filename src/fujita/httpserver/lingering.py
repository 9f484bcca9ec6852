"""The end of a connection whose client is still sending."""

import asyncio

from fujita.httpserver.successor import SuccessorProtocol

LINGER = 2.0
"""How long a client may take to read the last response, in seconds."""


class LingeringProtocol(SuccessorProtocol):
    """Drops what the client sends until it has seen that the server is done.

    RFC 9112 section 9.6: a server that closes at once risks that the client never reads the
    last response, as the unread input makes TCP reset the connection; so it closes the sending
    side first and goes on reading for a while.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._timer = loop.call_later(LINGER, transport.abort)
        transport.write_eof()

    def data_received(self, data: bytes) -> None:
        """Drops it."""

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
