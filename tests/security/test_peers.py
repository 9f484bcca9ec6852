"""Security fixes of other servers and clients, where their fault could be repeated here.

What the HTTP client does with hostile servers stands in tests/simple_httpclient/test_hostile.py.
"""

import logging
import time
import zlib
from pathlib import Path
from typing import Any

import pytest

from fujita.httputil import HTTPInputError, HTTPServerRequest, parse_multipart_form_data
from fujita.simple_httpclient import SimpleAsyncHTTPClient
from fujita.web import Application, RequestHandler, StaticFileHandler
from fujita.wire.multipart import MultipartParser
from fujita.wire.websocket import Failure, PerMessageDeflate, Role, WebSocketConnection
from tests.httpserver.raw import connect, get, reply
from tests.loop_kinds import run
from tests.simple_httpclient.servers import serve as serve_client
from tests.sites import Serve
from tests.wire.websocket.frames import frame


def post(*fields: str) -> bytes:
    return get("/", *fields, method="POST")


CHUNKED = post("Transfer-Encoding: chunked")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(CHUNKED + b"2;\n\r\nok\r\n0\r\n\r\n", id="aiohttp: CVE-2024-52304"),
        pytest.param(post("Content-Length: -0"), id="aiohttp: CVE-2023-47627 minus"),
        pytest.param(post("Content-Length: +0_1") + b"x", id="aiohttp: CVE-2023-47627 plus"),
        pytest.param(get("/", "X: a\0b"), id="aiohttp: CVE-2023-47627 NUL"),
        pytest.param(get("/", "X: a\rb"), id="aiohttp: CVE-2023-47627 CR"),
        pytest.param(post("Content-Length : 1") + b"x", id="aiohttp: CVE-2023-47627 blank"),
        pytest.param(post("X-Abc: \rxTransfer-Encoding: chunked"), id="aiohttp: CVE-2023-37276"),
        pytest.param(CHUNKED + b"0\r\nX : a\r\n\r\n", id="aiohttp: CVE-2025-53643 trailers"),
        pytest.param(
            post("Content-Length: 5", "Transfer-Encoding: chunked"), id="aiohttp: CVE-2023-47641"
        ),
        pytest.param(get("/", "Host: b"), id="aiohttp: CVE-2026-34525 several hosts"),
        pytest.param(CHUNKED + b"2\r\nokXX0\r\n\r\n", id="h11: CVE-2025-43859"),
        pytest.param(
            post("Transfer-Encoding: chunked,identity", "Content-Length: 5"),
            id="gunicorn: CVE-2024-1135 codings that contradict",
        ),
        pytest.param(
            post("Transfer-Encoding: chunked,gzip", "Content-Length: 5"),
            id="gunicorn: CVE-2024-6827 falls back on the length",
        ),
        pytest.param(post("Content-Length: 0x01") + b"x", id="waitress: CVE-2022-24761 length"),
        pytest.param(CHUNKED + b"0x2\r\nok\r\n0\r\n\r\n", id="waitress: CVE-2022-24761 chunk"),
        pytest.param(CHUNKED + b"2;\0\r\nok\r\n0\r\n\r\n", id="waitress: CVE-2022-24761 extension"),
        pytest.param(
            post("Content-Length: 100", "X: x\nContent-Length: 0"), id="waitress: CVE-2019-16785"
        ),
        pytest.param(
            post("Transfer-Encoding: \x0bchunked", "Content-Length: 5"),
            id="waitress: CVE-2019-16789",
        ),
        pytest.param(CHUNKED + b"0_2\r\nok\r\n0\r\n\r\n", id="a size with an underscore"),
        pytest.param(post("Content-Length: 1", "Content-Length: 2"), id="two lengths"),
        pytest.param(b"G\x00T / HTTP/1.1\r\nHost: a\r\n\r\n", id="NUL in the method"),
        pytest.param(get(version="1.x"), id="a version that is none"),
    ],
)
def test_smuggling(serve: Serve, data: bytes) -> None:
    def never(request: HTTPServerRequest) -> None:
        raise AssertionError("served")

    with connect(serve(never)) as client:
        assert client.send(data).answer().status == 400
        assert client.rest() == b""


def test_aiohttp_cve_2023_49082_methods_with_line_ends() -> None:
    async def main() -> None:
        async with serve_client() as server:
            client = SimpleAsyncHTTPClient(force_instance=True)
            for method in ("GET / HTTP/1.1\r\nInjected: a\r\nX:", "GET\n", "G T"):
                with pytest.raises(ValueError, match="token"):
                    await client.fetch(server.url(), method=method, allow_nonstandard_methods=True)
            client.close()
            assert server.requests == []

    run("asyncio", main)


TARGETS = [
    "/../secret",
    "/%2e%2e/secret",
    "/..%2fsecret",
    "//etc/passwd",
    "/link/../../secret",
    # Starlette, CVE-2023-29159: a neighbour whose name begins as the folder's does.
    "/../public2/file",
    "/%2e%2e/public2/file",
]


@pytest.mark.parametrize("target", TARGETS)
def test_aiohttp_cve_2024_23334_paths_out_of_the_folder(
    serve: Serve, tmp_path: Path, target: str
) -> None:
    site = public_site(serve, tmp_path)
    answer = site.raw(get(target, "Connection: close"))
    assert answer.split(b" ")[1] in (b"403", b"404")
    assert b"secret" not in answer.partition(b"\r\n\r\n")[2]


def test_aiohttp_cve_2025_69226_what_there_is_outside_cannot_be_told(
    serve: Serve, tmp_path: Path
) -> None:
    site = public_site(serve, tmp_path)
    answers = {
        site.raw(get(target, "Connection: close")).split(b" ")[1]
        for target in ("/../secret", "/../nothing", "/../../../../etc/passwd", "/../public2/no")
    }
    assert len(answers) == 1


def public_site(serve: Serve, tmp_path: Path) -> Any:
    for folder in ("public", "public2"):
        (tmp_path / folder).mkdir()
    (tmp_path / "public2" / "file").write_text("secret")
    (tmp_path / "secret").write_text("secret")
    options = {"path": str(tmp_path / "public")}
    return serve(Application([("/(.*)", StaticFileHandler, options)]))


# Forms


def test_werkzeug_cve_2023_25577_a_form_of_endless_parts(serve: Serve) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    body = part * 50_000

    class Form(RequestHandler):
        def post(self) -> None:
            raise AssertionError("served")

    data = post("Content-Type: multipart/form-data; boundary=b", f"Content-Length: {len(body)}")
    with connect(serve(Application([("/", Form)]))) as client:
        assert client.send(data + body).answer().status == 400


@pytest.mark.parametrize("start", [b"\r", b"\n", b"\r\n", b"\r\n--", b""])
@pytest.mark.parametrize("filler", [b"x", b"\r", b"-"])
def test_werkzeug_cve_2023_46136_a_part_that_looks_like_a_boundary(
    start: bytes, filler: bytes
) -> None:
    parser = MultipartParser(b"boundary")
    begun = time.process_time()
    parser.feed(b'--boundary\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + start)
    for _ in range(2000):
        parser.feed(filler * 1024)
    # Quadratic, it was minutes; and nothing of it is held back.
    assert time.process_time() - begun < 10
    assert len(parser._pending) < 100


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--",
        b"--b",
        b"--b--",
        b"--b\r\n",
        b'--b\r\nContent-Disposition: form-data; name="a"',
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n',
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b\r\n\r\n--b--',
    ],
)
def test_aiohttp_cve_2024_30251_a_malformed_form_is_no_endless_loop(body: bytes) -> None:
    try:
        parse_multipart_form_data(b"b", body, {}, {})
    except HTTPInputError:
        pass


def test_aiohttp_cve_2026_34516_the_header_of_a_part_has_a_limit() -> None:
    header = b'--b\r\nContent-Disposition: form-data; name="a"\r\n' + b"X: y\r\n" * 100_000
    with pytest.raises(HTTPInputError):
        parse_multipart_form_data(b"b", header + b"\r\n\r\n--b--\r\n", {}, {})


# Time and memory


def test_aiohttp_cve_2025_69229_endless_small_chunks_take_linear_time(serve: Serve) -> None:
    class Length(RequestHandler):
        def post(self) -> None:
            self.write(str(len(self.request.body)))

    begun = time.process_time()
    with connect(serve(Application([("/", Length)]))) as client:
        client.send(CHUNKED + b"1\r\nx\r\n" * 200_000 + b"0\r\n\r\n")
        assert client.answer().body == b"200000"
    assert time.process_time() - begun < 10


def test_aiohttp_cve_2026_22815_trailers_have_a_limit(serve: Serve) -> None:
    with connect(serve(reply)) as client:
        client.send(CHUNKED + b"0\r\n" + b"X: y\r\n" * 10_000)
        assert client.answer().status in (400, 431)


def test_aiohttp_cve_2025_69230_cookies_that_flood_the_log(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    class Cookies(RequestHandler):
        def get(self) -> None:
            self.write(str(len(self.cookies)))

    cookies = "; ".join(f'a{number}@[]="' for number in range(500))
    with caplog.at_level(logging.WARNING):
        serve(Application([("/", Cookies)])).raw(
            get("/", f"Cookie: {cookies}", "Connection: close")
        )
    assert len(caplog.records) <= 1


def test_websockets_cve_2018_1000518_compressed_messages_have_a_limit() -> None:
    deflate = PerMessageDeflate(None, False, 15, False)
    connection = WebSocketConnection(Role.SERVER, max_message_size=100_000, deflate=deflate)
    compressor = zlib.compressobj(wbits=-15)
    bomb = compressor.compress(bytes(10_000_000)) + compressor.flush(zlib.Z_SYNC_FLUSH)
    (event,) = connection.receive_data(frame(0xC2, bomb[:-4]))
    assert isinstance(event, Failure)
    assert event.code == 1009


def test_aiohttp_cve_2026_54274_a_frame_that_is_too_long_is_not_waited_for() -> None:
    connection = WebSocketConnection(Role.SERVER, max_message_size=1000)
    begin = frame(0x82, b"", length=b"\x7f" + (1 << 40).to_bytes(8, "big"))
    (event,) = connection.receive_data(begin)
    assert isinstance(event, Failure)
    assert event.code == 1009


# Injection


@pytest.mark.parametrize("value", ["a\r\nInjected: b", "a\nInjected: b", "a\rb", "a\0b"])
def test_uvicorn_cve_2020_7695_and_gunicorn_cve_2018_1000164_response_splitting(
    serve: Serve, value: str
) -> None:
    class Splitting(RequestHandler):
        def get(self) -> None:
            self.set_header("X", value)

    class Redirecting(RequestHandler):
        def get(self) -> None:
            self.redirect("/" + value)

    site = serve(Application([("/", Splitting), ("/redirect", Redirecting)]))
    for target in ("/", "/redirect"):
        head = site.raw(get(target, "Connection: close")).partition(b"\r\n\r\n")[0]
        assert b"\nInjected" not in head
        assert not set(head.replace(b"\r\n", b"")) & {10, 13, 0}


@pytest.mark.parametrize("target", ["/%1b[31m%0a%0dforged", "/\x1b[31m", "/\rforged", "/%c2%85"])
def test_uvicorn_cve_2020_7694_control_characters_in_the_access_log(
    serve: Serve, target: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        serve(Application()).raw(get(target, "Connection: close"))
    for record in caplog.records:
        text = record.getMessage()
        assert "\x1b" not in text
        assert not set(text) & {"\n", "\r", "\x85"}
