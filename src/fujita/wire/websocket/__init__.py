"""WebSocket without I/O: RFC 6455 and RFC 7692, both roles.

After the opening handshake (`check_upgrade` and its neighbours) a `WebSocketConnection` takes
received bytes and returns events; its ``send_`` methods return bytes to write::

    for event in connection.receive_data(data):
        if type(event) is str:              # a text message; bytes: a binary one
            write(connection.send_text(event))
        elif type(event) is Ping:
            write(connection.send_pong(event.payload))
        elif type(event) is CloseFrame or type(event) is Failure:
            write(connection.reply_to_close(event))
            close()
"""

from fujita.wire.websocket.broadcast import PreparedMessage
from fujita.wire.websocket.close import CloseCode, valid_on_wire
from fujita.wire.websocket.connection import WebSocketConnection
from fujita.wire.websocket.deflate import DeflateOptions, PerMessageDeflate, accept_offer
from fujita.wire.websocket.errors import (
    HandshakeError,
    SendAfterCloseError,
    UpgradeRequestError,
    UpgradeResponseError,
)
from fujita.wire.websocket.events import CloseFrame, Event, Failure, Ping, Pong
from fujita.wire.websocket.extensions import parse_subprotocols
from fujita.wire.websocket.frames import Role, frame_message
from fujita.wire.websocket.handshake import (
    Agreement,
    accept_value,
    check_response,
    check_upgrade,
    check_version_and_key,
    new_key,
    request_headers,
)
from fujita.wire.websocket.mask import apply_mask
from fujita.wire.websocket.receiver import MAX_FRAGMENTS

__all__ = [
    "MAX_FRAGMENTS",
    "Agreement",
    "CloseCode",
    "CloseFrame",
    "DeflateOptions",
    "Event",
    "Failure",
    "HandshakeError",
    "PerMessageDeflate",
    "Ping",
    "Pong",
    "PreparedMessage",
    "Role",
    "SendAfterCloseError",
    "UpgradeRequestError",
    "UpgradeResponseError",
    "WebSocketConnection",
    "accept_offer",
    "accept_value",
    "apply_mask",
    "check_response",
    "check_upgrade",
    "check_version_and_key",
    "frame_message",
    "new_key",
    "parse_subprotocols",
    "request_headers",
    "valid_on_wire",
]
