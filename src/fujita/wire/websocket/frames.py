"""The frame layout (RFC 6455, section 5.2): constants, header checks, serialisation."""

import os
from enum import Enum
from struct import Struct

from fujita.wire.websocket.close import CloseCode
from fujita.wire.websocket.errors import ProtocolError
from fujita.wire.websocket.mask import apply_mask

FIN = 0x80
RSV1 = 0x40
RSV2_RSV3 = 0x30
OPCODE = 0x0F
MASKED = 0x80
LENGTH = 0x7F

CONTINUATION = 0x0
TEXT = 0x1
BINARY = 0x2
CLOSE = 0x8
PING = 0x9
PONG = 0xA

FIN_TEXT = FIN | TEXT
FIN_BINARY = FIN | BINARY

MAX_CONTROL_SIZE = 125
"""Bytes: "All control frames MUST have a payload length of 125 bytes or less" (5.5)."""

_KNOWN_OPCODES = frozenset({CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})

_header_16 = Struct("!BBH").pack
_header_64 = Struct("!BBQ").pack

# The whole header of an unmasked, unfragmented short message, by payload length.
SHORT_TEXT_HEADERS = tuple(bytes((FIN_TEXT, size)) for size in range(126))
SHORT_BINARY_HEADERS = tuple(bytes((FIN_BINARY, size)) for size in range(126))


class Role(Enum):
    """The side of the connection: it decides who masks (RFC 6455, section 5.1)."""

    SERVER = "server"
    CLIENT = "client"


def check_header(
    first: int, second: int, *, mask_bit: int, deflate: bool, in_message: bool
) -> None:
    """Checks the two fixed octets of a received frame header.

    Args:
        first: FIN, the reserved bits and the opcode.
        second: The mask bit and the short length.
        mask_bit: What the mask bit has to be: `MASKED` or 0.
        deflate: Whether permessage-deflate was agreed on, which gives RSV1 its meaning.
        in_message: Whether a fragmented message is under way.

    Raises:
        ProtocolError: The header breaks a rule of RFC 6455 or RFC 7692.
    """
    opcode = first & OPCODE
    # 5.2: reserved bits "MUST be 0 unless an extension is negotiated that defines meanings for
    # non-zero values"; "If an unknown opcode is received, the receiving endpoint MUST _Fail the
    # WebSocket Connection_."
    if first & RSV2_RSV3:
        raise _protocol_error("reserved bit set")
    if opcode not in _KNOWN_OPCODES:
        raise _protocol_error(f"unknown opcode {opcode}")
    # RFC 7692, 6.1: "An endpoint MUST NOT set the "Per-Message Compressed" bit of control frames
    # and non-first fragments of a data message. An endpoint receiving such a frame MUST _Fail
    # the WebSocket Connection_."
    if first & RSV1 and not (deflate and opcode in (TEXT, BINARY)):
        raise _protocol_error("reserved bit set")
    # 5.1: "The server MUST close the connection upon receiving a frame that is not masked."
    # "A client MUST close a connection if it detects a masked frame."
    if second & MASKED != mask_bit:
        raise _protocol_error("frame is not masked" if mask_bit else "frame is masked")
    if opcode >= CLOSE:
        _check_control(first, second)
    # 5.4: a message is one frame with an opcode and continuations without; "The fragments of
    # one message MUST NOT be interleaved between the fragments of another message".
    elif opcode == CONTINUATION:
        if not in_message:
            raise _protocol_error("continuation of no message")
    elif in_message:
        raise _protocol_error("message inside another message")


def _check_control(first: int, second: int) -> None:
    # 5.5: "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be
    # fragmented."
    if not first & FIN:
        raise _protocol_error("fragmented control frame")
    if second & LENGTH > MAX_CONTROL_SIZE:
        raise _protocol_error("control frame over 125 bytes")


def read_length(data: bytes, position: int, second: int) -> tuple[int, int]:
    """Returns the payload length of a frame and where its header goes on.

    Lengths in more octets than needed are taken: section 5.2 forbids a sender to write them
    but asks nothing of a receiver.

    Args:
        data: Received bytes.
        position: Where the frame starts.
        second: The frame's second octet.

    Returns:
        The length and the position after it; a position past the end of ``data`` says that the
        length is not there yet.

    Raises:
        ProtocolError: The length has its top bit set.
    """
    length = second & LENGTH
    start = position + 2
    if length < 126:
        return length, start
    stop = start + (2 if length == 126 else 8)
    if stop > len(data):
        return 0, stop
    length = int.from_bytes(data[start:stop])
    # 5.2: as a 64-bit unsigned integer "the most significant bit MUST be 0".
    if length >> 63:
        raise _protocol_error("payload length over 63 bits")
    return length, stop


def serialize(first: int, payload: bytes) -> bytes:
    """Returns an unmasked frame, as a server sends it.

    Args:
        first: The first octet: FIN, reserved bits, opcode.
        payload: The payload.
    """
    return _header(first, len(payload), 0) + payload


def serialize_masked(first: int, payload: bytes) -> bytes:
    """Returns a masked frame, as a client sends it.

    RFC 6455, section 5.3: the key is "chosen at random by the client", is new for each frame
    and "MUST be derived from a strong source of entropy".

    Args:
        first: The first octet: FIN, reserved bits, opcode.
        payload: The payload, unmasked.
    """
    key = os.urandom(4)
    return _header(first, len(payload), MASKED) + key + apply_mask(key, payload)


def frame_message(message: str | bytes, *, binary: bool | None = None) -> bytes:
    """Returns a server's uncompressed frame of a whole message, the same for every receiver.

    Args:
        message: Text or bytes.
        binary: Whether it is a binary message; None to tell by the type.
    """
    if isinstance(message, str):
        payload = message.encode()
        first = FIN_BINARY if binary else FIN_TEXT
    else:
        payload = message
        first = FIN_TEXT if binary is False else FIN_BINARY
    return serialize(first, payload)


def _header(first: int, size: int, mask_bit: int) -> bytes:
    # 5.2: "in all cases, the minimal number of bytes MUST be used to encode the length".
    if size < 126:
        return bytes((first, mask_bit | size))
    if size < 65536:
        return _header_16(first, mask_bit | 126, size)
    return _header_64(first, mask_bit | 127, size)


def _protocol_error(reason: str) -> ProtocolError:
    return ProtocolError(CloseCode.PROTOCOL_ERROR, reason)
