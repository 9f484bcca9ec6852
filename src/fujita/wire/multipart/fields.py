"""The header fields of a part."""

import re

from fujita.wire.multipart.errors import MultipartError

_FIELD_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++")

# RFC 7578 section 5.1: names and file names are UTF-8, so any character may come but controls.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def parse_fields(lines: bytes) -> dict[str, str]:
    """Reads the header fields of a part.

    Args:
        lines: The field lines, each with its line end.

    Returns:
        The values by name in lower case; repeated ones are joined with commas.

    Raises:
        MultipartError: A line is malformed.
    """
    try:
        text = lines.decode()
    except UnicodeDecodeError as error:
        message = f"multipart/form-data part header is not valid UTF-8 at byte {error.start}"
        raise MultipartError(message) from None
    fields: dict[str, list[str]] = {}
    # A line may also end with a bare LF, as in the header of a message.
    for line in text.removesuffix("\n").split("\n"):
        name, value = _parse_line(line.removesuffix("\r"))
        if name == "content-disposition" and name in fields:
            # What reads this part and what read it before might disagree on its name.
            raise MultipartError("multipart/form-data part with several Content-Disposition fields")
        fields.setdefault(name, []).append(value)
    return {name: ",".join(values) for name, values in fields.items()}


def _parse_line(line: str) -> tuple[str, str]:
    if line.startswith((" ", "\t")):
        raise MultipartError("header line cannot start with whitespace, folding not supported")
    name, colon, value = line.partition(":")
    if not colon:
        raise MultipartError("no colon in header line")
    if _FIELD_NAME.fullmatch(name) is None:
        raise MultipartError(f"Invalid header name {name!r}")
    value = value.strip(" \t")
    if _CONTROL.search(value):
        raise MultipartError(f"Invalid header value {value!r}")
    return name.lower(), value
