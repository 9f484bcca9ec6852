import pytest

from fujita.template import DictLoader, Template


def test_neighbouring_texts_are_one_piece() -> None:
    page = Template("a{# #}b{{!c{% comment %}d")
    assert page.code.count("_tt_append(") == 1
    assert page.generate() == b"ab{{cd"


def test_texts_of_includes_and_blocks_keep_their_order() -> None:
    files = {"a": "1{% include b %}4{% block c %}5{% end %}6", "b": "2{% if 1 %}3{% end %}"}
    assert DictLoader(files).load("a").generate() == b"123456"


@pytest.mark.parametrize("end_of_line", ["\n", "\r", "\r\n", "\x0c\n"])
def test_name_cannot_bring_code_into_the_page(end_of_line: str) -> None:
    name = f"page{end_of_line}    _tt_append(b'intruder')#"
    assert Template("{{ 1 }}", name=name).generate() == b"1"


def test_functions_of_nested_applies_have_names_of_their_own() -> None:
    source = "{% apply f %}{% apply g %}x{% end %}{% end %}{% apply h %}y{% end %}"
    page = Template(source)
    assert (
        page.generate(f=lambda s: b"f" + s, g=lambda s: b"g" + s, h=lambda s: b"h" + s) == b"fgxhy"
    )


def test_deep_nesting() -> None:
    depth = 15
    page = Template("{% if 1 %}" * depth + "x" + "{% end %}" * depth)
    assert page.generate() == b"x"
