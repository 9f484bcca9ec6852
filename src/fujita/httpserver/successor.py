"""What may follow HTTP on a connection."""

from asyncio import BaseTransport
from collections.abc import Callable


class SuccessorProtocol:
    """A protocol that takes a server's connection over after an upgrade.

    An ``asyncio.Protocol`` by what it does, not by descent: it is compiled as an extension type
    (``successor.pxd``), and these cannot descend from ordinary classes.

    The server goes on counting the connection until the successor says that it is lost.
    """

    forget: Callable[[], None] | None
    """Takes the connection off the server's list; set by the server."""

    # Transport to protocol.

    def connection_made(self, transport: BaseTransport) -> None:
        """Takes the transport."""

    def data_received(self, data: bytes) -> None:
        """Takes bytes from the peer."""

    def eof_received(self) -> bool | None:
        """Takes the end of what the peer sends; tells whether the transport is to stay open."""
        return None

    def pause_writing(self) -> None:
        """Makes writers wait."""

    def resume_writing(self) -> None:
        """Lets writers go on."""

    # Server to protocol.

    def shut_down(self) -> None:
        """Begins to end the connection politely; called when the server shuts down."""
        raise NotImplementedError

    def abort(self) -> None:
        """Ends the connection at once."""
        raise NotImplementedError

    def connection_lost(self, exc: Exception | None) -> None:
        """Takes the connection off the server's list."""
        forget = getattr(self, "forget", None)
        self.forget = None
        if forget is not None:
            forget()
