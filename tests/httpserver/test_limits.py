"""The sizes beyond which a request is refused: their options, their defaults."""

from typing import Any

import pytest

from fujita.httpserver.settings import DEFAULT_MAX_SIZE, Defaults
from fujita.httputil import HTTPServerRequest, ParseBodyConfig, ParseMultipartConfig
from fujita.httputil.body_config import set_parse_body_config
from fujita.web import Application, RequestHandler
from tests.httpserver.raw import connect, get, post, reply
from tests.sites import Serve


@pytest.mark.parametrize(
    ("option", "value", "data", "status"),
    [
        ("max_request_line", 100, get("/" + "x" * 100), 414),
        ("max_request_line", 100, get("/" + "x" * 50), 200),
        ("max_header_size", 200, get("/", "X: " + "y" * 200), 431),
        ("max_header_size", 200, get("/", "X: " + "y" * 100), 200),
        ("max_header_count", 3, get("/", "A: b", "C: d", "E: f"), 431),
        ("max_header_count", 3, get("/", "A: b", "C: d"), 200),
        ("max_body_size", 5, post(b"123456"), 413),
        ("max_body_size", 5, post(b"12345"), 200),
        ("max_buffer_size", 5, post(b"123456"), 413),
    ],
)
def test_options(serve: Serve, option: str, value: int, data: bytes, status: int) -> None:
    with connect(serve(reply, **{option: value})) as client:
        answer = client.send(data).answer()
        assert answer.status == status
        if status != 200:
            assert answer.headers["connection"] == "close"
            assert "date" in answer.headers
            assert client.rest() == b""


def test_defaults(serve: Serve) -> None:
    limits = serve(reply).server.settings.limits
    assert (limits.head, limits.request_line, limits.field_count) == (65536, 16384, 2000)
    assert limits.body == DEFAULT_MAX_SIZE


def test_the_parts_of_a_form(serve: Serve) -> None:
    class Form(RequestHandler):
        def post(self) -> None:
            self.write(str(len(self.request.body_arguments)))

    part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n\r\n'
    fields = ("Content-Type: multipart/form-data; boundary=b",)

    def form(parts: int) -> bytes:
        text = "".join(part.format(number) for number in range(parts)) + "--b--\r\n"
        return post(text.encode(), "/", *fields)

    site = serve(Application([("/", Form)]))
    with connect(site) as client:
        assert client.send(form(99)).answer().body == b"99"
        assert client.send(form(101)).answer().status == 400
        set_parse_body_config(ParseBodyConfig(multipart=ParseMultipartConfig(max_parts=3)))
        try:
            assert client.send(form(4)).answer().status == 400
        finally:
            set_parse_body_config(ParseBodyConfig())


@pytest.mark.parametrize(
    ("name", "value", "option"),
    [
        ("max_body_size", 5, "max_body_size"),
        ("header_timeout", 1.5, "header_timeout"),
        ("idle_timeout", 2.5, "idle_connection_timeout"),
        ("max_connections", 7, "max_connections"),
        ("max_connections_per_address", 3, "max_connections_per_address"),
    ],
)
def test_defaults_of_the_process(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, name: str, value: float, option: str
) -> None:
    changed = Defaults(**{name: value})  # type: ignore[arg-type]
    monkeypatch.setattr("fujita.httpserver.server.defaults", changed)

    def seen(**options: Any) -> Any:
        server = serve(reply, **options).server
        return {
            "max_body_size": server.settings.limits.body,
            "header_timeout": server.settings.header_timeout,
            "idle_timeout": server.settings.idle_timeout,
            "max_connections": server.admission.maximum,
            "max_connections_per_address": server.admission.per_address,
        }[name]

    assert seen() == value
    assert seen(**{option: 4}) == 4


def test_an_early_byte_that_begins_no_request(serve: Serve) -> None:
    def never(request: HTTPServerRequest) -> None:
        raise AssertionError

    with connect(serve(never)) as client:
        # A TLS client says hello, and waits.
        assert client.send(b"\x16\x03\x01\x00\xa5\x01").answer().status == 400
        assert client.rest() == b""
