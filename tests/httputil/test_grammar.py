import re

import pytest

from fujita.httputil import _ABNF

CHARACTERS = [chr(code) for code in range(0x120)]
VISIBLE = {character for character in CHARACTERS if 0x21 <= ord(character) <= 0xFF} - {"\x7f"}
TCHARS = set("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        (_ABNF.token, TCHARS),
        (_ABNF.method, TCHARS),
        (_ABNF.field_name, TCHARS),
        (_ABNF.field_value, VISIBLE),
        (_ABNF.request_target, VISIBLE),
        (_ABNF.reason_phrase, VISIBLE | {" ", "\t"}),
    ],
)
def test_characters(pattern: re.Pattern[str], allowed: set[str]) -> None:
    assert {character for character in CHARACTERS if pattern.fullmatch(character)} == allowed


@pytest.mark.parametrize("value", ["", "a b", "a\t b"])
def test_field_value(value: str) -> None:
    assert _ABNF.field_value.fullmatch(value)
    assert not _ABNF.field_value.fullmatch(" " + value)
    assert not _ABNF.field_value.fullmatch(value + " ")


@pytest.mark.parametrize("host", ["", "fuji.example", "fuji.example:80", "[::1]:80", "a%20b"])
def test_host(host: str) -> None:
    assert _ABNF.host.fullmatch(host)


@pytest.mark.parametrize("host", ["a b", "a/b", "a@b", "a%2", "a%zz", "é", "a\n", "a?b", "a#b"])
def test_no_host(host: str) -> None:
    assert not _ABNF.host.fullmatch(host)
