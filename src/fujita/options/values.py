"""Reads values of options from text."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

# What datetime.fromisoformat does not know: the form of ctime(), and a time without a day.
_DATETIME_FORMATS = ("%a %b %d %H:%M:%S %Y", "%H:%M:%S", "%H:%M")

_NUMBER_AND_UNIT = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*([a-z]*)\s*")
_UNITS = {
    "": "seconds",
    "us": "microseconds",
    "ms": "milliseconds",
    "s": "seconds",
    "sec": "seconds",
    "m": "minutes",
    "min": "minutes",
    "h": "hours",
    "d": "days",
    "w": "weeks",
}
_UNITS |= {word: word for word in _UNITS.values()}


def parse_datetime(text: str) -> datetime:
    """Reads a date and time in ISO 8601, a date or a time alone, or what ``ctime`` writes.

    Raises:
        ValueError: The text is none of these.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _DATETIME_FORMATS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            pass
    raise ValueError(f"Unrecognized date/time format: {text!r}, expected YYYY-MM-DD HH:MM:SS")


def parse_timedelta(text: str) -> timedelta:
    """Reads a duration, such as ``90``, ``1.5h``, ``1h 30m`` or ``2 days``.

    A number without a unit means seconds. Units are ``us``, ``ms``, ``s`` or ``sec``, ``m`` or
    ``min``, ``h``, ``d``, ``w``, and the names of the arguments of ``timedelta``.

    Raises:
        ValueError: The text has another form.
    """
    total = timedelta()
    position = 0
    while position < len(text):
        match = _NUMBER_AND_UNIT.match(text, position)
        if match is None or match[2] not in _UNITS:
            raise ValueError(f"Unrecognized duration: {text!r}, expected a form like 90s or 1h 30m")
        total += timedelta(**{_UNITS[match[2]]: float(match[1])})
        position = match.end()
    return total


def parse_bool(text: str) -> bool:
    """Takes ``false``, ``f`` and ``0`` in any case for false, all else for true."""
    return text.lower() not in ("false", "f", "0")


_PARSERS: dict[type[Any], Callable[[str], Any]] = {
    bool: parse_bool,
    datetime: parse_datetime,
    timedelta: parse_timedelta,
}


def parse_value(kind: type[Any], text: str) -> Any:
    """Reads one value; types that are not known here are called with the text."""
    return _PARSERS.get(kind, kind)(text)


def parse_range(kind: type[Any], text: str) -> range | None:
    """Reads ``first:last``, both included, if the type is one of integers.

    Returns:
        The integers, or ``None`` if the text is no range. ``first:`` is a range of one.
    """
    if not issubclass(kind, int) or issubclass(kind, bool) or ":" not in text:
        return None
    first, _, last = text.partition(":")
    start = int(first)
    return range(start, int(last or first) + 1)
