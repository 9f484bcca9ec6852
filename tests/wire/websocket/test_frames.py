import pytest

from fujita.wire.websocket import frame_message
from fujita.wire.websocket.errors import ProtocolError
from fujita.wire.websocket.frames import read_length, serialize, serialize_masked
from tests.wire.websocket.frames import frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 70000])
def test_serialize_uses_the_shortest_length(size: int) -> None:
    payload = bytes(size)
    assert serialize(0x82, payload) == frame(0x82, payload, key=None)


@pytest.mark.parametrize("size", [0, 5, 125, 126, 65536])
def test_serialize_masked_is_undone_by_its_key(size: int) -> None:
    payload = b"\xa5" * size
    data = serialize_masked(0x82, payload)
    start = len(data) - size
    assert data == frame(0x82, payload, key=data[start - 4 : start])


def test_every_masked_frame_has_a_key_of_its_own() -> None:
    keys = {serialize_masked(0x89, b"")[2:] for _ in range(50)}
    assert len(keys) > 45


def test_frame_message_takes_the_examples_of_the_rfc() -> None:
    assert frame_message("Hello") == bytes.fromhex("810548656c6c6f")
    assert frame_message(bytes(256)) == bytes.fromhex("827e0100") + bytes(256)
    assert frame_message(bytes(65536)) == bytes.fromhex("827f0000000000010000") + bytes(65536)


def test_frame_message_can_be_told_the_kind() -> None:
    assert frame_message("é", binary=True) == b"\x82\x02\xc3\xa9"
    assert frame_message(b"abc", binary=False) == b"\x81\x03abc"
    assert frame_message(b"abc", binary=True) == b"\x82\x03abc"


def test_read_length() -> None:
    assert read_length(b"\x82\x7d", 0, 0x7D) == (125, 2)
    assert read_length(b"..\x82\xfe\x01\x02", 2, 0xFE) == (0x102, 6)
    assert read_length(b"\x82\x7f" + b"\x7f" + b"\xff" * 7, 0, 0x7F) == (2**63 - 1, 10)


def test_read_length_says_where_a_length_that_is_not_there_would_end() -> None:
    assert read_length(b"\x82\x7e\x01", 0, 0x7E)[1] == 4
    assert read_length(b"\x82\x7f" + bytes(7), 0, 0x7F)[1] == 10


def test_the_top_bit_of_a_length_is_an_error() -> None:
    with pytest.raises(ProtocolError) as caught:
        read_length(b"\x82\x7f\x80" + bytes(7), 0, 0x7F)
    assert caught.value.code == 1002
