"""Bodies with ``Content-Encoding: gzip``."""

import zlib
from collections.abc import Iterator

from fujita.httputil import HTTPHeaders
from fujita.util import GzipDecompressor
from fujita.wire.http1 import ProtocolError

PIECE = 65536
"""The longest piece of decoded data by default, in bytes."""


class GzipDecoder:
    """Decodes a body piece by piece.

    Args:
        limit: How large the decoded body may be, in bytes; None for any size.
        piece: The longest piece to give, in bytes.
    """

    __slots__ = ("_decompressor", "_piece", "_size", "limit")

    def __init__(self, limit: int | None, piece: int = PIECE) -> None:
        self._decompressor = GzipDecompressor()
        self._piece = piece
        self._size = 0
        self.limit = limit

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Gives what ``data`` decodes to, one piece at a time: it may be very much.

        Raises:
            ProtocolError: The data is not gzip, or decodes to more than the limit.
        """
        while data:
            try:
                piece = self._decompressor.decompress(data, self._piece)
            except zlib.error as error:
                raise ProtocolError(f"invalid gzip data: {error}") from None
            data = self._decompressor.unconsumed_tail
            self._size += len(piece)
            if self.limit is not None and self._size > self.limit:
                raise ProtocolError("decompressed body too large", 413)
            if piece:
                yield piece

    def finish(self) -> None:
        """Checks that the body ended where gzip says that it ends.

        Raises:
            ProtocolError: It did not.
        """
        try:
            self._decompressor.flush()
        except zlib.error as error:
            raise ProtocolError(f"invalid gzip data: {error}") from None


def decoder_for(headers: HTTPHeaders, limit: int | None, piece: int = PIECE) -> GzipDecoder | None:
    """Gives the decoder that a body needs, and takes the encoding off its headers."""
    encoding = headers.get("Content-Encoding")
    if encoding is None or encoding.lower() != "gzip":
        return None
    # The program sees the decoded body; Tornado keeps what it was under this name.
    headers.add("X-Consumed-Content-Encoding", encoding)
    del headers["Content-Encoding"]
    return GzipDecoder(limit, piece)
