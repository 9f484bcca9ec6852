"""The compression of messages (RFC 7692) without a connection, by Tornado's names."""

import zlib
from typing import Any

from fujita.wire.websocket.close import CloseCode
from fujita.wire.websocket.compression import Compression, Decompressor, compress
from fujita.wire.websocket.errors import ProtocolError

_DEFAULT_LEVEL = 6
_DEFAULT_MEM_LEVEL = 8


class _DecompressTooLargeError(Exception):
    """A message is larger, decompressed, than it may be."""


class _PerMessageDeflateCompressor:
    """Compresses messages.

    Args:
        persistent: Whether messages refer to those before them ("context takeover").
        max_wbits: Base-2 logarithm of the window, 9 to 15; None is for 15.
        compression_options: ``compression_level`` and ``mem_level``, as for zlib.

    Raises:
        ValueError: The window is out of range.
    """

    def __init__(
        self,
        persistent: bool,
        max_wbits: int | None,
        compression_options: dict[str, Any] | None = None,
    ) -> None:
        options = compression_options or {}
        self._compression = Compression(
            _window_bits(max_wbits),
            options.get("compression_level", _DEFAULT_LEVEL),
            options.get("mem_level", _DEFAULT_MEM_LEVEL),
        )
        self._stream = self._compression.compressor() if persistent else None

    def compress(self, data: bytes) -> bytes:
        """Returns a message's compressed payload."""
        return compress(self._stream or self._compression.compressor(), data)


class _PerMessageDeflateDecompressor:
    """Decompresses messages.

    Args:
        persistent: Whether messages refer to those before them ("context takeover").
        max_wbits: Base-2 logarithm of the peer's window, 8 to 15; None is for 15.
        max_message_size: The most bytes that a message may have.
        compression_options: Are for the other direction.

    Raises:
        ValueError: The window is out of range.
    """

    def __init__(
        self,
        persistent: bool,
        max_wbits: int | None,
        max_message_size: int,
        compression_options: dict[str, Any] | None = None,
    ) -> None:
        self._max_message_size = max_message_size
        self._decompressor = Decompressor(_window_bits(max_wbits), not persistent)

    def decompress(self, data: bytes) -> bytes:
        """Returns a message of which the compressed payload is given.

        Raises:
            _DecompressTooLargeError: It is larger than ``max_message_size``.
            zlib.error: The payload is not DEFLATE.
        """
        try:
            return self._decompressor.message(data, self._max_message_size)
        except ProtocolError as error:
            if error.code == CloseCode.MESSAGE_TOO_BIG:
                raise _DecompressTooLargeError from None
            raise zlib.error(str(error)) from None


def _window_bits(bits: int | None) -> int:
    if bits is None:
        return zlib.MAX_WBITS
    if not 8 <= bits <= zlib.MAX_WBITS:
        raise ValueError(f"Invalid max_wbits value {bits}; allowed range 8-{zlib.MAX_WBITS}")
    return bits
