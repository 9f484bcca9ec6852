from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.wire.parameters import iterate_parameters, parse_parameters


@pytest.mark.parametrize(
    ("value", "main_value", "parameters"),
    [
        ("", "", {}),
        ("text/html", "text/html", {}),
        (" text/html ; Charset = utf-8 ", "text/html", {"charset": "utf-8"}),
        ("a;b=c;d=e", "a", {"b": "c", "d": "e"}),
        ("a; b", "a", {}),
        ("a; b=; c", "a", {"b": ""}),
        ("a;;;", "a", {}),
        (";a=b", "", {"a": "b"}),
        ("a; b=c; B=d", "a", {"b": "d"}),
        ("a; b=c=d", "a", {"b": "c=d"}),
        ("a; b='c;d'", "a", {"b": "'c"}),
        ('a; b="c;d"; e=f', "a", {"b": "c;d", "e": "f"}),
        (r'a; b="\"c\""; d=e', "a", {"b": '"c"', "d": "e"}),
        (r'a; b="c\\"; d=e', "a", {"b": "c\\", "d": "e"}),
        (r'a; b="c\d"', "a", {"b": r"c\d"}),
        ('a; b="c', "a", {"b": '"c'}),
        ('a; b="c; d=e', "a", {"b": '"c; d=e'}),
        ('a; b="', "a", {"b": '"'}),
        (r'a; b="\"', "a", {"b": "\\"}),
        ('a; b=c"d;e"; f=g', "a", {"b": 'c"d;e"', "f": "g"}),
        ('a; b"c;d"=e; f=g', "a", {"f": "g"}),
        ('"a;b"; c=d', '"a;b"', {"c": "d"}),
        ("a; b=\u00a0c\u00a0", "a", {"b": "\u00a0c\u00a0"}),
    ],
)
def test_parameters(value: str, main_value: str, parameters: dict[str, str]) -> None:
    assert parse_parameters(value) == (main_value, parameters)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("f*=utf-8''%E5%AF%8C", {"f": "富"}),
        ("f*=UTF-8'ja'%E5%AF%8C", {"f": "富"}),
        ("f*=\"utf-8''%20\"", {"f": " "}),
        ("f*=utf-8''a'b", {"f": "a'b"}),
        ("f*=utf-8''%22", {"f": '"'}),
        ("f*=iso-8859-1''%E4", {"f": "ä"}),
        ("f*=iso-8859-99''%E4", {"f": "ä"}),
        ("f*=rot13''%E4", {"f": "ä"}),
        ("f*=punycode''%E4", {"f": "ä"}),
        ("f*=utf-8''%E4", {"f": "\ufffd"}),
        ("f*=''%41", {"f": "A"}),
        ("f*=utf-8'%41", {"f": "utf-8'A"}),
        ("f*=%41", {"f": "A"}),
        ("f*=utf-8''x; f=y", {"f": "x"}),
        ("f=y; f*=utf-8''x", {"f": "x"}),
        ("f*1=b; f*0=a", {"f": "ab"}),
        ("f*10=c; f*9=b; f*0=a", {"f": "abc"}),
        ("f*0*=utf-8''%E5%AF; f*1*=%8C; f*2=%41", {"f": "富%41"}),
        ("f*x=a", {"f*x": "a"}),
        ("f**=a", {"f**": "a"}),
        ("*=a", {"*": "a"}),
        ("f*99999999999=a", {"f*99999999999": "a"}),
    ],
)
def test_extended_parameters(value: str, expected: dict[str, str]) -> None:
    assert parse_parameters("a; " + value) == ("a", expected)


def test_iteration_keeps_repeated_and_extended_parameters() -> None:
    value = "a; b=1; B=2; c*=utf-8''%41; d"
    assert list(iterate_parameters(value)) == [("b", "1"), ("b", "2"), ("c*", "utf-8''%41")]


@given(st.dictionaries(st.from_regex("[a-z]{1,4}", fullmatch=True), st.text()))
def test_what_was_quoted_is_parsed(parameters: dict[str, str]) -> None:
    value = "a"
    for name, text in parameters.items():
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        value += f'; {name}="{escaped}"'
    assert parse_parameters(value) == ("a", parameters)


@given(st.dictionaries(st.from_regex("[a-z]{1,4}", fullmatch=True), st.text()))
def test_what_was_extended_is_parsed(parameters: dict[str, str]) -> None:
    value = "a"
    for name, text in parameters.items():
        value += f"; {name}*=UTF-8''{quote(text, safe='')}"
    assert parse_parameters(value) == ("a", parameters)


@given(st.text(st.sampled_from("a;=\"\\*'0 %")))
def test_any_text_is_read(value: str) -> None:
    main_value, parameters = parse_parameters(value)
    assert value.strip().startswith(main_value)
    assert all(name == name.lower().strip() for name in parameters)


@pytest.mark.parametrize("text", [";", '"', "\\", "a=b;", '"\\', "*0=", " "])
def test_a_long_value_takes_no_quadratic_time(text: str) -> None:
    # A quadratic parser would need hours for this, and fail by pytest's time limit.
    assert parse_parameters('form-data; x="' + text * 1_000_000)[0] == "form-data"
