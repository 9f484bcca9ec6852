"""Small encodings: header values with parameters, and the credentials of Basic authentication."""

import unicodedata
from collections.abc import Mapping

from fujita.escape import utf8
from fujita.wire.parameters import parse_parameters


def _parse_header(line: str) -> tuple[str, dict[str, str]]:
    """Parses a header value such as that of ``Content-Type``.

    Args:
        line: The value.

    Returns:
        What stands before the first semicolon, and the parameters by name in lower case.

    >>> _parse_header('text/html; Charset="utf-8"')
    ('text/html', {'charset': 'utf-8'})
    >>> _parse_header("form-data; name=map; filename*=utf-8''%E5%AF%8C%E5%A3%AB.png")
    ('form-data', {'name': 'map', 'filename': '富士.png'})
    """
    return parse_parameters(line)


def _encode_header(key: str, pdict: Mapping[str, object]) -> str:
    """Writes a header value with parameters, in alphabetical order and without quotes.

    Args:
        key: What stands before the first semicolon.
        pdict: The parameters by name; one that is ``None`` is written without a value.

    Returns:
        The header's value.

    >>> _encode_header("permessage-deflate", {"server_max_window_bits": 10, "flag": None})
    'permessage-deflate; flag; server_max_window_bits=10'
    """
    parameters = [
        name if value is None else f"{name}={value}" for name, value in sorted(pdict.items())
    ]
    return "; ".join([key, *parameters])


def encode_username_password(username: str | bytes, password: str | bytes) -> bytes:
    """Joins the credentials of Basic authentication, ready for base64 (RFC 7617 section 2).

    Args:
        username: Text is brought to Unicode's normalization form C and encoded as UTF-8; bytes
            are taken as they are.
        password: The same.

    Returns:
        Both, with a colon between them.

    >>> encode_username_password("konohana", "sakuya")
    b'konohana:sakuya'
    """
    return b"%s:%s" % (_credential(username), _credential(password))


def _credential(text: str | bytes) -> bytes:
    # RFC 7617 section 2.1 asks for this form, which RFC 8265 defines.
    return utf8(unicodedata.normalize("NFC", text) if isinstance(text, str) else text)
