"""Tornado's security fixes since 5.0, each as a request that must not work."""

import time

import pytest

from fujita.httputil import HTTPHeaders, HTTPInputError, HTTPServerRequest, parse_cookie
from fujita.httputil.files import parse_multipart_form_data
from fujita.web import Application, HTTPError, RequestHandler, StaticFileHandler
from tests.httpserver.raw import connect, get, reply
from tests.sites import Serve


def refuses(serve: Serve, data: bytes) -> None:
    def never(request: HTTPServerRequest) -> None:
        raise AssertionError("served")

    with connect(serve(never)) as client:
        assert client.send(data).answer().status == 400
        assert client.rest() == b""


def test_cve_2023_28370_open_redirect_of_static_files(serve: Serve, tmp_path: object) -> None:
    (tmp_path / "sub").mkdir()  # type: ignore[operator]
    (tmp_path / "sub" / "index.html").write_text("x")  # type: ignore[operator]
    options = {"path": str(tmp_path), "default_filename": "index.html"}
    site = serve(Application([("/(.*)", StaticFileHandler, options)]))
    location = site.get("//evil.example/%2e%2e/sub").headers.get("Location", "/")
    assert not location.startswith(("//", "http"))


@pytest.mark.parametrize("length", ["+1", "1_0", "-1", "٣"])
def test_ghsa_qppv_j76h_2rpx_content_length_that_int_takes(serve: Serve, length: str) -> None:
    head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n"
    refuses(serve, head.encode() + b"x" * 10)


def test_ghsa_753j_mpmx_qq6g_transfer_encoding_that_is_not_chunked(serve: Serve) -> None:
    refuses(serve, get("/", "Transfer-Encoding: chunked, chunked", method="POST") + b"0\r\n\r\n")
    refuses(serve, get("/", "Transfer-Encoding: x", "Content-Length: 0", method="POST"))


def test_ghsa_w235_7p84_xx57_crlf_in_a_clients_header() -> None:
    with pytest.raises(HTTPInputError):
        HTTPHeaders().add("X", "a\r\nInjected: b")


def test_cve_2024_52804_cookies_that_take_quadratic_time() -> None:
    begun = time.process_time()
    parse_cookie('a="' + "\\" * 200_000 + '"')
    parse_cookie('a="' + "\\1" * 100_000 + '"')
    # Quadratic, it was minutes.
    assert time.process_time() - begun < 10


def test_cve_2025_47287_a_form_that_floods_the_log() -> None:
    data = b"--b\r\n" + b"\r\n".join([b"nonsense\r\n--b"] * 1000) + b"--\r\n"
    with pytest.raises(HTTPInputError):
        parse_multipart_form_data(b"b", data, {}, {})


def test_cve_2025_67724_a_reason_with_line_ends(serve: Serve) -> None:
    class Reason(RequestHandler):
        def get(self) -> None:
            raise HTTPError(400, reason="x\r\nInjected: <script>")

    answer = serve(Application([("/", Reason)])).raw(get("/", "Connection: close"))
    assert b"\nInjected:" not in answer
    assert b"<script>" not in answer


def test_cve_2025_67725_headers_repeated_take_linear_time() -> None:
    headers = HTTPHeaders()
    begun = time.process_time()
    for _ in range(100_000):
        headers.add("X", "y" * 10)
    assert time.process_time() - begun < 10
    assert len(headers.get_list("X")) == 100_000


def test_cve_2025_67726_parameters_that_take_quadratic_time() -> None:
    from fujita.httputil import _parse_header

    begun = time.process_time()
    _parse_header("form-data; " + 'a="' + ";" * 200_000)
    assert time.process_time() - begun < 10


def test_a_form_of_too_many_parts() -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    with pytest.raises(HTTPInputError):
        parse_multipart_form_data(b"b", part * 10_000 + b"--b--\r\n", {}, {})


def test_cookie_attributes_that_are_injected(serve: Serve) -> None:
    class Setting(RequestHandler):
        def get(self) -> None:
            self.set_cookie("a", "b", path="/; Domain=evil.example")

    class Values(RequestHandler):
        def get(self) -> None:
            self.set_cookie("a", "b\r\nInjected: c")

    site = serve(Application([("/", Setting), ("/values", Values)]))
    for target in ("/", "/values"):
        answer = site.raw(get(target, "Connection: close"))
        assert b"Domain=evil.example" not in answer
        assert b"\nInjected" not in answer


def test_several_hosts(serve: Serve) -> None:
    refuses(serve, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")


def test_a_plain_request_is_served(serve: Serve) -> None:
    """What the others compare with."""
    with connect(serve(reply)) as client:
        assert client.send(get()).answer().status == 200
