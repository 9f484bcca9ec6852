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
        # Nearly all values of nearly all templates. Numbers have nothing to escape, and text need
        # not become bytes and text again on its way; subclasses may do as they please. What
        # xhtml_escape does is repeated here because to call it costs a third of the whole.
        if type(value) is str:
            if "&" in value:
                value = value.replace("&", "&amp;")
            if "<" in value:
                value = value.replace("<", "&lt;")
            if ">" in value:
                value = value.replace(">", "&gt;")
            if '"' in value:
                value = value.replace('"', "&quot;")
            if "'" in value:
                value = value.replace("'", "&#x27;")
            return value.encode()
        if type(value) is int or type(value) is float:
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
}
