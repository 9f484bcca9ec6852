"""One WebSocket connection after its opening handshake, without its socket."""

import zlib

from fujita.wire.websocket.broadcast import PreparedMessage
from fujita.wire.websocket.close import ABNORMAL, NO_STATUS, build_close_payload
from fujita.wire.websocket.compression import Compression, compress
from fujita.wire.websocket.deflate import PerMessageDeflate
from fujita.wire.websocket.errors import SendAfterCloseError
from fujita.wire.websocket.events import CloseFrame, Failure
from fujita.wire.websocket.frames import (
    BINARY,
    CLOSE,
    FIN,
    MAX_CONTROL_SIZE,
    PING,
    PONG,
    RSV1,
    SHORT_BINARY_HEADERS,
    SHORT_TEXT_HEADERS,
    TEXT,
    Role,
    serialize,
    serialize_masked,
)
from fujita.wire.websocket.receiver import MAX_FRAGMENTS, MessageReceiver


class WebSocketConnection(MessageReceiver):
    """The protocol of one connection: RFC 6455, with permessage-deflate of RFC 7692.

    It keeps no bytes to send: what a ``send_`` method returns is to be written before anything
    that a later call returns. Receiving runs ahead of handling: after a Close frame has been
    received, or the peer has broken the protocol, messages can still be sent until
    `reply_to_close` (or `send_close`) is called, for instance by handlers of messages that
    came before it.

    Args:
        role: The side that this is.
        max_message_size: Bytes that a received message may have, after decompression.
        max_frame_size: Bytes that a received frame may have, before decompression; None for
            what a message of the largest size needs.
        max_fragments: Frames that a received message may come in.
        deflate: What the opening handshake agreed on; None for no compression.
    """

    __slots__ = ("_compression", "_compressor", "_masks", "_plain", "close_sent")

    def __init__(
        self,
        role: Role,
        *,
        max_message_size: int,
        max_frame_size: int | None = None,
        max_fragments: int = MAX_FRAGMENTS,
        deflate: PerMessageDeflate | None = None,
    ) -> None:
        super().__init__(
            role,
            max_message_size=max_message_size,
            max_frame_size=max_frame_size,
            max_fragments=max_fragments,
            deflate=deflate,
        )
        self._masks = role is Role.CLIENT
        self._compression = None if deflate is None else deflate.compression
        self._compressor: zlib._Compress | None = None  # made when first used: it is large
        # Messages leave as they are: not masked, not compressed, and not refused either.
        self._plain = not self._masks and self._compression is None
        self.close_sent = False

    def send_text(self, text: str | bytes) -> bytes:
        """Returns the bytes of a text message.

        Args:
            text: The message; bytes have to be UTF-8 and are not checked.

        Raises:
            SendAfterCloseError: The Close frame has been sent already.
        """
        if type(text) is str:
            string = text
            payload = string.encode()
        else:
            payload = text.encode() if isinstance(text, str) else text
        if self._plain and len(payload) < 126:
            return SHORT_TEXT_HEADERS[len(payload)] + payload
        return self._send_message(TEXT, payload)

    def send_binary(self, data: bytes) -> bytes:
        """Returns the bytes of a binary message.

        Args:
            data: The message.

        Raises:
            SendAfterCloseError: The Close frame has been sent already.
        """
        if self._plain and len(data) < 126:
            return SHORT_BINARY_HEADERS[len(data)] + data
        return self._send_message(BINARY, data)

    def send_prepared(self, message: PreparedMessage) -> bytes:
        """Returns the bytes of a message that other connections send too.

        A server shares one frame between all connections that compress alike. After a compressed
        one, a connection that keeps its context starts a new one, for the peer's window now
        holds what the compressor has not seen; RFC 7692, section 7.1.1.1, leaves a sender free
        to use no context where it may.

        Args:
            message: The message.

        Raises:
            SendAfterCloseError: The Close frame has been sent already.
        """
        if self._plain:
            return message.plain
        if self._masks or self.close_sent or self._compression is None:
            return self._send_message(message.opcode, message.payload)
        frame = message.compressed(self._compression)
        if frame[0] & RSV1:
            self._compressor = None
        return frame

    def send_ping(self, payload: bytes = b"") -> bytes:
        """Returns the bytes of a Ping; none after the Close frame.

        Args:
            payload: What the Pong will carry, at most 125 bytes.

        Raises:
            ValueError: The payload is too long.
        """
        return self._send_control(PING, payload)

    def send_pong(self, payload: bytes = b"") -> bytes:
        """Returns the bytes of a Pong; none after the Close frame.

        Args:
            payload: The payload of the Ping that it answers, at most 125 bytes.

        Raises:
            ValueError: The payload is too long.
        """
        return self._send_control(PONG, payload)

    def send_close(self, code: int | None = None, reason: str = "") -> bytes:
        """Returns the bytes of the Close frame; none if it has been sent already.

        The connection still receives, until the peer's Close frame or the end of its bytes.

        Args:
            code: The close code; None for a frame without one.
            reason: Explanation for the peer, at most 123 bytes of UTF-8; needs a code.

        Raises:
            ValueError: The code must not be sent (RFC 6455, section 7.4), or the reason is too
                long or has no code.
        """
        payload = build_close_payload(code, reason)
        if self.close_sent:
            return b""
        # 5.5.1: "The application MUST NOT send any more data frames after sending a Close
        # frame."
        self.close_sent = True
        self._plain = False
        self._compressor = None
        return self._serialize(FIN | CLOSE, payload)

    def reply_to_close(self, event: CloseFrame | Failure) -> bytes:
        """Returns the Close frame that a connection's last event asks for.

        RFC 6455, section 5.5.1: an endpoint that did not send a Close frame before "MUST send a
        Close frame in response", and "typically echos the status code it received". Section
        7.1.7: failing the connection, it "SHOULD send a Close frame with an appropriate status
        code". After that, the server closes the transport at once, and the client waits for it
        to do so (7.1.1).

        Args:
            event: The event.

        Returns:
            The bytes, none if a Close frame has been sent already or nobody is there to read.
        """
        if event.code == ABNORMAL:
            self.close_sent = True
            self._plain = False
            return b""
        if event.code == NO_STATUS:
            return self.send_close()
        return self.send_close(event.code, event.reason if isinstance(event, Failure) else "")

    def _send_message(self, opcode: int, payload: bytes) -> bytes:
        if self.close_sent:
            raise SendAfterCloseError("cannot send a message after the Close frame")
        first = FIN | opcode
        if self._compression is not None:
            first, payload = self._compress(self._compression, first, payload)
        return self._serialize(first, payload)

    def _compress(self, compression: Compression, first: int, payload: bytes) -> tuple[int, bytes]:
        assert self.deflate is not None
        # RFC 7692, section 6, lets a sender choose for each message. Even one that does not
        # shrink is compressed: a context has to see it, and without one, kosoku 0.1.0 (Autobahn's
        # cases 13.2.1, 13.5.1, 13.6.1, 13.7.1) counts an uncompressed answer as an error.
        if self.deflate.send_no_context_takeover:
            return first | RSV1, compress(compression.compressor(), payload)
        if self._compressor is None:
            self._compressor = compression.compressor()
        return first | RSV1, compress(self._compressor, payload)

    def _send_control(self, opcode: int, payload: bytes) -> bytes:
        if len(payload) > MAX_CONTROL_SIZE:
            raise ValueError(
                f"payload of {len(payload)} bytes: a control frame carries at most "
                f"{MAX_CONTROL_SIZE} (RFC 6455, section 5.5)"
            )
        if self.close_sent:
            return b""
        return self._serialize(FIN | opcode, payload)

    def _serialize(self, first: int, payload: bytes) -> bytes:
        if self._masks:
            return serialize_masked(first, payload)
        return serialize(first, payload)
