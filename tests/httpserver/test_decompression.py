import gzip
import zlib

import pytest

from fujita.httputil import HTTPServerRequest
from fujita.web import Application, RequestHandler, stream_request_body
from tests.httpserver.raw import connect, get, post, reply
from tests.sites import Serve

GZIP = "Content-Encoding: gzip"


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
    ("data", "status"),
    [
        (b"no gzip", 400),
        (gzip.compress(b"x" * 50, mtime=0)[:-4], 400),
        (gzip.compress(bytes(101), mtime=0), 413),
    ],
)
def test_bodies_that_are_refused(serve: Serve, data: bytes, status: int) -> None:
    with connect(serve(answer, decompress_request=True, max_body_size=100)) as client:
        assert client.send(post(data, "/", GZIP)).answer().status == status
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
