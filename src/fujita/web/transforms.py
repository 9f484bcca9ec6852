"""Changes to every response on its way out."""

import gzip
import os
from io import BytesIO

from fujita.httputil import HTTPHeaders, HTTPServerRequest


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
        if self._gzipping:
            media_type = headers.get("Content-Type", "").partition(";")[0]
            self._gzipping = (
                self._compressible_type(media_type)
                and (not finishing or len(chunk) >= self.MIN_LENGTH)
                and ("Content-Encoding" not in headers)
            )
        if self._gzipping:
            headers["Content-Encoding"] = "gzip"
            self._gzip_value = BytesIO()
            self._gzip_file = gzip.GzipFile(
                mode="w", fileobj=self._gzip_value, compresslevel=self.GZIP_LEVEL
            )
            chunk = self.transform_chunk(chunk, finishing)
            if "Content-Length" in headers:
                if finishing:
                    headers["Content-Length"] = str(len(chunk))
                else:
                    # Nobody knows yet; it goes out in chunks.
                    del headers["Content-Length"]
        return status_code, headers, chunk

    def transform_chunk(self, chunk: bytes, finishing: bool) -> bytes:
        """Compresses a piece."""
        if not self._gzipping:
            return chunk
        self._gzip_file.write(chunk)
        if finishing:
            self._gzip_file.close()
        else:
            self._gzip_file.flush()
        compressed = self._gzip_value.getvalue()
        self._gzip_value.truncate(0)
        self._gzip_value.seek(0, os.SEEK_SET)
        return compressed
