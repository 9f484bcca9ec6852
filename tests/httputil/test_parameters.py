from typing import Any

import pytest

from fujita.httputil import _encode_header, _parse_header, encode_username_password


def test_parse_header() -> None:
    assert _parse_header("form-data; name=\"a;b\"; filename*=utf-8''%E5%AF%8C") == (
        "form-data",
        {"name": "a;b", "filename": "富"},
    )


@pytest.mark.parametrize(
    ("key", "parameters", "expected"),
    [
        ("a", {}, "a"),
        ("a", {"c": "d", "b": None}, "a; b; c=d"),
        ("a", {"b": "", "c": 10}, "a; b=; c=10"),
    ],
)
def test_encode_header(key: str, parameters: dict[str, Any], expected: str) -> None:
    assert _encode_header(key, parameters) == expected


@pytest.mark.parametrize(
    ("username", "password", "expected"),
    [
        ("a", "b:c", b"a:b:c"),
        (b"\xff", "", b"\xff:"),
        ("e\u0301", "\u00e9".encode(), b"\xc3\xa9:\xc3\xa9"),
    ],
)
def test_encode_username_password(
    username: str | bytes, password: str | bytes, expected: bytes
) -> None:
    assert encode_username_password(username, password) == expected
