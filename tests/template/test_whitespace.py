import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.template import filter_whitespace
from fujita.template.whitespace import default_mode

MODES = ["all", "single", "oneline"]
SPACED = st.text(alphabet="ab \t\n\r\x0b\u3000")


@pytest.mark.parametrize(
    ("mode", "text", "expected"),
    [
        ("all", " \n\t a", " \n\t a"),
        ("single", "", ""),
        ("single", "a  b", "a b"),
        ("single", "\t", " "),
        ("single", " \n ", "\n"),
        ("single", "a \t\n b \n", "a\nb\n"),
        ("single", "\r\n\r\n", "\n"),
        ("single", "\r\r", "\r\r"),
        ("single", "\x0b  \x0c", "\x0b \x0c"),
        ("single", "\u3000\u3000", "\u3000\u3000"),
        ("single", "\u2028\n", "\n"),
        ("oneline", "a \t\n b \n", "a b "),
        ("oneline", "\r", " "),
        ("oneline", "\u3000\u3000", " "),
        ("oneline", "", ""),
    ],
)
def test_modes_as_observed(mode: str, text: str, expected: str) -> None:
    assert filter_whitespace(mode, text) == expected


@pytest.mark.parametrize("mode", ["", "double", "Single"])
def test_unknown_mode_is_named(mode: str) -> None:
    with pytest.raises(ValueError, match=f"invalid whitespace mode {mode}, expected one of all"):
        filter_whitespace(mode, "text")


@given(mode=st.sampled_from(MODES), text=SPACED)
def test_filtering_twice_changes_nothing_more(mode: str, text: str) -> None:
    once = filter_whitespace(mode, text)
    assert filter_whitespace(mode, once) == once


@given(mode=st.sampled_from(MODES), text=SPACED)
def test_only_whitespace_changes(mode: str, text: str) -> None:
    assert filter_whitespace(mode, text).split() == text.split()


@given(SPACED)
def test_single_keeps_the_fact_of_a_line_break(text: str) -> None:
    assert ("\n" in filter_whitespace("single", text)) == ("\n" in text)


def test_a_long_run_takes_linear_time() -> None:
    blanks = "\r" * 200_000  # would take hours if every position were tried against the rest
    assert filter_whitespace("single", blanks) == blanks


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("a.html", "single"),
        (".html", "single"),
        ("a.js", "single"),
        ("a.txt", "all"),
        ("a.HTML", "all"),
        ("a.html.txt", "all"),
        ("<string>", "all"),
    ],
)
def test_default_mode_follows_the_ending(name: str, mode: str) -> None:
    assert default_mode(name) == mode
