import linecache
import traceback
from itertools import pairwise
from typing import Any

import pytest

from fujita.template import DictLoader, ParseError, Template


def test_variables_hide_the_loaders_names_and_these_the_built_in_ones() -> None:
    loader = DictLoader(
        {"page": "{{ escape('<') }}{{ datetime }}{{ x }}"},
        namespace={"escape": lambda text: "own", "x": 1},
    )
    page = loader.load("page")
    assert page.generate(datetime=2) == b"own21"
    assert page.generate(datetime=2, x=3) == b"own23"


@pytest.mark.parametrize("where", ["loader", "variable"])
def test_escaping_function_is_looked_up_when_it_is_needed(where: str) -> None:
    own = {"xhtml_escape": lambda value: f"own{value!r}"}
    loader = DictLoader({"page": "{{ '<' }}"}, namespace=own if where == "loader" else None)
    page = loader.load("page")
    assert page.generate(**(own if where == "variable" else {})) == b"ownb'<'"


def test_templates_do_not_share_variables_between_renderings() -> None:
    page = Template("{% set global x; x = 1 %}")
    page.generate()
    with pytest.raises(NameError):
        Template("{{ x }}").generate()


def test_name_of_the_module_that_a_template_becomes() -> None:
    page = Template("{{ __name__ }}", name="some.page.txt")
    assert page.generate() == b"some_page_txt"
    assert page.compiled.co_filename == "some_page_txt.generated.py"


def test_attributes() -> None:
    loader = DictLoader({}, autoescape=None, namespace={"x": 1})
    page = Template("text", name="page", loader=loader)
    assert (page.name, page.loader, page.namespace) == ("page", loader, {"x": 1})
    assert page.autoescape is None
    assert "text" in page.code
    assert Template("").namespace == {}
    assert Template("").autoescape == "xhtml_escape"


def test_template_may_be_bytes() -> None:
    assert Template("é{{ 'é' }}".encode()).generate() == "éé".encode()
    with pytest.raises(UnicodeDecodeError):
        Template(b"\xff")
    with pytest.raises(TypeError):
        Template(5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, b"  <  \n  "),
        ({"name": "page.html"}, b" <\n"),
        ({"compress_whitespace": True}, b" <\n"),
        ({"name": "page.html", "compress_whitespace": False}, b"  <  \n  "),
        ({"whitespace": "oneline"}, b" < "),
        ({"name": "page.html", "whitespace": "all"}, b"  <  \n  "),
    ],
)
def test_whitespace_argument(arguments: dict[str, Any], expected: bytes) -> None:
    assert Template("  <  \n  ", **arguments).generate() == expected


def test_two_whitespace_arguments_contradict() -> None:
    with pytest.raises(ValueError, match="both whitespace and compress_whitespace"):
        Template("", compress_whitespace=True, whitespace="all")


@pytest.mark.parametrize(
    ("argument", "expected"),
    [(None, b"<"), ("", b"<"), ("repr", b"b'<'"), ("xhtml_escape", b"&lt;")],
)
def test_autoescape_argument_outranks_the_loader(argument: str | None, expected: bytes) -> None:
    loader = DictLoader({}, autoescape="url_escape")
    assert Template("{{ '<' }}", loader=loader, autoescape=argument).generate() == expected
    assert Template("{{ '<' }}", loader=loader).generate() == b"%3C"


def test_loaders_whitespace_outranks_the_ending() -> None:
    loader = DictLoader({}, whitespace="all")
    assert Template(" \n ", name="page.html", loader=loader).generate() == b" \n "


# Errors in a rendering.


def places(files: dict[str, str], **namespace: Any) -> list[str]:
    """The comments at the ends of the generated lines that a traceback shows."""
    with pytest.raises(ZeroDivisionError) as caught:
        DictLoader(files).load("a.html").generate(**namespace)
    lines = "".join(traceback.format_exception(caught.value)).splitlines()
    shown = [after for line, after in pairwise(lines) if "generated.py" in line]
    return [line.rpartition("# ")[2] for line in shown]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x\n{{ 1/0 }}\n", ["a.html:2"]),
        ("x\n\n{% raw 1/0 %}", ["a.html:3"]),
        ("x\n\n{% if 1/0 %}{% end %}", ["a.html:3"]),
        ("\n{% if 0 %}\n{% elif 1/0 %}{% end %}", ["a.html:3"]),
        ("\n{% for x in 1/0 %}{% end %}", ["a.html:2"]),
        ("\n{% while 1/0 %}{% end %}", ["a.html:2"]),
        ("\n{% set x = 1/0 %}", ["a.html:2"]),
        ("\n{% apply f %}\n{{ 1/0 }}{% end %}", ["a.html:2", "a.html:3"]),
        ("\n{{ x }}", ["a.html:2"]),
        ("\n{{\n\n1/0 }}", ["a.html:2"]),
        ("{# \n\n #}{{!\n{% comment \n %}\n{{ 1/0 }}", ["a.html:6"]),
        ("{{ (1,\n2,\n1/0) }}", ["a.html:1"]),
    ],
)
def test_traceback_names_the_line(source: str, expected: list[str]) -> None:
    class Unprintable:
        def __str__(self) -> str:
            raise ZeroDivisionError

    assert places({"a.html": source}, f=str, x=Unprintable()) == expected


def test_traceback_names_the_way_through_includes_and_blocks() -> None:
    files = {
        "a.html": "{% extends b %}\n{% block q %}\n{% include i %}{% end %}",
        "b": "\n\n{% extends c %}{% block r %}\n{% block q %}{% end %}{% end %}",
        "c": "\n\n\n\n{% block r %}{% end %}",
        "i": "\n{{ 1/0 }}",
    }
    assert places(files) == ["i:2 (via a.html:3, b:4, c:5)"]


def test_traceback_shows_the_code_of_the_template_that_failed_last() -> None:
    assert places({"a.html": "{{ 1/0 }}"}) == ["a.html:1"]
    assert places({"a.html": "\n\n{% if 1/0 %}{% end %}"}) == ["a.html:3"]
    assert places({"a.html": "{{ 1/0 }}"}) == ["a.html:1"]


def test_source_of_the_code_can_be_had_from_linecache() -> None:
    page = Template("text", name="for_debuggers")
    linecache.lazycache(page.compiled.co_filename, page._own_namespace)
    assert "".join(linecache.getlines(page.compiled.co_filename)) == page.code


def test_warning_in_a_template_names_the_generated_file() -> None:
    page = Template("{% import warnings %}{% set warnings.warn('careful') %}done", name="page")
    with pytest.warns(UserWarning, match="careful") as caught:
        assert page.generate() == b"done"
    assert caught[0].filename == "page.generated.py"


def test_python_that_does_not_parse_is_logged_and_located(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(SyntaxError) as caught:
        DictLoader({"page.html": "\n{{ 1 + }}"}).load("page.html")
    assert caught.value.filename == "page_html.generated.py"
    assert caught.value.__notes__ == ["in template page.html:2"]
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("tornado.application", "ERROR")
    assert "page.html code:" in record.getMessage()
    assert "1 +" in record.getMessage()


def test_parse_error_has_the_place() -> None:
    with pytest.raises(ParseError) as caught:
        DictLoader({"page.html": "\n\n{{"}).load("page.html")
    assert str(caught.value) == "Missing end expression }} at page.html:3"
