"""What an exchange asks of the connection that it belongs to."""

from asyncio import Future, Transport
from typing import TYPE_CHECKING

from fujita.httpserver.context import ConnectionContext
from fujita.httpserver.settings import ConnectionSettings
from fujita.iostream.transport import TransportIOStream
from fujita.wire.http1.request import RequestParser

if TYPE_CHECKING:
    from fujita.httpserver.exchange import ServerExchange
    from fujita.httpserver.successor import SuccessorProtocol


class Connection:
    """A connection on which requests are answered.

    Attributes:
        transport: What the responses are written to.
        context: Who is at the other end.
        settings: The server's settings.
        parser: What reads the requests.
        closing: Whether the connection ends with the response that is being written.
    """

    __slots__ = ("closing", "context", "parser", "settings", "transport")

    transport: Transport
    context: ConnectionContext
    settings: ConnectionSettings
    parser: RequestParser
    closing: bool

    def write(self, data: bytes) -> "Future[None]":
        """Writes to the client; the future is done when more may be written."""
        raise NotImplementedError

    def response_complete(self) -> "Future[None]":
        """Goes on to the next request; gives the future of the last write."""
        raise NotImplementedError

    def response_finished(self, exchange: "ServerExchange", close: bool) -> None:
        """Goes on to the next request, or ends the connection."""
        raise NotImplementedError

    def set_body_timeout(self, timeout: float) -> None:
        """Limits how long the current body may take, in seconds."""
        raise NotImplementedError

    def close(self) -> None:
        """Closes the connection once everything written has been sent."""
        raise NotImplementedError

    @property
    def stream(self) -> TransportIOStream:
        """The connection as a stream."""
        raise NotImplementedError

    def detach(self) -> TransportIOStream:
        """Ends HTTP on this connection, which from now on is a stream."""
        raise NotImplementedError

    def switch_to(self, successor: "SuccessorProtocol") -> bytes:
        """Ends HTTP on this connection, which from now on is the successor's."""
        raise NotImplementedError
