"""What the code of a compiled template calls, and the functions that every template can use."""

import builtins
import datetime
from collections.abc import Callable
from typing import Any

from fujita.escape import json_encode, linkify, squeeze, url_escape, utf8, xhtml_escape


def plain(value: object) -> bytes:
    """A value as bytes, as ``{% raw %}`` shows it.

    Args:
        value: Anything; bytes stay as they are, what is not text goes through ``str``.
    """
    if isinstance(value, bytes):
        return value
    return utf8(value if isinstance(value, str) else str(value))


def applied(function: Callable[[bytes], str | bytes], output: bytes) -> bytes:
    """What a function makes of some output, as bytes.

    Args:
        function: Takes UTF-8 bytes, returns text or bytes.
        output: What it is to be applied to.

    Raises:
        TypeError: The function returned neither text nor bytes.
    """
    result: object = function(output)
    if not isinstance(result, str | bytes):
        raise TypeError(
            f"{function!r} returned {result!r}, but a function that a template "
            "applies must return str or bytes"
        )
    return utf8(result)


def escaped(function: Callable[[bytes], str | bytes], value: object) -> bytes:
    """A value as bytes, made harmless by an escaping function.

    Args:
        function: Takes UTF-8 bytes, returns text or bytes.
        value: Anything, as for :func:`plain`.
    """
    if function is xhtml_escape:
        # Nearly all values of nearly all templates. Text need not become bytes and text again
        # on its way, and numbers have nothing to escape; subclasses may do as they please.
        kind = type(value)
        if kind is str:
            return xhtml_escape(value).encode()  # type: ignore[arg-type]
        if kind is int or kind is float:
            return str(value).encode()
    return applied(function, plain(value))


DEFAULT_NAMESPACE: dict[str, Any] = {
    "__builtins__": builtins,  # Python 3.13's warnings.warn looks for it in its caller's globals
    "escape": xhtml_escape,
    "xhtml_escape": xhtml_escape,
    "url_escape": url_escape,
    "json_encode": json_encode,
    "squeeze": squeeze,
    "linkify": linkify,
    "datetime": datetime,
    "_tt_plain": plain,
    "_tt_escaped": escaped,
    "_tt_applied": applied,
}
