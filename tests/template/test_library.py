"""Includes and inheritance; the expected outputs were observed with Tornado 6.6.1."""

import pytest

from fujita.template import DictLoader, ParseError, Template


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a": "{% include b %}!", "b": "x"}, b"x!"),
        ({"a": "{% include b %}{% include 'b' %}{% include \"b\" %}", "b": "x"}, b"xxx"),
        ({"a": "{% include b c %}", "b c": "x"}, b"x"),
        ({"a": "{% set y = 1 %}{% include b %}{{ y }}", "b": "{{ y }}{% set y = 2 %}"}, b"12"),
        ({"a": "{% include b %}{{ '<' }}", "b": "{% autoescape None %}{{ '<' }}"}, b"<&lt;"),
        (
            {
                "a": "{% for i in [1, 2] %}{% include b %}{% end %}",
                "b": "{% for j in [1] %}{% break %}{% end %}x",
            },
            b"xx",
        ),
    ],
)
def test_include(files: dict[str, str], expected: bytes) -> None:
    assert DictLoader(files).load("a").generate() == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # Which block counts.
        ({"a": "{% extends b %}{% block q %}A{% end %}", "b": "[{% block q %}B{% end %}]"}, b"[A]"),
        ({"a": "{% extends b %}", "b": "[{% block q %}B{% end %}]"}, b"[B]"),
        (
            {
                "a": "{% extends b %}",
                "b": "{% extends c %}{% block q %}B{% end %}",
                "c": "[{% block q %}C{% end %}{% block r %}R{% end %}]",
            },
            b"[BR]",
        ),
        (
            {
                "a": "{% extends b %}{% block r %}A{% end %}",
                "b": "{% extends c %}{% block q %}B{% block r %}BR{% end %}{% end %}",
                "c": "[{% block q %}C{% end %}]",
            },
            b"[BA]",
        ),
        (
            {
                "a": "{% extends b %}{% block q %}{% block r %}AR{% end %}{% end %}",
                "b": "[{% block q %}{% end %}{% block r %}BR{% end %}]",
            },
            b"[ARAR]",
        ),
        (
            {
                "a": "{% extends b %}{% block q %}A1{% end %}{% block q %}A2{% end %}",
                "b": "[{% block q %}{% end %}]",
            },
            b"[A2]",
        ),
        # Quotes are part of a block's name.
        (
            {"a": "{% extends b %}{% block 'q' %}A{% end %}", "b": "[{% block q %}B{% end %}]"},
            b"[B]",
        ),
        # Blocks are found wherever they stand.
        (
            {
                "a": "{% extends b %}{% if 0 %}{% block q %}A{% end %}{% end %}"
                "{% apply repr %}{% block r %}AR{% end %}{% end %}",
                "b": "[{% block q %}B{% end %}{% block r %}{% end %}]",
            },
            b"[AAR]",
        ),
        (
            {
                "a": "{% extends b %}{% block q %}A{% end %}",
                "b": "{% include c %}",
                "c": "<{% block q %}C{% end %}>",
            },
            b"<A>",
        ),
        (
            {
                "a": "{% extends b %}{% include c %}",
                "b": "[{% block q %}{% end %}]",
                "c": "{% block q %}C{% end %}",
            },
            b"[C]",
        ),
        (
            {"a": "{% include b %}{% block q %}A{% end %}", "b": "<{% block q %}B{% end %}>"},
            b"<A>A",
        ),
        (
            {"a": "{% block q %}A{% end %}{% include b %}", "b": "<{% block q %}B{% end %}>"},
            b"B<B>",
        ),
        # What stands outside of blocks in a template that extends another does not run.
        (
            {
                "a": "{% extends b %}text{{ 1/0 }}{% block q %}A{% end %}",
                "b": "[{% block q %}{% end %}]",
            },
            b"[A]",
        ),
        ({"a": "x{% extends b %}{% extends c %}", "b": "xb", "c": "xc"}, b"xc"),
    ],
)
def test_inheritance(files: dict[str, str], expected: bytes) -> None:
    assert DictLoader(files).load("a").generate() == expected


@pytest.mark.parametrize(
    ("child", "base", "expected"),
    [
        ("{% extends base %}", "{% autoescape None %}{% block q %}{{ '<' }}{% end %}", b"<"),
        (
            "{% extends base %}{% block q %}{{ '<' }}{% end %}",
            "{% autoescape None %}{% block q %}{% end %}",
            b"&lt;",
        ),
        (
            "{% autoescape None %}{% extends base %}{% block q %}{{ '<' }}{% end %}",
            "{% block q %}{% end %}{{ '<' }}",
            b"<&lt;",
        ),
    ],
)
def test_each_block_is_escaped_by_the_rule_of_its_own_file(
    child: str, base: str, expected: bytes
) -> None:
    assert DictLoader({"child": child, "base": base}).load("child").generate() == expected


def test_names_are_relative_to_the_file_in_which_they_stand() -> None:
    files = {
        "d/a": "{% extends '../e/b' %}{% block q %}{% include 'i' %}{% end %}",
        "e/b": "{% include 'i' %}[{% block q %}{% end %}]{% include '../i' %}",
        "d/i": "D",
        "e/i": "E",
        "i": "root",
    }
    assert DictLoader(files).load("d/a").generate() == b"E[D]root"


@pytest.mark.parametrize("directive", ["include", "extends"])
def test_template_without_loader_cannot_refer_to_others(directive: str) -> None:
    with pytest.raises(ParseError) as caught:
        Template(f"\n{{% {directive} 'b' %}}", name="page")
    assert str(caught.value) == (
        f"{{% {directive} %}} block found, but no template loader at page:2"
    )


def test_included_template_cannot_extend() -> None:
    files = {"a": "\n{% include b %}", "b": "\n\n{% extends c %}", "c": ""}
    with pytest.raises(ParseError, match=r"extends 'c' in a template that a:2 includes.* at b:3"):
        DictLoader(files).load("a")


def test_errors_of_other_templates_say_how_one_came_there() -> None:
    files = {"a": "{% extends b %}", "b": "\n{% include c %}", "c": "{% include d %}"}
    with pytest.raises(KeyError) as caught:
        DictLoader(files).load("a")
    assert caught.value.__notes__ == [
        "in {% include d %} at c:1",
        "in {% include c %} at b:2",
        "in {% extends b %} at a:1",
    ]
