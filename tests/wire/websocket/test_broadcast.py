import pytest

from fujita.wire.websocket import DeflateOptions, PreparedMessage
from fujita.wire.websocket.compression import Compression
from tests.wire.websocket.frames import client, frame, server
from tests.wire.websocket.test_connection import pair


@pytest.mark.parametrize(
    ("message", "binary", "expected"),
    [
        ("é", None, b"\x81\x02\xc3\xa9"),
        (b"ab", None, b"\x82\x02ab"),
        ("ab", True, b"\x82\x02ab"),
        (b"ab", False, b"\x81\x02ab"),
        (bytearray(b"ab"), None, b"\x82\x02ab"),
    ],
)
def test_kinds(message: str | bytes, binary: bool | None, expected: bytes) -> None:
    assert PreparedMessage(message, binary=binary).plain == expected


def test_receivers_share_one_frame() -> None:
    message = PreparedMessage("hello " * 50)
    frames = {id(server().send_prepared(message)) for _ in range(5)}
    assert len(frames) == 1
    receivers = [pair(DeflateOptions())[1] for _ in range(5)]
    frames = {id(far.send_prepared(message)) for far in receivers}
    assert len(frames) == 1
    assert receivers[0].send_prepared(message) != message.plain


def test_each_way_of_compressing_has_its_frame() -> None:
    message = PreparedMessage("hello " * 50)
    small = pair(DeflateOptions(server_max_window_bits=9))
    large = pair(DeflateOptions())
    for near, far in (small, large):
        wire = far.send_prepared(message)
        assert wire[0] == 0xC1
        assert near.receive_data(wire) == ["hello " * 50]
    compression = Compression(9, 6, 5)
    assert small[1].send_prepared(message) is message.compressed(compression)


def test_what_compressing_makes_no_shorter_is_sent_plain() -> None:
    message = PreparedMessage(b"\x00\xff")
    near, far = pair(DeflateOptions())
    assert far.send_prepared(message) is message.plain
    assert near.receive_data(far.send_prepared(message)) == [b"\x00\xff"]


def test_a_client_masks_for_itself() -> None:
    message = PreparedMessage("hello " * 50)
    wire = client().send_prepared(message)
    assert wire[1] & 0x80
    assert server().receive_data(wire) == ["hello " * 50]
    near, far = pair(DeflateOptions())
    assert far.receive_data(near.send_prepared(message)) == ["hello " * 50]


def test_shared_frames_mix_with_a_connections_own() -> None:
    near, far = pair(DeflateOptions())
    text = "the same words again and again"
    shared = PreparedMessage(text + " for everyone")
    short = PreparedMessage("x")
    wire = b""
    expected = []
    for _ in range(5):
        wire += far.send_text(text)
        wire += far.send_text(text)
        wire += far.send_prepared(shared)
        wire += far.send_prepared(short)
        expected += [text, text, text + " for everyone", "x"]
    assert near.receive_data(wire) == expected


def test_a_frame_that_was_sent_plain_keeps_the_context() -> None:
    _, far = pair(DeflateOptions())
    text = "the same words again and again"
    far.send_text(text)
    far.send_prepared(PreparedMessage("x"))
    short = len(far.send_text(text))
    far.send_prepared(PreparedMessage("y" * 100))
    assert len(far.send_text(text)) > short


def test_the_frame_of_a_text() -> None:
    assert PreparedMessage("abc").plain == frame(0x81, b"abc", key=None)
