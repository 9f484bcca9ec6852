from unittest import mock

import pytest

from fujita.httpserver.context import ConnectionContext
from fujita.httputil import HTTPHeaders, HTTPServerRequest
from tests.httpserver.raw import connect, get, reply
from tests.sites import Serve


def context(
    address: object = ("10.0.0.1", 1234),
    tls: object = None,
    protocol: str | None = None,
    xheaders: bool = True,
    trusted: frozenset[str] = frozenset(),
) -> ConnectionContext:
    transport = mock.Mock()
    transport.get_extra_info = {"peername": address, "ssl_object": tls}.get
    return ConnectionContext(transport, protocol, xheaders, trusted)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "10.0.0.1"),
        ({"X-Real-Ip": "4.4.4.4"}, "4.4.4.4"),
        ({"X-Real-Ip": "4.4.4.4<script>"}, "10.0.0.1"),
        ({"X-Real-Ip": "[::1]"}, "10.0.0.1"),
        ({"X-Real-Ip": "2620:0:1cfe:face:b00c::3"}, "2620:0:1cfe:face:b00c::3"),
        ({"X-Forwarded-For": "4.4.4.4"}, "4.4.4.4"),
        ({"X-Forwarded-For": "127.0.0.1, 4.4.4.4"}, "4.4.4.4"),
        ({"X-Forwarded-For": "4.4.4.4, 5.5.5.5"}, "4.4.4.4"),
        ({"X-Forwarded-For": "5.5.5.5,5.5.5.5"}, "5.5.5.5"),
        ({"X-Forwarded-For": "4.4.4.4", "X-Real-Ip": "6.6.6.6"}, "6.6.6.6"),
        ({"X-Forwarded-For": "host"}, "10.0.0.1"),
    ],
)
def test_who_the_client_is(fields: dict[str, str], expected: str) -> None:
    trusted = frozenset({"5.5.5.5"})
    headers = HTTPHeaders(fields)
    assert context(trusted=trusted).remote_ip_for(headers) == expected
    assert context(trusted=trusted, xheaders=False).remote_ip_for(headers) == "10.0.0.1"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "http"),
        ({"X-Scheme": "https"}, "https"),
        ({"X-Forwarded-Proto": "https"}, "https"),
        ({"X-Forwarded-Proto": "https , http"}, "http"),
        ({"X-Forwarded-Proto": "http,https"}, "https"),
        ({"X-Scheme": "unknown"}, "http"),
    ],
)
def test_what_the_client_speaks(fields: dict[str, str], expected: str) -> None:
    headers = HTTPHeaders(fields)
    assert context().protocol_for(headers) == expected
    assert context(xheaders=False).protocol_for(headers) == "http"


def test_protocols() -> None:
    assert context(tls=object()).protocol == "https"
    assert context(tls=object(), protocol="http").protocol == "http"
    assert context(protocol="https").protocol == "https"


def test_names_in_the_log() -> None:
    assert str(context()) == "10.0.0.1"
    assert str(context(("::1", 1, 0, 0))) == "::1"
    assert str(context("")) == "a Unix socket"
    assert str(context("/run/socket")) == "/run/socket"


def test_what_the_server_is_told(serve: Serve) -> None:
    def answer(request: HTTPServerRequest) -> None:
        reply(request, f"{request.remote_ip} {request.protocol}".encode())

    fields = ("X-Real-Ip: 4.4.4.4", "X-Scheme: https")
    with connect(serve(answer, xheaders=True)) as client:
        assert client.send(get("/", *fields)).answer().body == b"4.4.4.4 https"
        # What one request says is not believed of the next.
        assert client.send(get()).answer().body == b"127.0.0.1 http"
    with connect(serve(answer, protocol="https")) as client:
        assert client.send(get("/", *fields)).answer().body == b"127.0.0.1 https"
