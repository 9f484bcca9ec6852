import gzip
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.http1connection.decompression import GzipDecoder
from fujita.wire.http1 import ProtocolError


@given(st.binary(max_size=2000), st.lists(st.integers(0, 2100)), st.integers(1, 500))
def test_any_split_decodes_to_the_same(body: bytes, cuts: list[int], chunk_size: int) -> None:
    data = gzip.compress(body)
    decoder = GzipDecoder(None, chunk_size)
    pieces = [
        piece
        for begin, end in itertools.pairwise(sorted({0, *cuts, len(data)}))
        for piece in decoder.decode(data[begin:end])
    ]
    decoder.finish()
    assert b"".join(pieces) == body
    assert all(len(piece) <= chunk_size for piece in pieces)


def test_members_in_a_row() -> None:
    decoder = GzipDecoder(None, 100)
    data = gzip.compress(b"one") + gzip.compress(b"two")
    assert b"".join(decoder.decode(data)) == b"onetwo"
    decoder.finish()


@pytest.mark.parametrize("data", [b"no gzip", gzip.compress(b"x") + b"junk"])
def test_what_is_no_gzip(data: bytes) -> None:
    with pytest.raises(ProtocolError, match="invalid gzip data"):
        list(GzipDecoder(None, 100).decode(data))


def test_an_end_too_soon() -> None:
    decoder = GzipDecoder(None, 100)
    list(decoder.decode(gzip.compress(b"x" * 100)[:-1]))
    with pytest.raises(ProtocolError, match="invalid gzip data"):
        decoder.finish()


def test_the_limit_is_for_the_decoded_size() -> None:
    data = gzip.compress(bytes(1000))
    assert len(data) < 100
    assert sum(map(len, GzipDecoder(1000, 100).decode(data))) == 1000
    with pytest.raises(ProtocolError, match="too large"):
        list(GzipDecoder(999, 100).decode(data))


def test_no_more_is_decoded_than_is_taken() -> None:
    bomb = gzip.compress(bytes(10_000_000))
    pieces = GzipDecoder(None, 1000).decode(bomb)
    assert len(next(pieces)) == 1000
