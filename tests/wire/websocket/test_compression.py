import zlib

import pytest

from fujita.wire.websocket.compression import Compression, Decompressor, compress
from fujita.wire.websocket.errors import ProtocolError

# The payloads of RFC 7692, section 7.2.3, all of a message "Hello".
ONE_BLOCK = bytes.fromhex("f248cdc9c90700")
SHARING_THE_WINDOW = bytes.fromhex("f200110000")
NO_COMPRESSION = bytes.fromhex("000500faff48656c6c6f00")
FINAL_BLOCK = bytes.fromhex("f348cdc9c9070000")
TWO_BLOCKS = bytes.fromhex("f248050000 00ffffcac9c90700")


def test_compresses_to_the_examples_of_the_rfc() -> None:
    stream = Compression(15, 6, 8).compressor()
    assert compress(stream, b"Hello") == ONE_BLOCK
    assert compress(stream, b"Hello") == SHARING_THE_WINDOW


def test_an_empty_message_compresses_to_one_octet() -> None:
    stream = Compression(12, 6, 5).compressor()
    assert [compress(stream, b"") for _ in range(3)] == [b"\x00"] * 3


@pytest.mark.parametrize("payload", [ONE_BLOCK, NO_COMPRESSION, FINAL_BLOCK, TWO_BLOCKS])
@pytest.mark.parametrize("forgets", [True, False])
def test_decompresses_the_examples_of_the_rfc(payload: bytes, forgets: bool) -> None:
    decompressor = Decompressor(15, forgets)
    assert decompressor.message(payload, 5) == b"Hello"
    pieces = [decompressor.feed(payload[at : at + 1], 5) for at in range(len(payload))]
    assert b"".join(pieces) + decompressor.finish(5) == b"Hello"
    assert decompressor.message(payload, 5) == b"Hello"


def test_the_window_lasts_unless_it_is_forgotten() -> None:
    keeps = Decompressor(15, False)
    assert keeps.message(ONE_BLOCK, 5) + keeps.message(SHARING_THE_WINDOW, 5) == b"HelloHello"
    forgets = Decompressor(15, True)
    assert forgets.message(ONE_BLOCK, 5) == b"Hello"
    with pytest.raises(ProtocolError, match="invalid compressed data"):
        forgets.message(SHARING_THE_WINDOW, 5)


def test_no_payload_at_all_is_an_empty_message() -> None:
    decompressor = Decompressor(15, False)
    assert decompressor.message(b"", 0) == b""
    assert decompressor.feed(b"", 0) + decompressor.finish(0) == b""
    assert decompressor.message(ONE_BLOCK, 5) == b"Hello"


def test_room_is_a_limit_on_what_comes_out() -> None:
    with pytest.raises(ProtocolError, match="message too big") as caught:
        Decompressor(15, False).message(ONE_BLOCK, 4)
    assert caught.value.code == 1009
    with pytest.raises(ProtocolError, match="message too big"):
        Decompressor(15, False).message(ONE_BLOCK, 0)


def test_a_bomb_is_not_decompressed() -> None:
    bomb = compress(Compression(15, 9, 9).compressor(), bytes(50_000_000))
    decompressor = Decompressor(15, False)
    with pytest.raises(ProtocolError, match="message too big"):
        decompressor.message(bomb, 1000)
    decompressor = Decompressor(15, False)
    with pytest.raises(ProtocolError, match="message too big"):
        decompressor.feed(bomb[:20_000], 1000)


def test_garbage_is_1007() -> None:
    with pytest.raises(ProtocolError) as caught:
        Decompressor(15, False).message(b"\xff\xff\xff", 100)
    assert caught.value.code == 1007


def test_final_blocks_are_limited() -> None:
    final = zlib.compressobj(wbits=-15)
    block = final.compress(b"x") + final.flush()
    decompressor = Decompressor(15, False)
    for _ in range(3):
        assert decompressor.message(block * 10 + b"\x00", 100) == b"x" * 10
    with pytest.raises(ProtocolError, match="invalid compressed data"):
        decompressor.message(block * 50_000, 1 << 20)


def test_final_blocks_share_one_limit_on_what_comes_out() -> None:
    final = zlib.compressobj(wbits=-15)
    block = final.compress(b"x" * 60) + final.flush()
    assert Decompressor(15, False).message(block + block + b"\x00", 120) == b"x" * 120
    with pytest.raises(ProtocolError, match="message too big"):
        Decompressor(15, False).message(block + block + b"\x00", 119)


@pytest.mark.parametrize("bits", range(9, 16))
def test_every_window_is_understood(bits: int) -> None:
    text = bytes(range(256)) * 200
    payload = compress(Compression(bits, 6, 5).compressor(), text)
    assert Decompressor(bits, True).message(payload, len(text)) == text


def test_a_peer_may_be_bound_to_a_window_of_eight_bits() -> None:
    assert Decompressor(8, False).message(ONE_BLOCK, 5) == b"Hello"
