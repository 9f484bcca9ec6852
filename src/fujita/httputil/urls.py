"""URLs, network locations and query strings."""

from collections.abc import Iterable
from typing import AnyStr
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


def url_concat(
    url: str, args: dict[str, str] | list[tuple[str, str]] | tuple[tuple[str, str], ...] | None
) -> str:
    """Adds arguments to a URL that may have a query string already.

    Args:
        url: The URL; a fragment stays at its end.
        args: The arguments as a dictionary, or as pairs if a name occurs more than once.
            ``None`` leaves the URL as it is.

    Returns:
        The URL with its old arguments, encoded anew, followed by the others.

    Raises:
        TypeError: ``args`` is of another type.

    >>> url_concat("http://fuji.example/climb", dict(month="july"))
    'http://fuji.example/climb?month=july'
    >>> url_concat("http://fuji.example/climb?from=gotemba#map", [("via", "7"), ("via", "8")])
    'http://fuji.example/climb?from=gotemba&via=7&via=8#map'
    """
    if args is None:
        return url
    if not isinstance(args, dict | list | tuple):
        raise TypeError(f"args must be a dict, list or tuple, not {type(args).__name__}")
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    pairs += args.items() if isinstance(args, dict) else args
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def split_host_and_port(netloc: str) -> tuple[str, int | None]:
    """Splits a network location.

    Args:
        netloc: A host, which may be followed by a colon and a port.

    Returns:
        The host (an IPv6 address keeps its brackets) and the port, ``None`` if there is none.

    >>> split_host_and_port("fuji.example:8888")
    ('fuji.example', 8888)
    >>> split_host_and_port("[::1]")
    ('[::1]', None)
    """
    host, _, port = netloc.rpartition(":")
    # int() refuses numbers of thousands of digits; no port has more than five.
    if host and port.isascii() and port.isdigit() and len(port) < 20:
        return host, int(port)
    return netloc, None


def qs_to_qsl(qs: dict[str, list[AnyStr]]) -> Iterable[tuple[str, AnyStr]]:
    """Flattens what `urllib.parse.parse_qs` returns into pairs.

    Args:
        qs: Lists of values by name.

    Yields:
        Each name with each of its values.

    >>> list(qs_to_qsl({"hut": ["7", "8"], "month": ["july"]}))
    [('hut', '7'), ('hut', '8'), ('month', 'july')]
    """
    for name, values in qs.items():
        for value in values:
            yield name, value
