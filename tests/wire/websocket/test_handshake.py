import base64

import pytest

from fujita.wire.websocket import (
    Agreement,
    DeflateOptions,
    Role,
    UpgradeRequestError,
    UpgradeResponseError,
    accept_offer,
    accept_value,
    check_response,
    check_upgrade,
    check_version_and_key,
    new_key,
    request_headers,
)
from fujita.wire.websocket.handshake import GetHeader

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
REQUEST = {
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
}
RESPONSE = {"Upgrade": "WebSocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": ACCEPT}


def getter(headers: dict[str, str], changes: dict[str, str | None]) -> GetHeader:
    return {**headers, **changes}.get


def test_accept_value_of_the_rfc() -> None:
    assert accept_value(KEY) == ACCEPT


def test_a_good_request() -> None:
    get = getter(REQUEST, {})
    check_upgrade(get)
    assert check_version_and_key(get) == KEY


@pytest.mark.parametrize("upgrade", ["WEBSOCKET", "h2c, websocket"])
def test_upgrade_is_a_list_in_any_case(upgrade: str) -> None:
    check_upgrade(getter(REQUEST, {"Upgrade": upgrade}))


@pytest.mark.parametrize(
    "changes",
    [
        {"Upgrade": None},
        {"Upgrade": "h2c"},
        {"Upgrade": "websockets"},
        {"Connection": None},
        {"Connection": "keep-alive"},
        {"Connection": "x-upgrade"},
    ],
)
def test_requests_that_ask_for_something_else(changes: dict[str, str | None]) -> None:
    with pytest.raises(UpgradeRequestError) as caught:
        check_upgrade(getter(REQUEST, changes))
    assert caught.value.status == 400


@pytest.mark.parametrize("version", [None, "", "8", "12", "013", "13, 8"])
def test_other_versions_get_a_426_that_names_ours(version: str | None) -> None:
    with pytest.raises(UpgradeRequestError) as caught:
        check_version_and_key(getter(REQUEST, {"Sec-WebSocket-Version": version}))
    assert caught.value.status == 426
    assert caught.value.headers == (("Sec-WebSocket-Version", "13"),)


@pytest.mark.parametrize("key", [None, "", "abc", KEY[:-4], KEY + KEY, "é" * 24, "!" + KEY])
def test_keys_that_are_none(key: str | None) -> None:
    with pytest.raises(UpgradeRequestError) as caught:
        check_version_and_key(getter(REQUEST, {"Sec-WebSocket-Key": key}))
    assert caught.value.status == 400


def test_new_keys_are_sixteen_random_bytes() -> None:
    keys = {new_key() for _ in range(20)}
    assert len(keys) == 20
    assert {len(base64.b64decode(key)) for key in keys} == {16}


def test_request_headers_pass_the_servers_checks() -> None:
    options = DeflateOptions.from_mapping({}, Role.CLIENT)
    headers = dict(request_headers(KEY, ["chat", "superchat"], options))
    check_upgrade(headers.get)
    assert check_version_and_key(headers.get) == KEY
    assert headers["Sec-WebSocket-Protocol"] == "chat,superchat"
    assert accept_offer(headers["Sec-WebSocket-Extensions"], options) is not None
    assert "Sec-WebSocket-Extensions" not in dict(request_headers(KEY))
    assert "Sec-WebSocket-Protocol" not in dict(request_headers(KEY))


def test_a_good_response() -> None:
    get = getter(RESPONSE, {})
    assert check_response(101, get, key=KEY) == Agreement(None, None)
    get = getter(
        RESPONSE,
        {
            "Sec-WebSocket-Accept": f" {ACCEPT} ",
            "Sec-WebSocket-Protocol": "chat",
            "Sec-WebSocket-Extensions": "permessage-deflate",
        },
    )
    options = DeflateOptions.from_mapping({}, Role.CLIENT)
    agreement = check_response(101, get, key=KEY, subprotocols=["chat"], options=options)
    assert agreement.subprotocol == "chat"
    assert agreement.deflate is not None


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (200, {}),
        (404, {}),
        (101, {"Upgrade": None}),
        (101, {"Upgrade": "websocket, h2c"}),
        (101, {"Connection": None}),
        (101, {"Connection": "close"}),
        (101, {"Sec-WebSocket-Accept": None}),
        (101, {"Sec-WebSocket-Accept": ACCEPT.lower()}),
        (101, {"Sec-WebSocket-Protocol": "Chat"}),
        (101, {"Sec-WebSocket-Protocol": ""}),
        (101, {"Sec-WebSocket-Extensions": "permessage-deflate"}),
    ],
)
def test_bad_responses(status: int, changes: dict[str, str | None]) -> None:
    with pytest.raises(UpgradeResponseError):
        check_response(status, getter(RESPONSE, changes), key=KEY, subprotocols=["chat"])
