import pytest

from fujita.wire.websocket.close import (
    CloseCode,
    build_close_payload,
    parse_close_payload,
    valid_on_wire,
)
from fujita.wire.websocket.errors import ProtocolError

VALID = [1000, 1001, 1002, 1003, *range(1007, 1015), 3000, 3999, 4000, 4999]
INVALID = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]


@pytest.mark.parametrize("code", VALID)
def test_valid_codes_go_both_ways(code: int) -> None:
    assert valid_on_wire(code)
    payload = build_close_payload(code, "tschüß")
    assert parse_close_payload(payload) == (code, "tschüß")


@pytest.mark.parametrize("code", INVALID)
def test_invalid_codes_go_neither_way(code: int) -> None:
    assert not valid_on_wire(code)
    with pytest.raises(ValueError, match=str(code)):
        build_close_payload(code, "")
    with pytest.raises(ProtocolError) as caught:
        parse_close_payload(code.to_bytes(2, "big"))
    assert caught.value.code == 1002
    assert str(caught.value) == f"invalid close code {code} (close code 1002)"


def test_no_body_is_1005() -> None:
    assert build_close_payload(None, "") == b""
    assert parse_close_payload(b"") == (1005, "")


def test_one_byte_is_a_protocol_error() -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_close_payload(b"\x03")
    assert caught.value.code == CloseCode.PROTOCOL_ERROR


def test_a_reason_that_is_not_utf8_is_1007() -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_close_payload(b"\x03\xe8\xce\xba\xed\xa0\x80")
    assert caught.value.code == CloseCode.INVALID_PAYLOAD


def test_a_reason_needs_a_code_and_has_to_fit() -> None:
    assert len(build_close_payload(1000, "x" * 123)) == 125
    with pytest.raises(ValueError, match="124 bytes"):
        build_close_payload(1000, "x" * 124)
    with pytest.raises(ValueError, match="124 bytes"):
        build_close_payload(1000, "ä" * 62)
    with pytest.raises(ValueError, match="needs a close code"):
        build_close_payload(None, "why")
