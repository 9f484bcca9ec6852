"""The rules of RFC 9110, 9112 and 3986 that text is checked against, as regular expressions."""

import re

_TCHAR = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
_VISIBLE = r"[\x21-\x7e\x80-\xff]"
"""VCHAR and obs-text (RFC 9110 section 5.5): every byte but controls and blanks."""

_PRINTABLE = r"[\t\x20-\x7e\x80-\xff]"


class _ABNF:
    """The rules by the RFC's name, with underscores for its hyphens.

    They are meant for ``fullmatch``, on text that was decoded as ISO-8859-1.
    """

    token = re.compile(rf"{_TCHAR}+")
    """RFC 9110 section 5.6.2."""

    method = token
    field_name = token

    field_value = re.compile(rf"(?:{_VISIBLE}(?:{_PRINTABLE}*{_VISIBLE})?)?")
    """RFC 9110 section 5.5: blanks may stand between visible characters only."""

    reason_phrase = re.compile(rf"{_PRINTABLE}+")
    """RFC 9112 section 4."""

    request_target = re.compile(rf"{_VISIBLE}+")
    """RFC 9112 section 3.2, as far as it can be told without knowing the method."""

    host = re.compile(r"(?:[!$&'()*+,;=\-.0-9:A-Z\[\]_a-z~]|%[0-9A-Fa-f]{2})*")
    """RFC 3986 section 3.2.2 with an optional port: every character that they may consist of."""


REQUEST_LINE = re.compile(rf"({_TCHAR}+) ({_VISIBLE}+) (HTTP/([0-9])\.[0-9])")
"""RFC 9112 section 3. Groups: method, target, version, major version."""

STATUS_LINE = re.compile(rf"(HTTP/([0-9])\.[0-9]) ([0-9]{{3}}) ({_PRINTABLE}*)")
"""RFC 9112 section 4. Groups: version, major version, status code, reason phrase."""
