"""Changes to every response on its way out."""

import zlib

from fujita.httputil import HTTPHeaders, HTTPServerRequest

GZIP_FORMAT = 31
"""What zlib calls a window of 32 KiB (15) within gzip's head and tail (16)."""


class OutputTransform:
    """Changes a response: first its head with the first of the body, then the rest.

    Made anew for each request.
    """

    def __init__(self, request: HTTPServerRequest) -> None:
        pass

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Changes status, headers and the first of the body.

        Args:
            status_code: The status.
            headers: The headers.
            chunk: The first of the body.
            finishing: Whether it is the last too.
        """
        return status_code, headers, chunk

    def transform_chunk(self, chunk: bytes, finishing: bool) -> bytes:
        """Changes a further piece of the body; ``finishing`` with the last."""
        return chunk


class GZipContentEncoding(OutputTransform):
    """Compresses responses with gzip (RFC 9110 section 8.4.1.3)."""

    CONTENT_TYPES = {  # noqa: RUF012 - a plain set, as programs add to it
        "application/javascript",
        "application/x-javascript",
        "application/xml",
        "application/atom+xml",
        "application/json",
        "application/xhtml+xml",
        "image/svg+xml",
    }
    """What is compressed besides ``text/*``."""

    GZIP_LEVEL = 6

    MIN_LENGTH = 1024
    """A whole body below this, in bytes, is not worth it."""

    def __init__(self, request: HTTPServerRequest) -> None:
        self._compressor: zlib._Compress | None = None
        self._gzipping = "gzip" in request.headers.get("Accept-Encoding", "")

    def _compressible_type(self, ctype: str) -> bool:
        return ctype.startswith("text/") or ctype in self.CONTENT_TYPES

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Begins to compress, if client and content allow."""
        # Caches have to keep the compressed and the plain response apart.
        vary = headers.get("Vary")
        headers["Vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
        if not self._gzipping or not self._worth_it(headers, chunk, finishing):
            return status_code, headers, chunk
        self._compressor = zlib.compressobj(self.GZIP_LEVEL, wbits=GZIP_FORMAT)
        chunk = self.transform_chunk(chunk, finishing)
        headers["Content-Encoding"] = "gzip"
        if finishing:
            headers["Content-Length"] = str(len(chunk))
        else:
            # Nobody knows it yet; the body goes out in chunks.
            headers.pop("Content-Length", None)
        return status_code, headers, chunk

    def _worth_it(self, headers: HTTPHeaders, chunk: bytes, finishing: bool) -> bool:
        if finishing and len(chunk) < self.MIN_LENGTH:
            return False
        if "Content-Encoding" in headers:
            return False
        return self._compressible_type(headers.get("Content-Type", "").partition(";")[0])

    def transform_chunk(self, chunk: bytes, finishing: bool) -> bytes:
        """Compresses a piece."""
        compressor = self._compressor
        if compressor is None:
            return chunk
        compressed = compressor.compress(chunk)
        # Whoever flushes a response wants the client to see it now, not when a block is full.
        return compressed + compressor.flush(zlib.Z_FINISH if finishing else zlib.Z_SYNC_FLUSH)
