import pytest

from fujita.template import ParseError, Template
from fujita.template.nodes import Block, Control, Expression, Statement, Text
from fujita.template.parser import parse, walk


@pytest.mark.parametrize(
    ("source", "message", "line"),
    [
        ("{% if x %}", "Missing {% end %} block for if", 1),
        ("\n{% for x in y %}\n\n", "Missing {% end %} block for for", 2),
        ("{% if x %}\n{% block b %}", "Missing {% end %} block for block", 2),
        ("{% for x in y %}{% apply f %}", "Missing {% end %} block for apply", 1),
        ("\n\n{% end %}", "Extra {% end %} block", 3),
        ("{% if x %}{% end %}{% end %}", "Extra {% end %} block", 1),
        ("{% else %}", "else outside if, for, while, try block", 1),
        ("{% elif x %}", "elif outside if block", 1),
        ("{% except %}", "except outside try block", 1),
        ("{% finally %}", "finally outside try block", 1),
        ("{% try %}\n{% elif x %}", "elif block cannot be attached to try block", 2),
        ("{% for x in y %}{% elif x %}", "elif block cannot be attached to for block", 1),
        ("{% if x %}{% except %}", "except block cannot be attached to if block", 1),
        ("{% block x %}{% else %}", "else block cannot be attached to block block", 1),
        ("{% apply x %}{% else %}", "else block cannot be attached to apply block", 1),
        ("{% break %}", "break outside for, while block", 1),
        ("{% if x %}{% continue %}{% end %}", "continue outside for, while block", 1),
        ("{% for x in y %}{% apply f %}{% break %}", "break outside for, while block", 1),
        ("{% block x %}{% break %}{% end %}", "break outside for, while block", 1),
        ("\n{% with x %}", "unknown operator: 'with'", 2),
        ("{% IF x %}", "unknown operator: 'IF'", 1),
        ("{% if x %}{% endif %}", "unknown operator: 'endif'", 1),
        ("{% if(x) %}", "unknown operator: 'if(x)'", 1),
        ("{% apply %}x{% end %}", "apply missing method name", 1),
        ("{% block %}x{% end %}", "block missing name", 1),
        ("{% extends %}", "extends missing file path", 1),
        ("{% extends '' %}", "extends missing file path", 1),
        ('{% include "" %}', "include missing file path", 1),
        ("{% import %}", "import missing statement", 1),
        ("{% from %}", "from missing statement", 1),
        ("{% set %}", "set missing statement", 1),
        ("{% if x %}{% extends 'y' %}", "extends inside if block, must stand outside all", 1),
        (
            "\n{% whitespace none %}",
            "invalid whitespace mode none, expected one of all, single, oneline",
            2,
        ),
    ],
)
def test_errors(source: str, message: str, line: int) -> None:
    with pytest.raises(ParseError) as caught:
        Template(source, name="page.txt")
    error = caught.value
    assert (error.message, error.filename, error.lineno) == (message, "page.txt", line)


def test_unknown_whitespace_mode_is_an_error_even_of_an_empty_template() -> None:
    with pytest.raises(ValueError, match="invalid whitespace mode none"):
        parse("", "page", None, "none")


def test_document_keeps_what_its_tags_say_of_the_file() -> None:
    document = parse("{% extends a %}\n{% extends 'b' %}{% autoescape f %}", "page", None, "all")
    assert document.parents == [("a", 1), ("b", 2)]
    assert document.autoescape == "f"


def test_walk_meets_outer_nodes_first() -> None:
    source = "{% block a %}{% if x %}{% block b %}{% end %}{% else %}y{% end %}{% end %}{{ z }}"
    document = parse(source, "page", None, "all")
    kinds = [type(node) for node in walk(document.body)]
    assert kinds == [Block, Control, Block, Text, Expression]


def test_operator_may_be_followed_by_any_whitespace() -> None:
    document = parse("{% set\tx = 1 %}{%set\n y = 2 %}", "page", None, "all")
    assert document.body == [Statement("x = 1", 1), Statement("y = 2", 1)]


def test_words_after_end_are_ignored() -> None:
    assert Template("{% if 1 %}a{% end if %}").generate() == b"a"
