from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from fujita.locale import CSVLocale, base

NOW = datetime(2024, 3, 10, 15, 30, 45, tzinfo=UTC)  # a Sunday


@pytest.fixture(autouse=True)
def _frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return NOW.astimezone(tz)

    monkeypatch.setattr(base, "datetime", Clock)


def american(**ago: float) -> str:
    return CSVLocale("en_US", {}).format_date(NOW - timedelta(**ago))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds ago"),
        (1, "1 second ago"),
        (49, "49 seconds ago"),
        (50, "1 minute ago"),
        (90, "2 minutes ago"),
        (2999, "50 minutes ago"),
        (3000, "1 hour ago"),
        (86399, "24 hours ago"),
        (86400, "yesterday at 3:30 pm"),
        (-1, "0 seconds ago"),
        (-59, "0 seconds ago"),
        (-60, "March 10, 2024 at 3:31 pm"),
        (-86400, "March 11, 2024 at 3:30 pm"),
    ],
)
def test_relative(seconds: int, text: str) -> None:
    assert american(seconds=seconds) == text


@pytest.mark.parametrize(
    ("days", "text", "shorter"),
    [
        (2, "Friday at 3:30 pm", "Friday"),
        (4, "Wednesday at 3:30 pm", "Wednesday"),
        (5, "March 5 at 3:30 pm", "March 5"),
        (333, "April 12 at 3:30 pm", "April 12"),
        (334, "April 11, 2023 at 3:30 pm", "April 11, 2023"),
    ],
)
def test_days(days: int, text: str, shorter: str) -> None:
    assert american(days=days) == text
    moment = NOW - timedelta(days=days)
    assert CSVLocale("en_US", {}).format_date(moment, shorter=True) == shorter


def test_absolute() -> None:
    locale = CSVLocale("en_US", {})
    assert locale.format_date(NOW, relative=False) == "3:30 pm"
    yesterday = NOW - timedelta(days=1)
    assert locale.format_date(yesterday, shorter=True) == "yesterday"
    assert locale.format_date(yesterday, relative=False, shorter=True) == "Saturday"
    assert locale.format_date(yesterday, full_format=True) == "March 9, 2024 at 3:30 pm"
    soon = NOW + timedelta(seconds=1)
    assert locale.format_date(soon, relative=False) == "March 10, 2024 at 3:30 pm"


def test_time_zones() -> None:
    locale = CSVLocale("en_US", {})
    half_past_two = NOW - timedelta(hours=25)
    assert locale.format_date(half_past_two, gmt_offset=480) == "yesterday at 6:30 am"
    # One day and 16 hours ago; but where the reader is, that was before yesterday.
    assert locale.format_date(NOW - timedelta(hours=40), gmt_offset=480) == "Friday at 3:30 pm"
    assert locale.format_date(half_past_two.replace(tzinfo=None)) == "yesterday at 2:30 pm"
    tokyo = timezone(timedelta(hours=9))
    assert locale.format_date(half_past_two.astimezone(tokyo)) == "yesterday at 2:30 pm"
    assert locale.format_date(NOW.timestamp() - 120) == "2 minutes ago"
    assert locale.format_date(int(NOW.timestamp()) - 120) == "2 minutes ago"


@pytest.mark.parametrize(
    ("code", "midnight", "noon"),
    [
        ("en", "12:05 am", "12:05 pm"),
        ("zh_CN", "上午12:05", "下午12:05"),
        ("en_GB", "0:05", "12:05"),
        ("fr", "0:05", "12:05"),
    ],
)
def test_clocks(code: str, midnight: str, noon: str) -> None:
    locale = CSVLocale(code, {})
    for hour, text in ((0, midnight), (12, noon)):
        moment = datetime(1980, 7, 10, hour, 5)
        assert locale.format_date(moment) == f"July 10, 1980 at {text}"


def test_messages_are_translated() -> None:
    words = {"yesterday at %(time)s": "hier à %(time)s", "March": "mars", "Sunday": "dimanche"}
    words["%(weekday)s, %(month_name)s %(day)s"] = "%(weekday)s %(day)s %(month_name)s"
    hours = {"%(hours)d hours ago": "il y a %(hours)d heures"}
    locale = CSVLocale("fr_FR", {"unknown": words, "plural": hours})
    assert locale.format_date(NOW - timedelta(days=1)) == "hier à 15:30"
    assert locale.format_date(NOW - timedelta(hours=2)) == "il y a 2 heures"
    assert locale.format_day(NOW) == "dimanche 10 mars"


def test_format_day() -> None:
    locale = CSVLocale("en_US", {})
    assert locale.format_day(NOW) == "Sunday, March 10"
    assert locale.format_day(NOW, dow=False) == "March 10"
    assert locale.format_day(NOW, gmt_offset=960) == "Saturday, March 9"
    assert locale.format_day(datetime.combine(date(2024, 2, 29), NOW.time())) == (
        "Thursday, February 29"
    )


def test_list() -> None:
    locale = CSVLocale("en_US", {})
    assert locale.list([]) == ""
    assert locale.list(["A"]) == "A"
    assert locale.list(("A", "B")) == "A and B"
    assert locale.list(["A", "B", "C"]) == "A, B and C"
    assert CSVLocale("fa_IR", {}).list(["A", "B", "C"]) == "A و B and C"


def test_friendly_number() -> None:
    locale = CSVLocale("en_US", {})
    assert locale.friendly_number(1234567) == "1,234,567"
    assert locale.friendly_number(-123) == "-123"
    assert locale.friendly_number("12345") == "12,345"
    assert CSVLocale("fr_FR", {}).friendly_number(1234567) == "1234567"
