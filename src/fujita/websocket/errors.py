"""Exceptions of WebSocket connections."""


class WebSocketError(Exception):
    """Something about a WebSocket went wrong; Tornado ``websocket.WebSocketError``."""


class WebSocketClosedError(WebSocketError):
    """The connection is closed, or about to be, and takes nothing more to send."""
