"""The grammar of ``Sec-WebSocket-Extensions`` and ``-Protocol`` (RFC 6455, sections 9.1, 11.3)."""

import re

Parameter = tuple[str, str | None]
"""Name and value of an extension's parameter; None where it stands without "="."""

Extension = tuple[str, list[Parameter]]
"""Name of an extension, and its parameters in order."""

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_ITEM = re.compile(
    rf"[ \t]*+({_TOKEN})"
    rf'(?:[ \t]*+=[ \t]*+(?:({_TOKEN})|"((?:[^"\\]|\\.)*+)"))?+'
    r"[ \t]*+([;,]|\Z)"
)
_QUOTED_PAIR = re.compile(r"\\(.)")
_EMPTY_ELEMENT = re.compile(r"[ \t]*+(?:,|\Z)")
_is_token = re.compile(_TOKEN).fullmatch


def parse_extensions(header: str) -> list[Extension]:
    """Parses a ``Sec-WebSocket-Extensions`` value; several headers are joined by commas first.

    Args:
        header: The value.

    Returns:
        Names and parameters, in the header's order, which is the client's order of preference.

    Raises:
        ValueError: The value breaks the grammar; section 9.1 has the connection failed then.
    """
    extensions: list[Extension] = []
    parameters: list[Parameter] | None = None
    position = 0
    while position < len(header) or parameters is not None:
        # The list rule of RFC 9110, section 5.6.1, has a recipient skip empty elements.
        if parameters is None and (empty := _EMPTY_ELEMENT.match(header, position)):
            position = empty.end()
            continue
        name, value, position, separator = _read_item(header, position)
        if parameters is not None:
            parameters.append((name, value))
        elif value is None:
            parameters = []
            extensions.append((name, parameters))
        else:
            raise _malformed(header, position)
        if separator != ";":
            parameters = None
    return extensions


def _read_item(header: str, position: int) -> tuple[str, str | None, int, str]:
    match = _ITEM.match(header, position)
    if match is None:
        raise _malformed(header, position)
    name, value, quoted, separator = match.groups()
    if quoted is not None:
        # 9.1: "When using the quoted-string syntax variant, the value after quoted-string
        # unescaping MUST conform to the 'token' ABNF."
        value = _QUOTED_PAIR.sub(r"\1", quoted)
        if not _is_token(value):
            raise _malformed(header, match.start(3))
    return name, value, match.end(), separator


def _malformed(header: str, position: int) -> ValueError:
    return ValueError(
        f"malformed Sec-WebSocket-Extensions near character {position}: {header[:200]!r}"
    )


def format_extension(name: str, parameters: list[Parameter]) -> str:
    """Returns one extension as it stands in a ``Sec-WebSocket-Extensions`` header.

    Args:
        name: The extension's name.
        parameters: Its parameters.
    """
    items = [name]
    items += [key if value is None else f"{key}={value}" for key, value in parameters]
    return "; ".join(items)


def parse_subprotocols(header: str) -> list[str]:
    """Parses a ``Sec-WebSocket-Protocol`` value into names, the most wanted first.

    What stands between the commas is not checked: the application compares the names with those
    that it knows, and one that it does not know does no harm.

    Args:
        header: The value; several headers are joined by commas first.
    """
    return [name for item in header.split(",") if (name := item.strip(" \t"))]
