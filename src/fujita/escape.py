"""Escapes text for HTML, JSON and URLs, converts between ``str`` and ``bytes``.

Most functions have a near relative in the standard library, and differ from it in what they
make of ``bytes``. They are called several times in every request, hence the care for speed.
"""

import json
import json.encoder
import re
from binascii import a2b_qp
from collections.abc import Callable, Collection
from html import unescape as _html_unescape
from typing import Any, overload
from urllib.parse import unquote as _unquote

from fujita.util import unicode_type

__all__ = [
    "json_decode",
    "json_encode",
    "linkify",
    "native_str",
    "parse_qs_bytes",
    "recursive_unicode",
    "squeeze",
    "to_basestring",
    "to_unicode",
    "unicode_type",
    "url_escape",
    "url_unescape",
    "utf8",
    "xhtml_escape",
    "xhtml_unescape",
]


@overload
def utf8(value: bytes) -> bytes: ...
@overload
def utf8(value: str) -> bytes: ...
@overload
def utf8(value: None) -> None: ...
def utf8(value: str | bytes | None) -> bytes | None:
    """Encodes a string as UTF-8.

    Returns:
        The encoded string; ``bytes`` and ``None`` as they are.

    Raises:
        TypeError: The value is of another type.
    """
    if isinstance(value, str):
        return value.encode()
    if value is None or isinstance(value, bytes):
        return value
    raise _wrong_type(value)


@overload
def to_unicode(value: str) -> str: ...
@overload
def to_unicode(value: bytes) -> str: ...
@overload
def to_unicode(value: None) -> None: ...
def to_unicode(value: str | bytes | None) -> str | None:
    """Decodes bytes as UTF-8.

    Returns:
        The decoded bytes; ``str`` and ``None`` as they are.

    Raises:
        TypeError: The value is of another type.
        UnicodeDecodeError: The bytes are not UTF-8.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode()
    raise _wrong_type(value)


# Names from the years of Python 2 that programs still import.
_unicode = to_unicode
native_str = to_unicode
to_basestring = to_unicode


def _wrong_type(value: object) -> TypeError:
    return TypeError(f"Expected bytes, unicode, or None; got {type(value)!r}")


def recursive_unicode(obj: Any) -> Any:
    """Decodes all bytes in a structure of dictionaries, lists and tuples as UTF-8.

    Returns:
        A new structure; objects of other types are taken over as they are.
    """
    if isinstance(obj, bytes):
        return obj.decode()
    if isinstance(obj, list):
        return [recursive_unicode(item) for item in obj]
    if isinstance(obj, tuple):
        return tuple(map(recursive_unicode, obj))
    if isinstance(obj, dict):
        return {recursive_unicode(key): recursive_unicode(item) for key, item in obj.items()}
    return obj


_BLANKS = re.compile(r"[\x00-\x20]+")


def squeeze(value: str) -> str:
    """Makes each run of blanks and control characters one space, and strips the ends."""
    return _BLANKS.sub(" ", value).strip()


def xhtml_escape(value: str | bytes) -> str:
    """Escapes ``&``, ``<``, ``>`` and both quotes, as ``html.escape`` does.

    The result is safe as text and as a quoted attribute value in HTML and XML.
    """
    text = to_unicode(value)
    # Most strings have none of the five, and "in" is the fastest way to find out.
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    if '"' in text:
        text = text.replace('"', "&quot;")
    if "'" in text:
        text = text.replace("'", "&#x27;")
    return text


def xhtml_unescape(value: str | bytes) -> str:
    """Replaces the character references of HTML 5 by their characters (``html.unescape``)."""
    return _html_unescape(to_unicode(value))


def _default(value: object) -> Any:
    # Looked up at each call: programs replace JSONEncoder.default to encode types of their own.
    return _json_encoder.default(value)


def _chunk_encoder() -> Callable[[Any, int], tuple[str, ...]]:
    """Returns the function that ``json.dumps`` makes anew for each call.

    Without a memory of the containers that it is in, it can be kept and shared by threads. A
    structure that contains itself ends in a RecursionError instead.
    """
    try:
        make_encoder = vars(json.encoder)["c_make_encoder"]
        encoder: Callable[[Any, int], tuple[str, ...]] = make_encoder(
            None,  # markers
            _default,
            json.encoder.encode_basestring_ascii,
            None,  # indent
            _json_encoder.key_separator,
            _json_encoder.item_separator,
            _json_encoder.sort_keys,
            _json_encoder.skipkeys,
            _json_encoder.allow_nan,
        )
        if "".join(encoder({"a": [1, "b"]}, 0)) == '{"a": [1, "b"]}':
            return encoder
    except (KeyError, TypeError):
        pass  # an interpreter without the accelerator, or with another one
    return lambda value, _: (_json_encoder.encode(value),)


_json_encoder = json.JSONEncoder(check_circular=False)
_json_chunks = _chunk_encoder()
_json_raw_decode = json.JSONDecoder().raw_decode


def json_encode(value: Any) -> str:
    r"""Encodes a value as ``json.dumps`` does, and ``</`` as ``<\/``.

    So the result can stand in a ``<script>`` element of HTML without ending it.

    Raises:
        TypeError: The value, or something in it, has no form in JSON.
        ValueError: The value contains itself.
    """
    try:
        text = "".join(_json_chunks(value, 0))
    except RecursionError:
        # Tells a structure that contains itself from one that is too deep.
        text = json.dumps(value)
    return text.replace("</", "<\\/")


def json_decode(value: str | bytes) -> Any:
    """Decodes JSON as ``json.loads`` does.

    Raises:
        ValueError: The value is not JSON.
    """
    try:
        text = value.decode() if isinstance(value, bytes) else value
        result, end = _json_raw_decode(text)
    except (ValueError, TypeError):
        # Wrong, or leading blanks, or UTF-16: json.loads knows.
        return json.loads(value)
    if end == len(text) or not text[end:].strip(" \t\r\n"):
        return result
    return json.loads(value)


_ALWAYS_SAFE = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch


def _quoting_table(**exceptions: str) -> tuple[str, ...]:
    # RFC 3986, section 2.1: a percent-encoded octet is "%" and two hexadecimal digits, and
    # uppercase ones should be used. Section 2.3: unreserved characters stay.
    table = [chr(code) if _ALWAYS_SAFE(chr(code)) else f"%{code:02X}" for code in range(256)]
    table[ord(" ")] = exceptions.get("space", table[ord(" ")])
    table[ord("/")] = exceptions.get("slash", table[ord("/")])
    return tuple(table)


_FORM_QUOTING = _quoting_table(space="+")
_PATH_QUOTING = _quoting_table(slash="/")


def url_escape(value: str | bytes, plus: bool = True) -> str:
    """Percent-encodes a value for use in a URL.

    Args:
        value: Text, which is encoded as UTF-8, or bytes.
        plus: True for a query string, as ``urllib.parse.quote_plus``: a space becomes ``+``, a
            slash ``%2F``. False for a path, as ``urllib.parse.quote``: a space becomes ``%20``,
            a slash stays.
    """
    if isinstance(value, str):
        if _ALWAYS_SAFE(value):
            return value
        value = value.encode()
    elif not isinstance(value, bytes | bytearray):
        raise TypeError(f"Expected bytes or str, got {type(value)!r}")
    # Latin-1 makes each octet the character of the same number, and so an index of the table.
    return value.decode("latin-1").translate(_FORM_QUOTING if plus else _PATH_QUOTING)


@overload
def url_unescape(value: str | bytes, encoding: None, plus: bool = True) -> bytes: ...
@overload
def url_unescape(value: str | bytes, encoding: str = "utf-8", plus: bool = True) -> str: ...
def url_unescape(
    value: str | bytes, encoding: str | None = "utf-8", plus: bool = True
) -> str | bytes:
    """Decodes a percent-encoded value.

    Args:
        value: Text or bytes out of a URL.
        encoding: The encoding of the text; ``None`` to get the bytes.
        plus: True for a query string, where ``+`` is a space; false for a path.

    Returns:
        Text, with U+FFFD for what is not in the encoding; or bytes.
    """
    if encoding is None:
        octets = utf8(value)
        return _unquote_to_bytes(octets.replace(b"+", b" ") if plus else octets)
    text = to_unicode(value)
    if plus:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    if text.isascii():
        return _unquote_to_bytes(text.encode()).decode(encoding, "replace")
    return _unquote(text, encoding)


_STRAY_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_STRAY_PERCENTS = re.compile(rb"%+(?![0-9A-Fa-f]{2})")
_MENDED_AT_ONCE = 8192


def _unquote_to_bytes(data: bytes) -> bytes:
    """Does what ``urllib.parse.unquote_to_bytes`` does, in time and memory of a few copies.

    That function makes objects for each ``%``, and a form of some megabytes holds a million.
    """
    if _STRAY_PERCENT.search(data) is None:
        return _unquote_escapes(data)
    blocks = []
    start = 0
    while start < len(data):
        end = data.find(b"%", start + _MENDED_AT_ONCE)  # no escape goes on past a "%"
        if end < 0:
            end = len(data)
        # A "%" that starts no escape becomes one that means "%".
        block = _STRAY_PERCENTS.sub(lambda run: b"%25" * len(run[0]), data[start:end])
        blocks.append(_unquote_escapes(block))
        start = end
    return b"".join(blocks)


def _unquote_escapes(data: bytes) -> bytes:
    """Decodes what has no ``%`` but those of escapes."""
    # Quoted-printable (RFC 2045 section 6.7) is the same with "=" instead of "%", and Python's
    # decoder for it is written in C. Whatever else it knows begins with a "=" that is no escape.
    return a2b_qp(data.replace(b"=", b"=3D").replace(b"%", b"="))


def parse_qs_bytes(
    qs: str | bytes,
    keep_blank_values: bool = False,
    strict_parsing: bool = False,
    *,
    max_num_fields: int | None = None,
) -> dict[str, list[bytes]]:
    """Parses a query string or a form as ``urllib.parse.parse_qs`` does, to bytes.

    Args:
        qs: The query string; text must be Latin-1.
        keep_blank_values: Whether fields without a value are kept, as ``b""``.
        strict_parsing: Whether a field without ``=`` is an error.
        max_num_fields: The most fields that are parsed; ``None`` sets no bound.

    Returns:
        The values of each name, in their order. Names are decoded as Latin-1.

    Raises:
        ValueError: There are more fields than allowed, or a wrong one in strict parsing.
    """
    result: dict[str, list[bytes]] = {}
    if not qs:
        return result
    if isinstance(qs, str):
        qs = qs.encode("latin-1")
    if max_num_fields is not None and qs.count(b"&") >= max_num_fields:
        raise ValueError(f"Max number of fields exceeded: more than {max_num_fields}")
    for field in qs.replace(b"+", b" ").split(b"&"):
        name, equals, value = field.partition(b"=")
        if not equals and strict_parsing:
            raise ValueError(f"bad query field: {field!r}, expected name=value")
        if not value and not (keep_blank_values and field):
            continue
        if b"%" in name:
            name = _unquote_to_bytes(name)
        if b"%" in value:
            value = _unquote_to_bytes(value)
        key = name.decode("latin-1")
        if key in result:
            result[key].append(value)
        else:
            result[key] = [value]
    return result


# A link is made of text that does not end with punctuation, and of closed parentheses, as in
# Wikipedia's URLs. The text is in HTML already; of its character references only those for "&"
# and the double quote can be in a link.
_LINK_CHARACTER = r"(?:[^\s&()]|&(?:amp|quot);)"
_LINK = re.compile(
    rf"""
    (?: (?<![\w-]) (?P<dashes> -*+) (?P<scheme> \w[\w-]*+) : (?P<slashes> /{{1,3}}) | \b www\. )
    (?: {_LINK_CHARACTER}+ (?<= [^!"\#$%&'*+,.:;<=>?@\[\]^`{{|}}~] ) | \( {_LINK_CHARACTER}*+ \) )+
    """,
    re.VERBOSE,
)
_LINK_PROTOCOLS = ["http", "https"]
_SHORT_LINK = 30
_SHORT_PATH = 8


def linkify(
    text: str | bytes,
    shorten: bool = False,
    extra_params: str | Callable[[str], str] = "",
    require_protocol: bool = False,
    permitted_protocols: Collection[str] = _LINK_PROTOCOLS,
) -> str:
    """Turns plain text into HTML in which URLs are links.

    Args:
        text: The plain text.
        shorten: Whether long URLs are cut in what is shown of them.
        extra_params: Further attributes of the ``<a>`` element, such as ``rel="nofollow"``; or a
            function that takes the URL and returns them.
        require_protocol: Whether ``www.example.com`` is not enough to be a link.
        permitted_protocols: The schemes of URLs that become links. Never permit ``javascript``.
    """
    if isinstance(extra_params, str) and extra_params:
        extra_params = " " + extra_params.strip()

    def link(match: re.Match[str]) -> str:
        scheme, dashes = match["scheme"], match["dashes"] or ""
        if scheme not in permitted_protocols if scheme else require_protocol:
            return match[0]
        url = match[0][len(dashes) :]
        href = url if scheme else "http://" + url
        params = extra_params if isinstance(extra_params, str) else " " + extra_params(href).strip()
        shown = _shortened(url, match) if shorten else url
        if shown != url:
            params += f' title="{href}"'
        return f'{dashes}<a href="{href}"{params}>{shown}</a>'

    return _LINK.sub(link, xhtml_escape(text))


def _shortened(url: str, match: re.Match[str]) -> str:
    """Cuts a long URL after the first letters of its path, or somewhere in a long host."""
    if len(url) <= _SHORT_LINK:
        return url
    start = match.end("slashes") - match.start("scheme") if match["scheme"] else 0
    authority, slash, rest = url[start:].partition("/")
    folder = rest.partition("/")[0][:_SHORT_PATH]
    short = url[:start] + authority + slash + re.split(r"[?.]", folder, maxsplit=1)[0]
    if not slash:
        short = url
    if len(short) > _SHORT_LINK * 1.5:
        short = short[:_SHORT_LINK]
    # The cut may have gone through "&amp;".
    head, ampersand, reference = short.rpartition("&")
    if ampersand and ";" not in reference:
        short = head
    short += "..."
    return short if len(short) < len(url) else url
