from http import cookies

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.httputil import parse_cookie


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", {}),
        ("a=b; c=d", {"a": "b", "c": "d"}),
        ("a=b;c=d;", {"a": "b", "c": "d"}),
        ("a=1; a=2", {"a": "2"}),
        ("  a  =  b c  ", {"a": "b c"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=b; c=d=e; f=", {"a": "b", "c": "d=e", "f": ""}),
        ("a=b; \u00a0c=d", {"a": "b", "c": "d"}),
        ("a=b;  c=d", {"a": "b", "c": "d"}),
        ("a=b; c=d; ", {"a": "b", "c": "d"}),
        ("a=", {"a": ""}),
        ("=a", {"": "a"}),
        ("a", {"": "a"}),
        ("; = ;;", {}),
        ("a=b]c=d,e=f", {"a": "b]c=d,e=f"}),
        ("a=é", {"a": "é"}),
        ('a="b; c"', {"a": '"b', "": 'c"'}),
    ],
)
def test_parse_cookie(header: str, expected: dict[str, str]) -> None:
    assert parse_cookie(header) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"b"', "b"),
        ('""', ""),
        ('"', '"'),
        ('"b', '"b'),
        (r"\"b", r"\"b"),
        (r'"\"b\""', '"b"'),
        (r'"\\b"', r"\b"),
        (r'"\073\040"', "; "),
        (r'"\400"', "400"),
        (r'"\08"', "08"),
        (r'"\0731"', ";1"),
        (r'"\\073"', r"\073"),
    ],
)
def test_unquoting(value: str, expected: str) -> None:
    assert parse_cookie(f"a={value}") == {"a": expected}


@given(st.text(st.characters(max_codepoint=255)))
def test_values_quoted_by_the_standard_library(value: str) -> None:
    jar: cookies.SimpleCookie = cookies.SimpleCookie()
    try:
        jar["a"] = value
    except cookies.CookieError:
        return
    assert parse_cookie(jar["a"].OutputString()) == {"a": value}


@given(st.text(st.sampled_from('a=;" \\0')))
def test_any_text_is_read(header: str) -> None:
    parsed = parse_cookie(header)
    assert all(name == name.strip() and ";" not in name for name in parsed)
    assert all(name or value or '""' in header for name, value in parsed.items())
