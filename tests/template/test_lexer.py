import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.template import ParseError, Template
from fujita.template.lexer import Token, TokenKind, tokenize

TEXT, EXPRESSION, TAG = TokenKind.TEXT, TokenKind.EXPRESSION, TokenKind.TAG
DELIMITER = re.compile(r"\{[{%#]")

# Letters that make the interesting cases likely.
MARKUP = st.text(alphabet="{}%#!x' \n")
PLAIN = st.text(st.characters(exclude_categories=["Cs"])).filter(
    lambda text: DELIMITER.search(text) is None
)


def lex(source: str) -> list[tuple[TokenKind, str]]:
    return [(token.kind, token.content) for token in tokenize(source, "page")]


@pytest.mark.parametrize(
    ("source", "tokens"),
    [
        ("", []),
        ("text", [(TEXT, "text")]),
        ("a{{ b }}c", [(TEXT, "a"), (EXPRESSION, "b"), (TEXT, "c")]),
        ("{% if x %}", [(TAG, "if x")]),
        ("{%\n  if x\n%}", [(TAG, "if x")]),
        ("a{# b {{ c }} {% d %} #}e", [(TEXT, "a"), (TEXT, "e")]),
        ("{##}", []),
        ("{# '#}' #}", [(TEXT, "' #}")]),
        ("}} %} #}", [(TEXT, "}} %} #}")]),
        ("{ { {", [(TEXT, "{ { {")]),
        ("{{ {1: 2} }}", [(EXPRESSION, "{1: 2}")]),
        ("{{ {1: {2: 3}} }}", [(EXPRESSION, "{1: {2: 3"), (TEXT, " }}")]),
        ("{{ '%}' }}", [(EXPRESSION, "'%}'")]),
    ],
)
def test_tokens(source: str, tokens: list[tuple[TokenKind, str]]) -> None:
    assert lex(source) == tokens


@pytest.mark.parametrize(
    ("source", "tokens"),
    [
        ("{{{ x }}}", [(TEXT, "{"), (EXPRESSION, "x"), (TEXT, "}")]),
        ("{{{{{x}}", [(TEXT, "{{{"), (EXPRESSION, "x")]),
        ("{{{!x}}", [(TEXT, "{"), (TEXT, "{{"), (TEXT, "x}}")]),
        ("{{%x}}", [(EXPRESSION, "%x")]),
        ("{{#x}}", [(EXPRESSION, "#x")]),
        ("{%{x}%}", [(TAG, "{x}")]),
    ],
)
def test_the_last_two_of_many_braces_open(source: str, tokens: list[tuple[TokenKind, str]]) -> None:
    assert lex(source) == tokens


@pytest.mark.parametrize("delimiter", ["{{", "{%", "{#"])
def test_exclamation_mark_makes_text_of_a_delimiter(delimiter: str) -> None:
    assert lex(f"a{delimiter}! b") == [(TEXT, "a"), (TEXT, delimiter), (TEXT, " b")]


def test_lines_are_those_on_which_tokens_begin() -> None:
    source = "a\n{{\nb }}{# \n #}\n{{!\n{% if\nx %}"
    assert list(tokenize(source, "page")) == [
        Token(TEXT, "a\n", 1),
        Token(EXPRESSION, "b", 2),
        Token(TEXT, "\n", 4),
        Token(TEXT, "{{", 5),
        Token(TEXT, "\n", 5),
        Token(TAG, "if\nx", 6),
    ]


@pytest.mark.parametrize(
    ("source", "message", "line"),
    [
        ("{{", "Missing end expression }}", 1),
        ("\n\n{{ x", "Missing end expression }}", 3),
        ("{{{", "Missing end expression }}", 1),
        ("{{ x %}", "Missing end expression }}", 1),
        ("a\r\n{% x }}", "Missing end block %}", 2),
        ("{% x %}\n{#", "Missing end comment #}", 2),
        ("{{}}", "Empty expression", 1),
        ("{{ \n }}", "Empty expression", 1),
        ("\n{% %}", "Empty block tag ({% %})", 2),
    ],
)
def test_errors(source: str, message: str, line: int) -> None:
    with pytest.raises(ParseError) as caught:
        list(tokenize(source, "page"))
    assert (caught.value.message, caught.value.lineno) == (message, line)
    assert caught.value.filename == "page"


@given(PLAIN)
def test_text_without_delimiters_is_its_own_rendering(text: str) -> None:
    assert Template(text).generate() == text.encode()


@given(MARKUP)
def test_escaping_every_delimiter_gives_the_text_back(text: str) -> None:
    # An escape takes the last two braces, so a run of them is written one escape at a time.
    source = re.sub(r"\{(?=[{%#])", "{{ '{' }}", text)
    assert Template(source).generate() == text.encode()


@given(MARKUP)
def test_any_source_is_cut_without_loss(source: str) -> None:
    try:
        tokens = list(tokenize(source, "page"))
    except ParseError:
        return
    position = 0
    for token in tokens:
        position = source.index(token.content, position) + len(token.content)
        assert token.line <= source[:position].count("\n") + 1
    if "{#" not in source:
        left_out = len(source) - sum(len(token.content) for token in tokens)
        assert left_out >= 4 * sum(token.kind is not TEXT for token in tokens)


@given(st.lists(st.one_of(PLAIN.filter(lambda text: "{" not in text), st.integers())))
def test_texts_and_values_come_out_in_their_order(parts: list[str | int]) -> None:
    source = "".join(part if isinstance(part, str) else f"{{{{ {part} }}}}" for part in parts)
    assert Template(source).generate() == "".join(map(str, parts)).encode()
