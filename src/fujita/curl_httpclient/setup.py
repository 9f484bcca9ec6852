"""What libcurl has to know of a request."""

import logging
import math
import re
from io import BytesIO
from typing import Any

import pycurl

from fujita.escape import to_unicode
from fujita.httpclient import HTTPRequest
from fujita.httputil import encode_username_password

CR_OR_LF_RE = re.compile(rb"[\r\n]")
curl_log = logging.getLogger("tornado.curl_httpclient")

USER_AGENT = "Mozilla/5.0 (compatible; pycurl)"

_METHODS = ("GET", "HEAD", "POST", "DELETE", "PATCH", "PUT", "OPTIONS")
_METHODS_WITH_BODY = ("POST", "PATCH", "PUT")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")

_AUTH_MODES = {None: pycurl.HTTPAUTH_BASIC, "basic": pycurl.HTTPAUTH_BASIC}
_AUTH_MODES["digest"] = pycurl.HTTPAUTH_DIGEST

_FOREVER = 2**31 - 1

_OBEY_CODE = 2
"""libcurl's ``CURLFOLLOW_OBEYCODE``: a 303 makes a GET of every method.

Before libcurl 8.16 it is as good as 1, with which that does not hold for ``CUSTOMREQUEST``.
"""

_DEBUG_KINDS = {0: "info", 1: "<", 2: ">"}
"""libcurl's ``CURLINFO_TEXT``, ``_HEADER_IN`` and ``_HEADER_OUT``; the others are bodies."""


def set_up(curl: Any, request: HTTPRequest) -> None:
    """Sets a handle's options, all of which have their defaults.

    Args:
        curl: The ``pycurl.Curl``.
        request: The request, with the client's defaults.

    Raises:
        ValueError: The request says what cannot be done.
        KeyError: The method is unknown.
    """
    check(request)
    curl.setopt(pycurl.URL, to_unicode(request.url))
    # Neither a URL nor a redirect may lead to a file of this machine.
    curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    curl.setopt(pycurl.REDIR_PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    curl.setopt(pycurl.FOLLOWLOCATION, _OBEY_CODE if request.follow_redirects else 0)
    curl.setopt(pycurl.MAXREDIRS, request.max_redirects or 0)
    _set_up_fields(curl, request)
    _set_up_method(curl, request)
    _set_up_connection(curl, request)
    _set_up_tls(curl, request)
    _set_up_proxy(curl, request)
    if request.auth_username is not None:
        curl.setopt(pycurl.HTTPAUTH, _auth_mode("auth_mode", request.auth_mode))
        password = request.auth_password or ""
        curl.setopt(pycurl.USERPWD, encode_username_password(request.auth_username, password))
    if curl_log.isEnabledFor(logging.DEBUG):
        curl.setopt(pycurl.VERBOSE, 1)
        curl.setopt(pycurl.DEBUGFUNCTION, _log)
    if request.prepare_curl_callback is not None:
        request.prepare_curl_callback(curl)


def check(request: HTTPRequest) -> None:
    """Refuses requests that cannot be sent.

    Raises:
        ValueError: It is such a request.
        KeyError: The method is unknown.
    """
    method = request.method
    for name in ("ssl_options", "body_producer"):
        if getattr(request, name) is not None:
            raise ValueError(f"{name} not supported in curl_httpclient")
    has_body = request.body is not None
    if _TOKEN.fullmatch(method) is None:
        raise ValueError(f"method must be a token (RFC 9110 section 9.1), not {method!r}")
    if request.allow_nonstandard_methods:
        if has_body and method in ("GET", "HEAD"):
            raise ValueError(f"Body must be None for {method} request")
        return
    if method not in _METHODS:
        raise KeyError(f"unknown method {method}")
    if has_body != (method in _METHODS_WITH_BODY):
        wanted = "must be None" if has_body else "must not be None"
        raise ValueError(
            f"Body {wanted} for method {method} (unless allow_nonstandard_methods is true)"
        )


def _set_up_fields(curl: Any, request: HTTPRequest) -> None:
    lines = [_field_line(name, value) for name, value in request.headers.get_all()]
    if "Expect" not in request.headers:
        # Else libcurl holds large bodies back until the server asks for them, which few do.
        lines.append(b"Expect:")
    curl.setopt(pycurl.HTTPHEADER, lines)
    user_agent = (request.user_agent or USER_AGENT).encode()
    _refuse_line_ends(user_agent)
    curl.setopt(pycurl.USERAGENT, user_agent)
    if request.decompress_response:
        curl.setopt(pycurl.ENCODING, "gzip,deflate")


def _field_line(name: str, value: str | bytes) -> bytes:
    if isinstance(value, str):
        value = value.encode("latin-1")
    # libcurl would take "name:" as a wish not to send the field.
    line = name.encode("ascii") + (b": " + value if value else b";")
    _refuse_line_ends(line)
    return line


def _refuse_line_ends(line: bytes) -> None:
    if CR_OR_LF_RE.search(line):
        raise ValueError(f"Illegal characters in header (CR or LF): {line!r}")


def _set_up_method(curl: Any, request: HTTPRequest) -> None:
    method, body = request.method, request.body
    if method == "HEAD":
        curl.setopt(pycurl.NOBODY, 1)
    elif method == "POST":
        # Of these libcurl knows that most redirects make a GET of them.
        curl.setopt(pycurl.POST, 1)
        curl.setopt(pycurl.POSTFIELDS, body or b"")
    elif body is not None or method in _METHODS_WITH_BODY:
        _set_up_upload(curl, body or b"")
        curl.setopt(pycurl.CUSTOMREQUEST, method)
    elif method != "GET":
        curl.setopt(pycurl.CUSTOMREQUEST, method)


def _set_up_upload(curl: Any, body: bytes) -> None:
    source = BytesIO(body)

    def seek(offset: int, origin: int) -> int:
        # After a redirect, say, the body is sent again.
        source.seek(offset, origin)
        done: int = pycurl.SEEKFUNC_OK
        return done

    curl.setopt(pycurl.UPLOAD, 1)
    curl.setopt(pycurl.READFUNCTION, source.read)
    curl.setopt(pycurl.SEEKFUNCTION, seek)
    curl.setopt(pycurl.INFILESIZE_LARGE, len(body))


def _set_up_connection(curl: Any, request: HTTPRequest) -> None:
    # Signals would hit whatever thread runs; libcurl needs none for its timeouts.
    curl.setopt(pycurl.NOSIGNAL, 1)
    # To libcurl, no limit for connecting is 0 for its own default of five minutes.
    curl.setopt(pycurl.CONNECTTIMEOUT_MS, _milliseconds(request.connect_timeout) or _FOREVER)
    curl.setopt(pycurl.TIMEOUT_MS, _milliseconds(request.request_timeout))
    if request.allow_ipv6 is False:
        curl.setopt(pycurl.IPRESOLVE, pycurl.IPRESOLVE_V4)
    if request.network_interface:
        curl.setopt(pycurl.INTERFACE, request.network_interface)


def _milliseconds(seconds: float | None) -> int:
    """Rounds up, so that a short time does not become none."""
    return min(math.ceil(1000 * (seconds or 0)), _FOREVER)


def _set_up_tls(curl: Any, request: HTTPRequest) -> None:
    curl.setopt(pycurl.SSL_VERIFYPEER, 1 if request.validate_cert else 0)
    curl.setopt(pycurl.SSL_VERIFYHOST, 2 if request.validate_cert else 0)
    if request.ca_certs is not None:
        curl.setopt(pycurl.CAINFO, request.ca_certs)
    if request.client_cert is not None:
        curl.setopt(pycurl.SSLCERT, request.client_cert)
    if request.client_key is not None:
        curl.setopt(pycurl.SSLKEY, request.client_key)


def _set_up_proxy(curl: Any, request: HTTPRequest) -> None:
    """Sets the proxy of the request. Without a host and a port, libcurl asks the environment."""
    if not request.proxy_host or not request.proxy_port:
        return
    curl.setopt(pycurl.PROXY, request.proxy_host)
    curl.setopt(pycurl.PROXYPORT, request.proxy_port)
    curl.setopt(pycurl.PROXYAUTH, _auth_mode("proxy_auth_mode", request.proxy_auth_mode))
    if request.proxy_username:
        credentials = encode_username_password(request.proxy_username, request.proxy_password or "")
        curl.setopt(pycurl.PROXYUSERPWD, credentials)


def _auth_mode(option: str, mode: str | None) -> Any:
    if mode not in _AUTH_MODES:
        raise ValueError(f"Unsupported {option} {mode}, expected 'basic' or 'digest'")
    return _AUTH_MODES[mode]


def _log(kind: int, message: bytes) -> None:
    """Logs what libcurl does, but for the bodies."""
    if kind in _DEBUG_KINDS:
        for line in message.decode("utf-8", "replace").splitlines():
            curl_log.debug("%s %s", _DEBUG_KINDS[kind], line)
