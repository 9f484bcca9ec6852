"""One request of a fetch: the first, or one that a redirect led to."""

from fujita.escape import to_unicode
from fujita.httpclient import HTTPRequest
from fujita.httpclient.request import BodyProducer
from fujita.httputil import HTTPHeaders
from fujita.simple_httpclient.options import Options
from fujita.simple_httpclient.target import Target, parse_target

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})
"""RFC 9110 section 9.2.2."""


class Hop:
    """What is requested.

    Attributes:
        url: The URL.
        target: The same, in parts.
        method: The method.
        headers: The header fields; not to be changed.
        body: The body, if it is known.
        body_producer: What else produces it, or None.
        credentials: User name and password, or None.
    """

    __slots__ = ("body", "body_producer", "credentials", "headers", "method", "target", "url")

    def __init__(
        self,
        url: str,
        method: str,
        headers: HTTPHeaders,
        body: bytes | None = None,
        body_producer: BodyProducer | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> None:
        self.url = url
        self.target: Target = parse_target(url)
        self.method = method
        self.headers = headers
        self.body = body
        self.body_producer = body_producer
        userinfo = self.target.userinfo
        if userinfo is not None:
            # As Tornado sends them: not percent-decoded.
            username, _, password = userinfo.partition(":")
            credentials = username, password
        self.credentials = credentials

    @classmethod
    def first(cls, request: HTTPRequest, options: Options) -> "Hop":
        """Makes that which the program asks for."""
        credentials = None
        if options.auth_username is not None:
            credentials = options.auth_username, options.auth_password or ""
        return cls(
            to_unicode(request.url),
            request.method,
            request.headers,
            request.body,
            request.body_producer,
            credentials,
        )

    @property
    def is_repeatable(self) -> bool:
        """Whether the request can be sent again without harm if nothing was heard of it."""
        return self.body_producer is None and self.method in _IDEMPOTENT
