"""HTTPClientError: its text, its copies."""

import copy
import pickle

from fujita.httpclient import HTTPClientError, HTTPError, HTTPRequest, HTTPResponse


def test_text() -> None:
    assert str(HTTPClientError(403)) == "HTTP 403: Forbidden"
    assert repr(HTTPClientError(418, "Short and stout")) == "HTTP 418: Short and stout"
    assert str(HTTPClientError(599)) == "HTTP 599: Unknown"


def test_httperror_is_the_same_class() -> None:
    assert HTTPError is HTTPClientError


def test_copies_are_equal_in_all_attributes() -> None:
    error = HTTPClientError(404, "Gone fishing")
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)


def test_it_carries_its_response_and_shows_it_without_end() -> None:
    response = HTTPResponse(HTTPRequest("http://fuji.example/"), 404)
    error = response.error
    assert isinstance(error, HTTPClientError)
    assert error.response is response
    assert "HTTP 404: Not Found" in repr(response)
