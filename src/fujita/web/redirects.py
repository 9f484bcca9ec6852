"""Redirects that a client's own input must not lead to another host."""

import re

from fujita.web.errors import HTTPError

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)

_WITH_HOST = frozenset(["http", "https", "ws", "wss", "ftp"])
"""Schemes behind which browsers look for a host, however many slashes there are."""

_LEADING_BLANKS = "".join(map(chr, range(0x21)))

_DROPPED = str.maketrans({"\t": None, "\r": None, "\n": None, "\\": "/"})


def check_own_host(path: str) -> None:
    """Checks that a request's path, sent back as ``Location``, leads to the same host.

    Raises:
        HTTPError: A browser would take its beginning for a host; status 403.
    """
    if path.startswith(("//", "/\\")):
        raise HTTPError(403, "cannot redirect path with two initial slashes")


def scheme_and_host(url: str) -> tuple[str, str]:
    """Gives scheme and authority of a URL as browsers see them (WHATWG URL section 4.4).

    They drop tabs and line ends anywhere and blanks in front, take "\\" for "/", and do not
    count the slashes in front of a host: ``https:example.com`` has one.

    Returns:
        Empty strings for what the URL lacks.
    """
    rest = url.lstrip(_LEADING_BLANKS).translate(_DROPPED)
    scheme = ""
    match = _SCHEME.match(rest)
    if match is not None:
        scheme = match.group(1).lower()
        rest = rest[match.end() :]
    if scheme not in _WITH_HOST and not rest.startswith("//"):
        return scheme, ""
    return scheme, re.split(r"[/?#]", rest.lstrip("/"), maxsplit=1)[0]
