"""HTTPRequest: arguments, properties, and defaults in front of it."""

import datetime
import inspect

import pytest

from fujita.httpclient import HTTPRequest, _RequestProxy
from fujita.httputil import HTTPHeaders

URL = "http://fuji.example/"


def test_every_argument_is_an_attribute() -> None:
    names = [name for name in inspect.signature(HTTPRequest).parameters if name != "url"]
    # These become another attribute, and a header field.
    names.remove("use_gzip")
    names.remove("if_modified_since")
    for name in names:
        value = b"value" if name == "body" else "value"
        request = HTTPRequest(URL, **{name: value})  # type: ignore[arg-type]
        assert getattr(request, name) == value
        if name not in ("method", "headers", "expect_100_continue"):
            assert getattr(HTTPRequest(URL), name) is None


def test_use_gzip_is_the_old_name_of_decompress_response() -> None:
    assert HTTPRequest(URL, use_gzip=False).decompress_response is False
    assert HTTPRequest(URL, use_gzip=False, decompress_response=True).decompress_response is True


def test_headers() -> None:
    assert HTTPRequest(URL).headers == {}
    headers = HTTPHeaders({"a": "b"})
    request = HTTPRequest(URL, headers=headers)
    assert request.headers is headers
    request.headers = None
    assert request.headers == {}
    assert isinstance(request.headers, HTTPHeaders)


def test_body_is_bytes() -> None:
    request = HTTPRequest(URL, body="富士")
    assert request.body == "富士".encode()
    request.body = "山"
    assert request.body == "山".encode()
    request.body = None
    assert request.body is None


def test_if_modified_since() -> None:
    headers = {"a": "b"}
    moment = datetime.datetime(1707, 12, 16, tzinfo=datetime.UTC)
    request = HTTPRequest(URL, headers=headers, if_modified_since=moment)
    assert request.headers == {"a": "b", "If-Modified-Since": "Fri, 16 Dec 1707 00:00:00 GMT"}
    # The caller's own headers stay as they were.
    assert headers == {"a": "b"}


def test_a_default_stands_in_for_none_only() -> None:
    request = HTTPRequest(URL, user_agent="Kaguya", follow_redirects=False)
    proxy = _RequestProxy(request, {"user_agent": "other", "max_redirects": 3, "auth_mode": None})
    assert proxy.user_agent == "Kaguya"
    assert proxy.follow_redirects is False
    assert proxy.max_redirects == 3
    assert proxy.auth_mode is None
    assert _RequestProxy(request, None).max_redirects is None
    with pytest.raises(AttributeError):
        _ = proxy.no_such_attribute


def test_the_defaults_are_tornados() -> None:
    assert HTTPRequest._DEFAULTS == {
        "connect_timeout": 20.0,
        "request_timeout": 20.0,
        "follow_redirects": True,
        "max_redirects": 5,
        "decompress_response": True,
        "proxy_password": "",
        "allow_nonstandard_methods": False,
        "validate_cert": True,
    }
