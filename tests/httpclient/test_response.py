"""HTTPResponse: what a program reads off it."""

from io import BytesIO

import pytest

from fujita.httpclient import HTTPClientError, HTTPRequest, HTTPResponse, _RequestProxy

REQUEST = HTTPRequest("http://fuji.example/")


def test_body_and_buffer() -> None:
    response = HTTPResponse(REQUEST, 200, buffer=BytesIO(b"summit"))
    assert response.body == b"summit"
    assert response.buffer is not None
    assert response.buffer.read() == b"summit"
    assert response.body == b"summit"
    assert HTTPResponse(REQUEST, 200).body == b""
    assert HTTPResponse(REQUEST, 200).buffer is None


def test_what_is_left_out_is_filled_in() -> None:
    response = HTTPResponse(REQUEST, 204)
    assert response.reason == "No Content"
    assert response.effective_url == REQUEST.url
    assert dict(response.headers) == {}
    assert response.time_info == {}
    assert response.error is None
    assert response.request_time is None
    assert HTTPResponse(REQUEST, 799).reason == "Unknown"
    assert HTTPResponse(REQUEST, 200, reason="Fine").reason == "Fine"


def test_the_request_comes_without_its_proxy() -> None:
    proxy = _RequestProxy(REQUEST, {})
    assert HTTPResponse(proxy, 200).request is REQUEST  # type: ignore[arg-type]


@pytest.mark.parametrize("code", [199, 304, 404, 500])
def test_rethrow_of_an_unsuccessful_status(code: int) -> None:
    response = HTTPResponse(REQUEST, code, reason="Mist")
    with pytest.raises(HTTPClientError, match=f"HTTP {code}: Mist") as caught:
        response.rethrow()
    assert caught.value.response is response


def test_rethrow_of_success_does_nothing() -> None:
    HTTPResponse(REQUEST, 299).rethrow()


def test_an_error_given_is_kept() -> None:
    error = OSError("no route")
    response = HTTPResponse(REQUEST, 599, error=error)
    assert response.error is error
    assert "code=599" in repr(response)
    with pytest.raises(OSError, match="no route"):
        response.rethrow()
