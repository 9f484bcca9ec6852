import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.escape import url_unescape
from fujita.routing import (
    AnyMatches,
    DefaultHostMatches,
    HostMatches,
    Matcher,
    PathMatches,
    _unquote_or_none,
)
from tests.routing.requests import request


@pytest.mark.parametrize(
    ("pattern", "target", "found"),
    [
        ("/a", "/a", {}),
        ("/a", "/a?q", {}),
        ("/a$", "/a", {}),
        ("/a", "/ab", None),
        ("/a", "/x/a", None),
        ("/(.*)", "/", {"path_args": [b""], "path_kwargs": {}}),
        ("/(.*)/(.*)", "/a/b", {"path_args": [b"a", b"b"], "path_kwargs": {}}),
        ("/(a)?", "/", {"path_args": [None], "path_kwargs": {}}),
        ("/(.*)", "/a%20b%2F+%C3%A9", {"path_args": [b"a b/+\xc3\xa9"], "path_kwargs": {}}),
        ("/(?P<x>.*)", "/%ff", {"path_args": [], "path_kwargs": {"x": b"\xff"}}),
        ("/(?P<x>a)?", "/", {"path_args": [], "path_kwargs": {"x": None}}),
        (re.compile("/a"), "/abc", {}),
    ],
)
def test_path_matches(
    pattern: str | re.Pattern[str], target: str, found: dict[str, Any] | None
) -> None:
    assert PathMatches(pattern).match(request(target)) == found


def test_groups_are_all_named_or_none() -> None:
    with pytest.raises(AssertionError, match="either be all named or all positional"):
        PathMatches("/(?P<a>x)/(y)")


@pytest.mark.parametrize(
    ("pattern", "arguments", "path"),
    [
        ("/a", [], "/a"),
        ("^/a$", [], "/a"),
        (r"/a\.b", [], "/a.b"),
        ("/(.*)", ["x"], "/x"),
        ("/(.*)/mid/([0-9]+)", ["x", 7], "/x/mid/7"),
        (r"/\(([a-z]+)\)", ["x"], None),
        ("/(?P<x>.*)", ["y"], "/y"),
        ("/(.*)", ["a b?&%é"], "/a%20b%3F%26%25%C3%A9"),
        ("/(.*)", [b"\xff"], "/%FF"),
        ("/100%/(.*)", ["x"], "/100%/x"),
        ("/(.*)%s", ["x"], "/x%s"),
    ],
)
def test_reverse(pattern: str, arguments: list[Any], path: str | None) -> None:
    matcher = PathMatches(pattern)
    if path is None:
        with pytest.raises(ValueError, match="Cannot reverse url regex"):
            matcher.reverse(*arguments)
    else:
        assert matcher.reverse(*arguments) == path


@pytest.mark.parametrize("pattern", ["/(?:a)", "/((a)b)", r"/a\d", "/(a)(?!b)"])
def test_intricate_patterns_have_no_reverse(pattern: str) -> None:
    with pytest.raises(ValueError, match="Cannot reverse url regex"):
        PathMatches(pattern).reverse("x")


@pytest.mark.parametrize("arguments", [[], ["x", "y"]])
def test_reverse_wants_as_many_arguments_as_groups(arguments: list[str]) -> None:
    with pytest.raises(AssertionError, match="required number of arguments"):
        PathMatches("/(.*)").reverse(*arguments)


@given(st.lists(st.text(), min_size=2, max_size=2))
def test_what_is_reversed_matches_again(arguments: list[str]) -> None:
    matcher = PathMatches("/first/(.*)/second/(.*)")
    path = matcher.reverse(*arguments)
    assert path is not None
    found = matcher.match_path(path)
    assert found is not None
    again = b"/second/".join(found["path_args"])
    assert again == "/second/".join(arguments).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    ("pattern", "host", "matches"),
    [
        ("example.com", "example.com", True),
        ("example.com", "EXAMPLE.com:8080", True),
        ("example.com", "example.com.evil.org", False),
        ("example.com", "www.example.com", False),
        (r".*\.example\.com", "www.example.com", True),
        ("example.com$", "example.com", True),
        (re.compile("example"), "example.com", True),
        (r"\[::1\]|.*", "[::1]:80", True),
    ],
)
def test_host_matches(pattern: str | re.Pattern[str], host: str, matches: bool) -> None:
    assert HostMatches(pattern).match(request("/", host)) == ({} if matches else None)


def test_default_host_matches() -> None:
    application = SimpleNamespace(default_host="example.com")
    matcher = DefaultHostMatches(application, re.compile("example.com$"))
    assert matcher.match(request("/", "elsewhere")) == {}
    assert matcher.match(request("/", "elsewhere", X_Real_Ip="1.2.3.4")) is None
    application.default_host = "other.example"
    assert matcher.match(request("/", "example.com")) is None


def test_any_matches() -> None:
    assert AnyMatches().match(request("/")) == {}


def test_a_matcher_has_to_say_what_it_matches() -> None:
    with pytest.raises(NotImplementedError):
        Matcher().match(request("/"))
    assert Matcher().reverse("x") is None


@given(st.text())
def test_unquote_or_none(text: str) -> None:
    assert _unquote_or_none(text) == url_unescape(text, encoding=None, plus=False)
    assert _unquote_or_none(None) is None
