import pytest

from fujita.speedups import websocket_mask


def test_masking() -> None:
    # The example of RFC 6455, section 5.7.
    masked = b"\x7f\x9f\x4d\x51\x58"
    assert websocket_mask(b"\x37\xfa\x21\x3d", b"Hello") == masked
    assert websocket_mask(b"\x37\xfa\x21\x3d", masked) == b"Hello"


@pytest.mark.parametrize("mask", [b"", b"abc", b"abcde"])
def test_the_key_has_four_bytes(mask: bytes) -> None:
    with pytest.raises(ValueError, match="mask must be 4 bytes"):
        websocket_mask(mask, b"data")
