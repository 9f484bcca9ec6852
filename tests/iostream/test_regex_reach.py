import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.iostream.regex_reach import compile_with_reach, regex_reach


@pytest.mark.parametrize(
    ("regex", "reach"),
    [
        (rb"", 0),
        (rb"\r?\n\r?\n", 4),
        (rb"\r\n|\n", 3),
        (rb"[\r\n].[^a-z\]]??", 3),
        (rb"\x0d\x0a", 2),
        (rb"\d\.\\", 3),
    ],
)
def test_knows_patterns_without_repetition(regex: bytes, reach: int) -> None:
    assert regex_reach(re.compile(regex)) == reach


@pytest.mark.parametrize(
    "regex",
    [rb"a+", rb"a*b", rb"a{2,}", rb"^a", rb"a$", rb"\ba", rb"(a)", rb"a(?=b)", rb"a++", rb"\Aa"],
)
def test_does_not_guess(regex: bytes) -> None:
    assert regex_reach(re.compile(regex)) is None


def test_does_not_read_patterns_with_flags() -> None:
    assert regex_reach(re.compile(rb"a # b", re.VERBOSE)) is None


ATOMS = st.sampled_from([rb"a", rb"b", rb".", rb"[ab]", rb"[^a]", rb"\.", rb"\n", rb"\S", rb"[]a]"])
PARTS = st.tuples(ATOMS, st.sampled_from([b"", b"?", b"??"])).map(b"".join)
BRANCHES = st.lists(PARTS, max_size=4).map(b"".join)
REGEXES = st.lists(BRANCHES, min_size=1, max_size=3).map(b"|".join)


@given(REGEXES, st.text("ab.\n]", max_size=12).map(str.encode), st.integers(0, 12))
def test_nothing_is_missed_before_the_reach(regex: bytes, data: bytes, seen: int) -> None:
    pattern = re.compile(regex)
    reach = regex_reach(pattern)
    if reach is None or pattern.search(data[:seen]):
        return
    found = pattern.search(data, max(0, seen - reach + 1))
    expected = pattern.search(data)
    assert (found and found.span()) == (expected and expected.span())


def test_compiles_a_pattern_once() -> None:
    assert compile_with_reach(rb"x+") is compile_with_reach(rb"x+")


def test_refuses_text_and_nonsense() -> None:
    with pytest.raises(TypeError, match="bytes"):
        compile_with_reach("text")
    with pytest.raises(re.error):
        compile_with_reach(rb"(")
