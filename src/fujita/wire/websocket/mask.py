"""Masking of payloads (RFC 6455, section 5.3)."""

from typing import Any

_CHUNK = 4096

_IN_C = not __file__.endswith(".py")
"""Whether this module is compiled, and a loop over bytes is the fastest there is."""


def apply_mask(key: bytes, data: bytes) -> bytes:
    """Masks or unmasks a payload; the two are the same.

    RFC 6455, section 5.3: "Octet i of the transformed data ("transformed-octet-i") is the XOR
    of octet i of the original data ("original-octet-i") with octet at index i modulo 4 of the
    masking key".

    Args:
        key: The masking key, four bytes.
        data: The payload, or a part of it that starts at a multiple of four.
    """
    if _IN_C:
        return _xor(key, 0, data, 0, len(data))
    # Python's integers XOR fastest. Measured on 3.11 in µs, best of 12 (in brackets: one
    # bytes.translate per octet of the key over data[k::4], the next best way):
    # 32 B 0.3 (1.6), 1 KiB 2.4 (2.9), 4 KiB 8.0 (8.2). Integers that outgrow the cache lose:
    # 1 MiB as one integer takes 3170, in pieces of 4 KiB 1390, of 1 KiB 1650 (2040).
    size = len(data)
    if size > _CHUNK:
        return _apply_mask_in_chunks(key, data)
    mask = (key * ((size + 3) >> 2))[:size]
    return (int.from_bytes(data) ^ int.from_bytes(mask)).to_bytes(size)


def unmask(data: bytes, start: int, stop: int) -> bytes:
    """Unmasks the payload of a frame, in front of which stands the key.

    Args:
        data: Received bytes.
        start: Where the payload starts.
        stop: Where it ends.
    """
    if _IN_C:
        return _xor(data, start - 4, data, start, stop - start)
    return apply_mask(data[start - 4 : start], data[start:stop])


def _xor(key_bytes: bytes, key_start: int, data: bytes, start: int, size: int) -> bytes:
    """Masks by a loop over the bytes; only called where that is compiled.

    Four in a turn, which the C compiler makes sixteen.
    """
    if size < 2:
        return bytes([data[start] ^ key_bytes[key_start]]) if size else b""
    # These are pointers (mask.pxd), and the new object is nobody else's yet: of one byte there
    # is one object for all.
    result = b"\0" * size
    source: Any = data
    key: Any = key_bytes
    target: Any = result
    key_0 = key[key_start]
    key_1 = key[key_start + 1]
    key_2 = key[key_start + 2]
    key_3 = key[key_start + 3]
    whole = size & ~3
    for i in range(0, whole, 4):
        target[i] = source[start + i] ^ key_0
        target[i + 1] = source[start + i + 1] ^ key_1
        target[i + 2] = source[start + i + 2] ^ key_2
        target[i + 3] = source[start + i + 3] ^ key_3
    for i in range(whole, size):
        target[i] = source[start + i] ^ key[key_start + (i & 3)]
    return result


def _apply_mask_in_chunks(key: bytes, data: bytes) -> bytes:
    mask = int.from_bytes(key * (_CHUNK >> 2))
    whole = len(data) - len(data) % _CHUNK
    pieces = [
        (int.from_bytes(data[start : start + _CHUNK]) ^ mask).to_bytes(_CHUNK)
        for start in range(0, whole, _CHUNK)
    ]
    pieces.append(apply_mask(key, data[whole:]))
    return b"".join(pieces)


def rotate_key(key: bytes, offset: int) -> bytes:
    """Returns the key for the rest of a payload of which ``offset`` octets are done."""
    shift = offset & 3
    return key[shift:] + key[:shift]
