"""A connection that has left HTTP and is read as a stream."""

from fujita.httpserver.successor import SuccessorProtocol
from fujita.iostream.transport import TransportIOStream


class StreamProtocol(SuccessorProtocol):
    """Hands what the transport says on to a stream."""

    def __init__(self, stream: TransportIOStream) -> None:
        self.stream = stream

    def data_received(self, data: bytes) -> None:
        """Takes bytes from the peer."""
        self.stream.feed_data(data)

    def eof_received(self) -> bool:
        """Takes the end of what the peer sends."""
        self.stream.feed_eof()
        return False

    def pause_writing(self) -> None:
        """Makes writers wait."""
        self.stream.pause_writing()

    def resume_writing(self) -> None:
        """Lets writers go on."""
        self.stream.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Takes the end of the connection."""
        super().connection_lost(exc)
        self.stream.connection_lost(exc)

    def shut_down(self) -> None:
        """Closes the stream: what is spoken on it is its owner's business."""
        self.stream.close()

    abort = shut_down
