"""What each directive renders; the expected outputs were observed with Tornado 6.6.1."""

from typing import Any

import pytest

from fujita.template import DictLoader, Template


def render(source: str, /, **namespace: Any) -> bytes:
    return Template(source).generate(**namespace)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", b""),
        ("'\"\\ \n%s %(x)s {0}", b"'\"\\ \n%s %(x)s {0}"),
        ("\x00\u2028é", b"\x00\xe2\x80\xa8\xc3\xa9"),
        ("{{! x }}{%! x %}{#! x #}", b"{{ x }}{% x %}{# x #}"),
        ("{{!{{ 1 }}", b"{{1"),
        ("{{{ 1 }}}", b"{1}"),
        ("{# a #}b{# c #}", b"b"),
        ("{% comment a %}b{%comment%}{% comment {{ x }} %}c", b"bc"),
    ],
)
def test_text(source: str, expected: bytes) -> None:
    assert render(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ 2 + 2 }}", b"4"),
        ("{{ 1, 2 }}", b"(1, 2)"),
        ("{{ *[1], *[2] }}", b"(1, 2)"),
        ("{{ (1,\n 2) }}", b"(1, 2)"),
        ("{{ 3 \\\n + 4 }}", b"7"),
        ("{{ '''a\nb''' }}", b"a\nb"),
        ("{{ 'a' 'b' }}", b"ab"),
        ("{{ 1 # said aside }}", b"1"),
        ("{{ 1; 2 }}", b"1"),
        ("{{ x = 5 }}{{ x }}", b"55"),
        ("{{ (x := 5) }}{{ x }}", b"55"),
        ("{{ [i for i in (1, 2) if i in [j for j in (2, 3)]] }}", b"[2]"),
        ("{{ 'é' }}", b"\xc3\xa9"),
        ("{% raw '<' %}{{ '<' }}", b"<&lt;"),
        ("{% raw 'a' 'b' %}", b"ab"),
    ],
)
def test_expression(source: str, expected: bytes) -> None:
    assert render(source) == expected


@pytest.mark.parametrize("expression", ["1) + (2", "1\n+ 2", "import os", "a: int = 3", ")", "1 +"])
def test_expression_that_is_none(expression: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SyntaxError):
        Template("{{ " + expression + " }}")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% set x = 1 %}{{ x }}", b"1"),
        ("{% set x=1; y=2 %}{{ x }}{{ y }}", b"12"),
        ("{% set x = [\n1,\n2] %}{{ x }}", b"[1, 2]"),
        ("{% set x = 1 # said aside %}{{ x }}", b"1"),
        ("{% set (a, b) = 1, 2 %}{{ a }}{{ b }}", b"12"),
        ("{% set a = b = 3 %}{{ a + b }}", b"6"),
        ("{% set def f(): return 1 %}{{ f() }}", b"1"),
        ("{% set global z; z = 3 %}{{ z }}", b"3"),
        ("{% set n = [3] %}{% while n[0] %}{% set n[0] -= 1 %}x{% end %}", b"xxx"),
        ("{% import os.path %}{{ os.path.basename('a/b') }}", b"b"),
        ("{% import os.path as p %}{{ p.basename('a/b') }}", b"b"),
        ("{% from os.path import basename as b, dirname %}{{ b('a/b') }}", b"b"),
        ("{% if 1 %}{% import os %}{% end %}{{ os.curdir }}", b"."),
    ],
)
def test_statement(source: str, expected: bytes) -> None:
    assert render(source) == expected


@pytest.mark.parametrize(
    "source", ["{% set x += 1 %}", "{% set del x %}", "{{ x }}{% set x = 1 %}"]
)
def test_a_name_that_is_set_is_local_to_the_template(source: str) -> None:
    with pytest.raises(UnboundLocalError):
        render(source, x=0)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% if x > 4 %}yes{% else %}no{% end %}", b"no"),
        ("{% if x > 4 %}a{% elif x > 2 %}b{% elif x > 1 %}c{% else %}d{% end %}", b"b"),
        ("{%if x%}{%\nif x\n%}y{%end%}{%\nend\n%}", b"y"),
        ("{% if (x or\n2) %}a{% end %}", b"a"),
        ("{% if y := 7 %}{{ y }}{% end %}", b"7"),
        ("{% if True %}{% else %}{% end %}", b""),
        ("{% if 1 %}{% comment %}{# #}{% autoescape None %}{% end %}", b""),
        ("{% if 1 %}{% block b %}{% end %}{% end %}", b""),
        ("{% for i in range(3) %}{% if i %},{% end %}{{ i }}{% end %}", b"0,1,2"),
        ("{% for i, (a, b) in enumerate([(1, 2)]) %}{{ i }}{{ a }}{{ b }}{% end %}", b"012"),
        ("{% for i in [] %}a{% else %}b{% end %}", b"b"),
        ("{% for i in [1] %}a{% break %}{% else %}b{% end %}", b"a"),
        ("{% for i in [1, 2] %}{% if i == 1 %}{% continue %}{% end %}{{ i }}{% end %}", b"2"),
        ("{% for i in [1, 2] %}{% block b %}{% break %}{% end %}{{ i }}{% end %}", b""),
        ("{% for i in [1] %}{% try %}{% break %}{% finally %}f{% end %}{% end %}", b"f"),
        ("{% for i in [3] %}{% end %}{{ i }}", b"3"),
        ("{% while 1 %}{% if 1 %}{% break %}{% end %}{% end %}", b""),
        ("{% while 0 %}a{% else %}b{% end %}", b"b"),
        ("{% set y = 1 %}{% for i in [1] %}{% set y = 2 %}{% end %}{{ y }}", b"2"),
    ],
)
def test_control(source: str, expected: bytes) -> None:
    assert render(source, x=3) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% try %}a{% finally %}b{% end %}", b"ab"),
        ("{% try %}a{{ 1/0 }}b{% except %}c{% else %}d{% finally %}e{% end %}", b"ace"),
        ("{% try %}a{% except %}c{% else %}d{% finally %}e{% end %}", b"ade"),
        (
            "{% try %}{{ 1/0 }}{% except ZeroDivisionError as e %}{{ e }}{% end %}",
            b"division by zero",
        ),
        ("{% try %}{{ 1/0 }}{% except KeyError %}k{% except ZeroDivisionError %}z{% end %}", b"z"),
        (
            "{% try %}a{% for i in [1, 0] %}<{{ 1/i }}>{% end %}b{% except %}c{% end %}",
            b"a<1.0><c",
        ),
        ("{% try %}{% apply repr %}z{{ 1/0 }}{% end %}{% except %}c{% end %}", b"c"),
    ],
)
def test_try_keeps_what_was_output_before_the_error(source: str, expected: bytes) -> None:
    assert render(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% apply f %}x{% end %}", b"b'x'"),
        ("{% apply f %}{% end %}", b"b''"),
        ("{% apply f %}{% apply f %}x{% end %}{% end %}{% apply f %}y{% end %}", b"b\"b'x'\"b'y'"),
        ("{% apply escape %}<{{ '<' }}{% end %}", b"&lt;&amp;lt;"),
        ("{% apply linkify %}http://x.com{% end %}", b'<a href="http://x.com">http://x.com</a>'),
        ("{% apply f %}{% set x = 2 %}{{ x }}{% end %}{{ x }}", b"b'2'0"),
        (
            "{% set y = 1 %}{% apply f %}{{ y }}{% apply f %}{{ y }}{% end %}{% end %}",
            b"b\"1b'1'\"",
        ),
        ("{% apply f %}{% for i in [1] %}{% break %}{% end %}x{% end %}", b"b'x'"),
        ("{% apply (lambda s: b'\\xff') %}x{% end %}", b"\xff"),
        ("{% apply f %}{% raw b'\\xff' %}é{% end %}", b"b'\\xff\\xc3\\xa9'"),
    ],
)
def test_apply(source: str, expected: bytes) -> None:
    assert render(source, f=repr, x=0) == expected


def test_any_whitespace_may_follow_an_operator_unlike_tornado() -> None:
    assert render("{%if\n1%}{% set\tx = 1 %}{{ x }}{%end%}") == b"1"


def test_apply_takes_a_lambda_without_parentheses_unlike_tornado() -> None:
    assert render("{% apply lambda text: text.upper() %}x{% end %}") == b"X"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% block a %}x{% end %}", b"x"),
        ("{% block a %}{% block b %}x{% end %}y{% end %}", b"xy"),
        ("{% block a %}x{% end %}{% block a %}y{% end %}", b"yy"),
        ("{% block a %}{% block a %}y{% end %}{% end %}", b"y"),
    ],
)
def test_block(source: str, expected: bytes) -> None:
    assert render(source) == expected


@pytest.mark.parametrize(
    ("result", "expected"), [("<b>", b"<b>"), (b"\xff", b"\xff"), (5, b"5"), (None, b"None")]
)
def test_module_shows_what_its_namespace_returns(result: object, expected: bytes) -> None:
    class Modules:
        @staticmethod
        def Panel(title: str, *, wide: bool) -> object:
            assert title == "t"
            assert wide
            return result

    loader = DictLoader(
        {"page": "{% module Panel('t', wide=True) %}{{ '<' }}"}, namespace={"_tt_modules": Modules}
    )
    assert loader.load("page").generate() == expected + b"&lt;"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% whitespace single %} a  b \n\n c", b" a b\nc"),
        ("{% whitespace oneline %} a \n\n c\t\t", b" a c "),
        ("  x  {% whitespace oneline %}  y  {% whitespace all %}  z  ", b"  x   y   z  "),
        ("{% if 1 %}{% whitespace oneline %}{% end %}  x  ", b" x "),
        ("{% whitespace oneline %}{{ '  ' }}", b"  "),
        ("{% whitespace oneline %} {# #} ", b"  "),
        ("{% whitespace oneline %}  <pre>  x  </pre>  {{ 1 }}  y", b"  <pre>  x  </pre>  1 y"),
        ("{% whitespace oneline %}  <pre class=a>  x", b" <pre class=a> x"),
    ],
)
def test_whitespace(source: str, expected: bytes) -> None:
    assert render(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ '<' }}{% autoescape None %}", b"<"),
        ("{% autoescape %}{{ '<' }}", b"<"),
        ("{% autoescape url_escape %}{{ 'a b' }}", b"a+b"),
        ("{% autoescape repr %}{{ 'a b' }}{% raw 'a b' %}", b"b'a b'a b"),
        ("{{ '<' }}{% autoescape None %}{{ '<' }}{% autoescape repr %}{{ '<' }}", b"b'<'" * 3),
        ("{% set xhtml_escape = repr %}{{ '<' }}", b"b'<'"),
        ("{% from urllib.parse import quote %}{% autoescape quote %}{{ '<' }}", b"%3C"),
    ],
)
def test_autoescape(source: str, expected: bytes) -> None:
    assert render(source) == expected


def test_generator_is_made_of_a_template_that_yields() -> None:
    generator: Any = render("a{{ yield 1 }}b")
    assert next(generator) == 1
    with pytest.raises(StopIteration) as stop:
        generator.send("<")
    assert stop.value.value == b"a&lt;b"
