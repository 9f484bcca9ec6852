import pytest

from fujita.wire.websocket import (
    CloseFrame,
    DeflateOptions,
    Failure,
    PreparedMessage,
    Role,
    SendAfterCloseError,
    WebSocketConnection,
    accept_offer,
)
from fujita.wire.websocket.deflate import accept_response, build_offer
from tests.wire.websocket.frames import LIMIT, client, frame, server


def pair(
    client_options: DeflateOptions, server_options: DeflateOptions | None = None
) -> tuple[WebSocketConnection, WebSocketConnection]:
    """A client and a server that have agreed on permessage-deflate."""
    accepted = accept_offer(build_offer(client_options), server_options or DeflateOptions())
    assert accepted is not None
    header, server_side = accepted
    client_side = accept_response(header, client_options)
    return (
        WebSocketConnection(Role.CLIENT, max_message_size=LIMIT, deflate=client_side),
        WebSocketConnection(Role.SERVER, max_message_size=LIMIT, deflate=server_side),
    )


@pytest.mark.parametrize("size", [0, 5, 125, 126, 65535, 65536])
def test_a_server_sends_plain_frames(size: int) -> None:
    connection = server()
    assert connection.send_text("x" * size) == frame(0x81, b"x" * size, key=None)
    assert connection.send_text(b"x" * size) == frame(0x81, b"x" * size, key=None)
    assert connection.send_binary(b"x" * size) == frame(0x82, b"x" * size, key=None)


@pytest.mark.parametrize("size", [0, 5, 125, 126, 65535, 65536])
def test_a_client_sends_masked_frames(size: int) -> None:
    wire = client().send_text("é" * size) + client().send_binary(b"x" * size)
    assert wire[1] & 0x80
    assert server().receive_data(wire) == ["é" * size, b"x" * size]


def test_pings_and_pongs() -> None:
    assert server().send_ping(b"abc") == frame(0x89, b"abc", key=None)
    assert server().send_pong(b"abc") == frame(0x8A, b"abc", key=None)
    assert server().send_ping() == b"\x89\x00"
    assert client().send_pong(b"x")[:2] == b"\x8a\x81"
    for send in (server().send_ping, server().send_pong):
        with pytest.raises(ValueError, match="126 bytes"):
            send(bytes(126))


def test_closing_is_done_once() -> None:
    connection = server()
    assert connection.send_close(1001, "bye") == frame(0x88, b"\x03\xe9bye", key=None)
    assert connection.close_sent
    assert connection.send_close(1000) == b""
    assert server().send_close() == b"\x88\x00"


@pytest.mark.parametrize("deflate", [False, True])
def test_nothing_follows_the_close_frame(deflate: bool) -> None:
    for connection in pair(DeflateOptions()) if deflate else (client(), server()):
        connection.send_close()
        for message in ("x", "x" * 200):
            with pytest.raises(SendAfterCloseError):
                connection.send_text(message)
            with pytest.raises(SendAfterCloseError):
                connection.send_binary(message.encode())
            with pytest.raises(SendAfterCloseError):
                connection.send_prepared(PreparedMessage(message))
        assert connection.send_ping() == b""
        assert connection.send_pong(b"late") == b""


def test_what_must_not_be_sent_leaves_the_connection_open() -> None:
    connection = server()
    with pytest.raises(ValueError, match="1006"):
        connection.send_close(1006)
    with pytest.raises(ValueError, match="close reason"):
        connection.send_close(1000, "x" * 124)
    assert not connection.close_sent
    assert connection.send_text("still here")


def test_messages_are_still_received_after_the_close_frame_was_sent() -> None:
    connection = server()
    connection.send_close(1000)
    assert connection.receive_data(frame(0x81, b"late")) == ["late"]
    assert connection.receive_data(frame(0x88, b"\x03\xe8")) == [CloseFrame(1000, "")]


def test_a_close_frame_is_echoed_without_its_reason() -> None:
    connection = server()
    (event,) = connection.receive_data(frame(0x88, b"\x0f\xa0why"))
    assert event == CloseFrame(4000, "why")
    assert isinstance(event, CloseFrame)
    # A handler of an earlier message may still answer.
    assert connection.send_text("last words") == frame(0x81, b"last words", key=None)
    assert connection.reply_to_close(event) == frame(0x88, b"\x0f\xa0", key=None)
    assert connection.reply_to_close(event) == b""


def test_an_empty_close_frame_is_echoed_empty() -> None:
    assert server().reply_to_close(CloseFrame(1005, "")) == b"\x88\x00"


def test_a_failure_is_told_with_its_reason() -> None:
    connection = server()
    reply = connection.reply_to_close(Failure(1002, "reserved bit set"))
    assert reply == frame(0x88, b"\x03\xeareserved bit set", key=None)


def test_nobody_is_told_of_a_lost_connection() -> None:
    connection = server()
    (event,) = connection.receive_eof()
    assert isinstance(event, Failure)
    assert connection.reply_to_close(event) == b""
    with pytest.raises(SendAfterCloseError):
        connection.send_text("x")


def test_no_second_close_frame_when_both_sides_close() -> None:
    connection = server()
    connection.send_close(1001)
    assert connection.reply_to_close(CloseFrame(1000, "")) == b""


@pytest.mark.parametrize(
    "options",
    [
        DeflateOptions(),
        DeflateOptions(server_no_context_takeover=True),
        DeflateOptions(client_no_context_takeover=True),
        DeflateOptions(server_max_window_bits=9, client_max_window_bits=9, mem_level=1),
        DeflateOptions(server_max_window_bits=15, client_max_window_bits=15, mem_level=9, level=9),
    ],
)
def test_compressed_round_trips(options: DeflateOptions) -> None:
    messages = ["Hello " * 20, "Hello " * 20, "", "x", "κόσμε" * 5000, "Hello " * 20]
    near, far = pair(options)
    for one, other in ((near, far), (far, near)):
        for message in messages:
            assert other.receive_data(one.send_text(message)) == [message]
            data = message.encode()
            assert other.receive_data(one.send_binary(data)) == [data]


def test_a_context_makes_later_messages_smaller() -> None:
    near, far = pair(DeflateOptions())
    first, second = (
        far.send_text("A message. Testing 123 123"),
        far.send_text("A message. Testing 123 123"),
    )
    assert len(second) < len(first)
    assert near.receive_data(first + second) == ["A message. Testing 123 123"] * 2


def test_without_a_context_every_message_stands_alone() -> None:
    near, far = pair(DeflateOptions(server_no_context_takeover=True))
    first, second = far.send_text("abc"), far.send_text("abc")
    assert first == second
    assert first[0] == 0xC1
    assert near.receive_data(second + first) == ["abc", "abc"]


def test_a_window_that_zlib_lacks_leaves_messages_uncompressed() -> None:
    accepted = accept_offer("permessage-deflate; server_max_window_bits=8", DeflateOptions())
    assert accepted is not None
    assert accepted[0] == "permessage-deflate; server_max_window_bits=8"
    far = WebSocketConnection(Role.SERVER, max_message_size=LIMIT, deflate=accepted[1])
    assert far.send_text("a" * 100) == frame(0x81, b"a" * 100, key=None)
    assert far.send_prepared(PreparedMessage("a" * 100)) == frame(0x81, b"a" * 100, key=None)
    assert far.receive_data(frame(0xC1, bytes.fromhex("f248cdc9c90700"))) == ["Hello"]
