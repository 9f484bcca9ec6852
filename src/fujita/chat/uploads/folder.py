"""The folder of uploaded files."""

import os
import re
import secrets
import tempfile
import unicodedata
from collections.abc import Iterable
from os import PathLike
from pathlib import Path

from fujita.chat.errors import ChatError

FILE_NAME_LENGTH = 100

_ID_BYTES = 16
_ID = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_PARTIAL = ".part"


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

    def new_id(self) -> str:
        """Returns an id that nobody can guess."""
        return secrets.token_urlsafe(_ID_BYTES)

    def begin(self, id: str) -> "Upload":
        """Begins to write a file."""
        return Upload(self._place(id))

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


class Upload:
    """A file that is being written; it has its name only when it is whole.

    Args:
        place: Where it is to be.
    """

    def __init__(self, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        self.size = 0
        self._place = place
        self._partial = place.with_name(place.name + _PARTIAL)
        self._file = open(self._partial, "xb")  # noqa: SIM115 (it stays open between pieces)

    def write(self, piece: bytes) -> None:
        """Adds a piece."""
        self._file.write(piece)
        self.size += len(piece)

    def finish(self) -> None:
        """Gives the file its name; from now on it is there."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._partial, self._place)

    def abort(self) -> None:
        """Takes away what was written, unless the file is there already."""
        try:
            self._file.close()
        except OSError:
            # What is in its buffer finds no room, and is not wanted any more.
            pass
        self._partial.unlink(missing_ok=True)


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
