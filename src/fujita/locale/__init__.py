"""Translations of a program's texts, and dates, lists and numbers in the reader's language.

Load translations once, by :func:`load_translations` or :func:`load_gettext_translations`, and
then, for each reader, get a locale and translate::

    people = ["Ann", "Bob"]
    locale = fujita.locale.get("es_LA", "es")
    message = locale.translate("%(list)s is online", "%(list)s are online", len(people))
    print(message % {"list": locale.list(people)})

As long as nothing is loaded, texts are left as they are.
"""

from collections.abc import Iterable
from typing import Any

from fujita.locale.base import Locale
from fujita.locale.csv_locale import CSVLocale, read_translations
from fujita.locale.gettext_locale import CONTEXT_SEPARATOR, GettextLocale, find_translations
from fujita.locale.names import LOCALE_NAMES
from fujita.log import gen_log

__all__ = [
    "CONTEXT_SEPARATOR",
    "LOCALE_NAMES",
    "CSVLocale",
    "GettextLocale",
    "Locale",
    "get",
    "get_supported_locales",
    "load_gettext_translations",
    "load_translations",
    "set_default_locale",
]

# What is loaded. It is kept in this module, under Tornado's names, for test suites save these
# and set them back.
_default_locale = "en_US"
_translations: dict[str, Any] = {}
_supported_locales = frozenset([_default_locale])
_use_gettext = False


def get(*locale_codes: str) -> Locale:
    """Returns the closest locale there is: see :meth:`Locale.get_closest`."""
    return Locale.get_closest(*locale_codes)


def get_supported_locales() -> Iterable[str]:
    """Returns the codes of the locales that have been loaded, and of the default one."""
    return _supported_locales


def set_default_locale(code: str) -> None:
    """Sets the default locale, which is the language that the program's own texts are in.

    It needs no translations, and is taken where no other fits. It is ``en_US`` from the start.
    """
    global _default_locale
    _default_locale = code
    _update()


def load_translations(directory: str, encoding: str | None = None) -> None:
    """Loads translations from files named ``LOCALE.csv``, such as ``es_GT.csv``.

    Lines have two or three columns: the text, in which there may be fields such as ``%(name)s``;
    its translation; and ``singular`` or ``plural`` where the text has a plural. There are two
    lines then::

        "Sign in","Iniciar sesión"
        "%(list)s is online","%(list)s está en línea","singular"
        "%(list)s are online","%(list)s están en línea","plural"

    Files are read by ``csv`` in its default dialect: there is no blank after the comma.

    Args:
        directory: Where the files are.
        encoding: Their encoding. By default they are in UTF-8, or in UTF-16 if they begin with
            its byte order mark.

    Raises:
        OSError: The directory or a file cannot be read.
        UnicodeDecodeError: A file is in another encoding.
    """
    global _translations, _use_gettext
    _translations = read_translations(directory, encoding)
    _use_gettext = False
    _update()
    _log_supported_locales()


def load_gettext_translations(directory: str, domain: str) -> None:
    """Loads translations from the files ``directory/LOCALE/LC_MESSAGES/domain.mo``.

    They are made by the tools of GNU gettext, here for Brazil::

        xgettext --language=Python --keyword=_:1,2 -d mydomain file1.py file2.html
        msgmerge old.po mydomain.po > new.po
        msgfmt new.po -o directory/pt_BR/LC_MESSAGES/mydomain.mo

    A file that cannot be read is logged and left out.

    Args:
        directory: The root of the tree.
        domain: The name of the files.
    """
    global _translations, _use_gettext
    _translations = find_translations(directory, domain)
    _use_gettext = True
    _update()
    _log_supported_locales()


def _update() -> None:
    global _supported_locales
    _supported_locales = frozenset([*_translations, _default_locale])
    Locale._cache.clear()


def _log_supported_locales() -> None:
    gen_log.debug("Supported locales: %s", sorted(_supported_locales))


def _make_locale(code: str) -> Locale:
    if _use_gettext and code in _translations:
        return GettextLocale(code, _translations[code])
    return CSVLocale(code, _translations.get(code, {}))
