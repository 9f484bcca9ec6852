"""The first line of a request and of a response (RFC 9112 sections 3 and 4)."""

from typing import NamedTuple

from fujita.httputil.errors import HTTPInputError
from fujita.httputil.grammar import REQUEST_LINE, STATUS_LINE


class RequestStartLine(NamedTuple):
    """What a request asks for.

    Attributes:
        method: The method, in the letter case in which it was sent.
        path: The request target: usually a path with its query string.
        version: ``"HTTP/1.1"``, for example.
    """

    method: str
    path: str
    version: str


class ResponseStartLine(NamedTuple):
    """How a response answers.

    Attributes:
        version: ``"HTTP/1.1"``, for example.
        code: The status code.
        reason: The reason phrase; a parsed response that has none gives ``None``.
    """

    version: str
    code: int
    reason: str | None


def parse_request_start_line(line: str) -> RequestStartLine:
    """Parses the request line of an HTTP/1.x request.

    Args:
        line: The line, decoded as ISO-8859-1, without its line end.

    Returns:
        The method, the request target and the version.

    Raises:
        HTTPInputError: The line does not follow RFC 9112 section 3, or belongs to another
            major version of HTTP.

    >>> parse_request_start_line("GET /ascent?route=yoshida HTTP/1.1")
    RequestStartLine(method='GET', path='/ascent?route=yoshida', version='HTTP/1.1')
    """
    match = REQUEST_LINE.fullmatch(line)
    if match is None:
        raise HTTPInputError("Malformed HTTP request line")
    method, target, version, major = match.groups()
    _check_major_version(major, version)
    return RequestStartLine(method, target, version)


def parse_response_start_line(line: str) -> ResponseStartLine:
    """Parses the status line of an HTTP/1.x response.

    Args:
        line: The line, decoded as ISO-8859-1, without its line end.

    Returns:
        The version, the status code and the reason phrase.

    Raises:
        HTTPInputError: The line does not follow RFC 9112 section 4, or belongs to another
            major version of HTTP.

    >>> parse_response_start_line("HTTP/1.1 404 Not Found")
    ResponseStartLine(version='HTTP/1.1', code=404, reason='Not Found')
    """
    match = STATUS_LINE.fullmatch(line)
    if match is None:
        raise HTTPInputError("Error parsing response start line")
    version, major, code, reason = match.groups()
    _check_major_version(major, version)
    return ResponseStartLine(version, int(code), reason or None)


def _check_major_version(major: str, version: str) -> None:
    if major != "1":
        raise HTTPInputError(f"Unexpected HTTP version {version!r}")
