"""The ``Cookie`` header, read as browsers read ``document.cookie``."""

import re

_ESCAPED = re.compile(r"\\([0-3][0-7]{2}|.)")
"""A character in octal digits, or one that stands for itself."""


def parse_cookie(cookie: str) -> dict[str, str]:
    """Parses a ``Cookie`` header.

    It takes what browsers take, which is more than RFC 6265 section 4.2.1 allows: a semicolon
    separates whatever surrounds it, a text without an equals sign is the value of a cookie
    without a name, and of cookies with the same name the last one counts.

    Args:
        cookie: The header's value.

    Returns:
        The values by name, with quotes and backslash escapes undone.

    >>> parse_cookie('route=yoshida; hut="the \\\\"8th\\\\""; 3776')
    {'route': 'yoshida', 'hut': 'the "8th"', '': '3776'}
    """
    cookies: dict[str, str] = {}
    for pair in cookie.split(";"):
        name, equals, value = pair.partition("=")
        if not equals:
            name, value = "", name
        name, value = name.strip(), value.strip()
        if value[:1] == '"':
            value = _unquote_cookie(value)
        elif not (name or value):
            continue
        cookies[name] = value
    return cookies


def _unquote_cookie(s: str) -> str:
    """Undoes the quoting with which `http.cookies` writes special characters."""
    if len(s) < 2 or not s[0] == s[-1] == '"':
        return s
    return _ESCAPED.sub(_unescape, s[1:-1])


def _unescape(match: re.Match[str]) -> str:
    escaped = match[1]
    return chr(int(escaped, 8)) if len(escaped) == 3 else escaped
