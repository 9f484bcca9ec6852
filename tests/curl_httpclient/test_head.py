import pytest

from fujita.curl_httpclient.head import ResponseHead
from fujita.httputil import HTTPInputError


def take(*lines: str) -> ResponseHead:
    head = ResponseHead()
    for line in lines:
        head.take(f"{line}\r\n")
    return head


def test_status_line_and_fields() -> None:
    head = take("HTTP/1.1 404 Not Here", "A: 1", "a: 2", "")
    assert head.reason == "Not Here"
    assert head.headers.get_list("A") == ["1", "2"]


def test_http2_has_no_reason() -> None:
    assert take("HTTP/2 200 ", "A: 1", "").reason is None
    assert take("HTTP/2 200", "A: 1", "").reason is None


def test_the_last_head_counts() -> None:
    head = take("HTTP/1.1 302 Found", "Location: /", "", "HTTP/1.1 200 OK", "A: 1", "")
    assert head.reason == "OK"
    assert dict(head.headers) == {"A": "1"}


def test_trailers_are_no_header_fields() -> None:
    head = take("HTTP/1.1 200 OK", "A: 1", "", "Set-Cookie: a=b")
    assert dict(head.headers) == {"A": "1"}


def test_a_field_may_be_named_as_the_protocol() -> None:
    head = take("HTTP/1.1 200 OK", "HTTP: 1", "")
    assert head.reason == "OK"
    assert dict(head.headers) == {"Http": "1"}


def test_what_is_no_field_is_refused() -> None:
    with pytest.raises(HTTPInputError):
        take("HTTP/1.1 200 OK", "no field")
