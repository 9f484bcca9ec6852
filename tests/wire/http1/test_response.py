"""Responses: how their bodies end, what is refused, and that splits do not matter."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.wire.http1 import (
    END_OF_MESSAGE,
    NEED_DATA,
    Limits,
    ProtocolError,
    ResponseHead,
    ResponseParser,
)


def read(pieces: list[bytes], method: str = "GET", eof: bool = False) -> list[object]:
    parser = ResponseParser(Limits())
    parser.expect(method)
    events: list[object] = []

    def pull() -> None:
        while (event := parser.next_event()) is not NEED_DATA:
            if isinstance(event, ResponseHead):
                events.append((event.code, event.reason, event.has_body, event.keep_alive))
            elif isinstance(event, bytes):
                if events and isinstance(events[-1], bytes):
                    events[-1] += event
                else:
                    events.append(event)
            else:
                assert event is END_OF_MESSAGE
                events.append("end")

    for piece in pieces:
        parser.receive_data(piece)
        pull()
    if eof:
        parser.receive_eof()
        pull()
    return events


STREAM = (
    b"HTTP/1.1 100 Continue\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n"
    b"HTTP/1.0 404 Not Found\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"
    b"HTTP/1.1 204 No Content\r\n\r\n"
    b"HTTP/1.1 200 OK\r\n\r\nuntil the end"
)

EVENTS = [
    (100, "Continue", False, True),
    (200, "OK", True, True),
    b"hello",
    "end",
    (200, "", True, True),
    b"abc",
    "end",
    (404, "Not Found", True, True),
    "end",
    (204, "No Content", False, True),
    (200, "OK", True, False),
    b"until the end",
    "end",
]


def test_a_stream_of_responses() -> None:
    assert read([STREAM], eof=True) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_any_split_gives_the_same_events(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[a:b] for a, b in itertools.pairwise(edges)]
    assert read([piece for piece in pieces if piece], eof=True) == EVENTS


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        read([b"HTTP/1.1 200 OK\r\n", data, b"\r\n\r\n"], eof=True)
    except ProtocolError as error:
        assert str(error)


def test_the_response_to_head_has_no_body() -> None:
    data = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    assert read([data], method="HEAD") == [(200, "OK", False, True)]


def test_a_tunnel_has_no_body() -> None:
    assert read([b"HTTP/1.1 200 OK\r\n\r\n"], method="CONNECT") == [(200, "OK", False, True)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"HTTP/1.1 20 OK\r\n\r\n", "start line"),
        (b"HTTP/1.1 200\r\n\r\n", "start line"),
        (b"HTTP/2.0 200 OK\r\n\r\n", "version"),
        (b"nonsense\r\n\r\n", "start line"),
        (b"HTTP/1.1 200 OK\r\nA b\r\n\r\n", "no colon"),
        (b"HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n", "must not have Transfer"),
        (b"HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\n", "should not have body"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "unequal"),
    ],
)
def test_malformed_heads(data: bytes, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        read([data])


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    ],
)
def test_an_early_end_is_noticed(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        read([data], eof=True)


def test_limits() -> None:
    parser = ResponseParser(Limits(head=100, body=4))
    parser.receive_data(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    with pytest.raises(ProtocolError, match="too long"):
        parser.next_event()
    parser = ResponseParser(Limits(head=100, body=4))
    parser.receive_data(b"HTTP/1.1 200 OK\r\n\r\n12345")
    assert isinstance(parser.next_event(), ResponseHead)
    with pytest.raises(ProtocolError, match="too long"):
        parser.next_event()
    parser = ResponseParser(Limits(head=100))
    parser.receive_data(b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100)
    with pytest.raises(ProtocolError, match="larger than 100"):
        parser.next_event()


def test_a_head_that_is_repeated_is_read_once() -> None:
    parser = ResponseParser(Limits())
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    parser.receive_data(head + b"ab" + head + b"cd")
    first = parser.next_event()
    assert parser.next_event() == b"ab"
    assert parser.next_event() is END_OF_MESSAGE
    assert parser.next_event() is first
    assert parser.next_event() == b"cd"
    assert parser.next_event() is END_OF_MESSAGE
    # The same head without the body: it answers another method.
    parser.expect("HEAD")
    parser.receive_data(head)
    event = parser.next_event()
    assert isinstance(event, ResponseHead)
    assert not event.has_body
    assert parser.next_event() is NEED_DATA


def test_a_longer_head_with_the_same_beginning_is_another() -> None:
    parser = ResponseParser(Limits())
    parser.receive_data(b"HTTP/1.1 204 No\r\nA: 1\r\n\r\n")
    parser.next_event()
    parser.receive_data(b"HTTP/1.1 204 No\r\nA: 1\r\nB: 2\r\n\r\n")
    event = parser.next_event()
    assert isinstance(event, ResponseHead)
    assert event.section.fields == {"A": "1", "B": "2"}


def test_take_complete_body() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    parser = ResponseParser(Limits())
    parser.receive_data(head + b"ab" + head + b"c")
    parser.next_event()
    assert parser.take_complete_body() == b"ab"
    assert isinstance(parser.next_event(), ResponseHead)
    assert parser.take_complete_body() is None
    parser.receive_data(b"d")
    assert parser.next_event() == b"c"
    assert parser.next_event() == b"d"
    assert parser.next_event() is END_OF_MESSAGE
    parser.receive_data(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    parser.next_event()
    assert parser.take_complete_body() is None
    assert parser.next_event() is END_OF_MESSAGE
