from hypothesis import given
from hypothesis import strategies as st

from fujita.wire.websocket.mask import apply_mask, rotate_key


def naive(key: bytes, data: bytes) -> bytes:
    return bytes(octet ^ key[index % 4] for index, octet in enumerate(data))


@given(st.binary(min_size=4, max_size=4), st.binary(max_size=300))
def test_masks_like_the_formula_of_the_rfc(key: bytes, data: bytes) -> None:
    assert apply_mask(key, data) == naive(key, data)
    assert apply_mask(key, apply_mask(key, data)) == data


def test_masks_across_the_borders_of_the_chunks() -> None:
    key = b"\x00\xff\x80\x01"
    data = bytes(range(256)) * 33
    for size in (4095, 4096, 4097, 4099, 8191, 8192, 8193, 8400):
        assert apply_mask(key, data[:size]) == naive(key, data[:size])


def test_leading_zeros_survive() -> None:
    assert apply_mask(b"abcd", b"abcdabcd") == bytes(8)
    assert apply_mask(bytes(4), b"\x00\x00x") == b"\x00\x00x"


@given(st.binary(min_size=4, max_size=4), st.binary(max_size=40), st.integers(0, 40))
def test_a_rotated_key_goes_on_where_it_was_cut(key: bytes, data: bytes, cut: int) -> None:
    cut = min(cut, len(data))
    rest = apply_mask(rotate_key(key, cut), data[cut:])
    assert apply_mask(key, data[:cut]) + rest == apply_mask(key, data)
