import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.httputil import _get_content_range, _parse_request_range


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=1-2", (1, 3)),
        ("bytes=007-", (7, None)),
        ("bytes=-6", (-6, None)),
        ("bytes=-0", (None, 0)),
        (" bytes = 1 - 2 ", (1, 3)),
        ("bytes=5-1", (5, 2)),
        ("bytes=3", (3, None)),
        ("bytes=-", (None, None)),
        ("bytes=", (None, None)),
        ("bytes", (None, None)),
    ],
)
def test_range(header: str, expected: tuple[int | None, int | None]) -> None:
    assert _parse_request_range(header) == expected


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bytes=1-2",
        "lines=1-2",
        "bytes=1-2,4-5",
        "bytes=a-b",
        "bytes=1-2-3",
        "bytes=--1",
        "bytes=1--2",
        "bytes=+1-2",
        "bytes=1_0-20",
        "bytes=\u0663-",
        "bytes=1" + "0" * 5000 + "-",
    ],
)
def test_ignored_range(header: str) -> None:
    assert _parse_request_range(header) is None


@given(st.integers(0, 50), st.integers(0, 50), st.binary(min_size=1, max_size=40))
def test_range_is_a_slice(first: int, last: int, content: bytes) -> None:
    bounds = _parse_request_range(f"bytes={first}-{last}")
    assert bounds is not None
    expected = bytes(content[i] for i in range(first, last + 1) if i < len(content))
    assert content[slice(*bounds)] == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, "bytes 0-9/10"),
        (0, 5, "bytes 0-4/10"),
        (3, None, "bytes 3-9/10"),
        (None, 1, "bytes 0-0/10"),
    ],
)
def test_content_range(start: int | None, end: int | None, expected: str) -> None:
    assert _get_content_range(start, end, 10) == expected
