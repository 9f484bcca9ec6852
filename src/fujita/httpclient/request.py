"""What to fetch and how."""

import copy
import datetime
import ssl
import time
from asyncio import Future
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from fujita.escape import utf8
from fujita.httputil import HTTPHeaders, format_timestamp

BodyProducer = Callable[[Callable[[bytes], "Future[None]"]], Any]
"""Is given a ``write`` function, and may return an awaitable that ends with the body."""


class HTTPRequest:
    """A request to fetch. All arguments but the URL are optional.

    Where an argument is left at None, the client's ``defaults`` decide.

    Args:
        url: The URL, of scheme http or https.
        method: The method.
        headers: Header fields to send; a dictionary or an `HTTPHeaders`.
        body: The body. Text is encoded as UTF-8.
        auth_username: The user name for authentication.
        auth_password: The password for authentication.
        auth_mode: How to authenticate: ``"basic"``; the curl client also knows ``"digest"``.
        connect_timeout: The seconds that it may take until the connection stands, from when the
            request was handed to the client; 20 by default, 0 for no limit.
        request_timeout: The seconds that all of it may take; 20 by default, 0 for no limit.
        if_modified_since: A time for the field ``If-Modified-Since``.
        follow_redirects: Whether redirects are followed; they are, by default.
        max_redirects: How many redirects to follow at most; 5 by default.
        user_agent: What the field ``User-Agent`` says.
        use_gzip: The former name of ``decompress_response``.
        network_interface: The local IP address to connect from; the curl client also takes the
            name of an interface.
        streaming_callback: Is called with each piece of the body as it comes; ``body`` and
            ``buffer`` of the response stay empty then. If it returns an awaitable, as a
            coroutine does, nothing more is read until that is done (not with the curl client).
        header_callback: Is called with each line of the head: the status line, the header fields,
            the empty line, each with its line end.
        prepare_curl_callback: The curl client calls it with its ``pycurl.Curl`` object.
        proxy_host: The host of an HTTP proxy. Proxies need the curl client, and ``proxy_port``.
        proxy_port: The proxy's port.
        proxy_username: The user name for the proxy.
        proxy_password: The password for the proxy.
        proxy_auth_mode: How to authenticate with the proxy: ``"basic"`` or ``"digest"``.
        allow_nonstandard_methods: Whether any method may be used, and each with or without a body.
        validate_cert: Whether the server's certificate is verified; it is, by default.
        ca_certs: A file of certificate authorities in PEM format, in place of the system's.
        allow_ipv6: Whether IPv6 may be used where the host has it; it may, by default.
        client_key: A file with the private key of ``client_cert``, if that does not hold it.
        client_cert: A file with a certificate by which the client authenticates.
        body_producer: Writes the body bit by bit: it is called with a function ``write``, which
            returns a future for flow control, and may return an awaitable. Without the field
            ``Content-Length`` the body is sent in chunks. Not with the curl client.
        expect_100_continue: Whether the body is held back until the server asks for it. Not with
            the curl client.
        decompress_response: Whether to ask for a compressed response, and decompress it; the
            default.
        ssl_options: A TLS context, or a dictionary as for `ssl_options_to_context`, in place of
            ``validate_cert``, ``ca_certs``, ``client_key`` and ``client_cert``. Not with the
            curl client.

    Attributes:
        start_time: When the request was made, as `time.time` says. The other attributes have the
            names of the arguments.
    """

    _headers: dict[str, str] | HTTPHeaders

    # What clients use where neither the request nor their own ``defaults`` say anything.
    _DEFAULTS: ClassVar[dict[str, Any]] = {
        "connect_timeout": 20.0,
        "request_timeout": 20.0,
        "follow_redirects": True,
        "max_redirects": 5,
        "decompress_response": True,
        "proxy_password": "",
        "allow_nonstandard_methods": False,
        "validate_cert": True,
    }

    def __init__(
        self,
        url: str,
        method: str = "GET",
        headers: dict[str, str] | HTTPHeaders | None = None,
        body: bytes | str | None = None,
        auth_username: str | None = None,
        auth_password: str | None = None,
        auth_mode: str | None = None,
        connect_timeout: float | None = None,
        request_timeout: float | None = None,
        if_modified_since: float | datetime.datetime | None = None,
        follow_redirects: bool | None = None,
        max_redirects: int | None = None,
        user_agent: str | None = None,
        use_gzip: bool | None = None,
        network_interface: str | None = None,
        streaming_callback: Callable[[bytes], Awaitable[None] | None] | None = None,
        header_callback: Callable[[str], None] | None = None,
        prepare_curl_callback: Callable[[Any], None] | None = None,
        proxy_host: str | None = None,
        proxy_port: int | None = None,
        proxy_username: str | None = None,
        proxy_password: str | None = None,
        proxy_auth_mode: str | None = None,
        allow_nonstandard_methods: bool | None = None,
        validate_cert: bool | None = None,
        ca_certs: str | None = None,
        allow_ipv6: bool | None = None,
        client_key: str | None = None,
        client_cert: str | None = None,
        body_producer: BodyProducer | None = None,
        expect_100_continue: bool = False,
        decompress_response: bool | None = None,
        ssl_options: dict[str, Any] | ssl.SSLContext | None = None,
    ) -> None:
        self.url = url
        self.method = method
        self._headers = {} if headers is None else headers
        self._body = None if body is None else utf8(body)
        self.body_producer = body_producer
        self.auth_username = auth_username
        self.auth_password = auth_password
        self.auth_mode = auth_mode
        self.connect_timeout = connect_timeout
        self.request_timeout = request_timeout
        self.follow_redirects = follow_redirects
        self.max_redirects = max_redirects
        self.user_agent = user_agent
        self.decompress_response = use_gzip if decompress_response is None else decompress_response
        self.network_interface = network_interface
        self.streaming_callback = streaming_callback
        self.header_callback = header_callback
        self.prepare_curl_callback = prepare_curl_callback
        self.proxy_host = proxy_host
        self.proxy_port = proxy_port
        self.proxy_username = proxy_username
        self.proxy_password = proxy_password
        self.proxy_auth_mode = proxy_auth_mode
        self.allow_nonstandard_methods = allow_nonstandard_methods
        self.validate_cert = validate_cert
        self.ca_certs = ca_certs
        self.allow_ipv6 = allow_ipv6
        self.client_key = client_key
        self.client_cert = client_cert
        self.ssl_options = ssl_options
        self.expect_100_continue = expect_100_continue
        self.start_time = time.time()
        if if_modified_since:
            # A copy, for the caller may use the same headers elsewhere.
            self._headers = copy.copy(self._headers)
            self._headers["If-Modified-Since"] = format_timestamp(if_modified_since)

    @property
    def headers(self) -> HTTPHeaders:
        """The header fields; None is taken for none, and a dictionary kept as it is."""
        return self._headers  # type: ignore[return-value]

    @headers.setter
    def headers(self, value: dict[str, str] | HTTPHeaders | None) -> None:
        self._headers = HTTPHeaders() if value is None else value

    @property
    def body(self) -> bytes | None:
        """The body; text is encoded as UTF-8."""
        return self._body

    @body.setter
    def body(self, value: bytes | str | None) -> None:
        self._body = None if value is None else utf8(value)


class _RequestProxy:
    """A request together with a client's defaults: an attribute that is None has its default.

    Args:
        request: The request.
        defaults: The defaults by attribute name, if there are any.
    """

    def __init__(self, request: HTTPRequest, defaults: dict[str, Any] | None) -> None:
        self.request = request
        self.defaults = defaults

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.request, name)
        if value is None and self.defaults:
            return self.defaults.get(name)
        return value
