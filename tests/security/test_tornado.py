"""The security fixes that Tornado's release notes name, each as an attack that must not work.

They are those under "Security" in Tornado's release notes, in their order. A number is that of the
advisory; fixes without one are named after the release. What 6.5.6 changed in OpenID stands in
tests/auth/test_openid.py.
"""

import gzip
import logging
import time
import zlib
from pathlib import Path
from typing import Any

import pytest

from fujita.curl_httpclient import CurlAsyncHTTPClient
from fujita.httpclient import AsyncHTTPClient
from fujita.httputil import (
    HTTPHeaders,
    HTTPInputError,
    HTTPServerRequest,
    _parse_header,
    parse_cookie,
    parse_multipart_form_data,
)
from fujita.simple_httpclient import HTTPStreamClosedError, SimpleAsyncHTTPClient
from fujita.speedups import websocket_mask
from fujita.web import Application, HTTPError, RedirectHandler, RequestHandler, StaticFileHandler
from fujita.wire.websocket import Failure, PerMessageDeflate, Role, WebSocketConnection
from tests.httpserver.raw import connect, get, reply
from tests.loop_kinds import run
from tests.simple_httpclient.servers import OK, Connection, server_context
from tests.simple_httpclient.servers import serve as serve_client
from tests.sites import Serve
from tests.wire.websocket.frames import frame

CLIENTS = [SimpleAsyncHTTPClient, CurlAsyncHTTPClient]


def refuses(serve: Serve, data: bytes) -> None:
    def never(request: HTTPServerRequest) -> None:
        raise AssertionError("served")

    with connect(serve(never)) as client:
        assert client.send(data).answer().status == 400
        assert client.rest() == b""


def post(*fields: str) -> bytes:
    return get("/", *fields, method="POST")


def test_a_plain_request_is_served(serve: Serve) -> None:
    """What the others compare with."""
    with connect(serve(reply)) as client:
        assert client.send(get()).answer().status == 200


def test_5_1_0_compressed_websocket_messages_have_a_limit() -> None:
    compressor = zlib.compressobj(wbits=-15)
    bomb = compressor.compress(bytes(10_000_000)) + compressor.flush(zlib.Z_SYNC_FLUSH)
    deflate = PerMessageDeflate(None, False, 15, False)
    connection = WebSocketConnection(Role.SERVER, max_message_size=100_000, deflate=deflate)
    (event,) = connection.receive_data(frame(0xC2, bomb[:-4]))
    assert isinstance(event, Failure)
    assert event.code == 1009


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"x") + b"garbage",
        gzip.compress(b"x")[:-1],
        gzip.compress(b"x")[:5],
        gzip.compress(b"x")[:10] + b"\xff" * 10,
        b"\x1f\x8b",
        b"x",
    ],
)
def test_6_1_0_malformed_gzip_is_no_endless_loop(serve: Serve, body: bytes) -> None:
    def never(request: HTTPServerRequest) -> None:
        raise AssertionError("served")

    with connect(serve(never, decompress_request=True)) as client:
        client.send(post("Content-Encoding: gzip", f"Content-Length: {len(body)}") + body)
        assert client.answer().status == 400


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_6_2_0_certificates_are_verified_by_default(
    client: type[AsyncHTTPClient], host: str
) -> None:
    async def main() -> None:
        async with serve_client(tls=server_context()) as server:
            fetcher = client(force_instance=True)
            with pytest.raises(Exception, match=r"(?i)certificate"):
                await fetcher.fetch(server.url(host=host))
            fetcher.close()
            assert server.requests == []

    run("asyncio", main)


@pytest.mark.parametrize("target", ["//evil.example/sub", "//evil.example/%2e%2e/sub", "//sub"])
def test_6_3_2_cve_2023_28370_open_redirect_of_static_files(
    serve: Serve, tmp_path: Path, target: str
) -> None:
    for folder in ("sub", "evil.example/sub"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "index.html").write_text("x")
    options = {"path": str(tmp_path), "default_filename": "index.html"}
    for pattern in ("/(.*)", "(.*)"):
        site = serve(Application([(pattern, StaticFileHandler, options)]))
        location = site.get(target).headers.get("Location", "/")
        assert not location.startswith(("//", "http", "/\\"))


@pytest.mark.parametrize("length", ["+1", "1_0", "-1", "-0", "0_0", "٣"])
def test_6_3_3_ghsa_qppv_j76h_2rpx_lengths_that_int_takes(serve: Serve, length: str) -> None:
    head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n"
    refuses(serve, head.encode() + b"x" * 10)
    chunk = f"{length}\r\nx\r\n0\r\n\r\n".encode()
    refuses(serve, post("Transfer-Encoding: chunked") + chunk)


def test_6_4_1_ghsa_753j_mpmx_qq6g_transfer_encoding_that_is_not_chunked(serve: Serve) -> None:
    refuses(serve, post("Transfer-Encoding: chunked, chunked") + b"0\r\n\r\n")
    refuses(serve, post("Transfer-Encoding: x", "Content-Length: 0"))
    refuses(serve, post("Transfer-Encoding: x"))
    # Only space and tab surround a value: this is not "chunked".
    refuses(serve, post("Transfer-Encoding: \x85chunked\xa0"))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("value", ["a\r\nInjected: b", "a\nInjected: b", "a\rInjected: b"])
def test_6_4_1_ghsa_w235_7p84_xx57_line_ends_in_a_clients_header(
    client: type[AsyncHTTPClient], value: str
) -> None:
    async def main() -> None:
        async with serve_client() as server:
            fetcher = client(force_instance=True)
            try:
                for headers in ({"X": value}, {value: "x"}, {"Cookie": value}):
                    with pytest.raises((ValueError, HTTPInputError)):
                        await fetcher.fetch(server.url(), headers=headers)
                with pytest.raises((ValueError, HTTPInputError)):
                    await fetcher.fetch(server.url(), user_agent=value)
            finally:
                fetcher.close()
            assert server.requests == []

    run("asyncio", main)


def test_6_4_2_cve_2024_52804_cookies_that_take_quadratic_time() -> None:
    begun = time.process_time()
    parse_cookie('a="' + "\\" * 200_000 + '"')
    parse_cookie('a="' + "\\1" * 100_000 + '"')
    # Quadratic, it was minutes.
    assert time.process_time() - begun < 10


def test_6_5_0_cve_2025_47287_a_form_that_floods_the_log(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    data = b"--b\r\n" + b"\r\n".join([b"nonsense\r\n--b"] * 1000) + b"--\r\n"
    with pytest.raises(HTTPInputError):
        parse_multipart_form_data(b"b", data, {}, {})
    head = post("Content-Type: multipart/form-data; boundary=b", f"Content-Length: {len(data)}")
    with caplog.at_level(logging.DEBUG), connect(serve(Application())) as client:
        assert client.send(head + data).answer().status in (400, 404)
    assert len([record for record in caplog.records if record.name.startswith("tornado")]) <= 2


@pytest.mark.parametrize(
    "head",
    [
        b"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX(: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x01b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a,b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"G@T / HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_6_5_0_characters_that_http_does_not_have(serve: Serve, head: bytes) -> None:
    refuses(serve, head)


REASONS = ["x\r\nInjected: a", "x\nInjected: a", "x\rInjected: a", "<script>"]


@pytest.mark.parametrize("reason", REASONS)
def test_6_5_3_cve_2025_67724_reasons_with_more_in_them(serve: Serve, reason: str) -> None:
    class Raising(RequestHandler):
        def get(self) -> None:
            raise HTTPError(400, reason=reason)

    class Setting(RequestHandler):
        def get(self) -> None:
            self.set_status(200, reason)
            self.write("x")

    class Sending(RequestHandler):
        def get(self) -> None:
            self.send_error(400, reason=reason)

    site = serve(Application([("/", Raising), ("/set", Setting), ("/send", Sending)]))
    for target in ("/", "/set", "/send"):
        head, _, body = site.raw(get(target, "Connection: close")).partition(b"\r\n\r\n")
        assert b"\nInjected" not in head
        assert b"\rInjected" not in head
        assert b"<script>" not in body


def test_6_5_3_cve_2025_67725_repeated_headers_that_take_quadratic_time() -> None:
    headers = HTTPHeaders()
    begun = time.process_time()
    for _ in range(100_000):
        headers.add("X", "y" * 10)
    assert time.process_time() - begun < 10
    assert len(headers.get_list("X")) == 100_000


def test_6_5_3_cve_2025_67726_parameters_that_take_quadratic_time() -> None:
    begun = time.process_time()
    _parse_header("form-data; " + 'a="' + ";" * 200_000)
    _parse_header("form-data; " + 'a=";";' * 50_000)
    assert time.process_time() - begun < 10


PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'


def test_6_5_5_cve_2026_31958_a_form_of_too_many_parts() -> None:
    parse_multipart_form_data(b"b", PART * 99 + b"--b--\r\n", {}, {})
    with pytest.raises(HTTPInputError):
        parse_multipart_form_data(b"b", PART * 100 + b"--b--\r\n", {}, {})


@pytest.mark.parametrize(
    "options",
    [
        {name: value + end}
        for name, value in {"path": "/", "domain": "a", "samesite": "Lax"}.items()
        for end in ("; Domain=evil.example", "\r\nInjected: c", "\x01")
    ],
)
def test_6_5_5_ghsa_78cv_mqj4_43f7_cookie_attributes_that_are_injected(
    serve: Serve, options: dict[str, str]
) -> None:
    cookie_is_not_set(serve, **options)


@pytest.mark.parametrize("name", ["Path", "Domain", "SameSite"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_6_5_8_cookie_attributes_in_mixed_case(serve: Serve, name: str) -> None:
    cookie_is_not_set(serve, **{name: "x; Domain=evil.example"})


def test_6_6_0_max_age_that_is_injected(serve: Serve) -> None:
    cookie_is_not_set(serve, max_age="1; Domain=evil.example")


def test_cookie_values_with_line_ends(serve: Serve) -> None:
    cookie_is_not_set(serve, value="b\r\nInjected: c")
    cookie_is_not_set(serve, name="a; Domain=evil.example")


def cookie_is_not_set(serve: Serve, **options: Any) -> None:
    class Setting(RequestHandler):
        def get(self) -> None:
            self.set_cookie(**{"name": "a", "value": "b", **options})

    answer = serve(Application([("/", Setting)])).raw(get("/", "Connection: close"))
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"evil.example" not in answer
    assert b"Injected" not in answer


@pytest.mark.parametrize("end", [b"\r", b"\r\r\n"])
def test_6_5_5_carriage_returns_in_the_header_of_a_part(end: bytes) -> None:
    header = b'--b\r\nContent-Disposition: form-data; name="a"' + end + b"X: y\r\n\r\n\r\n--b--\r\n"
    with pytest.raises(HTTPInputError):
        parse_multipart_form_data(b"b", header, {}, {})


@pytest.mark.parametrize("client", CLIENTS)
def test_6_5_6_cve_2026_49853_redirects_that_carry_credentials_elsewhere(
    client: type[AsyncHTTPClient],
) -> None:
    async def main() -> None:
        async with serve_client() as other:

            async def answer(connection: Connection, request: bytes) -> bytes:
                head = f"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: {other.url()}\r\n\r\n"
                return head.encode()

            async with serve_client(answer) as server:
                fetcher = client(force_instance=True)
                headers = {"Authorization": "Bearer secret", "Cookie": "a=secret"}
                await fetcher.fetch(server.url(), headers=headers)
                await fetcher.fetch(server.url(), auth_username="me", auth_password="secret")
                fetcher.close()
            assert len(other.requests) == 2
            for request in other.requests:
                assert b"secret" not in request
                assert b"Authorization" not in request

    run("asyncio", main)


@pytest.mark.parametrize("mask", [b"", b"\x01", b"\x01\x02\x03"])
def test_6_5_6_cve_2026_49854_a_mask_that_is_too_short(mask: bytes) -> None:
    with pytest.raises(ValueError, match="4 bytes"):
        websocket_mask(mask, b"data")


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("streams", [False, True])
def test_6_5_6_cve_2026_49855_responses_that_grow(
    client: type[AsyncHTTPClient], streams: bool
) -> None:
    """And, since 6.5.9, curl's."""
    bomb = gzip.compress(bytes(10_000_000))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)

    body_is_refused(client, head + bomb, streams)


@pytest.mark.parametrize("client", CLIENTS)
def test_6_5_9_bodies_that_end_with_the_connection_have_a_limit(
    client: type[AsyncHTTPClient],
) -> None:
    body_is_refused(client, b"HTTP/1.0 200 OK\r\n\r\n" + bytes(1_000_000), False)


def body_is_refused(client: type[AsyncHTTPClient], response: bytes, streams: bool) -> None:
    received: list[bytes] = []

    async def answer(connection: Connection, request: bytes) -> None:
        connection.writer.write(response)
        await connection.writer.drain()

    async def main() -> None:
        async with serve_client(answer) as server:
            fetcher = client(force_instance=True, max_body_size=100_000)
            try:
                with pytest.raises(Exception, match=r"HTTP 599|Connection closed|body"):
                    await fetcher.fetch(
                        server.url(), streaming_callback=received.append if streams else None
                    )
            finally:
                fetcher.close()

    run("asyncio", main)
    assert sum(map(len, received)) <= 100_000


def test_6_5_7_curl_forgets_what_another_request_had() -> None:
    async def main() -> None:
        async with serve_client() as server:
            fetcher = CurlAsyncHTTPClient(force_instance=True, max_clients=1)
            await fetcher.fetch(
                server.url(),
                auth_username="me",
                auth_password="secret",
                headers={"Cookie": "secret"},
                user_agent="secret",
            )
            await fetcher.fetch(server.url())
            fetcher.close()
            assert b"secret" in server.requests[0]
            for word in (b"secret", b"Authorization", b"Cookie"):
                assert word not in server.requests[1]

    run("asyncio", main)


@pytest.mark.parametrize("in_url", [True, False])
def test_6_5_8_and_6_5_9_too_many_arguments(serve: Serve, in_url: bool) -> None:
    class Never(RequestHandler):
        def post(self) -> None:
            self.write(str(len(self.get_arguments("a"))))

    form = b"&".join([b"a=b"] * 1001)
    site = serve(Application([("/", Never)]))
    with connect(site) as client:
        if in_url:
            data = get("/?" + form.decode(), "Content-Length: 0", method="POST")
        else:
            kind = "Content-Type: application/x-www-form-urlencoded"
            data = post(kind, f"Content-Length: {len(form)}") + form
        assert client.send(data).answer().status == 400


def test_6_5_9_links_out_of_the_static_folder(serve: Serve, tmp_path: Path) -> None:
    public = tmp_path / "public"
    public.mkdir()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("secret")
    (public / "link").symlink_to(tmp_path / "secret")
    (public / "sub").symlink_to(tmp_path / "folder")
    site = serve(Application([("/(.*)", StaticFileHandler, {"path": str(public)})]))
    for target in ("/link", "/sub/file"):
        answer = site.get(target)
        assert answer.status in (403, 404)
        assert answer.body != b"secret"


def test_6_5_9_endless_informational_responses() -> None:
    async def main() -> None:
        async with serve_client(b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000 + OK) as server:
            fetcher = SimpleAsyncHTTPClient(force_instance=True)
            with pytest.raises(HTTPStreamClosedError):
                await fetcher.fetch(server.url())
            fetcher.close()

    run("asyncio", main)


def test_6_6_0_folded_lines(serve: Serve) -> None:
    refuses(serve, b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n")


@pytest.mark.parametrize("target", ["//evil.example/a", "/%2Fevil.example/a"])
def test_6_6_0_redirects_by_a_pattern_stay_on_the_site(serve: Serve, target: str) -> None:
    options = {"url": "/{0}"}
    site = serve(Application([("/(.*)", RedirectHandler, options)]))
    assert not site.get(target).headers.get("Location", "/").startswith("//")


def test_6_6_0_signed_values_with_errors_are_ignored(serve: Serve) -> None:
    class Reading(RequestHandler):
        def get(self) -> None:
            self.write(repr(self.get_signed_cookie("a")))

    for secret in ("secret", {1: "secret"}):
        site = serve(Application([("/", Reading)], cookie_secret=secret, key_version=1))
        for value in ("x", "2|", "2|1:0|", "a|b|c", "|".join("x" * 9), "2|1:1|-1:0|"):
            answer = site.get("/", cookie=f"a={value}")
            assert (answer.status, answer.text) == (200, "None")
