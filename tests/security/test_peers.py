"""Security fixes of other servers, where their fault could be repeated here."""

import pytest

from fujita.httputil import HTTPServerRequest
from fujita.web import Application, RequestHandler, StaticFileHandler
from tests.httpserver.raw import connect, get
from tests.sites import Serve

CHUNKED = get("/", "Transfer-Encoding: chunked", method="POST")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(CHUNKED + b"2;\n\r\nok\r\n0\r\n\r\n", id="aiohttp: CVE-2024-52304"),
        pytest.param(CHUNKED + b"0_2\r\nok\r\n0\r\n\r\n", id="aiohttp: CVE-2023-47627 chunk"),
        pytest.param(CHUNKED + b"2\r\nokXX0\r\n\r\n", id="h11: CVE-2025-43859"),
        pytest.param(CHUNKED + b"0\r\nX : a\r\n\r\n", id="aiohttp: CVE-2025-53643 trailers"),
        pytest.param(
            get("/", "Content-Length: 5", "Transfer-Encoding: chunked"),
            id="aiohttp: CVE-2023-47641 both lengths",
        ),
        pytest.param(get("/", "Transfer-Encoding : chunked"), id="gunicorn: CVE-2024-1135 blank"),
        pytest.param(
            get("/", "Transfer-Encoding: chunked,identity"), id="gunicorn: CVE-2024-6827 codings"
        ),
        pytest.param(get("/", "Content-Length: 1", "Content-Length: 2"), id="two lengths"),
        pytest.param(get("/", "X: a\0b"), id="h11: NUL in a field"),
        pytest.param(b"G\x00T / HTTP/1.1\r\nHost: a\r\n\r\n", id="aiohttp: CVE-2023-49082 method"),
        pytest.param(get(version="1.x"), id="aiohttp: CVE-2023-49081 version"),
    ],
)
def test_smuggling(serve: Serve, data: bytes) -> None:
    def never(request: HTTPServerRequest) -> None:
        raise AssertionError("served")

    with connect(serve(never)) as client:
        assert client.send(data).answer().status == 400
        assert client.rest() == b""


@pytest.mark.parametrize(
    "target", ["/../secret", "/%2e%2e/secret", "/..%2fsecret", "//etc/passwd", "/link/../../secret"]
)
def test_aiohttp_cve_2024_23334_paths_out_of_the_folder(
    serve: Serve, tmp_path: object, target: str
) -> None:
    public = tmp_path / "public"  # type: ignore[operator]
    public.mkdir()
    (tmp_path / "secret").write_text("secret")  # type: ignore[operator]
    site = serve(Application([("/(.*)", StaticFileHandler, {"path": str(public)})]))
    answer = site.raw(get(target, "Connection: close"))
    assert answer.split(b" ")[1] in (b"403", b"404")


def test_werkzeug_cve_2023_25577_a_form_of_endless_parts(serve: Serve) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    head = get("/", "Content-Type: multipart/form-data; boundary=b", "Content-Length: {}")
    body = part * 50_000
    data = head.replace(b"GET", b"POST").replace(b"{}", str(len(body)).encode()) + body

    class Form(RequestHandler):
        def post(self) -> None:
            raise AssertionError("served")

    with connect(serve(Application([("/", Form)]))) as client:
        assert client.send(data).answer().status == 400
