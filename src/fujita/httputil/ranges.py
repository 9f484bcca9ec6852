"""Byte ranges: the headers ``Range`` and ``Content-Range`` (RFC 9110 section 14)."""

import re

# RFC 9110 section 14.1.1 has ``1*DIGIT`` for a position. int() would also take signs,
# underscores and other scripts' digits, which a cache in front might read differently. No file
# is so large that its positions need more than 18 digits.
_BYTE_RANGE = re.compile(
    r"\s*bytes\s*(?:=\s*([0-9]{0,18})\s*(?:-\s*([0-9]{0,18})\s*)?)?",
)


def _parse_request_range(range_header: str) -> tuple[int | None, int | None] | None:
    """Turns a ``Range`` header into the bounds of a slice.

    Args:
        range_header: The header's value.

    Returns:
        Where the slice starts and ends, in bytes; a negative start counts from the end, and
        ``None`` is open. ``None`` instead of a pair if the header is to be ignored (RFC 9110
        section 14.2): it is malformed, has another unit than bytes, or several ranges.

    >>> _parse_request_range("bytes=0-499")
    (0, 500)
    >>> _parse_request_range("bytes=9500-")
    (9500, None)
    >>> _parse_request_range("bytes=-500")
    (-500, None)
    >>> _parse_request_range("bytes=-0")
    (None, 0)
    >>> _parse_request_range("lines=1-2")
    >>> _parse_request_range("bytes=0-0,-1")
    """
    match = _BYTE_RANGE.fullmatch(range_header)
    if match is None:
        return None
    first, last = map(_int_or_none, match.groups(""))
    if first is not None:
        # The header's last position is part of the range, a slice's end is not.
        return first, None if last is None else last + 1
    if last:
        return -last, None
    # "-0", the last 0 bytes: there is no start that counts so from the end, only an end.
    return None, last


def _get_content_range(start: int | None, end: int | None, total: int) -> str:
    """Writes a ``Content-Range`` header for a slice.

    Args:
        start: The first byte's position, ``None`` for 0.
        end: The position after the last byte, ``None`` for ``total``.
        total: The size of the whole content in bytes.

    Returns:
        The header's value.

    >>> _get_content_range(500, 1000, 8000)
    'bytes 500-999/8000'
    >>> _get_content_range(None, None, 8000)
    'bytes 0-7999/8000'
    """
    return f"bytes {start or 0}-{(end or total) - 1}/{total}"


def _int_or_none(val: str) -> int | None:
    """Reads a number; blank text is ``None``."""
    return int(val) if val.strip() else None
