"""Bodies with Content-Encoding: gzip."""

import gzip
import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.http1connection.decompression import PIECE, GzipDecoder, decoder_for
from fujita.httputil import HTTPHeaders
from fujita.wire.http1 import ProtocolError

DATA = random.Random(1).randbytes(100_000) + bytes(100_000)
MEMBERS = gzip.compress(DATA[:1000]) + gzip.compress(DATA[1000:])


def decode(data: bytes, step: int, limit: int | None = None) -> bytes:
    decoder = GzipDecoder(limit)
    pieces = [
        piece
        for start in range(0, len(data), step)
        for piece in decoder.decode(data[start : start + step])
    ]
    assert all(0 < len(piece) <= PIECE for piece in pieces)
    decoder.finish()
    return b"".join(pieces)


@given(st.binary(max_size=2000), st.lists(st.integers(0, 2100)), st.integers(1, 500))
def test_any_split_decodes_to_the_same(body: bytes, cuts: list[int], piece_size: int) -> None:
    data = gzip.compress(body)
    decoder = GzipDecoder(None, piece_size)
    pieces = [
        piece
        for begin, end in itertools.pairwise(sorted({0, *cuts, len(data)}))
        for piece in decoder.decode(data[begin:end])
    ]
    decoder.finish()
    assert b"".join(pieces) == body
    assert all(len(piece) <= piece_size for piece in pieces)


@pytest.mark.parametrize("step", [1, 1000, 10**6])
def test_all_members_are_decoded(step: int) -> None:
    assert decode(MEMBERS, step) == DATA


def test_the_limit_is_for_the_decoded_size() -> None:
    assert decode(MEMBERS, 1000, limit=len(DATA)) == DATA
    with pytest.raises(ProtocolError, match="decompressed body too large"):
        decode(MEMBERS, 1000, limit=len(DATA) - 1)


def test_no_more_is_decoded_than_is_taken() -> None:
    pieces = GzipDecoder(10**12).decode(gzip.compress(bytes(10**7)))
    assert len(next(pieces)) == PIECE


@pytest.mark.parametrize("data", [b"x", b"xyz", MEMBERS[:-1], MEMBERS + b"\0", MEMBERS + b"tail"])
def test_what_is_no_gzip(data: bytes) -> None:
    with pytest.raises(ProtocolError, match="invalid gzip data"):
        decode(data, 1000)


def test_nothing_is_nothing() -> None:
    assert decode(b"", 1) == b""


def test_decoder_for() -> None:
    assert decoder_for(HTTPHeaders(), None) is None
    assert decoder_for(HTTPHeaders({"Content-Encoding": "br"}), None) is None
    headers = HTTPHeaders({"content-encoding": "GZIP"})
    assert decoder_for(headers, None) is not None
    assert dict(headers) == {"X-Consumed-Content-Encoding": "GZIP"}
