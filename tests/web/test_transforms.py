import gzip
import zlib
from collections.abc import Callable

import pytest

from fujita.httputil import HTTPHeaders, HTTPServerRequest
from fujita.web import Application, GZipContentEncoding, OutputTransform, RequestHandler
from tests.sites import Serve

LONG = "It snows on Fujiyama. " * 100


class Page(RequestHandler):
    def get(self) -> None:
        self.set_header("Content-Type", self.get_argument("type", "text/html") or "")
        if self.get_argument("vary", None):
            self.set_header("Vary", "Cookie")
        if self.get_argument("encoding", None):
            self.set_header("Content-Encoding", "br")
        self.write(LONG[: int(self.get_argument("length", "5000") or 0)])

    head = get


class Pieces(RequestHandler):
    async def get(self) -> None:
        for piece in ("one ", "two ", "three"):
            self.write(piece)
            await self.flush()


def compressed() -> Application:
    return Application([("/", Page), ("/pieces", Pieces)], compress_response=True)


def test_a_long_text_is_compressed(serve: Serve) -> None:
    response = serve(compressed()).get("/", Accept_Encoding="br, gzip")
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["Content-Length"] == str(len(response.body))
    assert gzip.decompress(response.body).decode() == LONG
    assert len(response.body) < len(LONG) / 4


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {}),
        ("", {"Accept-Encoding": "br"}),
        ("length=1023", {"Accept-Encoding": "gzip"}),
        ("type=image/png", {"Accept-Encoding": "gzip"}),
        ("encoding=br", {"Accept-Encoding": "gzip"}),
    ],
)
def test_what_is_left_alone(serve: Serve, query: str, headers: dict[str, str]) -> None:
    response = serve(compressed()).request("GET", f"/?{query}", headers)
    assert LONG.startswith(response.text)
    assert response.headers.get("Content-Encoding") in (None, "br")
    assert response.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "media_type", ["text/x-own", "application/json;%20charset=x", "image/svg%2bxml"]
)
def test_what_is_compressed(serve: Serve, media_type: str) -> None:
    response = serve(compressed()).get(f"/?type={media_type}", Accept_Encoding="gzip")
    assert gzip.decompress(response.body).decode() == LONG


def test_vary_is_added_to(serve: Serve) -> None:
    response = serve(compressed()).get("/?vary=1", Accept_Encoding="gzip")
    assert response.headers["Vary"] == "Cookie, Accept-Encoding"


def test_head_tells_the_length_of_what_get_sends(serve: Serve) -> None:
    site = serve(compressed())
    got, headed = (
        site.request(method, "/", {"Accept-Encoding": "gzip"}) for method in ("GET", "HEAD")
    )
    assert headed.headers["Content-Length"] == got.headers["Content-Length"]


def test_what_is_flushed_can_be_read_at_once(serve: Serve) -> None:
    site = serve(compressed())
    with site.connect() as connection:
        connection.sendall(
            b"GET /pieces HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n",
        )
        raw = b""
        while piece := connection.recv(4096):
            raw += piece
    head, _, body = raw.partition(b"\r\n\r\n")
    assert b"Content-Encoding: gzip" in head
    assert b"Content-Length" not in head
    decoder = zlib.decompressobj(wbits=31)
    first, _, _ = body.partition(b"\x00\x00\xff\xff")
    assert decoder.decompress(first + b"\x00\x00\xff\xff") == b"one "
    assert gzip.decompress(body) == b"one two three"


def test_the_old_name_of_the_setting() -> None:
    assert Application(gzip=True).transforms == [GZipContentEncoding]
    assert Application().transforms == []


def test_types_may_be_added(monkeypatch: pytest.MonkeyPatch, serve: Serve) -> None:
    types = GZipContentEncoding.CONTENT_TYPES | {"application/x-own"}
    monkeypatch.setattr(GZipContentEncoding, "CONTENT_TYPES", types)
    response = serve(compressed()).get("/?type=application/x-own", Accept_Encoding="gzip")
    assert response.headers["Content-Encoding"] == "gzip"


class Shouting(OutputTransform):
    def __init__(self, request: HTTPServerRequest) -> None:
        super().__init__(request)
        self.path = request.path

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        headers["X-Path"] = self.path
        return status_code + 1, headers, chunk.upper()

    def transform_chunk(self, chunk: bytes, finishing: bool) -> bytes:
        return chunk.upper() + (b"!" if finishing else b"")


@pytest.mark.parametrize(
    "make",
    [
        lambda handlers: Application(handlers, transforms=[Shouting]),
        lambda handlers: Application(handlers),
    ],
)
def test_transforms_of_one_s_own(
    serve: Serve, make: Callable[[list[tuple[str, type[RequestHandler]]]], Application]
) -> None:
    application = make([("/pieces", Pieces)])
    if not application.transforms:
        application.add_transform(Shouting)
    response = serve(application).get("/pieces")
    assert response.status == 201
    assert response.text == "ONE TWO THREE!"
    assert response.headers["X-Path"] == "/pieces"


def test_a_plain_transform_changes_nothing(serve: Serve) -> None:
    site = serve(Application([("/pieces", Pieces)], transforms=[OutputTransform]))
    assert site.get("/pieces").text == "one two three"


def test_a_handler_may_have_no_transforms(serve: Serve) -> None:
    class Plain(Page):
        def prepare(self) -> None:
            self._transforms = []

    site = serve(Application([("/", Plain)], compress_response=True))
    assert "Vary" not in site.get("/", Accept_Encoding="gzip").headers
