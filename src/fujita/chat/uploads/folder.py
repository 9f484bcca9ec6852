"""The folder of uploaded files."""

import os
import re
import secrets
import tempfile
import time
import unicodedata
from collections.abc import Iterable
from os import PathLike
from pathlib import Path

from fujita.chat.errors import ChatError

FILE_NAME_LENGTH = 100

_ID_BYTES = 16
_ID = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)

# No id is that short, so none of their folders has this name.
_UNFINISHED = "unfinished"

# However slowly a file comes, something of it is written far more often.
_DESERTED_SECONDS = 3600


class Folder:
    """Keeps files under random names, which are their ids.

    Nothing that a person has typed becomes part of a path.

    Args:
        path: The folder; it is made if there is none.

    Raises:
        ChatError: Files cannot be written there.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self._check()
        self._remove_deserted()

    def new_id(self) -> str:
        """Returns an id that nobody can guess."""
        return secrets.token_urlsafe(_ID_BYTES)

    def begin(self, id: str) -> "Upload":
        """Begins to write a file."""
        return Upload(self._place(id), self.path / _UNFINISHED / id)

    def relative(self, id: str) -> Path:
        """Returns where a file is, seen from the folder.

        Raises:
            FileNotFoundError: No file can have that id.
        """
        if not _ID.fullmatch(id):
            raise FileNotFoundError(f"no file has the id {id[:50]!r}")
        # A folder with very many entries is slow with some tools.
        return Path(id[:2]) / id

    def remove(self, ids: Iterable[str]) -> None:
        """Deletes files; those that are not there are passed over."""
        for id in ids:
            self._place(id).unlink(missing_ok=True)

    def _place(self, id: str) -> Path:
        return self.path / self.relative(id)

    def _check(self) -> None:
        """Writes something, and takes it away: rights alone do not say whether that works."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            reason = error.strerror or str(error)
            raise ChatError(f"cannot keep files in {self.path}: {reason}") from None

    def _remove_deserted(self) -> None:
        """Takes away what a process was writing when it was killed."""
        latest = time.time() - _DESERTED_SECONDS
        for path in (self.path / _UNFINISHED).glob("*"):
            try:
                if path.stat().st_mtime < latest:
                    path.unlink()
            except OSError:
                # Another process has begun as well, and was faster; or it is not ours to remove.
                pass


class Upload:
    """A file that is being written; it has its name only when it is whole.

    Args:
        place: Where it is to be.
        unfinished: Where it is written.
    """

    def __init__(self, place: Path, unfinished: Path) -> None:
        for path in (place, unfinished):
            path.parent.mkdir(parents=True, exist_ok=True)
        self.size = 0
        self._place = place
        self._unfinished = unfinished
        self._file = open(unfinished, "xb")  # noqa: SIM115 (it stays open between pieces)

    def write(self, piece: bytes) -> None:
        """Adds a piece."""
        self._file.write(piece)
        self.size += len(piece)

    def complete(self) -> None:
        """Writes what is still to be written; nothing more can be added."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def keep(self) -> None:
        """Gives a complete file its name; from now on it is there."""
        os.replace(self._unfinished, self._place)

    def abort(self) -> None:
        """Takes away what was written, unless the file is there already."""
        try:
            self._file.close()
        except OSError:
            # What is in its buffer finds no room, and is not wanted any more.
            pass
        self._unfinished.unlink(missing_ok=True)


def file_name(typed: str) -> str:
    """Returns a file's name as it is shown and offered for saving: no path, nothing invisible."""
    name = unicodedata.normalize("NFC", typed).replace("\\", "/").rpartition("/")[2]
    name = "".join(
        "_" if character in '<>:"|?*' else character
        for character in name
        if unicodedata.category(character)[0] != "C"
    )
    name = " ".join(name.split()).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if len(name) > FILE_NAME_LENGTH:
        ending = (dot + ending)[:20] if stem else ""
        name = name[: FILE_NAME_LENGTH - len(ending)] + ending
    return name or "file"
