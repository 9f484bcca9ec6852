"""Negotiation of permessage-deflate (RFC 7692, section 7.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from fujita.wire.websocket.compression import Compression
from fujita.wire.websocket.errors import UpgradeResponseError
from fujita.wire.websocket.extensions import Parameter, format_extension, parse_extensions
from fujita.wire.websocket.frames import Role

NAME = "permessage-deflate"
SERVER_NO_CONTEXT_TAKEOVER = "server_no_context_takeover"
CLIENT_NO_CONTEXT_TAKEOVER = "client_no_context_takeover"
SERVER_MAX_WINDOW_BITS = "server_max_window_bits"
CLIENT_MAX_WINDOW_BITS = "client_max_window_bits"

MAX_WINDOW_BITS = 15
_FLAGS = frozenset({SERVER_NO_CONTEXT_TAKEOVER, CLIENT_NO_CONTEXT_TAKEOVER})
_WINDOWS = frozenset({SERVER_MAX_WINDOW_BITS, CLIENT_MAX_WINDOW_BITS})
# 7.1.2: "a decimal integer value without leading zeroes between 8 to 15".
_is_window = re.compile(r"[89]|1[0-5]").fullmatch

Parameters = dict[str, int | None]
"""Checked parameters: a window's bits, None for a flag or a window without a value."""


@dataclass(frozen=True, slots=True)
class DeflateOptions:
    """What an application wants of permessage-deflate.

    The defaults need 32 KiB for a connection's compressor; zlib's own (15 bits, level 8) need
    256 KiB and make short messages no smaller.

    Attributes:
        level: zlib's compression level, -1 to 9.
        mem_level: zlib's memory level, 1-9.
        server_max_window_bits: Base-2 logarithm of the server's LZ77 window, 9-15.
        client_max_window_bits: The same of the client's.
        server_no_context_takeover: Whether the server forgets its window after each message.
        client_no_context_takeover: Whether the client does.
    """

    level: int = 6
    mem_level: int = 5
    server_max_window_bits: int = 12
    client_max_window_bits: int = 12
    server_no_context_takeover: bool = False
    client_no_context_takeover: bool = False

    def __post_init__(self) -> None:
        _check_range("compression_level", self.level, -1, 9)
        _check_range("mem_level", self.mem_level, 1, 9)
        _check_range(SERVER_MAX_WINDOW_BITS, self.server_max_window_bits, 9, 15)
        _check_range(CLIENT_MAX_WINDOW_BITS, self.client_max_window_bits, 9, 15)

    @classmethod
    def from_mapping(cls, options: Mapping[str, Any], role: Role) -> Self:
        """Reads the dictionary of Tornado's ``get_compression_options``.

        Beside Tornado's ``compression_level`` and ``mem_level`` it takes the four parameters of
        RFC 7692 by their names. What it does not know it leaves alone, as Tornado does.

        Args:
            options: The dictionary.
            role: The side that it is for. A client does not limit the server's window unless
                told to: a server that cannot limit it would refuse to compress at all.

        Raises:
            ValueError: A value is out of range.
        """
        known: dict[str, Any] = {
            name: options[name] for name in (*_WINDOWS, *_FLAGS, "mem_level") if name in options
        }
        if "compression_level" in options:
            known["level"] = options["compression_level"]
        if role is Role.CLIENT:
            known.setdefault(SERVER_MAX_WINDOW_BITS, MAX_WINDOW_BITS)
        return cls(**known)


@dataclass(frozen=True, slots=True)
class PerMessageDeflate:
    """What both sides agreed on, seen from one of them.

    Attributes:
        compression: How this side compresses; None if it may not with a window that zlib has,
            so that it sends everything uncompressed (which section 6 leaves open to it).
        send_no_context_takeover: Whether this side forgets its window after each message.
        receive_window_bits: Base-2 logarithm of the peer's window.
        receive_no_context_takeover: Whether the peer forgets its window after each message.
    """

    compression: Compression | None
    send_no_context_takeover: bool
    receive_window_bits: int
    receive_no_context_takeover: bool


def _check_range(name: str, value: Any, low: int, high: int) -> None:
    if not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name} has to be an integer from {low} to {high}, got {value!r}")


def _compression(options: DeflateOptions, window_bits: int) -> Compression | None:
    # zlib knows no raw DEFLATE stream with a window of 8 bits.
    if window_bits < 9:
        return None
    return Compression(window_bits, options.level, options.mem_level)


def _check_parameters(parameters: list[Parameter]) -> Parameters:
    """Checks what sections 7.1.1 and 7.1.2 say of each parameter; raises ValueError."""
    checked: Parameters = {}
    for name, value in parameters:
        if name in checked:
            raise ValueError(f"parameter {name} stands twice")
        if name in _FLAGS and value is None:
            checked[name] = None
        # Only client_max_window_bits may, in an offer, go without a value (7.1.2.2).
        elif name in _WINDOWS and value is not None and _is_window(value):
            checked[name] = int(value)
        elif name == CLIENT_MAX_WINDOW_BITS and value is None:
            checked[name] = None
        else:
            raise ValueError(f"invalid parameter {name}={value}")
    return checked


def accept_offer(
    header: str | None, options: DeflateOptions
) -> tuple[str, PerMessageDeflate] | None:
    """The server's side: answers the first offer that can be taken.

    Args:
        header: The request's ``Sec-WebSocket-Extensions``, None if it has none.
        options: What the application wants.

    Returns:
        The response's ``Sec-WebSocket-Extensions`` and the agreement; None if nothing on offer
        is, or can be, accepted.

    Raises:
        ValueError: The header is malformed.
    """
    if header is None:
        return None
    for name, parameters in parse_extensions(header):
        if name == NAME:
            # 7.1: a server "MUST decline an extension negotiation offer" with unknown, invalid
            # or repeated parameters; the next one may do.
            try:
                offer = _check_parameters(parameters)
            except ValueError:
                continue
            return _answer(offer, options)
    return None


def _answer(offer: Parameters, options: DeflateOptions) -> tuple[str, PerMessageDeflate]:
    response: list[Parameter] = []
    # 7.1.1.1: an offer with this parameter is accepted by repeating it in the response, where
    # it may also stand unasked.
    server_forgets = options.server_no_context_takeover or SERVER_NO_CONTEXT_TAKEOVER in offer
    if server_forgets:
        response.append((SERVER_NO_CONTEXT_TAKEOVER, None))
    # 7.1.1.2: in an offer this is a hint only; in the response it binds the client, and saves
    # the server the memory of a window.
    client_forgets = options.client_no_context_takeover or CLIENT_NO_CONTEXT_TAKEOVER in offer
    if client_forgets:
        response.append((CLIENT_NO_CONTEXT_TAKEOVER, None))
    # 7.1.2.1: accepted by including it "with the same or smaller value as the offer". Unasked,
    # there is no need to tell of a smaller window: any decompressor copes with it.
    server_bits = options.server_max_window_bits
    limit = offer.get(SERVER_MAX_WINDOW_BITS)
    if limit is not None:
        server_bits = min(server_bits, limit)
        response.append((SERVER_MAX_WINDOW_BITS, str(server_bits)))
    # 7.1.2.2: the response must not limit the client's window unless the offer says that the
    # client knows the parameter.
    client_bits = MAX_WINDOW_BITS
    if CLIENT_MAX_WINDOW_BITS in offer:
        client_bits = min(options.client_max_window_bits, offer[CLIENT_MAX_WINDOW_BITS] or 15)
        response.append((CLIENT_MAX_WINDOW_BITS, str(client_bits)))
    agreed = PerMessageDeflate(
        compression=_compression(options, server_bits),
        send_no_context_takeover=server_forgets,
        receive_window_bits=client_bits,
        receive_no_context_takeover=client_forgets,
    )
    return format_extension(NAME, response), agreed


def build_offer(options: DeflateOptions) -> str:
    """The client's side: returns the request's ``Sec-WebSocket-Extensions``.

    Args:
        options: What the application wants.
    """
    offer: list[Parameter] = []
    if options.server_no_context_takeover:
        offer.append((SERVER_NO_CONTEXT_TAKEOVER, None))
    if options.client_no_context_takeover:
        offer.append((CLIENT_NO_CONTEXT_TAKEOVER, None))
    if options.server_max_window_bits < MAX_WINDOW_BITS:
        offer.append((SERVER_MAX_WINDOW_BITS, str(options.server_max_window_bits)))
    offer.append((CLIENT_MAX_WINDOW_BITS, None))
    return format_extension(NAME, offer)


def accept_response(header: str | None, options: DeflateOptions | None) -> PerMessageDeflate | None:
    """The client's side: reads the server's answer to `build_offer`.

    Args:
        header: The response's ``Sec-WebSocket-Extensions``, None if it has none.
        options: What was offered; None if nothing was.

    Returns:
        The agreement, None if the server does not compress.

    Raises:
        UpgradeResponseError: The answer is malformed, or does not fit the offer.
    """
    try:
        extensions = parse_extensions(header or "")
        if not extensions:
            return None
        # RFC 6455, 4.1: an extension "that was not present in the client's handshake" fails the
        # connection; so does one extension twice, which RSV1 could not tell apart.
        if options is None or len(extensions) > 1 or extensions[0][0] != NAME:
            raise ValueError("extension that was not asked for")
        return _agree(_check_parameters(extensions[0][1]), options)
    except ValueError as error:
        raise UpgradeResponseError(f"{error} in the server's answer {header!r}") from None


def _agree(response: Parameters, options: DeflateOptions) -> PerMessageDeflate:
    # 7.1.1.1 and 7.1.2.1: a server that takes the offer repeats these parameters.
    if options.server_no_context_takeover and SERVER_NO_CONTEXT_TAKEOVER not in response:
        raise ValueError(f"no {SERVER_NO_CONTEXT_TAKEOVER}")
    server_bits = response.get(SERVER_MAX_WINDOW_BITS) or MAX_WINDOW_BITS
    if server_bits > options.server_max_window_bits:
        raise ValueError(f"{SERVER_MAX_WINDOW_BITS} over {options.server_max_window_bits}")
    # 7.1.2.2: in a response the parameter comes with a value.
    limit = response.get(CLIENT_MAX_WINDOW_BITS, MAX_WINDOW_BITS)
    if limit is None:
        raise ValueError(f"{CLIENT_MAX_WINDOW_BITS} without a value")
    client_forgets = options.client_no_context_takeover or CLIENT_NO_CONTEXT_TAKEOVER in response
    return PerMessageDeflate(
        compression=_compression(options, min(limit, options.client_max_window_bits)),
        send_no_context_takeover=client_forgets,
        receive_window_bits=server_bits,
        receive_no_context_takeover=SERVER_NO_CONTEXT_TAKEOVER in response,
    )
