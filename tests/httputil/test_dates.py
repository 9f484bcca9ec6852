import datetime
import time
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.httputil import format_timestamp
from fujita.httputil.dates import http_date_now

SECONDS = 784111777
TEXT = "Sun, 06 Nov 1994 08:49:37 GMT"
MOMENT = datetime.datetime.fromtimestamp(SECONDS, datetime.UTC)


@pytest.mark.parametrize(
    "moment",
    [
        SECONDS,
        SECONDS + 0.9,
        time.gmtime(SECONDS),
        tuple(time.gmtime(SECONDS)),
        (1994, 11, 6, 8, 49, 37),
        MOMENT,
        MOMENT.replace(tzinfo=None),
        MOMENT.astimezone(datetime.timezone(datetime.timedelta(hours=9))),
    ],
)
def test_kinds_of_timestamps(moment: Any) -> None:
    assert format_timestamp(moment) == TEXT


@pytest.mark.parametrize("value", ["1994", None, [1994, 11, 6], datetime.date(1994, 11, 6)])
def test_other_types(value: Any) -> None:
    with pytest.raises(TypeError, match="expected a number, tuple or datetime"):
        format_timestamp(value)


@pytest.mark.parametrize("value", [float("nan"), 253402300800, (1994, 13, 1, 0, 0, 0)])
def test_impossible_dates(value: Any) -> None:
    with pytest.raises(ValueError):
        format_timestamp(value)


def test_early_year() -> None:
    assert format_timestamp(datetime.datetime(999, 1, 1)) == "Tue, 01 Jan 0999 00:00:00 GMT"


@given(st.floats(0, 4e9))
def test_same_as_the_standard_library(seconds: float) -> None:
    assert format_timestamp(seconds) == formatdate(seconds, usegmt=True)


def test_current_date_follows_the_clock() -> None:
    assert http_date_now(SECONDS + 0.25) == TEXT
    assert http_date_now(SECONDS + 0.999) is http_date_now(SECONDS)
    assert http_date_now(SECONDS + 1.0) == TEXT.replace(":37", ":38")
    assert http_date_now(SECONDS) == TEXT
