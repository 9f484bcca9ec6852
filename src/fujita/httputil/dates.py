"""Dates as HTTP writes them: ``Sun, 06 Nov 1994 08:49:37 GMT``."""

import calendar
import datetime
import time

# RFC 9110 section 5.6.7: the names are English whatever the locale, so not strftime's.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_Timestamp = int | float | tuple[int, ...] | time.struct_time | datetime.datetime


def format_timestamp(ts: _Timestamp) -> str:
    """Writes a point in time as an IMF-fixdate (RFC 9110 section 5.6.7).

    Args:
        ts: Seconds since the epoch, a tuple in UTC as `time.gmtime` returns it, or a
            `datetime.datetime`; one without a time zone is taken to be in UTC.

    Returns:
        The date, to the second.

    Raises:
        TypeError: The value is of another type.
        ValueError: The value is outside the years 1 to 9999.

    >>> format_timestamp(784111777)
    'Sun, 06 Nov 1994 08:49:37 GMT'
    """
    if isinstance(ts, datetime.datetime):
        moment = ts if ts.tzinfo is None else ts.astimezone(datetime.UTC)
    elif isinstance(ts, int | float):
        moment = datetime.datetime.fromtimestamp(ts, datetime.UTC)
    elif isinstance(ts, tuple):
        moment = datetime.datetime.fromtimestamp(calendar.timegm(ts), datetime.UTC)
    else:
        raise TypeError(f"unknown timestamp type: {ts!r}; expected a number, tuple or datetime")
    return (
        f"{_DAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]}"
        f" {moment.year:04} {moment.hour:02}:{moment.minute:02}:{moment.second:02} GMT"
    )


# One tuple, so that loops in several threads never see a second with another one's text.
_current: tuple[int, str] = (0, format_timestamp(0))


def http_date_now(timestamp: float) -> str:
    """Writes the current time for a ``Date`` header, anew only once a second.

    Args:
        timestamp: What `time.time` says.

    Returns:
        The date as `format_timestamp` writes it.
    """
    global _current
    second = int(timestamp)
    cached_second, text = _current
    if second != cached_second:
        text = format_timestamp(second)
        _current = (second, text)
    return text
