"""Messages are read from a stream, and not a byte more than they are."""

import asyncio
import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.http1connection.incoming import IncomingMessage
from fujita.iostream import StreamClosedError
from fujita.wire.http1 import (
    Limits,
    ProtocolError,
    RequestHead,
    RequestParser,
    ResponseHead,
    ResponseParser,
)
from tests.http1connection.streams import stream_pair

LARGE = 10**6


def read(
    data: Iterable[bytes],
    server: bool = False,
    close: bool = False,
    limit: int = LARGE,
    chunk_size: int = 65536,
) -> tuple[RequestHead | ResponseHead, list[bytes], bytes]:
    """Reads one message; gives its head, the pieces of its body, and what it has left."""

    async def main() -> tuple[RequestHead | ResponseHead, list[bytes], bytes]:
        with stream_pair() as (stream, peer):
            parser = RequestParser(Limits()) if server else ResponseParser(Limits())
            message = IncomingMessage(stream, parser, 65536, chunk_size)

            async def send() -> None:
                for piece in data:
                    await peer.write(piece)
                    await asyncio.sleep(0)
                if close:
                    peer.close()

            sending = asyncio.create_task(send())
            head = await message.read_head()
            pieces = []
            if head.has_body:
                message.start_body(head.section, limit)
                while (piece := await message.next_piece()) is not None:
                    pieces.append(piece)
            await sending
            peer.close()
            return head, pieces, await stream.read_until_close()

    return asyncio.run(main())


MESSAGES = [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsummit", b"summit"),
    (b"HTTP/1.1 204 OK\r\n\r\n", b""),
    (b"HTTP/1.1 200 OK\nContent-Length: 0\n\n", b""),
    (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nsum\r\n3;a=b\r\nmit\r\n0\r\nA: b\r\nC: d\r\n\r\n",
        b"summit",
    ),
]


@given(st.sampled_from(MESSAGES), st.lists(st.integers(0, 100)), st.integers(1, 10))
def test_however_it_comes(message: tuple[bytes, bytes], cuts: list[int], chunk_size: int) -> None:
    data, body = message
    # The beginning of what another protocol says.
    data += b"\x81\x05hello"
    places = [0, *sorted(cut % len(data) for cut in cuts), len(data)]
    parts = [data[start:end] for start, end in itertools.pairwise(places) if start < end]
    _, pieces, rest = read(parts, chunk_size=chunk_size)
    assert b"".join(pieces) == body
    assert all(len(piece) <= chunk_size for piece in pieces)
    assert rest == b"\x81\x05hello"


def test_requests() -> None:
    data = b"\r\n\r\nPOST /peak HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nokGET"
    head, pieces, rest = read([data], server=True)
    assert isinstance(head, RequestHead)
    assert head.target == "/peak"
    assert (pieces, rest) == ([b"ok"], b"GET")


def test_a_body_that_ends_with_the_stream() -> None:
    _, pieces, _ = read([b"HTTP/1.0 200 OK\r\n\r\n", b"sum", b"mit"], close=True)
    assert b"".join(pieces) == b"summit"


def test_small_chunks_are_joined() -> None:
    chunks = b"1\r\nx\r\n" * 1000
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    _, pieces, _ = read([head + chunks + b"0\r\n\r\n"])
    assert b"".join(pieces) == b"x" * 1000
    assert len(pieces) < 10


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"HTTP/1.1 200", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsum", b"sum"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nsum", b"sum"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsum\r\n", b"sum"),
    ],
)
def test_streams_that_end_too_soon(data: bytes, body: bytes) -> None:
    async def main() -> None:
        received = b""
        with stream_pair() as (stream, peer):
            await peer.write(data)
            peer.close()
            message = IncomingMessage(stream, ResponseParser(Limits()), 65536, 65536)

            async def read_all() -> None:
                nonlocal received
                head = await message.read_head()
                message.start_body(head.section, LARGE)
                while piece := await message.next_piece():
                    received += piece

            with pytest.raises(StreamClosedError):
                await read_all()
        # What came is handed out all the same.
        assert received == body

    asyncio.run(main())


def test_limits() -> None:
    fixed = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsummit"
    assert read([fixed], limit=6)[1] == [b"summit"]
    with pytest.raises(ProtocolError, match="Content-Length too long"):
        read([fixed], limit=5)
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsummit\r\n0\r\n\r\n"
    with pytest.raises(ProtocolError, match="chunked body too large"):
        read([chunked], limit=5)
    with pytest.raises(ProtocolError, match="Body too long"):
        read([b"HTTP/1.1 200 OK\r\n\r\nsummit"], close=True, limit=5)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"summit\r\n\r\n", "Error parsing response start line"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "invalid chunk size"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsumXX",
            "improperly terminated chunk",
        ),
    ],
)
def test_what_is_malformed(data: bytes, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        read([data])
