"""How far back a regular expression must look when more data has arrived."""

import functools
import re

# One byte of the subject: a literal, an escape that stands for one byte, a dot, a class.
_ATOM = rb"""(?:
    [^\\.^$*+?{}\[\]|()]
  | \\(?: [^A-Za-z0-9] | [afnrtvdDsSwW] | x[0-9A-Fa-f]{2} )
  | \.
  | \[ \^?+ (?: [^\]\[\\] | \\. )++ \]
)"""
_BOUNDED = re.compile(rb"(?:" + _ATOM + rb"\?{0,2}|\|)*+", re.VERBOSE | re.DOTALL)
_ATOMS = re.compile(_ATOM, re.VERBOSE | re.DOTALL)


@functools.lru_cache(maxsize=256)
def compile_with_reach(regex: bytes) -> tuple[re.Pattern[bytes], int | None]:
    """Compiles a regular expression; returns with it what `regex_reach` says of it.

    Raises:
        re.error: It is not one.
        TypeError: It is one of text, not of bytes.
    """
    pattern = re.compile(regex)
    if not isinstance(pattern.pattern, bytes):
        raise TypeError(f"regex must be of bytes, not {regex!r}")
    return pattern, regex_reach(pattern)


def regex_reach(pattern: re.Pattern[bytes]) -> int | None:
    r"""Returns the most bytes that a match can span, or None if that is not known.

    Known are patterns such as ``\r?\n\r?\n``: bytes, classes, ``?`` and ``|``, without repetition,
    groups, or assertions. Where such a pattern was not found in some data and more
    data arrives, a match can begin no further back than its reach; for all others the search
    must begin again at the start, since what has been seen may match in the light of what
    has come.
    """
    if pattern.flags or not _BOUNDED.fullmatch(pattern.pattern):
        return None
    # All alternatives together: an upper bound is all it takes.
    return len(_ATOMS.findall(pattern.pattern))
