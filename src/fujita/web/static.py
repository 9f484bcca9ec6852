"""StaticFileHandler: serves the files of a directory."""

import asyncio
import datetime
import email.utils
import mimetypes
import os
import time
from collections.abc import Awaitable

from fujita.httputil import _get_content_range, _parse_request_range, format_timestamp
from fujita.iostream import StreamClosedError
from fujita.web.handler import RequestHandler
from fujita.web.redirects import check_own_host
from fujita.web.static_content import StaticContent, pieces_of

_HASHED_IN_A_THREAD = 1024 * 1024
"""Files larger than this, in bytes, are hashed off the loop."""


class StaticFileHandler(StaticContent, RequestHandler):
    """Serves the files of a directory.

    The setting ``static_path`` makes one for ``/static/``; others take a route with a group for
    the path:

        Application([(r"/content/(.*)", StaticFileHandler, {"path": "/var/www"})])

    It answers ranges (RFC 9110 section 14) and conditional requests (section 13). A URL with
    the argument ``v``, as ``static_url`` makes them, may be cached for ten years.

    Symbolic links are followed as long as they stay in the directory, or in those that
    ``allowed_symlink_directory`` names. ``static_url`` knows nothing of that argument: it gives
    the version, which is a hash of the content, of whatever file a link leads to.

    A subclass may override ``make_static_url``, ``parse_url_path``, ``get_version`` and
    ``get_cache_time`` for other URLs; and ``get_content``, ``get_content_size``,
    ``get_modified_time``, ``get_absolute_path`` and ``validate_absolute_path`` to serve what is
    no file. Mind which of them are class methods.

    Args (of ``initialize``):
        path: The directory.
        default_filename: The file that answers for a directory, such as ``index.html``.
        allowed_symlink_directory: The directory, or a list of those, in which files must be
            when links have been followed; instead of ``path``.

    Attributes:
        path: The path that was asked for, relative to the directory.
        absolute_path: The file.
        modified: When it was last modified.

    Source: Tornado ``web.StaticFileHandler``.
    """

    allowed_symlink_directory: str | list[str] | None = None

    root: str
    default_filename: str | None
    path: str
    absolute_path: str
    modified: datetime.datetime | None

    _stat_result: os.stat_result | None = None

    def initialize(
        self,
        path: str,
        default_filename: str | None = None,
        allowed_symlink_directory: str | list[str] | None = None,
    ) -> None:
        """Takes the route's arguments."""
        self.root = path
        self.default_filename = default_filename
        self.allowed_symlink_directory = allowed_symlink_directory

    def head(self, path: str) -> Awaitable[None]:
        """Answers as ``get`` does, without the body."""
        return self.get(path, include_body=False)

    async def get(self, path: str, include_body: bool = True) -> None:
        """Sends the file, or the part of it that was asked for.

        Args:
            path: What the route's group matched.
            include_body: Whether to send more than the head.
        """
        self.path = self.parse_url_path(path)
        absolute_path = self.validate_absolute_path(
            self.root, self.get_absolute_path(self.root, self.path)
        )
        if absolute_path is None:
            return
        self.absolute_path = absolute_path
        self.modified = self.get_modified_time()
        if self._takes_long_to_hash():
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(None, self._get_cached_version, absolute_path)
        self.set_headers()
        if self.should_return_304():
            self.set_status(304)
            return
        bounds = self._choose_bounds(self.get_content_size())
        if include_body and bounds is not None:
            await self._send(*bounds)

    def _takes_long_to_hash(self) -> bool:
        return (
            self._stat_result is not None
            and self._stat_result.st_size > _HASHED_IN_A_THREAD
            and self.absolute_path not in self._static_hashes
            and type(self).compute_etag is StaticFileHandler.compute_etag
        )

    def _choose_bounds(self, size: int) -> tuple[int | None, int | None] | None:
        """Sets the status and headers that say which part of the content is sent.

        Args:
            size: The size of the whole content in bytes.

        Returns:
            Arguments for ``get_content``; ``None`` if the request asks for bytes beyond it.
        """
        asked_for = self._requested_range()
        if asked_for is None:
            self.set_header("Content-Length", size)
            return None, None
        start, end = asked_for
        start = start or 0
        if start < 0:
            start = max(start + size, 0)
        end = size if end is None else min(end, size)
        if start >= end:
            # RFC 9110 section 15.5.17.
            self.set_status(416)
            self.set_header("Content-Type", "text/plain")
            self.set_header("Content-Range", f"bytes */{size}")
            return None
        self.set_header("Content-Length", end - start)
        if end - start == size:
            # A 206 would be right, but browsers refuse to play audio that comes in one.
            return None, None
        self.set_status(206)
        self.set_header("Content-Range", _get_content_range(start, end, size))
        return start, end

    def _requested_range(self) -> tuple[int | None, int | None] | None:
        headers = self.request.headers
        value = headers.get("Range")
        if value is None:
            return None
        # RFC 9110 section 13.1.5: unless If-Range is exactly the validator of what is here, the
        # part would not fit those that the client has.
        validator = headers.get("If-Range")
        if validator is not None and validator not in (
            self._headers.get("Etag"),
            self._headers.get("Last-Modified"),
        ):
            return None
        return _parse_request_range(value)

    async def _send(self, start: int | None, end: int | None) -> None:
        for piece in pieces_of(self.get_content(self.absolute_path, start, end)):
            if self._headers_written:
                # A client as fast as the file never makes flush() wait; others want a turn.
                await asyncio.sleep(0)
            self.write(piece)
            try:
                await self.flush()
            except StreamClosedError:
                return

    def compute_etag(self) -> str | None:
        """Gives the file's version as ``Etag``; a part of the file has that of the whole."""
        version = self._get_cached_version(self.absolute_path)
        return f'"{version}"' if version else None

    def set_headers(self) -> None:
        """Sets the headers that describe the content, and for how long it may be cached."""
        media_type = self.get_content_type()
        if media_type:
            self.set_header("Content-Type", media_type)
        self.set_header("Accept-Ranges", "bytes")
        if self.modified is not None:
            self.set_header("Last-Modified", self.modified)
        self.set_etag_header()
        seconds = self.get_cache_time(self.path, self.modified, media_type)
        if seconds > 0:
            # RFC 9111 section 5.3: Expires is for caches too old to know max-age.
            self.set_header("Cache-Control", f"max-age={seconds}")
            self.set_header("Expires", format_timestamp(time.time() + seconds))
        self.set_extra_headers(self.path)

    def should_return_304(self) -> bool:
        """Tells whether the client has the file already (RFC 9110 section 13.2.2)."""
        headers = self.request.headers
        if headers.get("If-None-Match"):
            return self.check_etag_header()
        since = _parse_date(headers.get("If-Modified-Since"))
        return since is not None and self.modified is not None and _in_utc(self.modified) <= since

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Checks that a file may be served.

        May be overridden, also to answer in another way and return ``None``, as this one does
        by a redirect from a directory's name without slash to that with one.

        Args:
            root: The directory that is served.
            absolute_path: What ``get_absolute_path`` returned.

        Returns:
            The file; ``None`` if the response is complete.

        Raises:
            HTTPError: There is no such file, status 404; or it may not be served, status 403.
        """
        directory = self._check_in_root(root, absolute_path, self.path)
        allowed = self.allowed_symlink_directory or directory
        allowed = [allowed] if isinstance(allowed, str) else allowed
        # Links come first: whether the place that a forbidden one leads to exists must not show.
        target = self._resolve_symlink_target(absolute_path, allowed, self.path)
        if self.default_filename is not None and os.path.isdir(target):
            if not self.request.path.endswith("/"):
                self._redirect_to_directory()
                return None
            target = self._resolve_symlink_target(
                os.path.join(target, self.default_filename), allowed, self.path
            )
        self._stat_result = self._stat_regular_file(target, self.path)
        return target

    def _redirect_to_directory(self) -> None:
        path = self.request.path
        check_own_host(path)
        self.redirect(path + "/", permanent=True)

    def _stat(self) -> os.stat_result:
        if self._stat_result is None:
            self._stat_result = os.stat(self.absolute_path)
        return self._stat_result

    def get_content_size(self) -> int:
        """Gives the size of the whole content in bytes; may be overridden."""
        return self._stat().st_size

    def get_modified_time(self) -> datetime.datetime | None:
        """Gives the time of the last modification, to the second.

        May be overridden; a time without a zone is taken to be in UTC.
        """
        # Last-Modified has no fractions, so If-Modified-Since would never equal one with them.
        return datetime.datetime.fromtimestamp(int(self._stat().st_mtime), datetime.UTC)

    def get_content_type(self) -> str:
        """Gives the ``Content-Type``, guessed from the file's name; may be overridden."""
        media_type, encoding = mimetypes.guess_type(self.absolute_path)
        if encoding == "gzip":
            # The file goes out as it is, compressed, and not as an encoding of what is in it.
            return "application/gzip"
        if encoding is not None or media_type is None:
            return "application/octet-stream"
        return media_type

    def set_extra_headers(self, path: str) -> None:
        """Called when the headers have been set, for a subclass to add more."""

    def get_cache_time(self, path: str, modified: datetime.datetime | None, mime_type: str) -> int:
        """Gives for how many seconds the response may be cached; may be overridden.

        Returns:
            ``CACHE_MAX_AGE`` if the URL has a version; otherwise 0, which leaves the time open.
        """
        return self.CACHE_MAX_AGE if "v" in self.request.arguments else 0

    def parse_url_path(self, url_path: str) -> str:
        """Turns what the route's group matched into a path relative to the directory.

        May be overridden, as the inverse of ``make_static_url``.
        """
        return url_path


def _parse_date(text: str | None) -> datetime.datetime | None:
    """Reads an HTTP date; anything else is ``None`` (RFC 9110 section 13.1.3)."""
    if text is None:
        return None
    try:
        return _in_utc(email.utils.parsedate_to_datetime(text))
    except (TypeError, ValueError, OverflowError):
        return None


def _in_utc(moment: datetime.datetime) -> datetime.datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=datetime.UTC)
