"""Request bodies with ``Content-Encoding: gzip``."""

import zlib
from collections.abc import Iterator

from fujita.httpserver.settings import ConnectionSettings
from fujita.httputil import HTTPHeaders, HTTPInputError

_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class BodyDecoder:
    """Decodes a gzip body piece by piece, within a limit that holds for the decoded size."""

    __slots__ = ("_chunk_size", "_decompressor", "_size", "_started")

    def __init__(self, chunk_size: int) -> None:
        self._chunk_size = chunk_size
        self._decompressor = zlib.decompressobj(_GZIP_WINDOW)
        self._size = 0
        self._started = False

    def decode(self, data: bytes, limit: int | None) -> Iterator[bytes]:
        """Decodes ``data`` as far as the pieces are taken: it may come to very much.

        Args:
            data: The next piece of the encoded body.
            limit: The largest decoded body, in bytes.

        Yields:
            The decoded pieces, none longer than a chunk.

        Raises:
            HTTPInputError: The data is no gzip, or decodes to more than the limit.
        """
        self._started = True
        while data:
            if self._decompressor.eof:
                # RFC 1952 section 2.2: a file is a series of members.
                self._decompressor = zlib.decompressobj(_GZIP_WINDOW)
            try:
                piece = self._decompressor.decompress(data, self._chunk_size)
            except zlib.error as error:
                raise HTTPInputError(f"invalid gzip data: {error}") from None
            data = self._decompressor.unconsumed_tail or self._decompressor.unused_data
            self._size += len(piece)
            if limit is not None and self._size > limit:
                raise HTTPInputError("decompressed body too large")
            if piece:
                yield piece

    def finish(self) -> None:
        """Checks that the body ended where gzip says that it ends.

        Raises:
            HTTPInputError: It did not.
        """
        if self._started and not self._decompressor.eof:
            raise HTTPInputError("invalid gzip data: it ends too soon")


def decoder_for(headers: HTTPHeaders, settings: ConnectionSettings) -> BodyDecoder | None:
    """Gives the decoder that a body needs, and takes the encoding off its headers."""
    if headers.get("Content-Encoding", "").lower() != "gzip":
        return None
    # Handlers see the decoded body; Tornado keeps what it was under this name.
    headers.add("X-Consumed-Content-Encoding", headers["Content-Encoding"])
    del headers["Content-Encoding"]
    return BodyDecoder(settings.chunk_size)
