from typing import Any

import pytest

from fujita.httputil import qs_to_qsl, split_host_and_port, url_concat


@pytest.mark.parametrize(
    ("url", "args", "expected"),
    [
        ("http://fuji.example/a", [("x", "y"), ("x", "z")], "http://fuji.example/a?x=y&x=z"),
        ("http://fuji.example/a?b=c", {"x": "y"}, "http://fuji.example/a?b=c&x=y"),
        ("http://fuji.example/a?b=&c#d", (("x", "y"),), "http://fuji.example/a?b=&c=&x=y#d"),
        ("http://fuji.example/a;b?", {"x": "/ &é"}, "http://fuji.example/a;b?x=%2F+%26%C3%A9"),
        ("/a?b=%20%2B", {"x": 1}, "/a?b=+%2B&x=1"),
        ("http://fuji.example/a?", [], "http://fuji.example/a"),
        ("http://fuji.example/a?b c", None, "http://fuji.example/a?b c"),
        ("", {"x": "y"}, "?x=y"),
    ],
)
def test_url_concat(url: str, args: Any, expected: str) -> None:
    assert url_concat(url, args) == expected


@pytest.mark.parametrize("args", ["x=y", 5, iter([("x", "y")])])
def test_url_concat_with_another_type(args: Any) -> None:
    with pytest.raises(TypeError, match="dict, list or tuple"):
        url_concat("http://fuji.example/", args)


@pytest.mark.parametrize(
    ("netloc", "expected"),
    [
        ("fuji.example", ("fuji.example", None)),
        ("fuji.example:80", ("fuji.example", 80)),
        ("[::1]:8888", ("[::1]", 8888)),
        ("[::1]", ("[::1]", None)),
        ("user@host:80", ("user@host", 80)),
        ("fuji.example:", ("fuji.example:", None)),
        ("fuji.example:http", ("fuji.example:http", None)),
        ("fuji.example:-1", ("fuji.example:-1", None)),
        ("fuji.example:\u0663", ("fuji.example:\u0663", None)),
        ("fuji.example:" + "1" * 5000, ("fuji.example:" + "1" * 5000, None)),
        (":80", (":80", None)),
        ("", ("", None)),
    ],
)
def test_split_host_and_port(netloc: str, expected: tuple[str, int | None]) -> None:
    assert split_host_and_port(netloc) == expected


def test_qs_to_qsl() -> None:
    assert list(qs_to_qsl({"a": [b"1", b"2"], "b": [], "c": [b""]})) == [
        ("a", b"1"),
        ("a", b"2"),
        ("c", b""),
    ]
