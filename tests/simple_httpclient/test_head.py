"""What requests look like on the wire, and which cannot be sent."""

from typing import Any

import pytest

from fujita.httpclient import HTTPRequest, _RequestProxy
from fujita.httputil import HTTPHeaders, HTTPOutputError
from fujita.simple_httpclient.body import RequestBody
from fujita.simple_httpclient.head import compose
from fujita.simple_httpclient.hop import Hop
from fujita.simple_httpclient.options import OptionsReader

AGENT = "Tornado/6.6.1"


def composed(
    url: str = "http://h:81/p?q", headers: dict[str, Any] | None = None, **arguments: Any
) -> tuple[bytes, RequestBody | None]:
    request = HTTPRequest(url, headers=HTTPHeaders(headers or {}), **arguments)
    proxy = _RequestProxy(request, HTTPRequest._DEFAULTS)
    _, options = OptionsReader().read(proxy)  # type: ignore[arg-type]
    return compose(Hop.first(request, options), options)


def lines(*arguments: Any, **keywords: Any) -> list[str]:
    """The request line, the fields in order, and the body if it comes along."""
    data, _ = composed(*arguments, **keywords)
    head, body = data.decode("latin-1").split("\r\n\r\n", 1)
    return head.split("\r\n") + ([body] if body else [])


def test_a_plain_get() -> None:
    assert lines() == [
        "GET /p?q HTTP/1.1",
        "Host: h:81",
        f"User-Agent: {AGENT}",
        "Accept-Encoding: gzip",
    ]
    assert lines(user_agent="Kaguya", decompress_response=False)[2:] == ["User-Agent: Kaguya"]


def test_own_fields_come_after_host_and_are_kept() -> None:
    assert lines(headers={"user-agent": "Kaguya", "a": "b", "connection": "close"}) == [
        "GET /p?q HTTP/1.1",
        "Host: h:81",
        "User-Agent: Kaguya",
        "A: b",
        "Connection: close",
        "Accept-Encoding: gzip",
    ]
    assert lines(headers={"Host": "other"})[1] == "Host: other"
    assert "User-Agent: Kaguya" in lines(headers={"User-Agent": "other"}, user_agent="Kaguya")


def test_repeated_fields_and_other_types() -> None:
    request = HTTPHeaders({"a": "1"})
    request.add("a", "2")
    found = lines(headers=request)
    assert found.index("A: 1") + 1 == found.index("A: 2")
    assert "B: é" in lines(headers={"b": "é".encode()})
    with pytest.raises(TypeError):
        lines(headers={"b": 5})


@pytest.mark.parametrize("name", ["a\rb", "a\nb", "a\r\nb: c"])
def test_nothing_breaks_out_of_a_field(name: str) -> None:
    with pytest.raises(ValueError, match="Illegal characters"):
        composed(headers={name: "x"})
    with pytest.raises(ValueError, match="Illegal characters"):
        composed(headers={"x": name})
    with pytest.raises(ValueError, match="Illegal characters"):
        composed(headers={"x": "y"}, user_agent=name)


def test_nothing_breaks_out_of_a_plain_get() -> None:
    with pytest.raises(ValueError, match="Illegal characters"):
        composed(user_agent="a\r\nb")
    assert lines("http://h/a\r\nb c")[0] == "GET /ab%20c HTTP/1.1"


def test_characters_that_latin_1_lacks() -> None:
    with pytest.raises(UnicodeEncodeError):
        composed(headers={"peak": "富士"})


@pytest.mark.parametrize(
    ("url", "arguments", "credentials"),
    [
        ("http://h/", {"auth_username": "me", "auth_password": "secret"}, "bWU6c2VjcmV0"),
        ("http://h/", {"auth_username": "me", "auth_mode": "basic"}, "bWU6"),
        ("http://me:secret@h/", {}, "bWU6c2VjcmV0"),
        ("http://me:secret@h/", {"auth_username": "other"}, "bWU6c2VjcmV0"),
        ("http://me@h/", {}, "bWU6"),
        ("http://h/", {"auth_username": "me", "headers": {"authorization": "other"}}, "bWU6"),
    ],
)
def test_basic_authentication(url: str, arguments: dict[str, Any], credentials: str) -> None:
    found = lines(url, **arguments)
    assert f"Authorization: Basic {credentials}" in found
    assert "Host: h" in found


def test_other_authentication() -> None:
    with pytest.raises(ValueError, match="unsupported auth_mode digest"):
        composed(auth_username="me", auth_mode="digest")


def test_methods() -> None:
    assert lines(method="DELETE")[0] == "DELETE /p?q HTTP/1.1"
    with pytest.raises(KeyError, match="unknown method CLIMB"):
        composed(method="CLIMB")
    assert lines(method="CLIMB", allow_nonstandard_methods=True)[0] == "CLIMB /p?q HTTP/1.1"
    for method in ("", "G T", "GET\r\n", "GET / HTTP/1.1\r\nA: b\r\n"):
        with pytest.raises(ValueError, match="token"):
            composed(method=method, allow_nonstandard_methods=True)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_methods_that_need_a_body(method: str) -> None:
    with pytest.raises(ValueError, match="Body must not be None for method"):
        composed(method=method)
    assert "Content-Length: 0" in lines(method=method, body=b"")
    assert "Content-Length: 0" in lines(method=method, allow_nonstandard_methods=True)


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS"])
def test_methods_that_have_no_body(method: str) -> None:
    with pytest.raises(ValueError, match="Body must be None for method"):
        composed(method=method, body=b"x")
    found = lines(method=method, body=b"x", allow_nonstandard_methods=True)
    assert found[-1] == "x"
    assert "Content-Length: 1" in found


def test_a_small_body_comes_along_and_a_large_one_follows() -> None:
    assert lines(method="POST", body="a=b", headers={"content-length": "99"})[1:] == [
        "Host: h:81",
        "Content-Length: 3",
        f"User-Agent: {AGENT}",
        "Accept-Encoding: gzip",
        "Content-Type: application/x-www-form-urlencoded",
        "a=b",
    ]
    data, body = composed(method="PUT", body=b"x" * 100_000)
    assert data.endswith(b"\r\n\r\n")
    assert body is not None
    assert body.data is not None
    assert len(body.data) == 100_000


def test_content_type_of_a_post() -> None:
    found = lines(method="POST", body=b"", headers={"content-type": "text/plain"})
    assert "Content-Type: text/plain" in found
    assert not any("Content-Type" in line for line in lines(method="PUT", body=b"x"))


def test_a_produced_body_is_chunked_unless_its_length_is_told() -> None:
    def producer(write: Any) -> None:
        raise AssertionError("not yet")

    data, body = composed(method="POST", body_producer=producer)
    assert b"Transfer-Encoding: chunked\r\n" in data
    assert body is not None
    assert body.framing.chunked
    data, body = composed(method="POST", body_producer=producer, headers={"Content-Length": "5"})
    assert b"chunked" not in data
    assert body is not None
    assert body.framing.remaining == 5


def test_transfer_encoding_of_the_programs_own() -> None:
    data, body = composed(method="PUT", body=b"x", headers={"Transfer-Encoding": "chunked"})
    assert b"Content-Length" not in data
    assert body is not None
    assert body.framing.chunked
    with pytest.raises(ValueError, match="unsupported Transfer-Encoding 'gzip'"):
        composed(method="PUT", body=b"x", headers={"Transfer-Encoding": "gzip"})


def test_content_length_without_a_body() -> None:
    with pytest.raises(HTTPOutputError, match="Tried to write 5 bytes less than Content-Length"):
        composed(headers={"Content-Length": "5"})
    assert "Content-Length: 0" in lines(headers={"Content-Length": "0"})


def test_expect_needs_a_body() -> None:
    data, body = composed(method="POST", body=b"x", expect_100_continue=True)
    assert b"Expect: 100-continue\r\n" in data
    assert data.endswith(b"\r\n\r\n")
    assert body is not None
    assert not any("Expect" in line for line in lines(expect_100_continue=True))


def test_proxies() -> None:
    with pytest.raises(NotImplementedError, match="proxy_host not supported"):
        composed(proxy_host="p", proxy_port=8080)
