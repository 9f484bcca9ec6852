"""Requests: what is read, what is refused, and that the split of the bytes does not matter."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.wire.http1 import (
    END_OF_MESSAGE,
    NEED_DATA,
    Limits,
    ProtocolError,
    RequestHead,
    RequestParser,
)


def read(pieces: list[bytes], limits: Limits | None = None) -> list[object]:
    """Feeds pieces; gives heads as tuples, bodies joined, ends as "end"."""
    parser = RequestParser(limits or Limits())
    events: list[object] = []
    for piece in pieces:
        parser.receive_data(piece)
        while (event := parser.next_event()) is not NEED_DATA:
            if isinstance(event, RequestHead):
                events.append((event.method, event.target, event.minor_version))
                if event.has_body:
                    parser.start_body(event)
            elif isinstance(event, bytes):
                if events and isinstance(events[-1], bytes):
                    events[-1] += event
                else:
                    events.append(event)
            else:
                assert event is END_OF_MESSAGE
                events.append("end")
    return events


def refusal(data: bytes, limits: Limits | None = None) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        read([data], limits)
    return caught.value


HOST = b"Host: example.com\r\n"

STREAM = (
    b"GET /a?b=c HTTP/1.1\r\n" + HOST + b"\r\n"
    b"POST /form HTTP/1.1\r\n" + HOST + b"Content-Length: 11\r\n\r\nhello world"
    b"\r\n"
    b"PUT /chunks HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: Chunked\r\n\r\n"
    b'5;name=value;q="a;\\"b"\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: yes\r\n\r\n'
    b"GET /old HTTP/1.0\r\n\r\n"
    b"GET /lf HTTP/1.1\nHost: x\n\n"
)

EVENTS = [
    ("GET", "/a?b=c", 1),
    ("POST", "/form", 1),
    b"hello world",
    "end",
    ("PUT", "/chunks", 1),
    b"hello world",
    "end",
    ("GET", "/old", 0),
    ("GET", "/lf", 1),
]


def test_a_stream_of_requests() -> None:
    assert read([STREAM]) == EVENTS


def test_byte_by_byte() -> None:
    assert read([STREAM[at : at + 1] for at in range(len(STREAM))]) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_any_split_gives_the_same_events(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[a:b] for a, b in itertools.pairwise(edges)]
    assert read([piece for piece in pieces if piece]) == EVENTS


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        read([data, b"\r\n\r\n"])
    except ProtocolError as error:
        assert 400 <= error.status < 600


def test_fields_are_normalized_and_stripped() -> None:
    parser = RequestParser(Limits())
    parser.receive_data(b"GET / HTTP/1.1\r\nhost:x\r\nx-FOO: \t a b \t\r\nX-Foo:c\r\n\r\n")
    head = parser.next_event()
    assert isinstance(head, RequestHead)
    assert head.section.fields == {"Host": "x", "X-Foo": ["a b", "c"]}
    assert head.section.host == "x"


def test_the_same_request_again_is_recognized_and_another_is_not() -> None:
    parser = RequestParser(Limits())
    heads = []
    for target in (b"/one", b"/one", b"/two", b"/one"):
        parser.receive_data(b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        head = parser.next_event()
        assert isinstance(head, RequestHead)
        heads.append(head)
        assert parser.next_event() is NEED_DATA
    assert heads[0] is heads[1]
    assert [head.target for head in heads] == ["/one", "/one", "/two", "/one"]
    assert heads[0].section is heads[2].section


@pytest.mark.parametrize(
    ("lines", "minor", "expected"),
    [
        (b"", 1, True),
        (b"", 0, False),
        (b"Connection: close\r\n", 1, False),
        (b"Connection: keep-alive\r\n", 0, True),
        (b"Connection: Keep-Alive, Close\r\n", 1, False),
        (b"Connection: x\r\nConnection: CLOSE\r\n", 1, False),
    ],
)
def test_persistence(lines: bytes, minor: int, expected: bool) -> None:
    parser = RequestParser(Limits())
    parser.receive_data(b"GET / HTTP/1.%d\r\n" % minor + HOST + lines + b"\r\n")
    head = parser.next_event()
    assert isinstance(head, RequestHead)
    assert head.keep_alive is expected


@pytest.mark.parametrize(
    ("data", "status", "message"),
    [
        (b"asdf\r\n\r\n", 400, "Malformed HTTP request line"),
        (b"GET  / HTTP/1.1\r\n\r\n", 400, "Malformed HTTP request line"),
        (b"GET / HTTP/1.1 \r\n\r\n", 400, "Malformed HTTP request line"),
        (b"G@T / HTTP/1.1\r\n\r\n", 400, "Malformed HTTP request line"),
        (b"GET /\x01 HTTP/1.1\r\n\r\n", 400, "Malformed HTTP request line"),
        (b"GET / HTTP/2.0\r\n\r\n", 505, "Unexpected HTTP version"),
        (b"GET / HTTP/1.1\r\nasdf\r\n\r\n", 400, "no colon in header line"),
        (b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400, "folding not supported"),
        (b"GET / HTTP/1.1\r\nA : b\r\n\r\n", 400, "Invalid header name"),
        (b"GET / HTTP/1.1\r\n: b\r\n\r\n", 400, "Invalid header name"),
        (b"GET / HTTP/1.1\r\nA: b\x00c\r\n\r\n", 400, "Invalid header value"),
        (b"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", 400, "Invalid header value"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "Missing Host"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "Multiple host"),
        (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "Invalid Host"),
        (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "Invalid Host"),
    ],
)
def test_malformed_heads(data: bytes, status: int, message: str) -> None:
    error = refusal(data)
    assert message in str(error)
    assert error.status == status


@pytest.mark.parametrize(
    "host", [b"example.com", b"example.com:80", b"[::1]:8888", b"127.0.0.1", b"", b"a_b.c"]
)
def test_valid_hosts(host: bytes) -> None:
    assert read([b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"]) == [("GET", "/", 1)]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (b"Content-Length: foo", "Only integer Content-Length"),
        (b"Content-Length: +1", "Only integer Content-Length"),
        (b"Content-Length: 1_0", "Only integer Content-Length"),
        (b"Content-Length: -1", "Only integer Content-Length"),
        (b"Content-Length: 99999999999999999999", "Only integer Content-Length"),
        (b"Content-Length: 5, 6", "Multiple unequal Content-Lengths"),
        (b"Content-Length: 5\r\nContent-Length: 6", "Multiple unequal Content-Lengths"),
        (b"Transfer-Encoding: gzip, chunked", "Unsupported Transfer-Encoding"),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Unsupported"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 1", "both"),
    ],
)
def test_ambiguous_framing_is_refused(lines: bytes, message: str) -> None:
    assert message in str(refusal(b"POST / HTTP/1.1\r\n" + HOST + lines + b"\r\n\r\n"))


def test_identical_content_lengths_are_one() -> None:
    data = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 2, 2\r\n\r\nab"
    assert read([data]) == [("POST", "/", 1), b"ab", "end"]


CHUNKED = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"1_a\r\n", "invalid chunk size"),
        (b"0x5\r\n", "invalid chunk size"),
        (b"-1\r\n", "invalid chunk size"),
        (b" 5\r\n", "invalid chunk size"),
        (b"5 \n", "invalid chunk size"),
        (b"5\nhello\n", "invalid chunk size"),
        (b"11111111111111111\r\n", "invalid chunk size"),
        (b"5;a=\x00\r\n", "invalid chunk size"),
        (b"3\r\nfooXX", "improperly terminated chunk"),
        (b"3\r\nfoo\n0", "improperly terminated chunk"),
        (b"0\r\nbad trailer\r\n\r\n", "malformed trailer"),
        (b"5;" + b"x" * 5000, "chunk head longer"),
        (b"1;" + b"x" * 300 + b"\r\nx\r\n", None),
        ((b"1;" + b"x" * 3000 + b"\r\nx\r\n") * 3, "chunk extensions larger"),
    ],
)
def test_malformed_chunks(body: bytes, message: str | None) -> None:
    if message is None:
        assert read([CHUNKED + body]) == [("POST", "/", 1), b"x"]
    else:
        assert message in str(refusal(CHUNKED + body))


def test_limits() -> None:
    limits = Limits(head=1000, request_line=200, field_count=3, body=10)
    start = b"GET / HTTP/1.1\r\n" + HOST
    assert refusal(start + b"A: " + b"x" * 1000 + b"\r\n\r\n", limits).status == 431
    assert refusal(start + b"A: " + b"x" * 1100, limits).status == 431
    assert refusal(start + b"A: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits).status == 431
    assert refusal(b"GET /" + b"x" * 300 + b" HTTP/1.1\r\n" + HOST + b"\r\n", limits).status == 414
    assert refusal(b"GET /" + b"x" * 300, limits).status == 414
    too_long = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 11\r\n\r\n"
    assert refusal(too_long, limits).status == 413
    assert refusal(CHUNKED + b"6\r\nhello \r\n5\r\nworld\r\n", limits).status == 413


def test_the_body_limit_can_be_changed_for_one_request() -> None:
    parser = RequestParser(Limits(body=3))
    parser.receive_data(b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhello")
    head = parser.next_event()
    assert isinstance(head, RequestHead)
    parser.body_limit = 5
    parser.start_body(head)
    assert parser.next_event() == b"hello"


def test_the_bytes_behind_an_upgrade_are_handed_out() -> None:
    parser = RequestParser(Limits())
    parser.receive_data(b"GET / HTTP/1.1\r\n" + HOST + b"Upgrade: x\r\n\r\n\x81\x00")
    assert isinstance(parser.next_event(), RequestHead)
    assert parser.take_all() == b"\x81\x00"
    assert not parser


def test_a_dripped_head_costs_no_more_than_its_length() -> None:
    # Each byte may be looked at a few times, not once for every byte before it.
    parser = RequestParser(Limits())
    searched = 0
    original = RequestParser.find_head_end

    class Counting(RequestParser):
        __slots__ = ()

        def find_head_end(self) -> int | None:
            nonlocal searched
            searched += len(self._join()) - max(self._position, self._scanned - 2)
            return original(self)

    parser = Counting(Limits())
    head = b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"x" * 3000
    for at in range(len(head)):
        parser.receive_data(head[at : at + 1])
        assert parser.next_event() is NEED_DATA
    assert searched < 5 * len(head)
