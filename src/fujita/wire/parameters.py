"""Header values with parameters: ``form-data; name="photo"; filename="Fuji.jpg"``.

The grammar is RFC 9110 section 5.6.6, with the extended notation of RFC 8187 (``name*``) and
the continuations of RFC 2231 section 3 (``name*0``, ``name*1``). What does not follow it is read
as far as it makes sense.
"""

import codecs
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

# A semicolon and what follows it, up to the next one outside quotes. Nothing here can be matched
# in two ways, and the possessive quantifiers never go back: the time is linear in the length.
_SEGMENT = re.compile(r';([^;="]*+)(=?)((?:[^;"]++|"(?:[^"\\]++|\\.?)*+"?)*+)', re.DOTALL)
"""Groups: a name, its equals sign, and the rest."""

_ESCAPED = re.compile(r'\\(["\\])')
"""Other backslashes stand for themselves: old browsers send ``C:\\photos\\fuji.jpg``."""

_BLANKS = " \t\r\n"


def parse_parameters(value: str) -> tuple[str, dict[str, str]]:
    """Splits a header value with parameters.

    Args:
        value: The header's value.

    Returns:
        What stands before the first semicolon, and the parameters by name in lower case. Of
        parameters with the same name the last one counts, but an extended one before a plain
        one. A parameter without an equals sign is left out.
    """
    segments = _SEGMENT.finditer(";" + value)
    main_value = next(segments)[0][1:].strip(_BLANKS)
    parameters = dict(_names_and_values(segments))
    if any("*" in name for name in parameters):
        parameters = _decode_extended(parameters)
    return main_value, parameters


def iterate_parameters(value: str) -> Iterator[tuple[str, str]]:
    """Gives the parameters of a header value as they come, extended ones not decoded.

    Args:
        value: The header's value.

    Returns:
        Each name in lower case with its value, without quotes.
    """
    segments = _SEGMENT.finditer(";" + value)
    next(segments)
    return _names_and_values(segments)


def _names_and_values(segments: Iterator[re.Match[str]]) -> Iterator[tuple[str, str]]:
    for segment in segments:
        name, equals, text = segment.groups()
        if equals:
            yield name.strip(_BLANKS).lower(), _unquote(text.strip(_BLANKS))


def _unquote(text: str) -> str:
    """Undoes the quoting of a quoted-string (RFC 9110 section 5.6.4)."""
    if len(text) < 2 or not text[0] == text[-1] == '"':
        return text
    inner = text[1:-1]
    return _ESCAPED.sub(r"\1", inner) if "\\" in inner else inner


_EXTENDED_NAME = re.compile(r"([^*]+)(?:\*([0-9]{1,4}))?(\*)?")
"""Groups: the name proper, the number of the section, the sign that it is encoded."""

# Python knows codecs that are no charsets, and some whose time is quadratic (idna, punycode).
_CHARSET = re.compile(
    r"utf-?8|us-ascii|iso-8859-[0-9]{1,2}|windows-125[0-9]|koi8-[ru]"
    r"|gb2312|gbk|gb18030|big5|shift_jis|euc-jp|euc-kr|iso-2022-jp",
    re.IGNORECASE,
)


def _decode_extended(parameters: dict[str, str]) -> dict[str, str]:
    decoded: dict[str, str] = {}
    sections: dict[str, list[tuple[int, bool, str]]] = {}
    for name, value in parameters.items():
        match = _EXTENDED_NAME.fullmatch(name)
        if match is None or match.end(1) == len(name):
            decoded[name] = value
        else:
            number, encoded = int(match[2] or 0), match[3] is not None
            sections.setdefault(match[1], []).append((number, encoded, value))
    for name, values in sections.items():
        values.sort()
        decoded[name] = _join_sections(values)
    return decoded


def _join_sections(sections: list[tuple[int, bool, str]]) -> str:
    """Decodes the sections of one parameter, of which the first names the charset."""
    number, encoded, text = sections[0]
    charset = "utf-8"
    if encoded and text.count("'") >= 2:
        # RFC 8187 section 3.2.1: charset "'" [ language ] "'" value-chars
        label, _, text = text.split("'", 2)
        charset = _codec(label)
    octets = b"".join(
        unquote_to_bytes(part) if is_encoded else part.encode(charset, "replace")
        for _, is_encoded, part in [(number, encoded, text), *sections[1:]]
    )
    return octets.decode(charset, "replace")


def _codec(label: str) -> str:
    """Gives Python's name of a charset; an unknown one is read byte by byte."""
    if _CHARSET.fullmatch(label):
        try:
            return codecs.lookup(label).name
        except LookupError:
            pass
    return "iso-8859-1"
