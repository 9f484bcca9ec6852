"""What Tornado has in C: the masking of WebSocket payloads (RFC 6455, section 5.3)."""

from fujita.wire.websocket.mask import apply_mask

__all__ = ["websocket_mask"]


def websocket_mask(mask: bytes, data: bytes) -> bytes:
    """Masks or unmasks a payload; the two are the same.

    Args:
        mask: The masking key, four bytes.
        data: The payload.

    Raises:
        ValueError: The masking key is not four bytes long.
    """
    if len(mask) != 4:
        raise ValueError(f"mask must be 4 bytes, got {len(mask)}")
    return apply_mask(mask, data)
