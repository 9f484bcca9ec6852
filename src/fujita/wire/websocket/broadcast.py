"""One message for many receivers: framed once, and compressed once."""

from fujita.wire.websocket.compression import Compression, compress
from fujita.wire.websocket.frames import BINARY, FIN, RSV1, TEXT, serialize


class PreparedMessage:
    """A message to send to many clients with `WebSocketConnection.send_prepared`.

    A server's frames are not masked, so one frame serves all receivers. So does a compressed
    one: it is made without a context, and refers to nothing outside of itself. Each kind of
    frame is made when the first receiver asks for it.

    Args:
        message: Text or bytes.
        binary: Whether it is a binary message; None to tell by the type.

    Attributes:
        opcode: `TEXT` or `BINARY`.
        payload: The message's bytes.
    """

    __slots__ = ("_compressed", "_plain", "opcode", "payload")

    def __init__(self, message: str | bytes, *, binary: bool | None = None) -> None:
        if binary is None:
            binary = not isinstance(message, str)
        self.opcode = BINARY if binary else TEXT
        self.payload = message.encode() if isinstance(message, str) else bytes(message)
        self._plain: bytes | None = None
        self._compressed: dict[Compression, bytes] | None = None

    @property
    def plain(self) -> bytes:
        """The uncompressed frame."""
        if self._plain is None:
            self._plain = serialize(FIN | self.opcode, self.payload)
        return self._plain

    def compressed(self, compression: Compression) -> bytes:
        """Returns the compressed frame, or the plain one if that is no longer.

        Args:
            compression: How the receiver's connection compresses.
        """
        if self._compressed is None:
            self._compressed = {}
        frame = self._compressed.get(compression)
        if frame is None:
            payload = compress(compression.compressor(), self.payload)
            if len(payload) < len(self.payload):
                frame = serialize(FIN | RSV1 | self.opcode, payload)
            else:
                frame = self.plain
            self._compressed[compression] = frame
        return frame
