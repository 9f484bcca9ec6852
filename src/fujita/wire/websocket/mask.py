"""Masking of payloads (RFC 6455, section 5.3)."""

_CHUNK = 4096


def apply_mask(key: bytes, data: bytes) -> bytes:
    """Masks or unmasks a payload; the two are the same.

    RFC 6455, section 5.3: "Octet i of the transformed data ("transformed-octet-i") is the XOR
    of octet i of the original data ("original-octet-i") with octet at index i modulo 4 of the
    masking key".

    Args:
        key: The masking key, four bytes.
        data: The payload, or a part of it that starts at a multiple of four.
    """
    # Python's integers XOR fastest. Measured on 3.11 in µs, best of 12 (in brackets: one
    # bytes.translate per octet of the key over data[k::4], the next best way):
    # 32 B 0.3 (1.6), 1 KiB 2.4 (2.9), 4 KiB 8.0 (8.2). Integers that outgrow the cache lose:
    # 1 MiB as one integer takes 3170, in pieces of 4 KiB 1390, of 1 KiB 1650 (2040).
    size = len(data)
    if size > _CHUNK:
        return _apply_mask_in_chunks(key, data)
    mask = (key * ((size + 3) >> 2))[:size]
    return (int.from_bytes(data) ^ int.from_bytes(mask)).to_bytes(size)


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
