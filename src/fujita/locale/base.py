"""A locale: translation, and the ways to write dates, lists and numbers."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from fujita.locale import dates
from fujita.locale.names import LOCALE_NAMES

_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Locale:
    """A language, perhaps as it is used in one region; get one by :meth:`get_closest`.

    Args:
        code: The language, such as ``es``, or language and region, such as ``es_GT``.

    Attributes:
        code: As given.
        name: The name of the language in the language, or ``Unknown``.
        rtl: Whether it is written from right to left.
    """

    # The locales that have been asked for; fujita.locale says which there are.
    _cache: ClassVar[dict[str, "Locale"]] = {}

    @classmethod
    def get_closest(cls, *locale_codes: str) -> "Locale":
        """Returns the first of the given locales that is supported, or the default locale.

        For a language and a region of which only the language is supported, it returns that.
        """
        from fujita import locale  # here, for it imports this module

        supported = locale._supported_locales
        for given in locale_codes:
            if given in supported:
                return cls.get(given)
            language, *regions = (given or "").replace("-", "_").split("_")
            if len(regions) > 1:
                continue
            language = language.lower()
            for code in (*(f"{language}_{region.upper()}" for region in regions), language):
                if code in supported:
                    return cls.get(code)
        return cls.get(locale._default_locale)

    @classmethod
    def get(cls, code: str) -> "Locale":
        """Returns the locale of exactly this code.

        Raises:
            AssertionError: It is not supported.
        """
        from fujita import locale  # here, for it imports this module

        if code not in cls._cache:
            if code not in locale._supported_locales:
                supported = sorted(locale._supported_locales)
                raise AssertionError(f"locale {code!r} is none of {supported}")
            cls._cache[code] = locale._make_locale(code)
        return cls._cache[code]

    def __init__(self, code: str) -> None:
        self.code = code
        self.name = LOCALE_NAMES.get(code, {}).get("name", "Unknown")
        self.rtl = code.partition("_")[0] in _RIGHT_TO_LEFT
        self._months = [self.translate(month) for month in _MONTHS]
        self._weekdays = [self.translate(day) for day in _WEEKDAYS]

    def translate(
        self, message: str, plural_message: str | None = None, count: int | None = None
    ) -> str:
        """Translates a message.

        Args:
            message: The message, in the default locale; for one thing, if there is a plural.
            plural_message: The message for any other number of things.
            count: The number of things; it has to be given with ``plural_message``.

        Returns:
            The translation, or the message itself if there is none.
        """
        raise NotImplementedError(f"{type(self).__name__} has to define translate()")

    def pgettext(
        self,
        context: str,
        message: str,
        plural_message: str | None = None,
        count: int | None = None,
    ) -> str:
        """Translates a message that has other translations in other contexts.

        Args:
            context: What tells it from equal messages, as ``msgctxt`` in gettext's files.
            message: As for :meth:`translate`.
            plural_message: As for :meth:`translate`.
            count: As for :meth:`translate`.
        """
        raise NotImplementedError(f"{type(self).__name__} has to define pgettext()")

    def format_date(
        self,
        date: int | float | datetime,
        gmt_offset: int = 0,
        relative: bool = True,
        shorter: bool = False,
        full_format: bool = False,
    ) -> str:
        """Writes a point in time, mostly one in the past; others are written in full.

        Args:
            date: The time, in UTC if it has no time zone; or seconds since 1970.
            gmt_offset: Minutes from the reader's time to UTC: 480 for California in winter.
            relative: Whether to write ``2 minutes ago`` and ``yesterday``.
            shorter: Whether to write less than ``Friday at 3:30 pm``.
            full_format: Whether to always write ``July 10, 1980 at 3:30 pm``.
        """
        now = datetime.now(UTC)
        date = dates.aware(date)
        if relative:
            date = dates.without_skew(date, now)
        age = timedelta(-1) if full_format or date > now else now - date
        if relative and (ago := dates.age_message(age)):
            unit, one, several, count = ago
            return self.translate(one, several, count) % {unit: count}
        offset = timedelta(minutes=gmt_offset)
        local = date.astimezone(UTC) - offset
        yesterday = now - offset - timedelta(days=1)
        was_yesterday = relative and age.days == 1 and local.day == yesterday.day
        message = self.translate(dates.date_message(age, was_yesterday, shorter))
        return message % {
            "month_name": self._months[local.month - 1],
            "weekday": self._weekdays[local.weekday()],
            "day": str(local.day),
            "year": str(local.year),
            "time": dates.time_of_day(local, self.code),
        }

    def format_day(self, date: datetime, gmt_offset: int = 0, dow: bool = True) -> str:
        """Writes a day, such as ``Monday, January 22``.

        Args:
            date: The day.
            gmt_offset: Minutes from the reader's time to that of ``date``.
            dow: Whether to write the day of the week.
        """
        local = date - timedelta(minutes=gmt_offset)
        message = "%(month_name)s %(day)s"
        if dow:
            message = "%(weekday)s, " + message
        return self.translate(message) % {
            "month_name": self._months[local.month - 1],
            "weekday": self._weekdays[local.weekday()],
            "day": str(local.day),
        }

    def list(self, parts: Sequence[Any]) -> str:
        """Joins the parts as in ``A, B and C``."""
        if len(parts) < 2:
            return "".join(parts)
        comma = " و " if self.code.startswith("fa") else ", "
        return self.translate("%(commas)s and %(last)s") % {
            "commas": comma.join(parts[:-1]),
            "last": parts[-1],
        }

    def friendly_number(self, value: int | str) -> str:
        """Writes a number; in American English with a comma before each three digits."""
        if self.code not in ("en", "en_US"):
            return str(value)
        return f"{int(value) if isinstance(value, str) else value:,}"
