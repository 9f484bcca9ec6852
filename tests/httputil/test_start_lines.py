import pytest

from fujita.httputil import (
    HTTPInputError,
    RequestStartLine,
    ResponseStartLine,
    parse_request_start_line,
    parse_response_start_line,
)


@pytest.mark.parametrize(
    "line",
    [
        "GET / HTTP/1.1",
        "get * HTTP/1.0",
        "M-SEARCH http://fuji.example/?a=b HTTP/1.9",
        "GET /\xe9 HTTP/1.1",
    ],
)
def test_request_line(line: str) -> None:
    parsed = parse_request_start_line(line)
    assert isinstance(parsed, RequestStartLine)
    assert f"{parsed.method} {parsed.path} {parsed.version}" == line


@pytest.mark.parametrize(
    "line",
    [
        "",
        "GET /",
        "GET / HTTP/1.1\n",
        "GET / HTTP/1.1 ",
        " GET / HTTP/1.1",
        "GET  / HTTP/1.1",
        "GET /a b HTTP/1.1",
        "GET /a\tb HTTP/1.1",
        "GET /\x7f HTTP/1.1",
        "GET /富 HTTP/1.1",
        "G(T / HTTP/1.1",
        "GET / http/1.1",
        "GET / HTTP/1.10",
        "GET / HTTP/1.\u0663",
        "GET / FTP/1.1",
    ],
)
def test_malformed_request_line(line: str) -> None:
    with pytest.raises(HTTPInputError, match="Malformed HTTP request line"):
        parse_request_start_line(line)


@pytest.mark.parametrize("version", ["HTTP/0.9", "HTTP/2.0"])
def test_other_versions(version: str) -> None:
    with pytest.raises(HTTPInputError, match=f"Unexpected HTTP version '{version}'"):
        parse_request_start_line(f"GET / {version}")
    with pytest.raises(HTTPInputError, match=f"Unexpected HTTP version '{version}'"):
        parse_response_start_line(f"{version} 200 OK")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("HTTP/1.1 200 OK", ("HTTP/1.1", 200, "OK")),
        ("HTTP/1.0 304 Not\tModified ", ("HTTP/1.0", 304, "Not\tModified ")),
        ("HTTP/1.1 999 \xe9", ("HTTP/1.1", 999, "\xe9")),
        ("HTTP/1.1 000 ", ("HTTP/1.1", 0, None)),
    ],
)
def test_status_line(line: str, expected: tuple[str, int, str | None]) -> None:
    parsed = parse_response_start_line(line)
    assert isinstance(parsed, ResponseStartLine)
    assert (parsed.version, parsed.code, parsed.reason) == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200\t",
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1  200 OK",
        "HTTP/1.1 200 OK\n",
        "HTTP/1.1 200 O\x00K",
        "HTTP/1.1 200 富",
        "HTTP/1.1 \u0662\u0660\u0660 OK",
        "http/1.1 200 OK",
    ],
)
def test_malformed_status_line(line: str) -> None:
    with pytest.raises(HTTPInputError, match="Error parsing response start line"):
        parse_response_start_line(line)
