"""Close codes, and the payload of Close frames (RFC 6455, sections 5.5.1 and 7.4)."""

from enum import IntEnum

from fujita.wire.websocket.errors import ProtocolError

MAX_REASON_SIZE = 123
"""Bytes: what 125 bytes of control payload leave beside the code (RFC 6455, section 5.5)."""


class CloseCode(IntEnum):
    """The codes of RFC 6455, section 7.4.1, and of IANA's registry."""

    NORMAL = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    UNSUPPORTED_DATA = 1003
    NO_STATUS = 1005
    ABNORMAL = 1006
    INVALID_PAYLOAD = 1007
    POLICY_VIOLATION = 1008
    MESSAGE_TOO_BIG = 1009
    MANDATORY_EXTENSION = 1010
    INTERNAL_ERROR = 1011
    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    BAD_GATEWAY = 1014
    TLS_HANDSHAKE = 1015


NO_STATUS = int(CloseCode.NO_STATUS)
ABNORMAL = int(CloseCode.ABNORMAL)

# 7.4.1: 1005, 1006 and 1015 are "a reserved value and MUST NOT be set as a status code in a
# Close control frame by an endpoint".
_ON_THE_WIRE = frozenset(int(code) for code in CloseCode) - {1005, 1006, 1015}


def valid_on_wire(code: int) -> bool:
    """Tells whether a Close frame may carry this code.

    RFC 6455, section 7.4.2: 0-999 "are not used"; 1000-2999 are for the protocol and its
    registered extensions, so one that nobody registered is an error; 3000-3999 are for
    libraries and frameworks, 4000-4999 "for private use".
    """
    return 3000 <= code <= 4999 or code in _ON_THE_WIRE


def parse_close_payload(payload: bytes) -> tuple[int, str]:
    """Returns code and reason of a received Close frame.

    Raises:
        ProtocolError: One lone byte, a code that must not be sent, a reason that is not UTF-8.
    """
    # 7.1.5: "If this Close control frame contains no status code, _The WebSocket Connection
    # Close Code_ is considered to be 1005."
    if not payload:
        return NO_STATUS, ""
    # 5.5.1: "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned
    # integer (in network byte order)".
    if len(payload) == 1:
        raise ProtocolError(CloseCode.PROTOCOL_ERROR, "close code of one byte")
    code = int.from_bytes(payload[:2])
    if not valid_on_wire(code):
        raise ProtocolError(CloseCode.PROTOCOL_ERROR, f"invalid close code {code}")
    # 8.1: a byte stream that is not valid UTF-8 where UTF-8 is due fails the connection.
    try:
        return code, payload[2:].decode()
    except UnicodeDecodeError:
        raise ProtocolError(CloseCode.INVALID_PAYLOAD, "close reason is not UTF-8") from None


def build_close_payload(code: int | None, reason: str) -> bytes:
    """Returns the payload of a Close frame to send.

    Args:
        code: The close code; None for a frame without a body.
        reason: Explanation for the peer; needs a code.

    Raises:
        ValueError: The code may not be sent, the reason is too long or has no code before it.
    """
    if code is None:
        if reason:
            raise ValueError(f"a close reason needs a close code before it, got only {reason!r}")
        return b""
    if not valid_on_wire(code):
        raise ValueError(
            f"close code {code} must not be sent: expected 3000-4999 or a registered code "
            "other than 1005, 1006 and 1015 (RFC 6455, section 7.4)"
        )
    text = reason.encode()
    if len(text) > MAX_REASON_SIZE:
        raise ValueError(
            f"close reason of {len(text)} bytes: at most {MAX_REASON_SIZE} fit in a Close frame"
        )
    return code.to_bytes(2) + text
