"""The part of a handler that knows the user's language."""

from fujita import locale as locales
from fujita.web.base import HandlerBase


class LocalizationPart(HandlerBase):
    """The user's language, by preference or by what the browser asks for."""

    _locale: locales.Locale

    @property
    def locale(self) -> locales.Locale:
        """The user's locale; may be set."""
        if not hasattr(self, "_locale"):
            self._locale = self.get_user_locale() or self.get_browser_locale()
        return self._locale

    @locale.setter
    def locale(self, locale: locales.Locale) -> None:
        self._locale = locale

    def get_user_locale(self) -> locales.Locale | None:
        """Gives the locale that the user has chosen, ``None`` to go by the browser."""
        return None

    def get_browser_locale(self, default: str = "en_US") -> locales.Locale:
        """Gives the locale that suits ``Accept-Language`` best (RFC 9110 section 12.5.4).

        Args:
            default: The code of the locale to take where the header is missing or none suits.
        """
        header = self.request.headers.get("Accept-Language")
        if header is None:
            return locales.get(default)
        wanted: list[tuple[float, str]] = []
        for item in header.split(","):
            language, *parameters = item.strip().split(";")
            weight = _weight(parameters)
            if weight > 0:
                wanted.append((weight, language))
        if not wanted:
            return locales.get(default)
        wanted.sort(key=lambda pair: pair[0], reverse=True)
        return locales.get(*[language for _, language in wanted])


def _weight(parameters: list[str]) -> float:
    """Reads the quality value; 0 for one that is unusable."""
    if not parameters or not parameters[0].strip().startswith("q="):
        return 1.0
    try:
        return float(parameters[0].strip()[2:])
    except ValueError:
        return 0.0
