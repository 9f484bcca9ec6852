import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.escape import xhtml_escape
from fujita.template import Template
from fujita.template.runtime import applied, escaped, plain


class Marked(str):
    """Text with ideas of its own, like ``markupsafe.Markup``."""

    def replace(self, *args: Any) -> str:
        raise AssertionError("templates escape plain text only")


class Angular(int):
    def __str__(self) -> str:
        return "<3>"


@pytest.mark.parametrize(
    ("value", "unescaped", "shown"),
    [
        ("a<b", b"a<b", b"a&lt;b"),
        ("\"'&<>", b"\"'&<>", b"&quot;&#x27;&amp;&lt;&gt;"),
        (b"<", b"<", b"&lt;"),
        ("é", b"\xc3\xa9", b"\xc3\xa9"),
        (Marked("<"), b"<", b"&lt;"),
        (None, b"None", b"None"),
        (True, b"True", b"True"),
        (7, b"7", b"7"),
        (1.5, b"1.5", b"1.5"),
        (Angular(3), b"<3>", b"&lt;3&gt;"),
        ([1, "<"], b"[1, '<']", b"[1, &#x27;&lt;&#x27;]"),
        (bytearray(b"<"), b"bytearray(b'<')", b"bytearray(b&#x27;&lt;&#x27;)"),
    ],
)
def test_values_as_observed(value: object, unescaped: bytes, shown: bytes) -> None:
    assert plain(value) == unescaped
    assert escaped(xhtml_escape, value) == shown
    assert Template("{% raw x %}{{ x }}").generate(x=value) == unescaped + shown


def test_bytes_that_are_not_utf8_pass_unless_escaped() -> None:
    assert Template("{% raw x %}").generate(x=b"\xff") == b"\xff"
    with pytest.raises(UnicodeDecodeError):
        Template("{{ x }}").generate(x=b"\xff")


@pytest.mark.parametrize("source", ["{{ x }}", "{% raw x %}"])
def test_lone_surrogates_have_no_utf8(source: str) -> None:
    with pytest.raises(UnicodeEncodeError):
        Template(source).generate(x="\ud800")


def test_functions_get_bytes() -> None:
    seen: list[object] = []

    def note(value: bytes) -> bytes:
        seen.append(value)
        return value

    source = "{% autoescape note %}{{ 'é' }}{{ 5 }}{% apply note %}a{{ 'b' }}{% end %}"
    assert Template(source).generate(note=note) == "é5ab".encode()
    assert seen == ["é".encode(), b"5", b"b", b"ab"]


@pytest.mark.parametrize("result", [None, 5, ["x"]])
def test_function_must_return_text(result: Any) -> None:
    def broken(value: bytes) -> Any:
        return result

    with pytest.raises(TypeError, match=r"broken.* returned .* must return str or bytes"):
        applied(broken, b"")
    with pytest.raises(TypeError, match="must return str or bytes"):
        Template("{{ 1 }}", autoescape="broken").generate(broken=broken)


@given(st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.integers(), st.floats()))
def test_short_cuts_lead_to_the_same_place(value: str | int | float) -> None:
    assert escaped(xhtml_escape, value) == xhtml_escape(str(value)).encode()


def test_functions_of_every_template() -> None:
    source = (
        "{{ escape('<') }} {{ xhtml_escape('<') }} {{ url_escape('a b/') }} "
        "{{ json_encode({'a': '</'}) }} {{ squeeze(' a  b ') }} "
        "{{ linkify('x.com www.x.com') }} {{ datetime.date(2020, 1, 2) }} {{ datetime is module }}"
    )
    assert Template(source, autoescape=None).generate(module=datetime) == (
        b'&lt; &lt; a+b%2F {"a": "<\\/"} a b x.com <a href="http://www.x.com">www.x.com</a> '
        b"2020-01-02 True"
    )
