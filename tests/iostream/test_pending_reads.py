import re
from typing import Any

import pytest

from fujita.iostream.errors import UnsatisfiableReadError
from fujita.iostream.incoming import IncomingBuffer
from fujita.iostream.pending_reads import (
    UNSATISFIED,
    PendingRead,
    ReadBytes,
    ReadInto,
    ReadUntil,
    ReadUntilClose,
    ReadUntilRegex,
)


class CountingBuffer(IncomingBuffer):
    """Counts how many bytes searches have looked at."""

    __slots__ = ("looked_at",)

    def __init__(self) -> None:
        super().__init__()
        self.looked_at = 0

    def find(self, delimiter: bytes, position: int) -> int:
        self.looked_at += self.size - position
        return super().find(delimiter, position)

    def search(self, pattern: re.Pattern[bytes], position: int) -> int:
        self.looked_at += self.size - position
        return super().search(pattern, position)


def feed(read: PendingRead, data: bytes, step: int, more_at_hand: bool = False) -> Any:
    """Feeds data in small steps; returns the result, the size it took, and the search effort."""
    buffer = CountingBuffer()
    result: Any = UNSATISFIED
    for start in range(0, len(data), step):
        buffer.append(data[start : start + step])
        result = read.take(buffer, more_at_hand)
        if result is not UNSATISFIED:
            break
    return result, buffer.looked_at


@pytest.mark.parametrize("step", [1, 2, 3, 100])
def test_a_delimiter_is_found_across_pieces(step: int) -> None:
    result, _ = feed(ReadUntil(b"--end", None), b"a-b--c--end", step)
    assert result == b"a-b--c--end"


@pytest.mark.parametrize("step", [1, 2, 3, 100])
def test_a_match_is_found_across_pieces(step: int) -> None:
    result, _ = feed(ReadUntilRegex(rb"\r?\n\r?\n", None), b"a\r\nb\r\n\r\n", step)
    assert result == b"a\r\nb\r\n\r\n"


@pytest.mark.parametrize("read", [ReadUntil(b"\r\n", None), ReadUntilRegex(rb"\r?\n", None)])
def test_the_search_goes_on_where_it_ended(read: PendingRead) -> None:
    size = 20_000
    result, looked_at = feed(read, b"x" * size + b"\r\n", 10)
    assert len(result) == size + 2
    # From the start each time it would be some twenty million.
    assert looked_at < 2 * size


def test_a_search_that_must_start_over_waits_for_twice_the_data() -> None:
    size = 20_000
    read = ReadUntilRegex(rb"(END)+", None)
    result, looked_at = feed(read, b"x" * size, 10, more_at_hand=True)
    assert result is UNSATISFIED
    assert looked_at < 3 * size


def test_a_search_that_must_start_over_does_not_wait_when_nothing_more_is_at_hand() -> None:
    read, buffer = ReadUntilRegex(rb"x+END", None), CountingBuffer()
    buffer.append(b"x" * 1000)
    assert read.take(buffer, True) is UNSATISFIED
    buffer.append(b"END")
    assert read.take(buffer, True) is UNSATISFIED
    assert len(read.take(buffer, False)) == 1003


@pytest.mark.parametrize("make", [ReadUntil, ReadUntilRegex])
def test_the_limit_counts_the_delimiter(make: Any) -> None:
    assert feed(make(b"de", 5), b"abcde", 1)[0] == b"abcde"
    with pytest.raises(UnsatisfiableReadError, match="not found within 4 bytes"):
        feed(make(b"de", 4), b"abcde", 1)
    with pytest.raises(UnsatisfiableReadError, match="not found within 4 bytes"):
        feed(make(b"de", 4), b"abcde", 5)


@pytest.mark.parametrize("make", [ReadUntil, ReadUntilRegex])
def test_as_many_bytes_as_the_limit_allows_may_yet_be_too_few(make: Any) -> None:
    assert feed(make(b"de", 4), b"abcd", 1)[0] is UNSATISFIED


def test_bytes() -> None:
    assert feed(ReadBytes(3, False), b"abcd", 1)[0] == b"abc"
    assert feed(ReadBytes(3, False), b"ab", 1)[0] is UNSATISFIED
    assert feed(ReadBytes(3, True), b"abcd", 2)[0] == b"ab"
    assert feed(ReadBytes(3, True), b"abcd", 4)[0] == b"abc"
    assert ReadBytes(0, False).take(IncomingBuffer(), False) == b""
    assert ReadBytes(3, True).take(IncomingBuffer(), False) is UNSATISFIED


def test_into_memory() -> None:
    target = bytearray(4)
    assert feed(ReadInto(memoryview(target), False), b"abcde", 3)[0] == 4
    assert target == b"abcd"
    assert feed(ReadInto(memoryview(target), True), b"xyz", 3)[0] == 3
    assert target == b"xyzd"
    target.append(0)


def test_into_memory_abandoned_gives_the_bytes_back() -> None:
    buffer, target = IncomingBuffer(), bytearray(4)
    buffer.append(b"ab")
    read = ReadInto(memoryview(target), False)
    assert read.take(buffer, False) is UNSATISFIED
    with read.room() as room:
        room[:1] = b"c"
    read.fill(1)
    read.abandon(buffer)
    assert buffer.take(buffer.size) == b"abc"
    target.append(0)


def test_until_close() -> None:
    buffer = IncomingBuffer()
    buffer.append(b"abc")
    read = ReadUntilClose()
    assert read.take(buffer, False) is UNSATISFIED
    assert read.take_at_close(buffer) == b"abc"
    assert ReadBytes(1, False).take_at_close(buffer) is UNSATISFIED
