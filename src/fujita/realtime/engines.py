"""Which engine a URL means."""

from urllib.parse import urlsplit

from fujita.realtime.engine import Engine
from fujita.realtime.memory import MemoryEngine


def engine_from_url(url: str) -> Engine:
    """Makes the engine that a URL names.

    Args:
        url: ``memory://``.

    Raises:
        ValueError: No engine has such a URL.
    """
    scheme = urlsplit(url).scheme
    if scheme == "memory":
        return MemoryEngine()
    raise ValueError(f"{url!r} is no engine's URL: expected memory://")
