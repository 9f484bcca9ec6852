"""The page's scripts, styles and images: read once, compressed once, cached by browsers for good.

Their addresses contain a digest of them all, so that a page never mixes the files of two
versions, and the modules' relative imports stay as they are written.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fujita.chat.catalogue import CATALOGUE

FOLDER = Path(__file__).parent / "static"

CONTENT_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    content_type: str
    body: bytes
    compressed: bytes


class Assets:
    """All files under ``static/``, and the catalogue as a module of its own.

    Args:
        folder: Where the files are.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        bodies = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in CONTENT_TYPES
        }
        bodies["catalogue.js"] = _catalogue_module(CATALOGUE)
        self._assets = {name: _asset(name, body) for name, body in bodies.items()}
        digest = hashlib.sha256()
        for name, body in sorted(bodies.items()):
            digest.update(f"{name}\0{len(body)}\0".encode())
            digest.update(body)
        self.version = digest.hexdigest()[:16]

    def get(self, name: str) -> Asset | None:
        """Returns a file by its path."""
        return self._assets.get(name)

    def url(self, name: str) -> str:
        """Returns a file's address."""
        return f"/static/{self.version}/{name}"

    def modules(self) -> list[str]:
        """Returns the addresses of all scripts: the page has them fetched side by side."""
        return [self.url(name) for name in self._assets if name.endswith(".js")]


def _asset(name: str, body: bytes) -> Asset:
    # mtime=0: the same file is compressed to the same bytes.
    return Asset(CONTENT_TYPES[Path(name).suffix], body, gzip.compress(body, 9, mtime=0))


def _catalogue_module(catalogue: Mapping[str, Mapping[str, str]]) -> bytes:
    words = json.dumps(catalogue, ensure_ascii=False, separators=(",", ":"))
    return f"export const catalogue = {words};\n".encode()
