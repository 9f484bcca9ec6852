"""URLs: their parts, and what is no URL."""

import pytest

from fujita.simple_httpclient.target import Target, parse_target


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://fuji.example", ("http", "fuji.example", 80, "fuji.example", "/", None)),
        (
            "HTTPS://Fuji.example:8443/a/b?c=d#e",
            ("https", "Fuji.example", 8443, "Fuji.example:8443", "/a/b?c=d", None),
        ),
        ("http://%2FTmp%2Fa%25b/", ("http", "%2FTmp%2Fa%25b", 80, "%2FTmp%2Fa%25b", "/", None)),
        ("http://h?q", ("http", "h", 80, "h", "/?q", None)),
        ("http://h#f", ("http", "h", 80, "h", "/", None)),
        ("http://u:p@h/", ("http", "h", 80, "h", "/", "u:p")),
        ("http://u@x:p@h/@", ("http", "h", 80, "h", "/@", "u@x:p")),
        ("http://h:/", ("http", "h", 80, "h", "/", None)),
        ("https://h:443/", ("https", "h", 443, "h:443", "/", None)),
        ("http://[::1]:81/", ("http", "::1", 81, "[::1]:81", "/", None)),
        ("http://[fe80::1%25lo]/", ("http", "fe80::1%lo", 80, "[fe80::1%25lo]", "/", None)),
        (
            "http://富士.example/",
            ("http", "xn--zqsv0e.example", 80, "xn--zqsv0e.example", "/", None),
        ),
        # Browsers and urllib drop these too.
        (" http://h/a\r\n\tb \n", ("http", "h", 80, "h", "/ab", None)),
        ("http://h/a b?é=\x7f%20", ("http", "h", 80, "h", "/a%20b?%C3%A9=%7F%20", None)),
    ],
)
def test_parts(url: str, target: tuple[object, ...]) -> None:
    assert tuple(parse_target(url)) == target


@pytest.mark.parametrize("url", ["ftp://h/", "h/p", "", "h:5", "//h/", "httpx://h/", "http:/h"])
def test_other_schemes(url: str) -> None:
    with pytest.raises(ValueError, match="Unsupported url scheme"):
        parse_target(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http:///p",
        "http://:80/",
        "http://h:x/",
        "http://h:65536/",
        "http://h h/",
        "http://h\x00/",
        'http://h"/',
        "http://[::1/",
        "http://[::1]x/",
        "http://h:1:2/",
        "http://.é./",
    ],
)
def test_hosts_that_are_none(url: str) -> None:
    with pytest.raises(ValueError, match="Malformed host or port"):
        parse_target(url)


def test_origin() -> None:
    def origin(url: str) -> tuple[str, str, int]:
        target: Target = parse_target(url)
        return target.origin

    assert origin("http://h/a") == origin("http://H:80/b?c")
    assert origin("http://h/") != origin("https://h/")
    assert origin("http://h/") != origin("http://h:81/")
    assert origin("http://h/") != origin("http://i/")
