from datetime import datetime, timedelta

import pytest

from fujita.options.values import parse_bool, parse_datetime, parse_range, parse_timedelta


@pytest.mark.parametrize(
    "text",
    [
        "Sun Apr 28 05:16:00 2013",
        "2013-04-28 05:16:00",
        "2013-04-28 05:16",
        "2013-04-28T05:16",
        "2013-04-28T05:16:00",
        "20130428 05:16:00",
        "20130428 05:16",
    ],
)
def test_forms_of_date_and_time(text: str) -> None:
    assert parse_datetime(text) == datetime(2013, 4, 28, 5, 16)


def test_date_or_time_alone() -> None:
    assert parse_datetime("2013-04-28") == datetime(2013, 4, 28)
    assert parse_datetime("20130428") == datetime(2013, 4, 28)
    assert parse_datetime("05:16").time() == datetime(1, 1, 1, 5, 16).time()
    assert parse_datetime("05:16:17").time() == datetime(1, 1, 1, 5, 16, 17).time()
    with pytest.raises(ValueError, match="Unrecognized date/time format: 'tomorrow'"):
        parse_datetime("tomorrow")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45", 45),
        ("1.5", 1.5),
        ("45s", 45),
        ("1min", 60),
        ("1h 30m", 5400),
        ("1h30m", 5400),
        ("2 hours", 7200),
        ("1d", 86400),
        ("1w", 604800),
        ("250ms", 0.25),
        ("5us", 5e-6),
        ("-1h", -3600),
        (".5h", 1800),
        ("1e3s", 1000),
        (" 3 days ", 259200),
        ("", 0),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_timedelta(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["x", "1 fortnight", "1h,2m", "1H", "--1s", "1h x"])
def test_wrong_durations(text: str) -> None:
    with pytest.raises(ValueError, match="Unrecognized duration"):
        parse_timedelta(text)


def test_booleans() -> None:
    assert not any(map(parse_bool, ["false", "False", "f", "F", "0"]))
    assert all(map(parse_bool, ["true", "1", "t", "", "yes"]))


def test_ranges() -> None:
    assert parse_range(int, "5:7") == range(5, 8)
    assert parse_range(int, "5:") == range(5, 6)
    assert parse_range(int, "-1:1") == range(-1, 2)
    assert parse_range(int, "5") is None
    assert parse_range(float, "5:7") is None
    assert parse_range(bool, "0:1") is None
    with pytest.raises(ValueError):
        parse_range(int, ":3")
