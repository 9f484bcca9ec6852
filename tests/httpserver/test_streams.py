from typing import Any
from unittest import mock

import pytest

from fujita.httpserver import HTTPServer
from fujita.httputil import HTTPServerRequest
from fujita.iostream import IOStream
from tests.httpserver.raw import connect, get, reply
from tests.sites import Serve


class Streaming(HTTPServer):
    """Serves its connections from streams, as one that overrides handle_stream does."""

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        super().handle_stream(stream, address)


@pytest.fixture(autouse=True)
def streaming() -> Any:
    """Makes every server of these tests such a one."""
    with mock.patch("tests.sites.HTTPServer", Streaming):
        yield


def say_who(request: HTTPServerRequest) -> None:
    reply(request, f"{request.remote_ip} {request.protocol}".encode())


def test_a_request_says_who_it_is_from(serve: Serve) -> None:
    with connect(serve(say_who)) as client:
        assert client.send(get("/")).answer().body == b"127.0.0.1 http"


def test_protocol(serve: Serve) -> None:
    with connect(serve(say_who, protocol="https")) as client:
        assert client.send(get("/")).answer().body == b"127.0.0.1 https"


def test_xheaders_hold_for_one_request(serve: Serve) -> None:
    claims = ("X-Real-Ip: 4.4.4.4", "X-Scheme: https")
    with connect(serve(say_who, xheaders=True)) as client:
        assert client.send(get("/", *claims)).answer().body == b"4.4.4.4 https"
        assert client.send(get("/")).answer().body == b"127.0.0.1 http"
    with connect(serve(say_who)) as client:
        assert client.send(get("/", *claims)).answer().body == b"127.0.0.1 http"


def test_limits(serve: Serve) -> None:
    with connect(serve(say_who, max_header_size=200)) as client:
        client.send(get("/", f"A: {'a' * 300}"))
        assert client.is_closed()


def test_parameters() -> None:
    server = HTTPServer(
        say_who,
        no_keep_alive=True,
        decompress_request=True,
        chunk_size=1,
        max_header_size=2,
        idle_connection_timeout=3,
        body_timeout=4,
        max_body_size=5,
    )
    assert vars(server.conn_params) == {
        "no_keep_alive": True,
        "chunk_size": 1,
        "max_header_size": 2,
        "header_timeout": 3,
        "max_body_size": 5,
        "body_timeout": 4,
        "decompress": True,
    }
    assert server.conn_params is server.conn_params
