import gzip
import itertools
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.httpserver.decompression import BodyDecoder
from fujita.httputil import HTTPInputError, HTTPServerRequest
from fujita.web import Application, RequestHandler, stream_request_body
from tests.httpserver.raw import connect, get, post, reply
from tests.sites import Serve

GZIP = "Content-Encoding: gzip"


@given(st.binary(max_size=2000), st.lists(st.integers(0, 2100)), st.integers(1, 500))
def test_any_split_decodes_to_the_same(body: bytes, cuts: list[int], chunk_size: int) -> None:
    data = gzip.compress(body)
    decoder = BodyDecoder(chunk_size)
    pieces = [
        piece
        for begin, end in itertools.pairwise(sorted({0, *cuts, len(data)}))
        for piece in decoder.decode(data[begin:end], None)
    ]
    decoder.finish()
    assert b"".join(pieces) == body
    assert all(len(piece) <= chunk_size for piece in pieces)


def test_members_in_a_row() -> None:
    decoder = BodyDecoder(100)
    data = gzip.compress(b"one") + gzip.compress(b"two")
    assert b"".join(decoder.decode(data, None)) == b"onetwo"
    decoder.finish()


@pytest.mark.parametrize("data", [b"no gzip", gzip.compress(b"x") + b"junk"])
def test_what_is_no_gzip(data: bytes) -> None:
    with pytest.raises(HTTPInputError, match="invalid gzip data"):
        list(BodyDecoder(100).decode(data, None))


def test_an_end_too_soon() -> None:
    decoder = BodyDecoder(100)
    list(decoder.decode(gzip.compress(b"x" * 100)[:-1], None))
    with pytest.raises(HTTPInputError, match="too soon"):
        decoder.finish()


def test_the_limit_is_for_the_decoded_size() -> None:
    data = gzip.compress(bytes(1000))
    assert len(data) < 100
    assert sum(map(len, BodyDecoder(100).decode(data, 1000))) == 1000
    with pytest.raises(HTTPInputError, match="too large"):
        list(BodyDecoder(100).decode(data, 999))


def test_no_more_is_decoded_than_is_taken() -> None:
    bomb = gzip.compress(bytes(10_000_000))
    pieces = BodyDecoder(1000).decode(bomb, None)
    assert len(next(pieces)) == 1000


def answer(request: HTTPServerRequest) -> None:
    names = ("Content-Encoding", "X-Consumed-Content-Encoding")
    said = [request.headers.get(name, "-") for name in names]
    reply(request, " ".join([*said, str(len(request.body))]).encode())


def test_bodies_are_decoded_if_the_server_wants_it(serve: Serve) -> None:
    data = gzip.compress(bytes(1000))
    with connect(serve(answer, decompress_request=True)) as client:
        assert client.send(post(data, "/", GZIP)).answer().body == b"- gzip 1000"
        assert client.send(post(b"plain")).answer().body == b"- - 5"
        assert client.send(post(b"x", "/", "Content-Encoding: br")).answer().body == b"br - 1"
        # The head is the same as the first one, which is remembered.
        assert client.send(post(data, "/", GZIP)).answer().body == b"- gzip 1000"
        assert client.send(get("/", GZIP)).answer().status == 200
    with connect(serve(answer)) as client:
        assert client.send(post(data, "/", GZIP)).answer().body == f"gzip - {len(data)}".encode()


@pytest.mark.parametrize(
    "data", [b"no gzip", gzip.compress(b"x" * 50)[:-4], gzip.compress(bytes(101))]
)
def test_bodies_that_are_refused(serve: Serve, data: bytes) -> None:
    with connect(serve(answer, decompress_request=True, max_body_size=100)) as client:
        assert client.send(post(data, "/", GZIP)).answer().status == 400
        assert client.rest() == b""


@stream_request_body
class Sizes(RequestHandler):
    def prepare(self) -> None:
        self.sizes: list[int] = []

    async def data_received(self, chunk: bytes) -> None:
        self.sizes.append(len(chunk))

    def post(self) -> None:
        self.write({"sizes": self.sizes})


def test_a_streamed_body_is_decoded_in_chunks(serve: Serve) -> None:
    site = serve(Application([("/", Sizes)]), decompress_request=True, chunk_size=100)
    data = zlib.compressobj(wbits=31)
    body = data.compress(bytes(1000)) + data.flush()
    with connect(site) as client:
        text = client.send(post(body, "/", GZIP)).answer().body
    assert text == b'{"sizes": [100, 100, 100, 100, 100, 100, 100, 100, 100, 100]}'
