"""Reads the same bytes with llhttp, the parser of Node, and compares.

What llhttp refuses must be refused here; what it takes may be refused here too, since RFC 9112
and Tornado are stricter in places. What both take has to mean the same.
"""

import httptools
from hypothesis import given, settings
from hypothesis import strategies as st

from fujita.wire.http1 import NEED_DATA, Limits, ProtocolError, RequestHead, RequestParser

Message = tuple[bytes, bytes, tuple[tuple[bytes, bytes], ...], bytes]


class _Collector:
    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.parser = httptools.HttpRequestParser(self)

    def on_message_begin(self) -> None:
        self.url = self.body = b""
        self.headers: list[tuple[bytes, bytes]] = []

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value.strip(b" \t")))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        method = self.parser.get_method()
        self.messages.append((method, self.url, tuple(sorted(self.headers)), self.body))


def theirs(data: bytes) -> list[Message] | None:
    collector = _Collector()
    try:
        collector.parser.feed_data(data)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None
    return collector.messages


def ours(data: bytes) -> list[Message] | None:
    parser = RequestParser(Limits())
    parser.receive_data(data)
    messages: list[Message] = []
    head: RequestHead | None = None
    body = b""
    try:
        while (event := parser.next_event()) is not NEED_DATA:
            if isinstance(event, RequestHead):
                head, body = event, b""
                if event.has_body:
                    parser.start_body(event)
                    continue
            elif isinstance(event, bytes):
                body += event
                continue
            assert head is not None
            fields = []
            for name, value in head.section.fields.items():
                for item in [value] if isinstance(value, str) else value:
                    fields.append((name.lower().encode(), item.encode("latin-1")))
            messages.append(
                (head.method.encode(), head.target.encode("latin-1"), tuple(sorted(fields)), body)
            )
    except ProtocolError:
        return None
    return messages


pieces = st.sampled_from(
    [
        b"GET / HTTP/1.1\r\n",
        b"POST /x?y HTTP/1.1\r\n",
        b"HEAD * HTTP/1.0\r\n",
        b"Host: a\r\n",
        b"Host: b:1\r\n",
        b"Content-Length: 3\r\n",
        b"Content-Length: 03\r\n",
        b"Content-Length:\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: identity\r\n",
        b"A: b c\r\n",
        b"A:\tb\xff\r\n",
        b" folded\r\n",
        b"A : b\r\n",
        b"\x00: b\r\n",
        b"A: \x0b\r\n",
        b"\r\n",
        b"\n",
        b"abc",
        b"3\r\nabc\r\n",
        b"3;x=y\r\nabc\r\n",
        b"0\r\n\r\n",
        b"0x3\r\nabc\r\n",
        b"+3\r\nabc\r\n",
    ]
)


@settings(max_examples=500)
@given(st.lists(pieces, min_size=1, max_size=10).map(b"".join))
def test_both_take_the_same_for_the_same(data: bytes) -> None:
    mine = ours(data)
    other = theirs(data)
    if mine is None or other is None:
        return
    # Whoever stops earlier because of something later on has read the same until there.
    shorter = min(len(mine), len(other))
    assert mine[:shorter] == other[:shorter]
