"""What a request and its client's defaults say together."""

import ssl
from collections.abc import Awaitable, Callable
from operator import attrgetter
from typing import Any

from fujita.httpclient import HTTPRequest, _RequestProxy

_NAMES = (
    "connect_timeout",
    "request_timeout",
    "follow_redirects",
    "max_redirects",
    "user_agent",
    "auth_username",
    "auth_password",
    "auth_mode",
    "network_interface",
    "streaming_callback",
    "header_callback",
    "proxy_host",
    "proxy_port",
    "proxy_username",
    "proxy_password",
    "proxy_auth_mode",
    "allow_nonstandard_methods",
    "validate_cert",
    "ca_certs",
    "allow_ipv6",
    "client_key",
    "client_cert",
    "expect_100_continue",
    "decompress_response",
    "ssl_options",
)
"""The attributes of a request that hold for all of a fetch, redirects included."""

_UNSUPPORTED = ("proxy_host", "proxy_port", "proxy_username", "proxy_password", "proxy_auth_mode")

_read = attrgetter(*_NAMES)


class Options:
    """The settled values of these attributes; not to be changed, as requests share them.

    Attributes:
        unsupported: Which option, if any, this client cannot fulfil.
    """

    __slots__ = (*_NAMES, "unsupported")

    connect_timeout: float
    request_timeout: float
    follow_redirects: bool
    max_redirects: int
    user_agent: str | None
    auth_username: str | None
    auth_password: str | None
    auth_mode: str | None
    network_interface: str | None
    streaming_callback: Callable[[bytes], Awaitable[None] | None] | None
    header_callback: Callable[[str], None] | None
    allow_nonstandard_methods: bool
    validate_cert: bool
    ca_certs: str | None
    allow_ipv6: bool | None
    client_key: str | None
    client_cert: str | None
    expect_100_continue: bool
    decompress_response: bool
    ssl_options: dict[str, Any] | ssl.SSLContext | None

    def __init__(self, values: tuple[Any, ...], defaults: dict[str, Any]) -> None:
        for name, value in zip(_NAMES, values, strict=True):
            setattr(self, name, defaults.get(name) if value is None else value)
        asked = [name for name in _UNSUPPORTED if getattr(self, name)]
        self.unsupported = asked[0] if asked else None


class OptionsReader:
    """Reads options off requests.

    Most requests of a client say the same as the one before, and then share its options.
    """

    __slots__ = ("_defaults", "_options", "_values")

    def __init__(self) -> None:
        self._values: tuple[Any, ...] = ()
        self._defaults: dict[str, Any] = {}
        self._options: Options | None = None

    def read(self, request: HTTPRequest) -> tuple[HTTPRequest, Options]:
        """Gives the request itself, without the proxy that it may come in, and its options."""
        defaults: dict[str, Any] = {}
        if isinstance(request, _RequestProxy):
            defaults = request.defaults or {}
            request = request.request
        values = _read(request)
        if self._options is None or values != self._values or defaults != self._defaults:
            self._options = Options(values, defaults)
            # A dictionary may be changed by the program before the next comparison.
            self._values = () if isinstance(self._options.ssl_options, dict) else values
            self._defaults = defaults.copy()
        return request, self._options
