"""Translations in CSV files."""

import codecs
import csv
import re
from pathlib import Path
from typing import IO

from fujita.locale.base import Locale
from fujita.log import gen_log

# Of a message of each form: its translation.
Translations = dict[str, dict[str, str]]

_FORMS = ("plural", "singular", "unknown")
_CODE = re.compile(r"[a-z]+(?:_[A-Z]+)?")


class CSVLocale(Locale):
    """A locale whose translations are from a CSV file.

    Args:
        code: The code of the locale.
        translations: The translations by message, for the forms ``plural``, ``singular`` and
            ``unknown``, which is that of messages without a plural.
    """

    def __init__(self, code: str, translations: Translations) -> None:
        self.translations = translations
        super().__init__(code)

    def translate(
        self, message: str, plural_message: str | None = None, count: int | None = None
    ) -> str:
        """Translates a message: see :meth:`Locale.translate`."""
        form = "unknown"
        if plural_message is not None:
            if count is None:
                raise TypeError("a message with a plural needs a count")
            form = "singular" if count == 1 else "plural"
            message = message if count == 1 else plural_message
        return self.translations.get(form, {}).get(message, message)

    def pgettext(
        self,
        context: str,
        message: str,
        plural_message: str | None = None,
        count: int | None = None,
    ) -> str:
        """Translates a message without its context, for which CSV files have no place."""
        if self.translations:
            gen_log.warning("CSV translations have no context: ignored %r of %r", context, message)
        return self.translate(message, plural_message, count)


def read_translations(directory: str, encoding: str | None) -> dict[str, Translations]:
    """Reads all files of a directory that are named ``CODE.csv``.

    Args:
        directory: The directory.
        encoding: The encoding of the files; ``None`` for UTF-8, or UTF-16 with a byte order mark.

    Returns:
        The translations by code.
    """
    found = {}
    for path in sorted(Path(directory).iterdir()):
        if path.suffix != ".csv":
            continue
        if not _CODE.fullmatch(path.stem):
            gen_log.error("Unrecognized locale: %s, expected a name like es.csv or es_GT.csv", path)
            continue
        with path.open(encoding=encoding or _encoding(path), newline="") as file:
            found[path.stem] = _read(file, path)
    return found


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(2)
    return "utf-16" if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _read(file: IO[str], path: Path) -> Translations:
    translations: Translations = {}
    reader = csv.reader(file)
    for row in reader:
        message, translation, form = ([cell.strip() for cell in row] + [""] * 3)[:3]
        if len(row) < 2:
            continue
        if (form or "unknown") not in _FORMS:
            gen_log.error(
                "Unrecognized plural indicator %r, expected one of %s: %s, line %d",
                form,
                ", ".join(_FORMS),
                path,
                reader.line_num,
            )
            continue
        translations.setdefault(form or "unknown", {})[message] = translation
    return translations
