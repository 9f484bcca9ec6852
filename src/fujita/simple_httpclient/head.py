"""What a request looks like on the wire."""

import re
from base64 import b64encode
from functools import lru_cache

from fujita._version import TORNADO_VERSION
from fujita.escape import native_str
from fujita.httputil import HTTPOutputError, encode_username_password
from fujita.httputil.framing import BodyFraming
from fujita.simple_httpclient.body import RequestBody
from fujita.simple_httpclient.hop import Hop
from fujita.simple_httpclient.options import Options
from fujita.wire.http1 import serialize
from fujita.wire.http1.fields import Fields, combined, parse_content_length

DEFAULT_USER_AGENT = f"Tornado/{TORNADO_VERSION}"

_METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "PATCH", "PUT", "OPTIONS"})
_METHODS_WITH_BODY = frozenset({"POST", "PATCH", "PUT"})
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")

JOIN_LIMIT = 65536
"""Head and body leave in one write up to this size; beyond it, joining costs more."""


def compose(hop: Hop, options: Options) -> tuple[bytes, RequestBody | None]:
    """Gives the first bytes of a request, and its body if that is still to follow.

    Raises:
        ValueError: The request says what cannot be sent.
        KeyError: The method is unknown.
        NotImplementedError: The request wants a proxy.
        HTTPOutputError: Content-Length announces a body that there is not.
    """
    _check(hop, options)
    line = f"{hop.method} {hop.target.path} HTTP/1.1"
    is_bare = hop.body is None and hop.body_producer is None and hop.credentials is None
    if is_bare and hop.method == "GET" and not hop.headers:
        fields = _plain_fields(
            hop.target.authority, options.user_agent, options.decompress_response
        )
        return line.encode("ascii") + b"\r\n" + fields, None
    headers = _fields(hop, options)
    body = _frame_body(hop, headers)
    # RFC 9110 section 10.1.1: "A client MUST NOT generate a 100-continue expectation in a request
    # that does not include content."
    if body is not None and options.expect_100_continue:
        headers["Expect"] = "100-continue"
    head = serialize.message_head(line, headers)
    if body is None or options.expect_100_continue:
        return head, body
    if body.data is not None and not body.framing.chunked and len(body.data) <= JOIN_LIMIT:
        return head + body.data, None
    return head, body


@lru_cache(maxsize=256)
def _plain_fields(authority: str, user_agent: str | None, decompress: bool) -> bytes:
    """The field lines of a GET that brings none of its own, to its empty line."""
    fields: Fields = {"Host": authority, "User-Agent": user_agent or DEFAULT_USER_AGENT}
    if decompress:
        fields["Accept-Encoding"] = "gzip"
    return serialize.message_head("", fields)


def _check(hop: Hop, options: Options) -> None:
    method = hop.method
    if options.unsupported is not None:
        raise NotImplementedError(f"{options.unsupported} not supported")
    if options.allow_nonstandard_methods:
        if _TOKEN.fullmatch(method) is None:
            raise ValueError(f"method must be a token (RFC 9110 section 9.1), not {method!r}")
        return
    if method not in _METHODS:
        raise KeyError(f"unknown method {method}")
    has_body = hop.body is not None or hop.body_producer is not None
    if has_body != (method in _METHODS_WITH_BODY):
        wanted = "must be None" if has_body else "must not be None"
        raise ValueError(
            f"Body {wanted} for method {method} (unless allow_nonstandard_methods is true)"
        )


def _fields(hop: Hop, options: Options) -> Fields:
    # RFC 9110 section 7.2: "A user agent that sends Host SHOULD send it as the first field".
    fields: Fields = {"Host": hop.target.authority}
    for name, value in hop.headers.to_fields().items():
        fields[name] = value if isinstance(value, str | list) else native_str(value)
    if hop.credentials is not None:
        if options.auth_mode not in (None, "basic"):
            raise ValueError(f"unsupported auth_mode {options.auth_mode}")
        encoded = b64encode(encode_username_password(*hop.credentials))
        fields["Authorization"] = f"Basic {encoded.decode('ascii')}"
    if options.user_agent:
        fields["User-Agent"] = options.user_agent
    elif "User-Agent" not in fields:
        fields["User-Agent"] = DEFAULT_USER_AGENT
    if options.decompress_response:
        fields["Accept-Encoding"] = "gzip"
    if hop.method == "POST" and "Content-Type" not in fields:
        fields["Content-Type"] = "application/x-www-form-urlencoded"
    return fields


def _frame_body(hop: Hop, fields: Fields) -> RequestBody | None:
    """Says in ``fields`` how long the body is, or that it comes in chunks (RFC 9112 section 6)."""
    data, producer = hop.body, hop.body_producer
    if "Transfer-Encoding" in fields:
        coding = combined(fields["Transfer-Encoding"])
        if coding.lower() != "chunked":
            raise ValueError(f"unsupported Transfer-Encoding {coding!r}, expected 'chunked'")
        # RFC 9112 section 6.2: "A sender MUST NOT send a Content-Length header field in any
        # message that contains a Transfer-Encoding header field."
        fields.pop("Content-Length", None)
        return RequestBody(data, producer, BodyFraming(chunked=True))
    if data is not None:
        fields["Content-Length"] = str(len(data))
        return RequestBody(data, None, BodyFraming(length=len(data))) if data else None
    if "Content-Length" in fields:
        length = parse_content_length(combined(fields["Content-Length"]))
        if producer is None and length:
            raise HTTPOutputError(f"Tried to write {length} bytes less than Content-Length")
        if producer is None:
            return None
        return RequestBody(None, producer, BodyFraming(length=length))
    if producer is not None:
        fields["Transfer-Encoding"] = "chunked"
        return RequestBody(None, producer, BodyFraming(chunked=True))
    if hop.method in _METHODS_WITH_BODY:
        # RFC 9110 section 8.6: to be sent "when the method defines a meaning for enclosed
        # content", also if there is none.
        fields["Content-Length"] = "0"
    return None
