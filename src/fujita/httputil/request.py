"""HTTPServerRequest: one request as its handler sees it."""

import ssl
import time
import warnings
from http.cookies import CookieError, SimpleCookie
from typing import Any

from fujita.escape import parse_qs_bytes
from fujita.httputil.body_config import parse_body_config
from fujita.httputil.cookies import parse_cookie
from fujita.httputil.delegates import HTTPConnection
from fujita.httputil.errors import HTTPInputError
from fujita.httputil.files import HTTPFile, parse_body_arguments
from fujita.httputil.headers import HTTPHeaders
from fujita.httputil.request_state import RequestState
from fujita.httputil.start_lines import RequestStartLine
from fujita.httputil.urls import split_host_and_port
from fujita.lazy import made_on_demand
from fujita.wire.http1.errors import ProtocolError
from fujita.wire.http1.fields import parse_host
from fujita.wire.http1.targets import origin_form


def _warn_of_arguments(
    old_ones: bool, start_line: RequestStartLine | None, host: str | None
) -> None:
    """Warns of arguments that Tornado 6.7 will not have.

    The texts are Tornado's: by them, programs choose which warnings to hide.
    """

    def warn(text: str) -> None:
        warnings.warn(text, DeprecationWarning, stacklevel=4)

    if old_ones:
        warn(
            "The method, uri, and version arguments to HTTPServerRequest are deprecated "
            "and will be removed in Tornado 6.7. Use the start_line argument instead."
        )
    if start_line is None:
        warn("The start_line argument to HTTPServerRequest will be required in Tornado 6.7.")
    if host is not None:
        warn(
            "The host argument to HTTPServerRequest is deprecated and will be removed in "
            "Tornado 6.7. Use headers['Host'] instead."
        )


class HTTPServerRequest(RequestState):
    """A request to a server.

    Attributes:
        method: The method, such as ``GET``.
        uri: The request target as sent.
        path: The target up to its question mark, without scheme and host.
        query: The target behind its question mark.
        version: Such as ``HTTP/1.1``.
        headers: The header fields.
        body: The whole body; empty while it is being streamed.
        remote_ip: The client's address, where ``xheaders`` is set the one that a trusted proxy
            names.
        protocol: ``http`` or ``https``, likewise.
        host: The value of the ``Host`` field.
        host_name: The host without its port, in lower case.
        arguments: The values of query and form by name, as bytes.
        query_arguments: Those of the query alone.
        body_arguments: Those of the form alone.
        files: The uploaded files by the name of their form field.
        connection: What the response is written to.
        server_connection: Stands for the connection that the request came on.

    What few handlers ask for is computed when it is first asked for. Source: Tornado
    ``httputil.HTTPServerRequest``.
    """

    _cookies: SimpleCookie

    def __init__(
        self,
        method: str | None = None,
        uri: str | None = None,
        version: str = "HTTP/1.0",
        headers: HTTPHeaders | None = None,
        body: bytes | None = None,
        host: str | None = None,
        files: dict[str, list[HTTPFile]] | None = None,
        connection: HTTPConnection | None = None,
        start_line: RequestStartLine | None = None,
        server_connection: object | None = None,
    ) -> None:
        if method is not None or uri is not None or start_line is None or host is not None:
            _warn_of_arguments(method is not None or uri is not None, start_line, host)
        if start_line is not None:
            method, uri, version = start_line
        self.method = method
        self.uri = uri
        self.version = version
        self.headers = headers or HTTPHeaders()
        self.body = body or b""
        self.files = files or {}
        if connection is not None:
            self.connection = connection
        self.server_connection = server_connection
        context = getattr(connection, "context", None)
        self.remote_ip = getattr(context, "remote_ip", None)
        self.protocol = getattr(context, "protocol", "http")
        self._start_time = time.time()
        self.host = host if host is not None else self._host_from_headers()
        self.path, _, self.query = origin_form(uri or "").partition("?")
        # The query is the only part that can be wrong without anybody asking for it.
        self.query_arguments = self.query_arguments

    def _host_from_headers(self) -> str:
        try:
            host = self.headers["Host"]
        except KeyError:
            # RFC 9112 section 3.2 demands the field of HTTP/1.1 and newer.
            if self.version != "HTTP/1.0":
                raise HTTPInputError("Missing Host header") from None
            return "127.0.0.1"
        try:
            return parse_host(host)
        except ProtocolError as error:
            raise HTTPInputError(str(error)) from None

    # Everything below stands in until the attribute is set or first asked for.

    _finish_time: float | None = None
    body: bytes = b""

    @made_on_demand
    def version(self) -> str:
        """Such as ``HTTP/1.1``."""
        return f"HTTP/1.{self._head.minor_version}"

    @made_on_demand
    def host(self) -> str:
        """The value of the ``Host`` field."""
        host = self._head.section.host
        return "127.0.0.1" if host is None else host

    @made_on_demand
    def host_name(self) -> str:
        """The host without its port, in lower case."""
        return split_host_and_port(self.host.lower())[0]

    @made_on_demand
    def remote_ip(self) -> str | None:
        """The client's address."""
        address: str | None = self._context.remote_ip_for(self.headers)
        return address

    @made_on_demand
    def protocol(self) -> str:
        """``http`` or ``https``."""
        protocol: str = self._context.protocol_for(self.headers)
        return protocol

    @made_on_demand
    def query_arguments(self) -> dict[str, list[bytes]]:
        """The values of the query by name."""
        if not self.query:
            return {}
        limit = parse_body_config().urlencoded.max_arguments
        try:
            return parse_qs_bytes(self.query, keep_blank_values=True, max_num_fields=limit)
        except ValueError as error:
            raise HTTPInputError(f"Invalid query: {error}") from None

    @made_on_demand
    def body_arguments(self) -> dict[str, list[bytes]]:
        """The values of the form by name."""
        return {}

    @made_on_demand
    def files(self) -> dict[str, list[HTTPFile]]:
        """The uploaded files by the name of their form field."""
        return {}

    @made_on_demand
    def arguments(self) -> dict[str, list[bytes]]:
        """The values of query and form by name."""
        arguments = {name: list(values) for name, values in self.query_arguments.items()}
        for name, values in self.body_arguments.items():
            arguments.setdefault(name, []).extend(values)
        return arguments

    @property
    def cookies(self) -> SimpleCookie:
        """The cookies of the request, each an ``http.cookies.Morsel``."""
        if not hasattr(self, "_cookies"):
            self._cookies = self._parse_cookies()
        return self._cookies

    def _parse_cookies(self) -> SimpleCookie:
        jar = SimpleCookie()
        if "Cookie" in self.headers:
            for name, value in parse_cookie(self.headers["Cookie"]).items():
                try:
                    jar[name] = value
                except CookieError:
                    # A name that http.cookies does not take costs that cookie only.
                    continue
                jar[name]._value = value  # type: ignore[attr-defined]
        return jar

    def full_url(self) -> str:
        """Puts the URL together again from protocol, host and target."""
        uri = self.uri
        if uri is not None and origin_form(uri) is not uri:
            # The target is a URL already (RFC 9112 section 3.2.2).
            return uri
        return f"{self.protocol}://{self.host}{uri}"

    def request_time(self) -> float:
        """Gives the seconds from the request's arrival to its end, or until now."""
        end = time.time() if self._finish_time is None else self._finish_time
        return end - self._start_time

    def get_ssl_certificate(self, binary_form: bool = False) -> dict[str, Any] | bytes | None:
        """Gives the client's certificate, ``None`` where there is none.

        Args:
            binary_form: Ask for it in DER form rather than as a dictionary.
        """
        stream = getattr(self.connection, "stream", None)
        get = getattr(getattr(stream, "socket", None), "getpeercert", None)
        certificate: dict[str, Any] | bytes | None = None
        if get is not None:
            try:
                certificate = get(binary_form=binary_form)
            except ssl.SSLError:
                pass
        return certificate

    def _parse_body(self) -> None:
        """Reads the form that the body holds; called once the body is complete."""
        parse_body_arguments(
            self.headers.get("Content-Type", ""),
            self.body,
            self.body_arguments,
            self.files,
            self.headers,
        )

    def __repr__(self) -> str:
        names = ("protocol", "host", "method", "uri", "version", "remote_ip")
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__name__}({shown})"
