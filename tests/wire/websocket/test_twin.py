"""The same conversations with the websockets library's protocol without I/O on the other end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    ServerPerMessageDeflateFactory,
)
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from fujita.wire.websocket import (
    CloseFrame,
    DeflateOptions,
    Event,
    Failure,
    Ping,
    Pong,
    PreparedMessage,
    Role,
    WebSocketConnection,
    accept_offer,
    accept_value,
    check_response,
    check_upgrade,
    check_version_and_key,
    new_key,
    request_headers,
)

LIMIT = 1 << 20


def our_server(
    options: DeflateOptions | None = None, factory: ClientPerMessageDeflateFactory | None = None
) -> tuple[WebSocketConnection, ClientProtocol]:
    """Our server and their client, after a real opening handshake."""
    theirs = ClientProtocol(
        parse_uri("ws://example.com/"), extensions=[factory] if factory else None, max_size=LIMIT
    )
    request = theirs.connect()
    get = request.headers.get
    check_upgrade(get)
    key = check_version_and_key(get)
    accepted = options and accept_offer(get("Sec-WebSocket-Extensions"), options)
    theirs.send_request(request)
    theirs.data_to_send()
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
    lines.append(f"Sec-WebSocket-Accept: {accept_value(key)}")
    if accepted:
        lines.append(f"Sec-WebSocket-Extensions: {accepted[0]}")
    theirs.receive_data("\r\n".join([*lines, "", ""]).encode())
    (response,) = theirs.events_received()
    assert isinstance(response, Response)
    assert theirs.handshake_exc is None
    ours = WebSocketConnection(
        Role.SERVER, max_message_size=LIMIT, deflate=accepted[1] if accepted else None
    )
    return ours, theirs


def our_client(
    options: DeflateOptions | None = None, factory: ServerPerMessageDeflateFactory | None = None
) -> tuple[WebSocketConnection, ServerProtocol]:
    """Our client and their server, after a real opening handshake."""
    theirs = ServerProtocol(extensions=[factory] if factory else None, max_size=LIMIT)
    key = new_key()
    lines = ["GET / HTTP/1.1", "Host: example.com"]
    lines += [f"{name}: {value}" for name, value in request_headers(key, (), options)]
    theirs.receive_data("\r\n".join([*lines, "", ""]).encode())
    (request,) = theirs.events_received()
    assert isinstance(request, Request)
    response = theirs.accept(request)
    theirs.send_response(response)
    theirs.data_to_send()
    agreement = check_response(response.status_code, response.headers.get, key=key, options=options)
    ours = WebSocketConnection(Role.CLIENT, max_message_size=LIMIT, deflate=agreement.deflate)
    return ours, theirs


def received_close(theirs: ClientProtocol | ServerProtocol) -> tuple[int, str]:
    assert theirs.close_rcvd is not None
    return theirs.close_rcvd.code, theirs.close_rcvd.reason


def talk(ours: WebSocketConnection, theirs: ClientProtocol | ServerProtocol) -> None:
    """Sends messages both ways, then closes from our side."""
    for message in ("hello", "hello hello hello", "", "κόσμε" * 1000, b"", b"\x00\xff" * 40_000):
        data = message.encode() if isinstance(message, str) else message
        own = ours.send_text(message) if isinstance(message, str) else ours.send_binary(message)
        for wire in (own, ours.send_prepared(PreparedMessage(message))):
            theirs.receive_data(wire)
            (frame,) = theirs.events_received()
            assert isinstance(frame, Frame)
            assert frame.opcode is (Opcode.TEXT if isinstance(message, str) else Opcode.BINARY)
            assert frame.data == data
        if isinstance(message, str):
            theirs.send_text(data)
        else:
            theirs.send_binary(data)
        assert ours.receive_data(b"".join(theirs.data_to_send())) == [message]
    theirs.send_text(b"frag", fin=False)
    theirs.send_ping(b"?")
    theirs.send_continuation(b"ment", fin=True)
    assert ours.receive_data(b"".join(theirs.data_to_send())) == [Ping(b"?"), "fragment"]
    theirs.receive_data(ours.send_close(4321, "goodbye"))
    assert received_close(theirs) == (4321, "goodbye")
    events = ours.receive_data(b"".join(theirs.data_to_send()))
    assert events[:1] == [CloseFrame(4321, "goodbye")]


def test_our_server_and_their_client() -> None:
    talk(*our_server())


def test_our_client_and_their_server() -> None:
    talk(*our_client())


@pytest.mark.parametrize("server_bits", [None, 8, 9, 12, 15])
@pytest.mark.parametrize("client_bits", [None, True, 9, 12, 15])
@pytest.mark.parametrize("forget", [False, True])
def test_our_server_negotiates_with_their_client(
    server_bits: int | None, client_bits: int | bool | None, forget: bool
) -> None:
    factory = ClientPerMessageDeflateFactory(forget, not forget, server_bits, client_bits)
    ours, theirs = our_server(DeflateOptions(), factory)
    assert ours.deflate is not None
    assert theirs.extensions
    talk(ours, theirs)


@pytest.mark.parametrize("server_bits", [9, 12, 15])
@pytest.mark.parametrize("client_bits", [9, 12, 15])
@pytest.mark.parametrize("forget", [False, True])
def test_our_client_negotiates_with_their_server(
    server_bits: int, client_bits: int, forget: bool
) -> None:
    factory = ServerPerMessageDeflateFactory(forget, not forget, server_bits, client_bits)
    options = DeflateOptions.from_mapping({"server_no_context_takeover": not forget}, Role.CLIENT)
    ours, theirs = our_client(options, factory)
    assert ours.deflate is not None
    assert theirs.extensions
    talk(ours, theirs)


def test_they_close_first() -> None:
    ours, theirs = our_client()
    theirs.send_close(1001, "away")
    (event,) = ours.receive_data(b"".join(theirs.data_to_send()))
    assert event == CloseFrame(1001, "away")
    assert isinstance(event, CloseFrame)
    theirs.receive_data(ours.reply_to_close(event))
    assert received_close(theirs) == (1001, "")
    assert theirs.parser_exc is None


def test_they_understand_a_failure() -> None:
    ours, theirs = our_server()
    theirs.receive_data(ours.reply_to_close(Failure(1009, "message too big")))
    assert received_close(theirs) == (1009, "message too big")


FIRSTS = st.sampled_from([0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8A]) | st.integers(0, 255)
ASCII = st.text("abc", max_size=8).map(str.encode)
# A Close frame breaks one rule at most: which of two is reported first, nobody prescribes.
CLOSES = st.one_of(
    st.binary(max_size=1),
    st.tuples(st.binary(min_size=2, max_size=2), ASCII).map(b"".join),
    st.binary(max_size=8).map(lambda reason: b"\x03\xe8" + reason),
)
# Text is left valid: that library has the layer above check it.
FRAMES = FIRSTS.flatmap(
    lambda first: st.tuples(st.just(first), CLOSES if first & 15 == 8 else ASCII)
)


@settings(max_examples=400, deadline=None)
@given(st.lists(FRAMES, max_size=6), st.sampled_from([True, True, True, False]))
def test_both_judge_frames_alike(frames: list[tuple[int, bytes]], mask: bool) -> None:
    ours = WebSocketConnection(Role.SERVER, max_message_size=LIMIT)
    theirs = ServerProtocol(max_size=LIMIT)
    _open(theirs)
    wire = b""
    for first, payload in frames:
        wire += bytes([first, (0x80 if mask else 0) | len(payload)])
        wire += bytes(4) + payload if mask else payload
    events = ours.receive_data(wire)
    theirs.receive_data(wire)
    code = None
    if events and isinstance(events[-1], Failure | CloseFrame):
        last = events.pop()
        assert isinstance(last, Failure | CloseFrame)
        code = last.code
    assert events == _their_events(theirs)
    close = theirs.close_rcvd or theirs.close_sent
    assert code == (None if close is None else close.code)


def _open(protocol: ServerProtocol) -> None:
    lines = ["GET / HTTP/1.1", "Host: example.com"]
    lines += [f"{name}: {value}" for name, value in request_headers(new_key())]
    protocol.receive_data("\r\n".join([*lines, "", ""]).encode())
    (request,) = protocol.events_received()
    assert isinstance(request, Request)
    protocol.send_response(protocol.accept(request))
    protocol.data_to_send()


def _their_events(protocol: ServerProtocol) -> list[Event]:
    """Their frames as our events."""
    events: list[Event] = []
    message: bytes | None = None
    opcode = Opcode.CONT
    for frame in protocol.events_received():
        assert isinstance(frame, Frame)
        if frame.opcode is Opcode.PING:
            events.append(Ping(bytes(frame.data)))
        elif frame.opcode is Opcode.PONG:
            events.append(Pong(bytes(frame.data)))
        elif frame.opcode is not Opcode.CLOSE:
            if frame.opcode is not Opcode.CONT:
                message, opcode = b"", frame.opcode
            assert message is not None
            message += frame.data
            if frame.fin:
                events.append(message.decode() if opcode is Opcode.TEXT else message)
    return events


def test_the_events_are_of_the_documented_types() -> None:
    ours, theirs = our_server()
    theirs.send_text(b"x")
    events: list[Event] = ours.receive_data(b"".join(theirs.data_to_send()))
    assert [type(event) for event in events] == [str]
