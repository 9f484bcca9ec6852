"""Cuts a template's source into text, expressions and tags."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from fujita.template.errors import ParseError

# Of three or more braces in a row the last two are the delimiter: `{{{x}}}` prints x in braces.
_OPENING = re.compile(r"\{(?:[%#]|\{(?!\{))")

_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_MISSING_CLOSING = {
    "{{": "Missing end expression }}",
    "{%": "Missing end block %}",
    "{#": "Missing end comment #}",
}


class TokenKind(Enum):
    """What a piece of source is for."""

    TEXT = "text"
    EXPRESSION = "{{ }}"
    TAG = "{% %}"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a template's source.

    Attributes:
        kind: What the piece is for.
        content: Text as it is; of an expression or a tag, what stands between the delimiters,
            without the whitespace around it.
        line: The line on which the piece begins, counted from 1.
    """

    kind: TokenKind
    content: str
    line: int


def tokenize(source: str, name: str) -> Iterator[Token]:
    """Cuts a template's source into tokens; comments leave none.

    Args:
        source: The template.
        name: Its name, for error messages.

    Yields:
        The tokens in their order. Whatever interrupts a text (a tag, a comment, an escaped
        delimiter) makes two texts of it.

    Raises:
        ParseError: A delimiter is not closed, or there is nothing between two of them.
    """
    position, line = 0, 1
    while (opening := _OPENING.search(source, position)) is not None:
        if opening.start() > position:
            text = source[position : opening.start()]
            yield Token(TokenKind.TEXT, text, line)
            line += text.count("\n")
        delimiter, position = opening[0], opening.end()
        if source.startswith("!", position):
            yield Token(TokenKind.TEXT, delimiter, line)
            position += 1
            continue
        end = source.find(_CLOSING[delimiter], position)
        if end < 0:
            raise ParseError(_MISSING_CLOSING[delimiter], name, line)
        content = source[position:end]
        if delimiter != "{#":
            yield _directive(delimiter, content.strip(), name, line)
        line += content.count("\n")
        position = end + 2
    if position < len(source):
        yield Token(TokenKind.TEXT, source[position:], line)


def _directive(delimiter: str, content: str, name: str, line: int) -> Token:
    if delimiter == "{{":
        if not content:
            raise ParseError("Empty expression", name, line)
        return Token(TokenKind.EXPRESSION, content, line)
    if not content:
        raise ParseError("Empty block tag ({% %})", name, line)
    return Token(TokenKind.TAG, content, line)
