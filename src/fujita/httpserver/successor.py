"""What may follow HTTP on a connection."""

import asyncio
from collections.abc import Callable


class SuccessorProtocol(asyncio.Protocol):
    """A protocol that takes a server's connection over after an upgrade.

    The server goes on counting the connection until the successor says that it is lost.
    """

    forget: Callable[[], None] | None = None
    """Takes the connection off the server's list; set by the server."""

    def shut_down(self) -> None:
        """Begins to end the connection politely; called when the server shuts down."""
        raise NotImplementedError

    def abort(self) -> None:
        """Ends the connection at once."""
        raise NotImplementedError

    def connection_lost(self, exc: Exception | None) -> None:
        """Takes the connection off the server's list."""
        forget, self.forget = self.forget, None
        if forget is not None:
            forget()
