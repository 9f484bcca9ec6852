"""Request targets that are no plain path (RFC 9112 section 3.2)."""

import re

from fujita.wire.http1.errors import ProtocolError
from fujita.wire.http1.fields import FieldSection
from fujita.wire.http1.grammar import HOST

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+://([^/?]*+)(.*)", re.DOTALL)
"""Groups: authority; path and query."""

_AUTHORITY = re.compile(r"(.+):([0-9]{1,5})")


def check_target(method: str, target: str, section: FieldSection) -> FieldSection:
    """Checks a target that does not begin with a slash, or that of CONNECT.

    Args:
        method: The request's method.
        target: The target as sent.
        section: The request's header fields.

    Returns:
        The header fields to go on with. For a target in absolute form, ``Host`` is the target's:
        "the origin server MUST ignore the received Host header field (if any) and instead use
        the host information of the request-target" (section 3.2.2).

    Raises:
        ProtocolError: The target has none of the four forms, or not the one of its method.
    """
    if method == "CONNECT":
        _check_authority_form(target)
        return section
    if target == "*":
        # Section 3.2.4: "only used for a server-wide OPTIONS request".
        if method != "OPTIONS":
            raise ProtocolError(f"Malformed HTTP request line: '*' with {method}")
        return section
    absolute = _ABSOLUTE.fullmatch(target)
    # RFC 9110 section 4.2.1: "A recipient that processes such a URI reference MUST reject it as
    # invalid", of one with an empty host; section 4.2.4 says the same of user information.
    if absolute is None or not absolute[1] or HOST.fullmatch(absolute[1]) is None:
        raise ProtocolError(f"Malformed HTTP request line: target {target[:100]!r}")
    return FieldSection({**section.fields, "Host": absolute[1]})


def _check_authority_form(target: str) -> None:
    # Section 3.2.3: "the request target of a CONNECT request [...] consists of only the host name
    # and port number".
    match = _AUTHORITY.fullmatch(target)
    if match is None or HOST.fullmatch(match[1]) is None or int(match[2]) > 65535:
        raise ProtocolError(f"Malformed HTTP request line: CONNECT to {target[:100]!r}")


def origin_form(target: str) -> str:
    """Gives the path and query of a target that has been checked; others forms as they are."""
    absolute = None if target.startswith("/") else _ABSOLUTE.fullmatch(target)
    if absolute is None:
        return target
    rest = absolute[2]
    # RFC 9110 section 4.2.3: an empty path is the same as "/".
    return rest if rest.startswith("/") else f"/{rest}"
