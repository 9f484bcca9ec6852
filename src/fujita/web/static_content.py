"""Static files apart from any request: what is in them, and the URLs that name them.

All are class methods, since ``static_url`` has the application's settings and no handler.
"""

import hashlib
import os
import threading
from collections.abc import Generator, Iterable
from typing import Any, ClassVar

from fujita.log import gen_log
from fujita.web import static_paths

CHUNK_SIZE = 64 * 1024


class StaticContent:
    """Contents and versions of static files; a part of ``StaticFileHandler``."""

    CACHE_MAX_AGE = 86400 * 365 * 10
    """For how many seconds a URL with a version may be cached: ten years."""

    MAX_VERSION_CONTENT_SIZE = 64 * 1024 * 1024
    """Larger contents, in bytes, are not hashed and have no version."""

    MAX_CACHED_VERSIONS = 10_000
    """How many versions are kept in memory."""

    _static_hashes: ClassVar[dict[str, str | None]] = {}
    """Versions by path, the one least recently asked for first; ``None`` for those without."""

    _lock = threading.Lock()

    _check_in_root = staticmethod(static_paths.check_in_root)
    _resolve_symlink_target = staticmethod(static_paths.resolve_symlink_target)
    _stat_regular_file = staticmethod(static_paths.stat_regular_file)

    @classmethod
    def reset(cls) -> None:
        """Forgets all versions, for files that have changed."""
        with cls._lock:
            cls._static_hashes = {}

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        """Gives the place of a file.

        May be overridden, even to return something else than a path that ``get_content``
        understands.

        Args:
            root: The directory that is served.
            path: The file, relative to it.

        Raises:
            HTTPError: The path, as written, leads out of the directory; status 403.
        """
        absolute_path = os.path.abspath(os.path.join(root, path))
        cls._check_in_root(root, absolute_path, path)
        return absolute_path

    @classmethod
    def get_content(
        cls, abspath: str, start: int | None = None, end: int | None = None
    ) -> Generator[bytes, None, None]:
        """Reads a file, or the part of it from ``start`` up to ``end``.

        May be overridden, also to return all bytes at once; it is given nothing but the path,
        so that the path may stand for the content in a cache.

        Args:
            abspath: The file.
            start: The position of the first byte, ``None`` for 0.
            end: The position after the last byte, ``None`` for the end of the file.

        Returns:
            The bytes, in pieces.

        Raises:
            HTTPError: (when the first piece is asked for) It is not a regular file.
        """
        cls._stat_regular_file(abspath, abspath)
        position = start or 0
        with open(abspath, "rb") as file:
            file.seek(position)
            while end is None or position < end:
                size = CHUNK_SIZE if end is None else min(CHUNK_SIZE, end - position)
                piece = file.read(size)
                if not piece:
                    return
                position += len(piece)
                yield piece

    @classmethod
    def get_content_version(cls, abspath: str) -> str:
        """Gives a text that changes with the content of a file: its SHA-512 in hexadecimal.

        May be overridden.

        Raises:
            ValueError: It has more than ``MAX_VERSION_CONTENT_SIZE`` bytes.
        """
        digest = hashlib.sha512()
        size = 0
        for piece in pieces_of(cls.get_content(abspath)):
            size += len(piece)
            if size > cls.MAX_VERSION_CONTENT_SIZE:
                raise ValueError(
                    "content is larger than MAX_VERSION_CONTENT_SIZE"
                    f" ({cls.MAX_VERSION_CONTENT_SIZE} bytes)"
                )
            digest.update(piece)
        return digest.hexdigest()

    @classmethod
    def get_version(cls, settings: dict[str, Any], path: str) -> str | None:
        """Gives the version of a file for its URL; remembered until ``reset``.

        ``get_content_version`` is the method to override for other versions.

        Args:
            settings: The application's settings.
            path: A file that the program knows, relative to ``static_path``.

        Returns:
            The version, ``None`` if there is none, for instance because there is no file.

        Raises:
            HTTPError: The path leads out of the directory; status 403.
        """
        return cls._get_cached_version(cls.get_absolute_path(settings["static_path"], path))

    @classmethod
    def _get_cached_version(cls, abs_path: str) -> str | None:
        with cls._lock:
            hashes = cls._static_hashes
            if abs_path in hashes:
                # To the end of the order, away from what is dropped next.
                version = hashes[abs_path] = hashes.pop(abs_path)
                return version
        # Other threads need not wait while the file is read.
        try:
            version = cls.get_content_version(abs_path)
        except Exception as error:
            gen_log.error("Could not open static file %r: %s", abs_path, error)
            version = None
        with cls._lock:
            hashes = cls._static_hashes
            hashes[abs_path] = version
            while len(hashes) > cls.MAX_CACHED_VERSIONS:
                del hashes[next(iter(hashes))]
        return version

    @classmethod
    def make_static_url(
        cls, settings: dict[str, Any], path: str, include_version: bool = True
    ) -> str:
        """Makes the URL of a static file; what ``RequestHandler.static_url`` returns.

        May be overridden, with ``parse_url_path`` as its inverse.

        Args:
            settings: The application's settings.
            path: The file, relative to ``static_path``.
            include_version: End it with the file's version.

        Returns:
            The URL's path and query.
        """
        url: str = settings.get("static_url_prefix", "/static/") + path
        version = cls.get_version(settings, path) if include_version else None
        return f"{url}?v={version}" if version else url


def pieces_of(content: Iterable[bytes] | bytes) -> Iterable[bytes]:
    """Gives what ``get_content`` returned piece by piece; some override it to return bytes."""
    return (content,) if isinstance(content, bytes) else content
