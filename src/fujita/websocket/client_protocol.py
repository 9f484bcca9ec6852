"""The client's side of a connection, which also counts."""

from fujita.websocket.protocol13 import WebSocketProtocol13


class ClientProtocol13(WebSocketProtocol13):
    """A client's connection; it counts what is exchanged, in bytes.

    Messages are counted as they are, on the wire with framing, masking and compression.
    """

    _message_bytes_in = 0
    _message_bytes_out = 0
    _wire_bytes_in = 0
    _wire_bytes_out = 0

    def data_received(self, data: bytes) -> None:
        """Takes bytes from the server."""
        self._wire_bytes_in += len(data)
        super().data_received(data)

    def _own_frame(self, message: str | bytes, binary: bool) -> bytes:
        frame = super()._own_frame(message, binary)
        self._message_bytes_out += size_in_utf8(message)
        self._wire_bytes_out += len(frame)
        return frame

    def count_message(self, message: str | bytes) -> None:
        """Counts a message that has been received."""
        self._message_bytes_in += size_in_utf8(message)


def size_in_utf8(message: str | bytes) -> int:
    """Gives the bytes that a message's payload has."""
    if isinstance(message, bytes) or message.isascii():
        return len(message)
    return len(message.encode())
