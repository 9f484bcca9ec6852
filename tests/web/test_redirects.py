import pytest

from fujita.web import HTTPError
from fujita.web.redirects import check_own_host, scheme_and_host


@pytest.mark.parametrize("path", ["/", "/a//b", "a", "", "/a/\\b"])
def test_paths_on_this_host(path: str) -> None:
    check_own_host(path)


@pytest.mark.parametrize("path", ["//", "//evil.example", "///x", "/\\evil.example"])
def test_paths_that_name_a_host(path: str) -> None:
    with pytest.raises(HTTPError, match="two initial slashes") as caught:
        check_own_host(path)
    assert caught.value.status_code == 403


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", ("", "")),
        ("/a/b?c", ("", "")),
        ("a:b", ("a", "")),
        ("mailto:a@b.example", ("mailto", "")),
        ("javascript://x", ("javascript", "x")),
        ("http://h.example/a", ("http", "h.example")),
        ("HTTPS://user@h.example:80?q", ("https", "user@h.example:80")),
        ("http://h.example#f", ("http", "h.example")),
        ("https:h.example", ("https", "h.example")),
        ("https:////h.example/", ("https", "h.example")),
        ("https:\\\\h.example", ("https", "h.example")),
        ("//h.example/a", ("", "h.example")),
        ("////h.example/a", ("", "h.example")),
        ("/\\h.example", ("", "h.example")),
        ("/\t/h.example", ("", "h.example")),
        (" \x01//h.example", ("", "h.example")),
        ("ht\ntp://h.example", ("http", "h.example")),
        ("//[", ("", "[")),
    ],
)
def test_scheme_and_host_as_browsers_see_them(url: str, expected: tuple[str, str]) -> None:
    assert scheme_and_host(url) == expected
