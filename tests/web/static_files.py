"""Files for the tests of static files."""

import hashlib
import os
from pathlib import Path
from typing import Any

from fujita.web import Application, StaticFileHandler

TEXT = b"0123456789abcdefghij"
MODIFIED = 1_500_000_000
TAG = f'"{hashlib.sha512(TEXT).hexdigest()}"'


def make_root(parent: Path) -> Path:
    """Makes a folder with files, and a secret next to it."""
    folder = parent / "root"
    (folder / "folder").mkdir(parents=True)
    (folder / "text.txt").write_bytes(TEXT)
    os.utime(folder / "text.txt", (MODIFIED, MODIFIED + 0.5))
    (folder / "empty.txt").write_bytes(b"")
    (folder / "folder" / "index.html").write_text("index")
    (parent / "root-secret.txt").write_text("secret")
    return folder


def serving(
    folder: Path, handler: type[StaticFileHandler] = StaticFileHandler, **arguments: Any
) -> Application:
    """Makes an application that serves a folder under ``/files/``."""
    return Application([("/files/(.*)", handler, {"path": str(folder), **arguments})])
