import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita import web
from fujita.web import create_signed_value, decode_signed_value, get_signature_key_version

SECRET = "It's a secret to everybody"
NOW = 1300000000.0


def at(seconds: float) -> Callable[[], float]:
    return lambda: seconds


def test_a_value_made_by_tornado() -> None:
    # From Tornado 6.6.1: the format is shared by every server that knows the secret.
    signed = create_signed_value(SECRET, "key", b"value", version=2, clock=at(NOW))
    assert signed == (
        b"2|1:0|10:1300000000|3:key|8:dmFsdWU=|"
        b"3d4e60b996ff9c5d5788e333a0cba6f238a22c6c0f94788870e1a9ecd482e152"
    )
    assert decode_signed_value(SECRET, "key", signed, clock=at(NOW)) == b"value"


def test_version_1_made_by_tornado() -> None:
    signed = create_signed_value(SECRET, "foo", "bar", version=1, clock=at(NOW))
    assert signed == b"YmFy|1300000000|7312133b278e965e273b164fa4df3b94ca820cf1"
    assert decode_signed_value(SECRET, "foo", signed, clock=at(NOW)) == b"bar"


@given(name=st.text(), value=st.binary(), key_version=st.integers(0, 10**6))
def test_what_is_signed_comes_back(name: str, value: bytes, key_version: int) -> None:
    secrets = {key_version: SECRET, key_version + 1: "other"}
    signed = create_signed_value(secrets, name, value, clock=at(NOW), key_version=key_version)
    assert decode_signed_value(secrets, name, signed, clock=at(NOW)) == value
    assert decode_signed_value(secrets, name + "x", signed, clock=at(NOW)) is None
    assert get_signature_key_version(signed) == key_version


@given(st.data())
def test_no_changed_byte_passes(data: st.DataObject) -> None:
    signed = bytearray(create_signed_value(SECRET, "name", "value", clock=at(NOW)))
    position = data.draw(st.integers(0, len(signed) - 1))
    signed[position] = data.draw(st.integers(0, 255).filter(lambda byte: byte != signed[position]))
    assert decode_signed_value(SECRET, "name", bytes(signed), clock=at(NOW)) is None


@given(st.binary())
def test_anything_may_be_decoded(value: bytes) -> None:
    assert decode_signed_value(SECRET, "name", value) is None
    assert decode_signed_value(SECRET, "name", b"2|" + value) is None
    get_signature_key_version(b"2|" + value)


@pytest.mark.parametrize("value", [None, "", b""])
def test_nothing_is_no_signed_value(value: str | bytes | None) -> None:
    assert decode_signed_value(SECRET, "name", value) is None


@pytest.mark.parametrize("version", [1, 2])
def test_values_age(version: int) -> None:
    signed = create_signed_value(SECRET, "name", "value", version=version, clock=at(NOW))

    def decoded(days: float, limit: float) -> bytes | None:
        moment = at(NOW + days * 86400)
        return decode_signed_value(SECRET, "name", signed, max_age_days=limit, clock=moment)

    assert decoded(30.9, 31) == b"value"
    assert decoded(31.1, 31) is None
    assert decoded(31.1, 32) == b"value"


def test_version_1_is_bound_to_its_time(caplog: pytest.LogCaptureFixture) -> None:
    content = base64.b64decode(b"12345678")
    signed = create_signed_value(SECRET, "name", content, version=1, clock=at(NOW))
    assert decode_signed_value(SECRET, "name", signed, clock=at(NOW)) == content
    # The signature covers the text without its bars, so digits may be moved over one.
    moved = signed.replace(b"12345678|", b"1234|5678")
    assert decode_signed_value(SECRET, "name", moved, clock=at(NOW)) is None
    assert "Cookie timestamp in future" in caplog.text


def test_version_1_takes_no_time_with_zeros_in_front(caplog: pytest.LogCaptureFixture) -> None:
    content = base64.b64decode(b"12345670")
    signed = create_signed_value(SECRET, "name", content, version=1, clock=at(NOW))
    moved = signed.replace(b"12345670|", b"1234567|0")
    assert decode_signed_value(SECRET, "name", moved, clock=at(NOW)) is None
    assert "Tampered cookie" in caplog.text


def test_version_1_says_why_it_refuses(caplog: pytest.LogCaptureFixture) -> None:
    signed = create_signed_value(SECRET, "name", "value", version=1, clock=at(NOW))
    assert decode_signed_value("another secret", "name", signed, clock=at(NOW)) is None
    assert "Invalid cookie signature" in caplog.text
    assert decode_signed_value(SECRET, "name", signed, clock=at(NOW * 2)) is None
    assert "Expired cookie" in caplog.text


def test_a_key_that_was_withdrawn() -> None:
    signed = create_signed_value({1: "one", 2: "two"}, "name", "value", key_version=1)
    assert decode_signed_value({1: "one", 2: "two"}, "name", signed) == b"value"
    assert decode_signed_value({2: "two"}, "name", signed) is None


def test_versions_of_keys_need_version_2() -> None:
    with pytest.raises(AssertionError):
        create_signed_value({1: "one"}, "name", "value", version=1, key_version=1)
    with pytest.raises(AssertionError, match="Key version must be set"):
        create_signed_value({1: "one"}, "name", "value")


def test_an_unknown_version_is_named() -> None:
    with pytest.raises(ValueError, match="version 3"):
        create_signed_value(SECRET, "name", "value", version=3)
    with pytest.raises(ValueError, match="min_version 3"):
        decode_signed_value(SECRET, "name", "value", min_version=3)
    assert decode_signed_value(SECRET, "name", b"3|x") is None


def test_the_key_version_of_other_values() -> None:
    assert get_signature_key_version(create_signed_value(SECRET, "name", "x", version=1)) is None
    assert get_signature_key_version(create_signed_value(SECRET, "name", "x", version=2)) == 0
    assert get_signature_key_version("nothing of ours") is None


def test_constants() -> None:
    assert (web.MIN_SUPPORTED_SIGNED_VALUE_VERSION, web.MAX_SUPPORTED_SIGNED_VALUE_VERSION) == (
        1,
        2,
    )
    assert web.DEFAULT_SIGNED_VALUE_VERSION == 2
    assert web.DEFAULT_SIGNED_VALUE_MIN_VERSION == 1


def test_a_value_of_version_1_is_of_no_key_version() -> None:
    assert decode_signed_value({1: "one"}, "name", "anything") is None
    signed = create_signed_value("one", "name", "value", version=1)
    assert decode_signed_value({1: "one"}, "name", signed) is None
