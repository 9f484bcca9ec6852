"""How long ago something was, and how to write a point in time: messages to translate."""

from datetime import UTC, datetime, timedelta

_LEEWAY = timedelta(minutes=1)

# For what is younger than so many seconds: the seconds of its unit, and the messages.
_AGES = (
    (50, 1, "seconds", "1 second ago", "%(seconds)d seconds ago"),
    (50 * 60, 60, "minutes", "1 minute ago", "%(minutes)d minutes ago"),
    (24 * 60 * 60, 60 * 60, "hours", "1 hour ago", "%(hours)d hours ago"),
)
_WEEKDAY_IS_CLEAR = 5  # days
_YEAR_IS_CLEAR = 334  # days


def aware(date: float | datetime) -> datetime:
    """Makes a time zone part of a time; without one, times are in UTC.

    Args:
        date: The time, or seconds since 1970.
    """
    if isinstance(date, int | float):
        return datetime.fromtimestamp(date, UTC)
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def without_skew(date: datetime, now: datetime) -> datetime:
    """Takes a time within the next minute for now: clocks differ a little."""
    return now if now < date < now + _LEEWAY else date


def age_message(age: timedelta) -> tuple[str, str, str, int] | None:
    """Chooses the message that says how long ago something was on the day before now.

    Returns:
        The unit, which is also the name of the message's field; the message for one unit and
        that for several; and the number of units. ``None`` for what is older.
    """
    if age.days:
        return None
    for limit, length, unit, one, several in _AGES:
        if age.seconds < limit:
            return unit, one, several, round(age.seconds / length)
    return None


def date_message(age: timedelta, was_yesterday: bool, shorter: bool) -> str:
    """Chooses the message for a point in time, in words that its age leaves clear.

    Args:
        age: The time since then; less than nothing to get the full date.
        was_yesterday: Whether to call it yesterday.
        shorter: Whether to leave out the time of day, if there is a day.
    """
    if age.days == 0:
        return "%(time)s"
    if was_yesterday:
        message = "yesterday"
    elif 0 < age.days < _WEEKDAY_IS_CLEAR:
        message = "%(weekday)s"
    elif 0 < age.days < _YEAR_IS_CLEAR:
        message = "%(month_name)s %(day)s"
    else:
        message = "%(month_name)s %(day)s, %(year)s"
    return message if shorter else message + " at %(time)s"


def time_of_day(date: datetime, code: str) -> str:
    """Writes hours and minutes: with am and pm in American English and Chinese, else up to 23."""
    if code in ("en", "en_US"):
        return f"{date.hour % 12 or 12}:{date.minute:02} {'am' if date.hour < 12 else 'pm'}"
    if code == "zh_CN":
        return f"{'上午' if date.hour < 12 else '下午'}{date.hour % 12 or 12}:{date.minute:02}"
    return f"{date.hour}:{date.minute:02}"
