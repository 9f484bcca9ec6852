"""Translations in the files of GNU gettext."""

import gettext
from pathlib import Path

from fujita.locale.base import Locale
from fujita.log import gen_log

# What stands between context and message in gettext's files.
CONTEXT_SEPARATOR = "\x04"


class GettextLocale(Locale):
    """A locale whose translations are gettext's.

    Args:
        code: The code of the locale.
        translations: The translations.
    """

    def __init__(self, code: str, translations: gettext.NullTranslations) -> None:
        self._translations = translations
        self.gettext = translations.gettext
        self.ngettext = translations.ngettext
        super().__init__(code)

    def translate(
        self, message: str, plural_message: str | None = None, count: int | None = None
    ) -> str:
        """Translates a message: see :meth:`Locale.translate`."""
        if plural_message is None:
            return self.gettext(message)
        return self.ngettext(message, plural_message, _checked(count))

    def pgettext(
        self,
        context: str,
        message: str,
        plural_message: str | None = None,
        count: int | None = None,
    ) -> str:
        """Translates a message in a context: see :meth:`Locale.pgettext`.

        ``xgettext`` finds the calls with ``--keyword=pgettext:1c,2 --keyword=pgettext:1c,2,3``.
        """
        if plural_message is None:
            return self._translations.pgettext(context, message)
        return self._translations.npgettext(context, message, plural_message, _checked(count))


def _checked(count: int | None) -> int:
    if count is None:
        raise TypeError("a message with a plural needs a count")
    return count


def find_translations(directory: str, domain: str) -> dict[str, gettext.NullTranslations]:
    """Reads all files ``directory/CODE/LC_MESSAGES/domain.mo``.

    Returns:
        The translations by code.
    """
    found: dict[str, gettext.NullTranslations] = {}
    for path in sorted(Path(directory).glob(f"[!.]*/LC_MESSAGES/{domain}.mo")):
        code = path.parent.parent.name
        try:
            with path.open("rb") as file:
                found[code] = gettext.GNUTranslations(file)
        except Exception as error:
            gen_log.error("Cannot load the translations of %r from %s: %s", code, path, error)
    return found
