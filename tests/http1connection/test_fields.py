"""What header fields say about a message's length."""

import pytest

from fujita.http1connection import is_transfer_encoding_chunked, parse_hex_int, parse_int
from fujita.httputil import HTTPHeaders, HTTPInputError


def test_numbers() -> None:
    assert parse_int("0") == 0
    assert parse_int("007") == 7
    assert parse_hex_int("fF0") == 0xFF0


@pytest.mark.parametrize("text", ["", " 5", "5 ", "+5", "-5", "5_0", "٣", "5.0", "0x5", "g", "5\n"])
def test_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="not an integer"):
        parse_int(text)
    with pytest.raises(ValueError, match="not a hexadecimal integer"):
        parse_hex_int(text)


def test_chunked() -> None:
    assert not is_transfer_encoding_chunked(HTTPHeaders())
    assert not is_transfer_encoding_chunked(HTTPHeaders({"Content-Length": "5"}))
    assert is_transfer_encoding_chunked(HTTPHeaders({"Transfer-Encoding": "Chunked"}))
    with pytest.raises(HTTPInputError, match="both"):
        is_transfer_encoding_chunked(
            HTTPHeaders({"Transfer-Encoding": "chunked", "Content-Length": "5"})
        )
    for coding in ("gzip", "gzip, chunked", ""):
        with pytest.raises(HTTPInputError, match=f"Unsupported Transfer-Encoding {coding}"):
            is_transfer_encoding_chunked(HTTPHeaders({"Transfer-Encoding": coding}))
