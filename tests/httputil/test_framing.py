"""How bodies that are sent are delimited."""

import pytest

from fujita.httputil import HTTPHeaders, HTTPOutputError
from fujita.httputil.framing import (
    BodyFraming,
    frame_request,
    frame_response,
    settle_connection,
)
from fujita.wire.http1 import FieldSection, RequestHead


def request(method: str = "GET", minor_version: int = 1, connection: str = "") -> RequestHead:
    fields: dict[str, str | list[str]] = {"Host": "h"}
    if connection:
        fields["Connection"] = connection
    return RequestHead(method, "/", minor_version, FieldSection(fields))


def test_chunks() -> None:
    framing = BodyFraming(chunked=True)
    assert framing.frame(b"summit") == b"6\r\nsummit\r\n"
    # An empty chunk would be the last one.
    assert framing.frame(b"") == b""
    assert framing.end() == b"0\r\n\r\n"


def test_a_known_length() -> None:
    framing = BodyFraming(length=6)
    assert framing.frame(b"sum") == b"sum"
    with pytest.raises(HTTPOutputError, match="Tried to write 3 bytes less than Content-Length"):
        framing.end()
    with pytest.raises(HTTPOutputError, match="Tried to write more data than Content-Length"):
        framing.frame(b"mits")
    assert framing.frame(b"mit") == b"mit"
    assert framing.end() == b""


def test_no_length() -> None:
    framing = BodyFraming()
    assert framing.frame(b"summit") == b"summit"
    assert framing.end() == b""


@pytest.mark.parametrize(
    ("method", "fields", "chunked", "remaining"),
    [
        ("GET", {}, False, None),
        ("POST", {}, True, None),
        ("PUT", {"Transfer-Encoding": "chunked"}, True, None),
        ("GET", {"Transfer-Encoding": "chunked"}, True, None),
        ("POST", {"Content-Length": "5"}, False, 5),
    ],
)
def test_requests(
    method: str, fields: dict[str, str], chunked: bool, remaining: int | None
) -> None:
    headers = HTTPHeaders(fields)
    framing = frame_request(method, headers)
    assert (framing.chunked, framing.remaining) == (chunked, remaining)
    assert (headers.get("Transfer-Encoding") == "chunked") == chunked


@pytest.mark.parametrize(
    ("code", "head", "fields", "chunked", "remaining"),
    [
        (200, request(), {}, True, None),
        (200, request(), {"Content-Length": "5"}, False, 5),
        (200, request(), {"Transfer-Encoding": "chunked"}, False, None),
        (200, request(minor_version=0), {}, False, None),
        (200, request("HEAD"), {"Content-Length": "5"}, False, 0),
        (200, request("HEAD"), {}, False, 0),
        (304, request(), {"Content-Length": "5"}, False, 0),
        (204, request(), {}, False, 0),
        (101, request(), {}, False, 0),
    ],
)
def test_responses(
    code: int, head: RequestHead, fields: dict[str, str], chunked: bool, remaining: int | None
) -> None:
    headers = HTTPHeaders(fields)
    framing = frame_response(code, headers, head)
    assert (framing.chunked, framing.remaining) == (chunked, remaining)
    assert ("Transfer-Encoding" in headers) == (chunked or "Transfer-Encoding" in fields)


@pytest.mark.parametrize("length", ["x", "+5", "1_0"])
def test_lengths_that_are_none(length: str) -> None:
    headers = HTTPHeaders({"Content-Length": length})
    with pytest.raises(HTTPOutputError, match="Only integer Content-Length is allowed"):
        frame_response(200, headers, request())


@pytest.mark.parametrize(
    ("head", "own", "closes", "header", "result"),
    [
        (request(), None, False, None, False),
        (request(), None, True, "close", True),
        (request(), "close", False, "close", True),
        (request(), "upgrade", True, "upgrade", True),
        (request(minor_version=0), None, True, None, True),
        (request(minor_version=0, connection="keep-alive"), None, False, "Keep-Alive", False),
        (request(minor_version=0, connection="keep-alive"), None, True, None, True),
    ],
)
def test_the_connection(
    head: RequestHead, own: str | None, closes: bool, header: str | None, result: bool
) -> None:
    headers = HTTPHeaders({} if own is None else {"Connection": own})
    assert settle_connection(headers, head, BodyFraming(length=0), closes) == result
    assert headers.get("Connection") == header


def test_a_body_that_ends_with_the_connection() -> None:
    headers = HTTPHeaders()
    head = request(minor_version=0, connection="keep-alive")
    framing = frame_response(200, headers, head)
    assert settle_connection(headers, head, framing, False)
    assert "Connection" not in headers
