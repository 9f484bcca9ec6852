"""URLs, as far as a client needs to understand them."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from fujita.wire.http1.grammar import HOST


class Target(NamedTuple):
    """Where a request goes to.

    Attributes:
        scheme: ``http`` or ``https``.
        host: The host's name as it is written, or its address without brackets. Resolvers get
            it: some find more in it than a name, such as the path of a Unix domain socket.
        port: The port.
        authority: What the field ``Host`` says: the host, and the port if the URL has one.
        path: The request target: path and query, ready to be sent.
        userinfo: What stands before an ``@``, or None.
    """

    scheme: str
    host: str
    port: int
    authority: str
    path: str
    userinfo: str | None

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: what may see the credentials that one of them was given."""
        return self.scheme, self.host.lower(), self.port


_URL = re.compile(
    # RFC 3986 appendix B, with the authority's parts (section 3.2) in place.
    r"(https?)://(?:([^/?#]*)@)?(\[[^\]/?#]*\]|[^:/?#@]*)(:[0-9]*)?(?=[/?#]|$)"
    r"([^?#]*)(\?[^#]*)?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)
"""Groups: scheme, userinfo, host, port, path, query."""

_IGNORED = str.maketrans("", "", "\t\r\n")
_BLANKS = "".join(map(chr, range(33)))

_SENDABLE = re.compile(r"[!-~]*")
_SENDABLE_CHARACTERS = "".join(map(chr, range(0x21, 0x7F)))


@lru_cache(maxsize=1024)
def parse_target(url: str) -> Target:
    """Splits a URL.

    Raises:
        ValueError: It is no URL of scheme http or https, or has no proper host or port.
    """
    # As browsers do and urllib.parse does.
    match = _URL.fullmatch(url.strip(_BLANKS).translate(_IGNORED))
    if match is None:
        if url.lower().startswith(("http://", "https://")):
            raise ValueError(f"Malformed host or port in url: {url}")
        raise ValueError(f"Unsupported url scheme: {url}")
    scheme, userinfo, host, port_text, path, query = match.groups()
    scheme = scheme.lower()
    if not host.isascii():
        host = _idna(host, url)
    port = int(port_text[1:]) if port_text and len(port_text) > 1 else None
    if not host or HOST.fullmatch(host) is None or (port or 0) > 65535:
        raise ValueError(f"Malformed host or port in url: {url}")
    # RFC 6874 section 2: the zone of an IPv6 address.
    name = host[1:-1].replace("%25", "%") if host.startswith("[") else host
    target = (path or "/") + (query or "")
    if _SENDABLE.fullmatch(target) is None:
        # RFC 3986 section 2.1: characters that a URL cannot have are percent-encoded.
        target = quote(target, safe=_SENDABLE_CHARACTERS)
    return Target(
        scheme,
        name,
        port or (443 if scheme == "https" else 80),
        host if port is None else f"{host}:{port}",
        target,
        userinfo,
    )


def _idna(host: str, url: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"Malformed host or port in url: {url}") from error
