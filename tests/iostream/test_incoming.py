import re

from hypothesis import given
from hypothesis import strategies as st

from fujita.iostream.incoming import IncomingBuffer


@given(st.lists(st.tuples(st.binary(max_size=10), st.integers(0, 12)), max_size=30))
def test_gives_back_what_was_put_in(steps: list[tuple[bytes, int]]) -> None:
    buffer, model = IncomingBuffer(), b""
    for data, wanted in steps:
        buffer.append(memoryview(data))
        model += data
        wanted = min(wanted, len(model))
        assert buffer.take(wanted) == model[:wanted]
        model = model[wanted:]
        assert buffer.size == len(model)
        if wanted % 3 == 0:
            buffer.put_back(memoryview(b"back"))
            model = b"back" + model
    assert buffer.take(buffer.size) == model


@given(st.lists(st.binary(max_size=4), max_size=6), st.binary(min_size=1, max_size=2), st.data())
def test_finds_as_bytes_do(pieces: list[bytes], sought: bytes, data: st.DataObject) -> None:
    buffer = IncomingBuffer()
    for piece in pieces:
        buffer.append(piece)
    whole = b"".join(pieces)
    taken = data.draw(st.integers(0, len(whole)))
    position = data.draw(st.integers(0, len(whole) - taken))
    buffer.take(taken)
    assert buffer.find(sought, position) == whole[taken:].find(sought, position)
    match = re.compile(re.escape(sought)).search(whole[taken:], position)
    assert buffer.search(re.compile(re.escape(sought)), position) == (match.end() if match else -1)


def test_a_regular_expression_does_not_see_what_is_consumed() -> None:
    buffer = IncomingBuffer()
    buffer.append(b"abc")
    buffer.take(1)
    assert buffer.search(re.compile(rb"(?<=a)b"), 0) == -1
    assert buffer.search(re.compile(rb"^b"), 0) == 1


def test_a_piece_that_is_read_whole_is_not_copied() -> None:
    data = b"a message that arrives whole"
    buffer = IncomingBuffer()
    buffer.append(data)
    assert buffer.take(len(data)) is data


def test_take_into_moves_what_fits() -> None:
    buffer = IncomingBuffer()
    buffer.append(b"abcdef")
    target = bytearray(4)
    assert buffer.take_into(memoryview(target)) == 4
    assert target == b"abcd"
    assert buffer.take_into(memoryview(target)) == 2
    assert target == b"efcd"
    assert buffer.take_into(memoryview(target)) == 0
