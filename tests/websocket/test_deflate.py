import zlib

import pytest

from fujita.websocket import (
    _DecompressTooLargeError,
    _PerMessageDeflateCompressor,
    _PerMessageDeflateDecompressor,
)


@pytest.mark.parametrize("persistent", [True, False])
def test_round_trip(persistent: bool) -> None:
    compressor = _PerMessageDeflateCompressor(persistent, 15, {"compression_level": 9})
    decompressor = _PerMessageDeflateDecompressor(persistent, None, 1000)
    compressed = [compressor.compress(b"the same words" * 3) for _ in range(2)]
    assert [decompressor.decompress(data) for data in compressed] == [b"the same words" * 3] * 2
    # RFC 7692, section 7.2.3.2: what is remembered makes the second one shorter.
    assert (len(compressed[1]) < len(compressed[0])) == persistent


def test_the_example_of_the_rfc() -> None:
    # Section 7.2.3.1.
    assert _PerMessageDeflateCompressor(False, None).compress(b"Hello") == (
        b"\xf2\x48\xcd\xc9\xc9\x07\x00"
    )


def test_messages_have_a_limit() -> None:
    compressed = _PerMessageDeflateCompressor(False, None).compress(b"1234")
    assert _PerMessageDeflateDecompressor(False, None, 4).decompress(compressed) == b"1234"
    with pytest.raises(_DecompressTooLargeError):
        _PerMessageDeflateDecompressor(False, None, 3).decompress(compressed)


def test_what_is_not_deflate() -> None:
    with pytest.raises(zlib.error):
        _PerMessageDeflateDecompressor(True, 15, 3).decompress(b"\xff\xff\xff")


@pytest.mark.parametrize("bits", [7, 16])
def test_windows_have_a_range(bits: int) -> None:
    with pytest.raises(ValueError, match="allowed range 8-15"):
        _PerMessageDeflateCompressor(True, bits)
    with pytest.raises(ValueError, match="allowed range 8-15"):
        _PerMessageDeflateDecompressor(True, bits, 1)
