"""Which engine a URL means."""

from urllib.parse import urlsplit

from fujita.realtime.engine import Engine
from fujita.realtime.memory import MemoryEngine


def engine_from_url(url: str, *, wait: float = 0.0) -> Engine:
    """Makes the engine that a URL names.

    Args:
        url: ``memory://``, or as of `RedisEngine.from_url`.
        wait: Seconds that an engine that is away is waited for.

    Raises:
        ValueError: No engine has such a URL.
        ModuleNotFoundError: Redis' library is not installed.
    """
    scheme = urlsplit(url).scheme
    if scheme == "memory":
        return MemoryEngine()
    if scheme.partition("+")[0] in ("redis", "rediss", "unix"):
        try:
            from fujita.realtime.redis_engine import RedisEngine
        except ModuleNotFoundError as error:
            if error.name != "redis":
                raise
            raise ModuleNotFoundError(
                "rooms over Redis need its library: pip install 'fujita[redis]'", name="redis"
            ) from error
        return RedisEngine.from_url(url, wait=wait)
    raise ValueError(
        f"{scheme or url}: no engine has such a URL; expected memory://, redis://, rediss://, "
        "redis+sentinel:// or redis+cluster://"
    )
