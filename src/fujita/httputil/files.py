"""Forms: the arguments and files in a request's body."""

from collections.abc import Mapping

from fujita.escape import parse_qs_bytes, utf8
from fujita.httputil.body_config import (
    ParseBodyConfig,
    ParseMultipartConfig,
    ParseUrlEncodedConfig,
    parse_body_config,
)
from fujita.httputil.errors import HTTPInputError
from fujita.util import ObjectDict
from fujita.wire.multipart import Event, MultipartError, MultipartParser, PartBegin, PartData
from fujita.wire.parameters import iterate_parameters


class HTTPFile(ObjectDict):
    """A file that came with a form; its attributes can be read as keys, too.

    Attributes:
        filename: The name that the user's browser gave. It is no path to be trusted.
        body: The content.
        content_type: The media type that the browser gave.
    """

    filename: str
    body: bytes
    content_type: str


def parse_body_arguments(
    content_type: str,
    body: bytes,
    arguments: dict[str, list[bytes]],
    files: dict[str, list[HTTPFile]],
    headers: Mapping[str, str] | None = None,
    *,
    config: ParseBodyConfig | None = None,
) -> None:
    """Parses a body of the type ``application/x-www-form-urlencoded`` or ``multipart/form-data``.

    A body of another type is left alone.

    Args:
        content_type: The value of the header ``Content-Type``.
        body: The body.
        arguments: Receives the values of the form's fields by name.
        files: Receives the form's files by the name of their field.
        headers: The request's headers; with ``Content-Encoding`` among them the body is refused,
            as it has not been decoded.
        config: Limits for this call instead of those for the process.

    Raises:
        HTTPInputError: The body is malformed or exceeds a limit. Nothing was added.

    >>> arguments, files = {}, {}
    >>> parse_body_arguments("application/x-www-form-urlencoded", b"a=1&a=2", arguments, files)
    >>> arguments
    {'a': [b'1', b'2']}
    """
    # RFC 9110 section 8.3.1: "The type and subtype tokens are case-insensitive."
    media_type = content_type[:40].lower()
    urlencoded = media_type.startswith("application/x-www-form-urlencoded")
    if not urlencoded and not media_type.startswith("multipart/form-data"):
        return
    if headers and "Content-Encoding" in headers:
        raise HTTPInputError(f"Unsupported Content-Encoding: {headers['Content-Encoding']}")
    if config is None:
        config = parse_body_config()
    if urlencoded:
        _parse_urlencoded(body, arguments, config.urlencoded)
        return
    try:
        boundary = _boundary(content_type)
        parse_multipart_form_data(boundary, body, arguments, files, config=config.multipart)
    except HTTPInputError as error:
        raise HTTPInputError(f"Invalid multipart/form-data: {error}") from error


def _parse_urlencoded(
    body: bytes, arguments: dict[str, list[bytes]], config: ParseUrlEncodedConfig
) -> None:
    try:
        parsed = parse_qs_bytes(body, keep_blank_values=True, max_num_fields=config.max_arguments)
    except ValueError as error:
        raise HTTPInputError(f"Invalid x-www-form-urlencoded body: {error}") from error
    for name, values in parsed.items():
        arguments.setdefault(name, []).extend(values)


def _boundary(content_type: str) -> bytes:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type != "multipart/form-data":
        raise HTTPInputError(f"Invalid content type {media_type!r}")
    for name, value in iterate_parameters(content_type):
        if name == "boundary" and value:
            return utf8(value)
    raise HTTPInputError("multipart boundary not found")


def parse_multipart_form_data(
    boundary: bytes,
    data: bytes,
    arguments: dict[str, list[bytes]],
    files: dict[str, list[HTTPFile]],
    *,
    config: ParseMultipartConfig | None = None,
) -> None:
    """Parses a body of the type ``multipart/form-data`` (RFC 7578).

    Args:
        boundary: The parameter of that name of the header ``Content-Type``; it may still have
            its quotes.
        data: The body.
        arguments: Receives the values of the form's fields by name.
        files: Receives the form's files by the name of their field.
        config: Limits for this call instead of those for the process.

    Raises:
        HTTPInputError: The body is malformed or exceeds a limit. Nothing was added.
    """
    if config is None:
        config = parse_body_config().multipart
    if not config.enabled:
        raise HTTPInputError("multipart/form-data parsing is disabled")
    if len(boundary) >= 2 and boundary.startswith(b'"') and boundary.endswith(b'"'):
        boundary = boundary[1:-1]
    try:
        parser = MultipartParser(
            boundary,
            # Tornado's limit counts the delimiters, of which there is one more than parts.
            max_parts=config.max_parts - 1,
            max_header_size=config.max_part_header_size,
        )
        opening = b"--" + boundary
        # Tornado takes a form whose first part has no delimiter in front.
        whole = bytes(data) if data[: len(opening)] == opening else opening + b"\r\n" + data
        events = parser.feed(whole)
        parser.finish()
    except MultipartError as error:
        raise HTTPInputError(str(error)) from None
    _collect(events, arguments, files)


def _collect(
    events: list[Event], arguments: dict[str, list[bytes]], files: dict[str, list[HTTPFile]]
) -> None:
    for event in events:
        if isinstance(event, PartBegin):
            part, content = event, b""
        elif isinstance(event, PartData):
            content += event.data
        elif part.filename:
            content_type = part.content_type
            if content_type is None:
                content_type = "application/unknown"
            file = HTTPFile(filename=part.filename, body=content, content_type=content_type)
            files.setdefault(part.name, []).append(file)
        else:
            # A browser that has no file to send sends an empty file name: a plain argument.
            arguments.setdefault(part.name, []).append(content)
