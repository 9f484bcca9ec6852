"""WebSockets, for servers and clients (RFC 6455, with the compression of RFC 7692).

    class EchoHandler(WebSocketHandler):
        def on_message(self, message):
            self.write_message(message)

Source: Tornado ``websocket``.
"""

from fujita.log import app_log, gen_log
from fujita.websocket.base import WebSocketProtocol
from fujita.websocket.client import WebSocketClientConnection
from fujita.websocket.connect import websocket_connect
from fujita.websocket.deflate import (
    _DecompressTooLargeError,
    _PerMessageDeflateCompressor,
    _PerMessageDeflateDecompressor,
)
from fujita.websocket.delegate import _WebSocketDelegate
from fujita.websocket.errors import WebSocketClosedError, WebSocketError
from fujita.websocket.handler import WebSocketHandler
from fujita.websocket.parameters import _default_max_message_size, _WebSocketParams
from fujita.websocket.protocol13 import WebSocketProtocol13

# Tornado's is a function that logs repeated messages once. Here nothing is logged that often.
de_dupe_gen_log = gen_log.log

__all__ = [
    "WebSocketClientConnection",
    "WebSocketClosedError",
    "WebSocketError",
    "WebSocketHandler",
    "WebSocketProtocol",
    "WebSocketProtocol13",
    "_DecompressTooLargeError",
    "_PerMessageDeflateCompressor",
    "_PerMessageDeflateDecompressor",
    "_WebSocketDelegate",
    "_WebSocketParams",
    "_default_max_message_size",
    "app_log",
    "de_dupe_gen_log",
    "gen_log",
    "websocket_connect",
]
