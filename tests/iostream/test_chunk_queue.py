from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.iostream.chunk_queue import ChunkQueue

KINDS: list[Callable[[bytes], Any]] = [bytes, bytearray, memoryview]


def queue(threshold: int = 8) -> ChunkQueue:
    made = ChunkQueue()
    made._large_buf_threshold = threshold
    return made


def all_of(chunks: ChunkQueue) -> bytes:
    parts = []
    while chunks:
        with chunks.peek(5) as view:
            parts.append(bytes(view))
        chunks.advance(len(parts[-1]))
    return b"".join(parts)


@given(
    st.lists(
        st.tuples(st.binary(max_size=20), st.sampled_from(KINDS), st.integers(0, 30)), max_size=30
    )
)
def test_gives_back_what_was_put_in_whatever_the_order(
    steps: list[tuple[bytes, Callable[[bytes], Any], int]],
) -> None:
    chunks, expected, given_back = queue(), b"", b""
    for data, kind, wanted in steps:
        chunks.append(kind(data))
        expected += data
        assert len(chunks) == len(expected) - len(given_back)
        with chunks.peek(wanted) as view:
            part = bytes(view)
        assert len(part) <= wanted
        assert part or not wanted or not chunks
        chunks.advance(len(part))
        given_back += part
    assert given_back + all_of(chunks) == expected
    assert len(chunks) == 0


def test_copies_small_chunks_together() -> None:
    chunks = queue()
    for byte in b"abcd":
        chunks.append(bytes([byte]))
    with chunks.peek(100) as view:
        assert bytes(view) == b"abcd"


def test_does_not_copy_a_large_chunk() -> None:
    data = b"large chunk"
    chunks = queue()
    chunks.append(data)
    with chunks.peek(100) as view:
        assert view.obj is data


def test_holds_on_to_a_large_bytearray_only_until_it_is_consumed() -> None:
    data = bytearray(b"0123456789")
    chunks = queue()
    chunks.append(data)
    chunks.advance(9)
    with pytest.raises(BufferError):
        data.append(0)
    chunks.advance(1)
    data.append(0)


def test_clear_lets_go_of_a_large_bytearray() -> None:
    data = bytearray(b"0123456789")
    chunks = queue()
    chunks.append(b"small")
    chunks.append(data)
    chunks.advance(2)
    chunks.clear()
    data.append(0)
    assert len(chunks) == 0
    chunks.append(b"usable")
    assert all_of(chunks) == b"usable"


def test_counts_bytes_not_items() -> None:
    words = memoryview(bytes(range(64))).cast("L")
    for threshold in (8, 1000):
        chunks = queue(threshold)
        chunks.append(words)
        assert len(chunks) == 64
        assert all_of(chunks) == bytes(range(64))


def test_refuses_to_consume_more_than_there_is() -> None:
    chunks = queue()
    chunks.append(b"abc")
    with pytest.raises(ValueError, match="4 bytes: the queue holds 3"):
        chunks.advance(4)


@pytest.mark.parametrize("data", ["text, not bytes", "s"])
def test_refuses_text(data: Any) -> None:
    chunks = queue()
    with pytest.raises(TypeError):
        chunks.append(data)
    assert len(chunks) == 0


@given(
    st.lists(st.tuples(st.binary(max_size=20), st.sampled_from(KINDS)), max_size=10),
    st.lists(st.integers(0, 30), max_size=10),
)
def test_take_hands_over_in_bounded_pieces(
    pieces: list[tuple[bytes, Callable[[bytes], Any]]], limits: list[int]
) -> None:
    chunks = queue()
    for data, kind in pieces:
        chunks.append(kind(data))
    expected = b"".join(data for data, _ in pieces)
    taken = []
    for limit in [*limits, 200]:
        taken += (piece := chunks.take(limit))
        assert sum(map(len, piece)) <= limit
        assert all(piece)
    assert b"".join(taken) == expected
    assert len(chunks) == 0


def test_take_copies_what_could_change_and_nothing_else() -> None:
    changing, constant = bytearray(b"0123456789"), b"abcdefghij"
    chunks = queue()
    chunks.append(changing)
    chunks.append(constant)
    first, second = chunks.take(15)
    changing[:] = b""
    assert first == b"0123456789"
    assert isinstance(second, memoryview)
    assert second.obj is constant
    assert bytes(second) == b"abcde"


def test_what_take_hands_over_is_not_appended_to() -> None:
    chunks = queue()
    chunks.append(b"ab")
    (taken,) = chunks.take(10)
    chunks.append(b"cd")
    assert taken == b"ab"
