"""The opening handshake, both sides (RFC 6455, section 4).

Headers are asked for through a function, such as ``HTTPHeaders.get``: it takes a name, in any
case, and returns the value, several headers of that name joined by commas, or None.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fujita.wire.websocket.deflate import (
    DeflateOptions,
    PerMessageDeflate,
    accept_response,
    build_offer,
)
from fujita.wire.websocket.errors import UpgradeRequestError, UpgradeResponseError

GetHeader = Callable[[str], str | None]

VERSION = "13"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_value(key: str) -> str:
    """Returns the ``Sec-WebSocket-Accept`` that answers a key.

    RFC 6455, section 4.2.2: the key, "concatenated with the string
    "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"", its SHA-1 hash, base64-encoded.

    Args:
        key: The request's ``Sec-WebSocket-Key``.
    """
    digest = hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def _has_token(value: str | None, token: str) -> bool:
    return value is not None and any(
        item.strip(" \t").lower() == token for item in value.split(",")
    )


def check_upgrade(get: GetHeader) -> None:
    """The server's side: checks that a request asks for a WebSocket at all.

    Args:
        get: Returns a header of the request.

    Raises:
        UpgradeRequestError: With status 400, ``Upgrade`` or ``Connection`` is not as it has to
            be.
    """
    # 4.2.1: "An |Upgrade| header field containing the value "websocket", treated as an ASCII
    # case-insensitive value."
    if not _has_token(get("Upgrade"), "websocket"):
        raise UpgradeRequestError(400, f"Upgrade must be websocket, got {get('Upgrade')!r}")
    # 4.2.1: "A |Connection| header field that includes the token "Upgrade", treated as an
    # ASCII case-insensitive value."
    if not _has_token(get("Connection"), "upgrade"):
        raise UpgradeRequestError(
            400, f"Connection must include Upgrade, got {get('Connection')!r}"
        )


def check_version_and_key(get: GetHeader) -> str:
    """The server's side: checks what a request says of the WebSocket that it asks for.

    Args:
        get: Returns a header of the request.

    Returns:
        The key, for `accept_value`.

    Raises:
        UpgradeRequestError: With status 426, the version is another one; with 400, the key is
            missing or not 16 bytes in base64.
    """
    # 4.2.2: to a version that it does not understand the server has to answer with "an
    # appropriate HTTP error code (such as 426 Upgrade Required) and a |Sec-WebSocket-Version|
    # header field indicating the version(s) the server is capable of understanding".
    version = get("Sec-WebSocket-Version")
    if version is None or version.strip(" \t") != VERSION:
        raise UpgradeRequestError(
            426,
            f"Sec-WebSocket-Version must be {VERSION}, got {version!r}",
            (("Sec-WebSocket-Version", VERSION),),
        )
    key = (get("Sec-WebSocket-Key") or "").strip(" \t")
    if not _is_key(key):
        raise UpgradeRequestError(
            400, f"Sec-WebSocket-Key must be 16 bytes in base64, got {key[:64]!r}"
        )
    return key


def _is_key(key: str) -> bool:
    # 4.2.1: "a base64-encoded [...] value that, when decoded, is 16 bytes in length".
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False


def new_key() -> str:
    """The client's side: returns a fresh ``Sec-WebSocket-Key``.

    RFC 6455, section 4.1: "a nonce consisting of a randomly selected 16-byte value that has
    been base64-encoded"; "The nonce MUST be selected randomly for each connection."
    """
    return base64.b64encode(os.urandom(16)).decode()


def request_headers(
    key: str, subprotocols: Sequence[str] = (), options: DeflateOptions | None = None
) -> list[tuple[str, str]]:
    """The client's side: returns what the opening request needs beside ``Host``.

    Args:
        key: What `new_key` returned.
        subprotocols: Names of subprotocols, the most wanted first.
        options: What to offer of permessage-deflate; None for nothing.
    """
    headers = [
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Key", key),
        ("Sec-WebSocket-Version", VERSION),
    ]
    if subprotocols:
        headers.append(("Sec-WebSocket-Protocol", ",".join(subprotocols)))
    if options is not None:
        headers.append(("Sec-WebSocket-Extensions", build_offer(options)))
    return headers


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the opening handshake came to.

    Attributes:
        subprotocol: The subprotocol that the server chose, or None.
        deflate: What was agreed on permessage-deflate, or None.
    """

    subprotocol: str | None
    deflate: PerMessageDeflate | None


def check_response(
    status: int,
    get: GetHeader,
    *,
    key: str,
    subprotocols: Sequence[str] = (),
    options: DeflateOptions | None = None,
) -> Agreement:
    """The client's side: checks the server's answer (RFC 6455, section 4.1).

    Args:
        status: The response's status.
        get: Returns a header of the response.
        key: The key that was sent.
        subprotocols: The subprotocols that were asked for.
        options: What was offered of permessage-deflate.

    Raises:
        UpgradeResponseError: The answer does not open the WebSocket that was asked for.
    """
    if status != 101:
        raise UpgradeResponseError(f"expected status 101 Switching Protocols, got {status}")
    upgrade = get("Upgrade")
    if upgrade is None or upgrade.strip(" \t").lower() != "websocket":
        raise UpgradeResponseError(f"Upgrade must be websocket, got {upgrade!r}")
    if not _has_token(get("Connection"), "upgrade"):
        raise UpgradeResponseError(f"Connection must include Upgrade, got {get('Connection')!r}")
    accept = (get("Sec-WebSocket-Accept") or "").strip(" \t")
    if accept != accept_value(key):
        raise UpgradeResponseError(
            f"Sec-WebSocket-Accept must be {accept_value(key)} for this key, got {accept!r}"
        )
    subprotocol = get("Sec-WebSocket-Protocol")
    # 4.1: "a subprotocol that was not present in the client's handshake" fails the connection.
    if subprotocol is not None and subprotocol not in subprotocols:
        raise UpgradeResponseError(
            f"subprotocol {subprotocol!r} was not asked for, only {list(subprotocols)!r}"
        )
    deflate = accept_response(get("Sec-WebSocket-Extensions"), options)
    return Agreement(subprotocol, deflate)
