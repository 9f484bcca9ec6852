"""What is fuzzed: each target reads any bytes, and raises if Fujita does what it must not.

A target takes the bytes whole and in pieces, whose sizes depend on nothing but the bytes
themselves, so that what was found once is found again. Both have to mean the same, errors have to
be those that the parser promises, and what is held back has to stay small.
"""

from collections.abc import Callable, Iterable

from fujita.escape import linkify, parse_qs_bytes, url_unescape, xhtml_unescape
from fujita.http1connection.decompression import PIECE, GzipDecoder
from fujita.httputil import (
    HTTPHeaders,
    HTTPInputError,
    _parse_header,
    _parse_request_range,
    parse_cookie,
    parse_multipart_form_data,
    split_host_and_port,
    url_concat,
)
from fujita.simple_httpclient.hop import Hop
from fujita.simple_httpclient.redirect import follow
from fujita.simple_httpclient.target import parse_target
from fujita.template import ParseError, Template
from fujita.web import decode_signed_value
from fujita.wire.http1 import (
    NEED_DATA,
    Limits,
    ProtocolError,
    RequestHead,
    RequestParser,
    ResponseHead,
    ResponseParser,
)
from fujita.wire.multipart import MultipartError, MultipartParser, PartData
from fujita.wire.websocket import (
    CloseFrame,
    DeflateOptions,
    Event,
    Failure,
    PerMessageDeflate,
    Role,
    WebSocketConnection,
    accept_offer,
    frame_message,
)
from tests.fuzz.pieces import pieces
from tests.fuzz.server import server

REFUSED = "refused"
LIMIT = 2048
LIMITS = Limits(head=LIMIT, body=LIMIT)


# HTTP/1.1


def _requests(parts: Iterable[bytes], limits: Limits) -> list[object]:
    parser = RequestParser(limits)
    events: list[object] = []
    try:
        for part in parts:
            parser.receive_data(part)
            while (event := parser.next_event()) is not NEED_DATA:
                if isinstance(event, RequestHead):
                    fields = dict(event.section.fields)
                    events.append((event.method, event.target, event.minor_version, fields))
                    if event.has_body:
                        parser.start_body(event)
                else:
                    _take_body(events, event)
            # A request line and its fields have limits of their own, a chunk's head another.
            assert limits is not LIMITS or len(parser) <= 3 * LIMIT + 16384
    except ProtocolError:
        events.append(REFUSED)
    return events


def _responses(parts: Iterable[bytes], method: str, limits: Limits) -> list[object]:
    parser = ResponseParser(limits)
    parser.expect(method)
    events: list[object] = []

    def take() -> None:
        while (event := parser.next_event()) is not NEED_DATA:
            if isinstance(event, ResponseHead):
                fields = dict(event.section.fields)
                events.append((event.code, event.reason, event.keep_alive, fields))
                assert "\r" not in event.reason
                assert "\n" not in event.reason
            else:
                _take_body(events, event)
        assert limits is not LIMITS or len(parser) <= 2 * LIMIT + 16384

    try:
        for part in parts:
            parser.receive_data(part)
            take()
        parser.receive_eof()
        take()
    except ProtocolError:
        events.append(REFUSED)
    return events


def _take_body(events: list[object], event: object) -> None:
    """Joins what has come of a body: how it is cut is left open."""
    if isinstance(event, bytes) and events and isinstance(events[-1], bytes):
        events[-1] += event
    else:
        events.append(event)


def _same(whole: list[object], split: list[object]) -> None:
    """Compares events; of a body that is refused, more may come in pieces."""
    assert (whole[-1:] == [REFUSED]) == (split[-1:] == [REFUSED]), (whole, split)
    if whole[-1:] == [REFUSED]:
        whole, split = whole[:-1], split[:-1]
        if len(split) > len(whole) and isinstance(split[-1], bytes):
            split = split[:-1]
        elif whole and split and isinstance(whole[-1], bytes) and isinstance(split[-1], bytes):
            assert split[-1].startswith(whole[-1])
            whole, split = whole[:-1], split[:-1]
    assert whole == split, (whole, split)


def http_requests(data: bytes) -> None:
    """Requests, one after the other."""
    _same(_requests([data], Limits()), _requests(pieces(data), Limits()))
    for event in _requests(pieces(data), LIMITS):
        assert not isinstance(event, bytes) or len(event) <= LIMIT
        if isinstance(event, tuple):
            for value in event[3].values():
                text = value if isinstance(value, str) else "".join(value)
                assert not set(text) & {"\r", "\n", "\0"}


def http_responses(data: bytes) -> None:
    """Responses, as the client reads them."""
    for method in ("GET", "HEAD"):
        whole = _responses([data], method, Limits())
        _same(whole, _responses(pieces(data), method, Limits()))
    bodies = [
        event for event in _responses(pieces(data), "GET", LIMITS) if isinstance(event, bytes)
    ]
    assert all(len(body) <= LIMIT for body in bodies)


def chunked(data: bytes) -> None:
    """The body of a request in chunks."""
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    _same(_requests([head + data], Limits()), _requests([head, *pieces(data)], Limits()))
    for event in _requests([head, *pieces(data)], LIMITS)[1:2]:
        assert not isinstance(event, bytes) or len(event) <= LIMIT


def fields(data: bytes) -> None:
    """Field lines, and the values that have a syntax of their own."""
    text = data.decode("latin-1")
    try:
        headers = HTTPHeaders.parse(text)
    except HTTPInputError:
        pass
    else:
        assert HTTPHeaders.parse(str(headers)) == headers
        assert "\n" not in "".join(headers.values())
    _parse_header(text)
    _parse_request_range(text)
    try:
        accept_offer(text, DeflateOptions())
    except ValueError:
        pass


def gzip(data: bytes) -> None:
    """A body with ``Content-Encoding: gzip``."""

    def decoded(parts: Iterable[bytes]) -> tuple[bytes, bool]:
        decoder = GzipDecoder(100_000)
        result = b""
        try:
            for part in parts:
                for piece in decoder.decode(part):
                    assert len(piece) <= PIECE
                    result += piece
            decoder.finish()
        except ProtocolError:
            return result, False
        return result, True

    whole, split = decoded([data]), decoded(pieces(data))
    assert whole[1] == split[1]
    assert not whole[1] or whole[0] == split[0]
    assert len(whole[0]) <= 100_000


# Forms, cookies, URLs


def _form(parts: Iterable[bytes]) -> list[object]:
    parser = MultipartParser(b"b", max_parts=5, max_header_size=500)
    events: list[object] = []
    try:
        for part in parts:
            for event in parser.feed(part):
                _take_body(events, event.data if isinstance(event, PartData) else event)
            assert len(parser._pending) <= 600
        parser.finish()
    except MultipartError:
        events.append(REFUSED)
    return events


def multipart(data: bytes) -> None:
    """A form with files."""
    whole = _form([data])
    if whole[-1:] != [REFUSED]:
        assert whole == _form(pieces(data))
    else:
        assert _form(pieces(data))[-1:] == [REFUSED]
    try:
        parse_multipart_form_data(b"b", data, {}, {})
    except HTTPInputError:
        pass


def cookies(data: bytes) -> None:
    """Cookies, signed ones among them."""
    text = data.decode("latin-1")
    for name, value in parse_cookie(text).items():
        assert isinstance(name, str)
        assert isinstance(value, str)
    value = data.decode("utf-8", "replace")
    assert decode_signed_value("secret", "name", value) is None
    assert decode_signed_value({0: "secret", 1: "other"}, "name", data) is None


def urls(data: bytes) -> None:
    """URLs and queries."""
    text = data.decode("utf-8", "replace")
    try:
        target = parse_target(text)
    except ValueError:
        pass
    else:
        sent = target.path + target.authority
        assert sent.isascii()
        assert sent.isprintable()
        assert " " not in sent
        assert 0 < target.port < 65536
    try:
        hop = follow(Hop("http://a/b", "GET", HTTPHeaders({"Cookie": "c"})), 302, text)
    except ValueError:
        pass
    else:
        assert "Cookie" not in hop.headers or hop.target.origin == ("http", "a", 80)
    try:
        url_concat(text, {"a": "b"})
    except ValueError:
        pass
    split_host_and_port(text)
    try:
        parse_qs_bytes(data, max_num_fields=100)
    except ValueError:
        pass
    url_unescape(data, encoding=None)
    xhtml_unescape(text)
    assert "<script" not in linkify(text.replace("&", "")).lower()


def templates(data: bytes) -> None:
    """Templates: that they are compiled or refused; they are not run."""
    try:
        Template(data.decode("utf-8", "replace"))
    except (ParseError, SyntaxError):
        pass


# WebSocket


def _messages(connection: WebSocketConnection, parts: Iterable[bytes]) -> list[Event]:
    events: list[Event] = []
    for part in parts:
        events += connection.receive_data(part)
    events += connection.receive_eof()
    assert isinstance(events[-1], Failure | CloseFrame)
    assert all(len(event) <= LIMIT for event in events if isinstance(event, bytes | str))
    connection.reply_to_close(events[-1])
    return events


def websocket(data: bytes) -> None:
    """Frames."""
    for role in Role:
        whole = _messages(WebSocketConnection(role, max_message_size=LIMIT), [data])
        split = _messages(WebSocketConnection(role, max_message_size=LIMIT), pieces(data))
        assert whole == split


DEFLATE = PerMessageDeflate(None, False, 15, False)


def deflate(data: bytes) -> None:
    """Compressed messages: frames, and one frame that has the data for payload."""
    for role, wire in (
        (Role.SERVER, data),
        (Role.CLIENT, b"\xc2" + frame_message(data, binary=True)[1:] + data),
    ):
        whole = WebSocketConnection(role, max_message_size=LIMIT, deflate=DEFLATE)
        split = WebSocketConnection(role, max_message_size=LIMIT, deflate=DEFLATE)
        expected, events = _messages(whole, [wire]), _messages(split, pieces(wire))
        # Of data that is neither DEFLATE nor UTF-8, pieces may show the one before the other.
        assert events[:-1] == expected[:-1]
        assert getattr(events[-1], "code", 0) == getattr(expected[-1], "code", 0)


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        http_requests,
        http_responses,
        chunked,
        fields,
        gzip,
        multipart,
        cookies,
        urls,
        templates,
        websocket,
        deflate,
        server,
    )
}
