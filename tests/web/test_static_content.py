import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from fujita.web import Application, HTTPError, StaticFileHandler
from fujita.web.static_content import CHUNK_SIZE
from tests.sites import Serve
from tests.web.static_files import TAG, TEXT


@pytest.mark.parametrize("size", [0, 1, CHUNK_SIZE, CHUNK_SIZE + 1, 3 * CHUNK_SIZE - 1])
def test_pieces(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    path = tmp_path / "file"
    path.write_bytes(content)
    for start, end in [(None, None), (0, size), (size // 2, None), (size // 3, size // 2)]:
        pieces = list(StaticFileHandler.get_content(str(path), start, end))
        assert b"".join(pieces) == content[start:end]
        assert all(0 < len(piece) <= CHUNK_SIZE for piece in pieces)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(HTTPError) as caught:
        list(StaticFileHandler.get_content(str(tmp_path / "missing")))
    assert caught.value.status_code == 404


def settings(root: Path) -> dict[str, Any]:
    return {"static_path": str(root)}


def test_version(root: Path) -> None:
    assert StaticFileHandler.get_version(settings(root), "text.txt") == TAG.strip('"')


def test_outside(root: Path) -> None:
    with pytest.raises(HTTPError, match="not in root") as caught:
        StaticFileHandler.get_version(settings(root), "../root-secret.txt")
    assert caught.value.status_code == 403


@pytest.mark.parametrize("path", ["missing.txt", "folder", "a\0b"])
def test_no_version(root: Path, path: str, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        assert StaticFileHandler.get_version(settings(root), path) is None
    assert caplog.text.count("Could not open static file") == 1


def test_too_large(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Small(StaticFileHandler):
        MAX_VERSION_CONTENT_SIZE = len(TEXT)

    assert Small.get_version(settings(root), "text.txt") is not None
    Small.reset()
    Small.MAX_VERSION_CONTENT_SIZE -= 1
    assert Small.get_version(settings(root), "text.txt") is None
    assert "content is larger than MAX_VERSION_CONTENT_SIZE (19 bytes)" in caplog.text


def test_remembered_until_reset(root: Path) -> None:
    first = StaticFileHandler.get_version(settings(root), "text.txt")
    (root / "text.txt").write_text("new")
    assert StaticFileHandler.get_version(settings(root), "text.txt") == first
    StaticFileHandler.reset()
    assert StaticFileHandler.get_version(settings(root), "text.txt") != first


def test_the_least_used_is_forgotten(root: Path) -> None:
    read = []

    class Two(StaticFileHandler):
        MAX_CACHED_VERSIONS = 2

        @classmethod
        def get_content(
            cls, abspath: str, start: int | None = None, end: int | None = None
        ) -> Generator[bytes, None, None]:
            read.append(os.path.basename(abspath))
            yield b"x"

    Two.reset()
    for name in ("a", "b", "a", "c", "a", "b"):
        assert Two.get_version(settings(root), name)
    assert read == ["a", "b", "c", "b"]
    assert len(Two._static_hashes) == 2
    assert StaticFileHandler._static_hashes == {}


def test_debug_mode_reads_files_anew(serve: Serve, root: Path) -> None:
    site = serve(Application(static_path=str(root), static_hash_cache=False))
    first = site.get("/static/text.txt").headers["Etag"]
    (root / "text.txt").write_text("new")
    assert site.get("/static/text.txt").headers["Etag"] != first
