"""Any split of the bytes gives the same events; what one side sends the other receives."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fujita.wire.websocket import (
    CloseFrame,
    DeflateOptions,
    Event,
    Failure,
    PerMessageDeflate,
    Ping,
    Pong,
    PreparedMessage,
    Role,
    WebSocketConnection,
)
from tests.wire.websocket.frames import KEY, frame
from tests.wire.websocket.test_connection import pair

# Payloads: short and at the borders of the length's forms, valid UTF-8 and not.
PAYLOADS = st.one_of(
    st.binary(max_size=20),
    st.text(max_size=20).map(str.encode),
    st.sampled_from([b"a" * 125, b"b" * 126, "ü".encode() * 70, b"\xff" * 130]),
)
FIRSTS = st.one_of(
    st.sampled_from([0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8A]),
    st.sampled_from([0x81, 0x82, 0xC1, 0x41, 0x88, 0x09, 0x83, 0x91]),
)
CUTS = st.lists(st.integers(0, 600), max_size=12)


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """Frames of all kinds, mostly in an order that makes sense, perhaps cut off or followed by
    garbage."""
    wire = b""
    for _ in range(draw(st.integers(1, 6))):
        key = draw(st.sampled_from([KEY, KEY, KEY, bytes(4), None]))
        wire += frame(draw(FIRSTS), draw(PAYLOADS), key=key)
    return wire + draw(st.binary(max_size=8))


def receive(connection: WebSocketConnection, wire: bytes, cuts: list[int]) -> list[Event]:
    events: list[Event] = []
    start = 0
    for stop in [*sorted(cuts), len(wire)]:
        events += connection.receive_data(wire[start:stop])
        start = max(start, stop)
    return events + connection.receive_eof()


@settings(max_examples=400)
@given(streams(), CUTS, st.sampled_from([10, 100, 1000]))
def test_any_split_gives_the_same_events(wire: bytes, cuts: list[int], limit: int) -> None:
    for role in Role:
        whole = WebSocketConnection(role, max_message_size=limit)
        split = WebSocketConnection(role, max_message_size=limit)
        events = receive(whole, wire, [])
        assert receive(split, wire, cuts) == events
        assert whole.ended
        assert isinstance(events[-1], Failure | CloseFrame)
        assert all(len(event) <= limit for event in events if isinstance(event, bytes))


@settings(max_examples=200)
@given(streams(), CUTS)
def test_any_split_gives_the_same_compressed_events(wire: bytes, cuts: list[int]) -> None:
    deflate = PerMessageDeflate(None, False, 15, False)
    whole = WebSocketConnection(Role.SERVER, max_message_size=5000, deflate=deflate)
    split = WebSocketConnection(Role.SERVER, max_message_size=5000, deflate=deflate)
    expected, events = receive(whole, wire, []), receive(split, wire, cuts)
    # Where data is neither DEFLATE nor UTF-8, pieces may show the one before the other.
    assert events[:-1] == expected[:-1]
    for event in (events[-1], expected[-1]):
        assert isinstance(event, Failure | CloseFrame)
    assert getattr(events[-1], "code", 0) == getattr(expected[-1], "code", 0)


@given(st.binary(max_size=60))
def test_garbage_never_raises(data: bytes) -> None:
    for role in Role:
        for deflate in (None, PerMessageDeflate(None, False, 15, False)):
            connection = WebSocketConnection(role, max_message_size=50, deflate=deflate)
            events = connection.receive_data(data) + connection.receive_eof()
            reply = b"".join(
                connection.reply_to_close(event)
                for event in events
                if isinstance(event, Failure | CloseFrame)
            )
            assert reply == b"" or reply[0] == 0x88


MESSAGES = st.one_of(
    st.text(max_size=200),
    st.binary(max_size=200),
    st.binary(max_size=100).map(Ping),
    st.binary(max_size=100).map(Pong),
    st.sampled_from(["word " * 100, "ü" * 70, b"\x00" * 70_000]),
)
OPTIONS = st.none() | st.builds(
    DeflateOptions,
    level=st.integers(-1, 9),
    mem_level=st.integers(1, 9),
    server_max_window_bits=st.integers(9, 15),
    client_max_window_bits=st.integers(9, 15),
    server_no_context_takeover=st.booleans(),
    client_no_context_takeover=st.booleans(),
)


def send(connection: WebSocketConnection, event: Event, shared: bool) -> bytes:
    match event:
        case Ping(payload):
            return connection.send_ping(payload)
        case Pong(payload):
            return connection.send_pong(payload)
        case str() | bytes() if shared:
            return connection.send_prepared(PreparedMessage(event))
        case str():
            return connection.send_text(event)
        case bytes():
            return connection.send_binary(event)
    raise AssertionError(event)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(MESSAGES, st.booleans()), max_size=8), OPTIONS, CUTS)
def test_round_trips(
    messages: list[tuple[Event, bool]], options: DeflateOptions | None, cuts: list[int]
) -> None:
    if options is None:
        near = WebSocketConnection(Role.CLIENT, max_message_size=100_000)
        far = WebSocketConnection(Role.SERVER, max_message_size=100_000)
    else:
        near, far = pair(options)
    for one, other in ((near, far), (far, near)):
        wire = b"".join(send(one, message, shared) for message, shared in messages)
        wire += one.send_close(1000, "done")
        expected: list[Event] = [message for message, _ in messages]
        assert receive(other, wire, cuts) == [*expected, CloseFrame(1000, "done")]
