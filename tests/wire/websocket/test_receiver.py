"""The frame-level cases of the Autobahn test suite, in small; its sections are named."""

import zlib

import pytest

from fujita.wire.websocket import (
    CloseFrame,
    Event,
    Failure,
    PerMessageDeflate,
    Ping,
    Pong,
    Role,
    WebSocketConnection,
)
from tests.wire.websocket.frames import KEY, LIMIT, client, feed, frame, server

STEPS = [0, 1, 2, 3, 7]
VALID_TEXT = "κόσμε 日本 🙂"


def failure_of(data: bytes, limit: int = LIMIT) -> Failure:
    """The one event that ``data`` comes to at a server, however it is cut."""
    for step in STEPS:
        events = feed(server(limit), data, step)
        assert len(events) == 1
    (event,) = server(limit).receive_data(data)
    assert isinstance(event, Failure)
    return event


# 1: framing


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 128, 4095, 4097])
def test_messages_of_any_size(size: int, step: int) -> None:
    text, data = "*" * size, b"\xfe" * size
    wire = frame(0x81, text.encode()) + frame(0x82, data)
    assert feed(server(), wire, step) == [text, data]
    wire = frame(0x81, text.encode(), key=None) + frame(0x82, data, key=None)
    assert feed(client(), wire, step) == [text, data]


@pytest.mark.parametrize("step", [0, 997, 65536])
def test_large_messages(step: int) -> None:
    text = "déjà vu " * 30_000
    assert feed(server(), frame(0x81, text.encode()), step) == [text]
    assert feed(client(), frame(0x82, text.encode(), key=None), step) == [text.encode()]


def test_lengths_longer_than_needed_are_taken() -> None:
    wire = frame(0x82, b"a", length=b"\x7e\x00\x01") + frame(
        0x82, b"b", length=b"\x7f" + b"\0" * 7 + b"\x01"
    )
    for step in STEPS:
        assert feed(server(), wire, step) == [b"a", b"b"]


# 2: pings and pongs


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("payload", [b"", b"Hello", bytes(range(125))])
def test_pings_and_pongs(payload: bytes, step: int) -> None:
    wire = frame(0x89, payload) + frame(0x8A, payload)
    assert feed(server(), wire, step) == [Ping(payload), Pong(payload)]
    wire = frame(0x89, payload, key=None) + frame(0x8A, payload, key=None)
    assert feed(client(), wire, step) == [Ping(payload), Pong(payload)]


@pytest.mark.parametrize("opcode", [0x88, 0x89, 0x8A])
@pytest.mark.parametrize("size", [126, 65536])
def test_control_frames_over_125_bytes(opcode: int, size: int) -> None:
    assert failure_of(frame(opcode, bytes(size))) == Failure(1002, "control frame over 125 bytes")


# 3: reserved bits


@pytest.mark.parametrize("bits", [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70])
@pytest.mark.parametrize("first", [0x81, 0x82, 0x01, 0x88, 0x89, 0x8A])
def test_reserved_bits(bits: int, first: int) -> None:
    assert failure_of(frame(first | bits, b"x")) == Failure(1002, "reserved bit set")


def test_messages_before_a_failure_are_delivered() -> None:
    wire = frame(0x81, b"good") + frame(0x91, b"bad") + frame(0x81, b"never")
    for step in STEPS:
        events = feed(server(), wire, step)
        assert events == ["good", Failure(1002, "reserved bit set")]


# 4: reserved opcodes


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
def test_reserved_opcodes(opcode: int) -> None:
    assert failure_of(frame(0x80 | opcode)) == Failure(1002, f"unknown opcode {opcode}")


# 5: fragmentation


@pytest.mark.parametrize("step", STEPS)
def test_control_frames_between_fragments(step: int) -> None:
    wire = (
        frame(0x01, b"fra")
        + frame(0x89, b"1")
        + frame(0x00, b"gme")
        + frame(0x00)
        + frame(0x8A, b"2")
        + frame(0x80, b"nts")
        + frame(0x02, b"\xff")
        + frame(0x80)
        + frame(0x81, b"whole")
    )
    expected: list[Event] = [Ping(b"1"), Pong(b"2"), "fragments", b"\xff", "whole"]
    assert feed(server(), wire, step) == expected


@pytest.mark.parametrize("first", [0x08, 0x09, 0x0A])
def test_fragmented_control_frames(first: int) -> None:
    assert failure_of(frame(first, b"ab")) == Failure(1002, "fragmented control frame")


@pytest.mark.parametrize("first", [0x00, 0x80])
def test_continuation_of_nothing(first: int) -> None:
    assert failure_of(frame(first, b"x")) == Failure(1002, "continuation of no message")


def test_continuation_after_a_finished_message() -> None:
    wire = frame(0x01, b"a") + frame(0x80, b"b") + frame(0x80, b"c")
    for step in STEPS:
        events = feed(server(), wire, step)
        assert events == ["ab", Failure(1002, "continuation of no message")]


@pytest.mark.parametrize("first", [0x01, 0x81, 0x02, 0x82])
def test_a_message_inside_another(first: int) -> None:
    failure = failure_of(frame(0x01, b"a") + frame(first, b"b"))
    assert failure == Failure(1002, "message inside another message")


# 6: UTF-8


@pytest.mark.parametrize("cut", range(len(VALID_TEXT.encode()) + 1))
def test_text_fragmented_inside_its_characters(cut: int) -> None:
    data = VALID_TEXT.encode()
    wire = frame(0x01, data[:cut]) + frame(0x80, data[cut:])
    for step in STEPS:
        assert feed(server(), wire, step) == [VALID_TEXT]


@pytest.mark.parametrize(
    "data",
    [
        b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
        b"\xf4\x90\x80\x80",
        b"\xc0\xaf",
        b"\xed\xbf\xbf",
        b"\xff",
        b"\x80",
        b"abc\xe2\x82",
        b"\xf8\x88\x80\x80\x80",
    ],
)
def test_invalid_utf8(data: bytes) -> None:
    invalid = Failure(1007, "invalid UTF-8")
    assert failure_of(frame(0x81, data)) == invalid
    assert failure_of(frame(0x81, b"x" * 200 + data)) == invalid
    assert failure_of(frame(0x01, data) + frame(0x80, b"")) == invalid
    assert failure_of(frame(0x01, data[:2]) + frame(0x00, data[2:]) + frame(0x80)) == invalid


def test_binary_messages_may_hold_anything() -> None:
    assert server().receive_data(frame(0x82, b"\xff\xfe")) == [b"\xff\xfe"]


def test_a_character_that_cannot_be_finished_fails_at_once() -> None:
    connection = server()
    assert connection.receive_data(frame(0x01, "κόσμε".encode() + b"\xf4")) == []
    assert connection.receive_data(frame(0x00, b"\x90")) == [Failure(1007, "invalid UTF-8")]


def test_and_so_it_does_inside_a_frame() -> None:
    wire = frame(0x81, "κόσμε".encode() + b"\xf4\x90\x80\x80edited")
    connection = server()
    cut = wire.index(wire[-9:]) + 1  # after f4 and 90
    assert connection.receive_data(wire[: cut - 2]) == []
    assert connection.receive_data(wire[cut - 2 : cut]) == [Failure(1007, "invalid UTF-8")]


# 7: closing


@pytest.mark.parametrize("step", STEPS)
def test_close_frames(step: int) -> None:
    assert feed(server(), frame(0x88), step) == [CloseFrame(1005, "")]
    assert feed(server(), frame(0x88, b"\x03\xe8"), step) == [CloseFrame(1000, "")]
    wire = frame(0x88, b"\x0f\xa0" + "Grüße".encode() + b"x" * 100)
    assert feed(server(), wire, step) == [CloseFrame(4000, "Grüße" + "x" * 100)]


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000])
def test_close_frames_with_invalid_codes(code: int) -> None:
    failure = failure_of(frame(0x88, code.to_bytes(2, "big") + b"reason"))
    assert failure == Failure(1002, f"invalid close code {code}")


def test_close_frames_with_half_a_code() -> None:
    assert failure_of(frame(0x88, b"\x03")) == Failure(1002, "close code of one byte")


def test_close_frames_with_a_bad_reason() -> None:
    failure = failure_of(frame(0x88, b"\x03\xe8\xce\xba\xed\xa0\x80"))
    assert failure == Failure(1007, "close reason is not UTF-8")


@pytest.mark.parametrize("step", STEPS)
def test_nothing_is_read_after_a_close_frame(step: int) -> None:
    connection = server()
    wire = frame(0x88) + frame(0x81, b"late") + frame(0x93) + frame(0x88)
    assert feed(connection, wire, step) == [CloseFrame(1005, "")]
    assert connection.ended
    assert connection.receive_data(frame(0x81, b"later")) == []
    assert connection.receive_eof() == []


def test_a_close_frame_inside_a_fragmented_message() -> None:
    wire = frame(0x01, b"unfinished") + frame(0x88, b"\x03\xe9")
    for step in STEPS:
        assert feed(server(), wire, step) == [CloseFrame(1001, "")]


def test_nothing_is_read_after_a_failure() -> None:
    connection = server()
    assert len(connection.receive_data(frame(0x83))) == 1
    assert connection.receive_data(frame(0x81, b"late")) == []
    assert connection.receive_data(b"") == []
    assert connection.receive_eof() == []


@pytest.mark.parametrize("before", [b"", b"\x81", frame(0x81, b"half")[:-2], frame(0x01, b"x")])
def test_the_end_without_a_close_frame_is_1006(before: bytes) -> None:
    connection = server()
    assert connection.receive_data(before) == []
    (event,) = connection.receive_eof()
    assert isinstance(event, Failure)
    assert event.code == 1006
    assert connection.ended
    assert connection.receive_eof() == []


# 9 and 10: sizes


def test_the_limit_is_on_the_message() -> None:
    too_big = Failure(1009, "message too big")
    assert server(100).receive_data(frame(0x82, bytes(100))) == [bytes(100)]
    assert failure_of(frame(0x82, bytes(101)), 100) == too_big
    assert failure_of(frame(0x81, b"x" * 500), 100) == too_big
    wire = frame(0x02, bytes(60)) + frame(0x00, bytes(40))
    assert server(100).receive_data(wire + frame(0x80)) == [bytes(100)]
    assert failure_of(wire + frame(0x80, b"x"), 100) == too_big
    # Each message counts for itself.
    assert len(server(100).receive_data(frame(0x82, bytes(100)) * 5)) == 5


def test_a_message_too_big_fails_before_it_arrives() -> None:
    wire = frame(0x82, b"", length=b"\x7f" + (1 << 40).to_bytes(8, "big"))
    assert failure_of(wire) == Failure(1009, "message too big")


def test_the_top_bit_of_a_length() -> None:
    wire = frame(0x82, b"", length=b"\x7f" + b"\xff" * 8)
    assert failure_of(wire) == Failure(1002, "payload length over 63 bits")


def test_a_limit_below_a_short_frame() -> None:
    assert server(3).receive_data(frame(0x81, b"abc")) == ["abc"]
    assert failure_of(frame(0x81, b"abcd"), 3) == Failure(1009, "message too big")
    assert server(0).receive_data(frame(0x81) + frame(0x89, b"ping")) == ["", Ping(b"ping")]


def test_many_fragments_hold_no_more_than_their_bytes() -> None:
    connection = server()
    connection.receive_data(frame(0x01))
    for _ in range(5000):
        assert connection.receive_data(frame(0x00) * 10 + frame(0x00, b"x")) == []
    assert connection.receive_data(frame(0x80)) == ["x" * 5000]


# Masking


def test_a_server_takes_only_masked_frames() -> None:
    for first in (0x81, 0x82, 0x89, 0x88, 0x01):
        assert failure_of(frame(first, b"a", key=None)) == Failure(1002, "frame is not masked")
    assert failure_of(frame(0x81, b"a" * 125, key=None)) == Failure(1002, "frame is not masked")


def test_a_client_takes_only_unmasked_frames() -> None:
    for first in (0x81, 0x82, 0x89, 0x88, 0x01):
        for step in STEPS:
            events = feed(client(), frame(first, b"a"), step)
            assert events == [Failure(1002, "frame is masked")]


def test_the_masked_hello_of_the_rfc() -> None:
    wire = bytes.fromhex("818537fa213d7f9f4d5158")
    assert wire == frame(0x81, b"Hello", key=KEY)
    assert server().receive_data(wire) == ["Hello"]


# 12 and 13: permessage-deflate; the frames are those of RFC 7692, section 7.2.3


def deflating(limit: int = LIMIT, *, forgets: bool = False) -> WebSocketConnection:
    deflate = PerMessageDeflate(None, False, 15, forgets)
    return WebSocketConnection(Role.SERVER, max_message_size=limit, deflate=deflate)


HELLO = bytes.fromhex("f248cdc9c90700")


@pytest.mark.parametrize("step", STEPS)
def test_compressed_messages(step: int) -> None:
    wire = (
        frame(0xC1, HELLO)
        + frame(0x41, HELLO[:3])
        + frame(0x89, b"!")
        + frame(0x00)
        + frame(0x80, HELLO[3:])
        + frame(0xC2, bytes.fromhex("f200110000"))
        + frame(0x81, b"plain")
        + frame(0xC1, b"\x00")
        + frame(0xC1)
        + frame(0x41)
        + frame(0x80)
    )
    expected = ["Hello", Ping(b"!"), "Hello", b"Hello", "plain", "", "", ""]
    assert feed(deflating(), wire, step) == expected


@pytest.mark.parametrize("first", [0xC0, 0x40, 0xC8, 0xC9, 0xCA])
def test_the_compressed_bit_where_it_must_not_be(first: int) -> None:
    wire = frame(0x41, HELLO[:3]) + frame(first, b"")
    for step in STEPS:
        assert feed(deflating(), wire, step) == [Failure(1002, "reserved bit set")]


def test_the_other_reserved_bits_stay_reserved() -> None:
    for first in (0xA1, 0x91, 0xE1, 0xD1):
        assert deflating().receive_data(frame(first, b"")) == [Failure(1002, "reserved bit set")]


def test_the_limit_is_on_what_comes_out() -> None:
    stream = zlib.compressobj(wbits=-15)
    bomb = stream.compress(bytes(1 << 20)) + stream.flush(zlib.Z_SYNC_FLUSH)[:-4]
    for wire in (frame(0xC2, bomb), frame(0x42, bomb[:500]) + frame(0x80, bomb[500:])):
        for step in (0, 1, 100):
            events = feed(deflating((1 << 20) - 1), wire, step)
            assert events == [Failure(1009, "message too big")]
            assert feed(deflating(1 << 20), wire, step) == [bytes(1 << 20)]


def test_the_limit_is_not_on_what_goes_in() -> None:
    # Not compressible: stored blocks need more bytes than the message has.
    stream = zlib.compressobj(0, wbits=-15)
    data = stream.compress(bytes(70_000)) + stream.flush(zlib.Z_SYNC_FLUSH)[:-4]
    assert len(data) > 70_000
    assert deflating(70_000).receive_data(frame(0xC2, data)) == [bytes(70_000)]


def test_data_that_is_not_deflate() -> None:
    for step in STEPS:
        events = feed(deflating(), frame(0xC1, b"\xff\xff\xff\xff"), step)
        assert events == [Failure(1007, "invalid compressed data")]


def test_compressed_text_that_is_not_utf8() -> None:
    stream = zlib.compressobj(wbits=-15)
    data = stream.compress(b"\xce\xba\xed\xa0\x80") + stream.flush(zlib.Z_SYNC_FLUSH)[:-4]
    for step in STEPS:
        events = feed(deflating(), frame(0xC1, data), step)
        assert events == [Failure(1007, "invalid UTF-8")]


def test_a_peer_without_context_takeover_is_held_to_it() -> None:
    wire = frame(0xC1, HELLO) + frame(0xC1, bytes.fromhex("f200110000"))
    events = deflating(forgets=True).receive_data(wire)
    assert events == ["Hello", Failure(1007, "invalid compressed data")]
