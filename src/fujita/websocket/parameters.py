"""What can be set for each WebSocket connection."""

from dataclasses import dataclass
from typing import Any

from fujita.wire.websocket import MAX_FRAGMENTS

_default_max_message_size = 10 * 1024 * 1024

MAX_WRITE_BUFFER_SIZE = 16 * 1024 * 1024
"""Bytes that may wait for a peer that does not read."""

MAX_HANDSHAKES = 10_000
"""Clients whose WebSocket an application may be opening at a time."""


@dataclass(slots=True)
class _WebSocketParams:
    """Limits and options of one connection; times in seconds.

    Attributes:
        ping_interval: How often to send a Ping; None or 0 for never.
        ping_timeout: How long the Pong may take, at most the interval; None for the interval, 0
            for any time.
        max_message_size: Bytes that a received message may have, after decompression.
        compression_options: The dictionary of ``get_compression_options``; None for no
            compression.
        max_write_buffer_size: Bytes that may wait for a peer that does not read, before the
            connection is given up.
        max_frame_size: Bytes that a received frame may have, before decompression; None for
            what a message of the largest size needs.
        max_fragments: Frames that a received message may come in.
    """

    ping_interval: float | None = None
    ping_timeout: float | None = None
    max_message_size: int = _default_max_message_size
    compression_options: dict[str, Any] | None = None
    max_write_buffer_size: int = MAX_WRITE_BUFFER_SIZE
    max_frame_size: int | None = None
    max_fragments: int = MAX_FRAGMENTS
