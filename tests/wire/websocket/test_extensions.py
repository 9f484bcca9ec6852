import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.wire.websocket import parse_subprotocols
from fujita.wire.websocket.extensions import Parameter, format_extension, parse_extensions

TOKENS = st.from_regex(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", fullmatch=True)


def test_parses_names_parameters_and_quoted_values() -> None:
    header = 'foo, bar; a ; b=1 ;c="2",  permessage-deflate;\tx = "\\3\\4"'
    assert parse_extensions(header) == [
        ("foo", []),
        ("bar", [("a", None), ("b", "1"), ("c", "2")]),
        ("permessage-deflate", [("x", "34")]),
    ]


@pytest.mark.parametrize("header", ["", " ", ",", " , ,\t"])
def test_an_empty_list_has_no_extensions(header: str) -> None:
    assert parse_extensions(header) == []


def test_empty_elements_are_passed_over() -> None:
    assert parse_extensions(", a,, b; c, ") == [("a", []), ("b", [("c", None)])]


@pytest.mark.parametrize(
    "header",
    [
        ";;;",
        "a;",
        "a;;b",
        "a; ,b",
        "a=1",
        "a; b=",
        "a; =1",
        'a; b="',
        'a; b="1',
        'a; b=""',
        'a; b="1,2"',
        'a; b="1 "',
        'a; b="1\\"',
        "a b",
        "a; b c",
        "a; b=1 2",
        "é",
        "a\n",
        "(a)",
    ],
)
def test_what_breaks_the_grammar_is_refused(header: str) -> None:
    with pytest.raises(ValueError, match="malformed Sec-WebSocket-Extensions"):
        parse_extensions(header)


@given(
    st.lists(
        st.tuples(TOKENS, st.lists(st.tuples(TOKENS, st.none() | TOKENS), max_size=4)), max_size=4
    )
)
def test_what_is_formatted_parses_to_the_same(
    extensions: list[tuple[str, list[Parameter]]],
) -> None:
    header = ", ".join(format_extension(*extension) for extension in extensions)
    assert parse_extensions(header) == extensions


@given(st.text(alphabet='ab;,=" \\\t', max_size=30))
def test_any_text_parses_or_is_a_value_error(header: str) -> None:
    with contextlib.suppress(ValueError):
        parse_extensions(header)


def test_parsing_is_linear() -> None:
    with pytest.raises(ValueError, match="malformed"):
        parse_extensions('a; b="' + "\\" * 60_001)
    assert len(parse_extensions("a;b, " * 20_000)) == 20_000


def test_subprotocols() -> None:
    assert parse_subprotocols("chat, superchat,\tv1.x ,, ") == ["chat", "superchat", "v1.x"]
    assert parse_subprotocols("") == []
