from collections.abc import Iterator

import pytest

from fujita.httputil import (
    HTTPFile,
    HTTPHeaders,
    HTTPInputError,
    ParseBodyConfig,
    ParseMultipartConfig,
    ParseUrlEncodedConfig,
    parse_body_arguments,
    parse_multipart_form_data,
    set_parse_body_config,
)
from fujita.httputil.body_config import parse_body_config

URLENCODED = "application/x-www-form-urlencoded"
FIELD = b'Content-Disposition: form-data; name="hut"\r\n\r\n8'
FILE = (
    b'Content-Disposition: form-data; name="photo"; filename="fuji.jpg"\r\n'
    b"Content-Type: image/jpeg\r\n\r\n\xff\xd8"
)

Parsed = tuple[dict[str, list[bytes]], dict[str, list[HTTPFile]]]


@pytest.fixture(autouse=True)
def usual_limits() -> Iterator[None]:
    yield
    set_parse_body_config(ParseBodyConfig())


def multipart(*parts: bytes) -> bytes:
    return b"".join(b"--B\r\n" + part + b"\r\n" for part in parts) + b"--B--\r\n"


def parse(
    content_type: str,
    body: bytes,
    headers: HTTPHeaders | None = None,
    config: ParseBodyConfig | None = None,
) -> Parsed:
    arguments: dict[str, list[bytes]] = {}
    files: dict[str, list[HTTPFile]] = {}
    parse_body_arguments(content_type, body, arguments, files, headers, config=config)
    return arguments, files


def parse_parts(
    body: bytes, boundary: bytes = b"B", config: ParseMultipartConfig | None = None
) -> Parsed:
    arguments: dict[str, list[bytes]] = {}
    files: dict[str, list[HTTPFile]] = {}
    parse_multipart_form_data(boundary, body, arguments, files, config=config)
    return arguments, files


@pytest.mark.parametrize(
    "content_type", [URLENCODED, URLENCODED + "; charset=utf-8", URLENCODED.title()]
)
def test_urlencoded(content_type: str) -> None:
    assert parse(content_type, b"a=1&b=%20&a=&c&%C3%A9=%FF") == (
        {"a": [b"1", b""], "b": [b" "], "c": [b""], "Ã©": [b"\xff"]},
        {},
    )


def test_arguments_are_added_to_those_there_are() -> None:
    arguments = {"a": [b"0"]}
    parse_body_arguments(URLENCODED, b"a=1&b=2", arguments, {})
    parse_multipart_form_data(b"B", multipart(FIELD, FIELD), arguments, {})
    assert arguments == {"a": [b"0", b"1"], "b": [b"2"], "hut": [b"8", b"8"]}


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json; a=b"])
def test_other_types_are_left_alone(content_type: str) -> None:
    headers = HTTPHeaders({"Content-Encoding": "gzip"})
    assert parse(content_type, b"a=1", headers) == ({}, {})


@pytest.mark.parametrize("content_type", [URLENCODED, "multipart/form-data; boundary=B"])
def test_encoded_body(content_type: str) -> None:
    headers = HTTPHeaders({"Content-Encoding": "gzip"})
    with pytest.raises(HTTPInputError, match="Unsupported Content-Encoding: gzip"):
        parse(content_type, b"", headers)


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary=B",
        'Multipart/Form-Data;Charset=utf-8; Boundary="B"; x',
        "multipart/form-data; boundary=; boundary=B; boundary=C",
    ],
)
def test_multipart(content_type: str) -> None:
    arguments, files = parse(content_type, multipart(FIELD, FILE))
    assert arguments == {"hut": [b"8"]}
    (file,) = files["photo"]
    assert isinstance(file, HTTPFile)
    assert (file.filename, file.body, file.content_type) == ("fuji.jpg", b"\xff\xd8", "image/jpeg")
    assert file == {"filename": "fuji.jpg", "body": b"\xff\xd8", "content_type": "image/jpeg"}


def test_file_without_content_type() -> None:
    _, files = parse_parts(
        multipart(b'Content-Disposition: form-data; name=a; filename="b"\r\n\r\n')
    )
    assert files == {"a": [HTTPFile(filename="b", body=b"", content_type="application/unknown")]}


def test_file_that_was_not_chosen() -> None:
    body = multipart(b'Content-Disposition: form-data; name=a; filename=""\r\n\r\n')
    assert parse_parts(body) == ({"a": [b""]}, {})


@pytest.mark.parametrize(
    ("content_type", "message"),
    [
        ("multipart/form-data", "boundary not found"),
        ("multipart/form-data; boundary=", "boundary not found"),
        ("multipart/form-data; boundary=C", "no colon in header line"),
        ('multipart/form-data; boundary="a\rb"', "line end"),
        ("multipart/form-data2; boundary=B", "Invalid content type"),
    ],
)
def test_wrong_boundary(content_type: str, message: str) -> None:
    with pytest.raises(HTTPInputError, match=f"Invalid multipart/form-data: .*{message}"):
        parse(content_type, multipart(FIELD))


@pytest.mark.parametrize("boundary", [b"B", b'"B"'])
def test_boundary_may_have_quotes(boundary: bytes) -> None:
    assert parse_parts(multipart(FIELD), boundary) == ({"hut": [b"8"]}, {})


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_the_first_part_may_lack_its_delimiter(kind: type) -> None:
    whole = multipart(FIELD, FILE)
    assert parse_parts(kind(whole.removeprefix(b"--B\r\n"))) == parse_parts(whole)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_kinds_of_bytes(kind: type) -> None:
    arguments, _ = parse_parts(kind(multipart(FIELD)))
    assert [type(value) for value in arguments["hut"]] == [bytes]


def test_nothing_is_added_from_a_malformed_body() -> None:
    arguments: dict[str, list[bytes]] = {}
    with pytest.raises(HTTPInputError, match="no colon in header line"):
        parse_multipart_form_data(b"B", multipart(FIELD, b"x\r\n\r\n"), arguments, {})
    assert arguments == {}


def test_number_of_parts_as_tornado_counts() -> None:
    assert len(parse_parts(multipart(*[FIELD] * 99))[0]["hut"]) == 99
    with pytest.raises(HTTPInputError, match="too many parts"):
        parse_parts(multipart(*[FIELD] * 100))


def test_limits_for_one_call() -> None:
    config = ParseBodyConfig(
        ParseMultipartConfig(max_parts=2, max_part_header_size=20), ParseUrlEncodedConfig(2)
    )
    with pytest.raises(HTTPInputError, match="header too large"):
        parse("multipart/form-data; boundary=B", multipart(FIELD), config=config)
    with pytest.raises(HTTPInputError, match="too many parts"):
        parse_parts(multipart(FIELD) * 2, config=ParseMultipartConfig(max_parts=1))
    assert parse(URLENCODED, b"a=1&a=2", config=config) == ({"a": [b"1", b"2"]}, {})
    with pytest.raises(HTTPInputError, match="Max number of fields exceeded"):
        parse(URLENCODED, b"a=1&a=2&a=3", config=config)


def test_limits_for_the_process() -> None:
    config = ParseBodyConfig(ParseMultipartConfig(enabled=False), ParseUrlEncodedConfig(0))
    set_parse_body_config(config)
    assert parse_body_config() is config
    with pytest.raises(HTTPInputError, match="parsing is disabled"):
        parse_parts(multipart(FIELD))
    with pytest.raises(HTTPInputError, match="parsing is disabled"):
        parse("multipart/form-data; boundary=B", multipart(FIELD))
    with pytest.raises(HTTPInputError, match="Max number of fields exceeded"):
        parse(URLENCODED, b"a=1")
    assert parse_parts(multipart(FIELD), config=ParseMultipartConfig())[0] == {"hut": [b"8"]}


def test_usual_limits() -> None:
    assert repr(ParseBodyConfig()) == (
        "ParseBodyConfig(multipart=ParseMultipartConfig(enabled=True, max_parts=100,"
        " max_part_header_size=10240), urlencoded=ParseUrlEncodedConfig(max_arguments=1000))"
    )
    assert ParseBodyConfig() == parse_body_config()
