"""What is sent."""

import pytest

from fujita.wire.http1 import serialize


def test_a_head() -> None:
    line = serialize.status_line(200, "OK")
    fields: dict[str, str | list[str]] = {"A": "1", "Set-Cookie": ["b", "ü"]}
    assert serialize.message_head(line, fields) == (
        b"HTTP/1.1 200 OK\r\nA: 1\r\nSet-Cookie: b\r\nSet-Cookie: \xfc\r\n\r\n"
    )


@pytest.mark.parametrize("value", ["a\r\nB: c", "a\nb", "a\rb"])
@pytest.mark.parametrize("many", [False, True])
def test_no_field_splits_the_message(value: str, many: bool) -> None:
    with pytest.raises(ValueError, match="Illegal characters"):
        serialize.message_head("HTTP/1.1 200 OK", {"A": ["x", value] if many else value})
    with pytest.raises(ValueError, match="Illegal characters"):
        serialize.message_head("HTTP/1.1 200 OK", {value: "x"})


def test_no_reason_splits_the_message() -> None:
    with pytest.raises(ValueError, match="reason"):
        serialize.status_line(200, "OK\r\nA: b")


def test_chunks() -> None:
    assert serialize.chunk_of(b"x" * 17) == b"11\r\n" + b"x" * 17 + b"\r\n"
    assert serialize.chunk_of(b"") == b""
