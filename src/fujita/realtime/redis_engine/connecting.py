"""How Redis is reached: one server, Sentinels that know which, or a cluster."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    ReadOnlyError,
    RedisClusterException,
    SlotNotCoveredError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from fujita.realtime.errors import EngineUnavailableError

CONNECT_TIMEOUT = 2.0
ANSWER_TIMEOUT = 5.0

AWAY = (
    RedisConnectionError,
    RedisTimeoutError,
    BusyLoadingError,
    ReadOnlyError,
    ClusterDownError,
    RedisClusterException,
    SlotNotCoveredError,
    OSError,
)
"""What is raised while Redis is away, is loading, or is being replaced."""

SCHEMES = (
    "redis",
    "rediss",
    "unix",
    "redis+sentinel",
    "rediss+sentinel",
    "redis+cluster",
    "rediss+cluster",
)


@contextmanager
def unavailable_unless_reached(where: str) -> Iterator[None]:
    """Turns Redis' many errors of one meaning into one.

    Raises:
        EngineUnavailableError: Redis is away.
    """
    try:
        yield
    except AWAY as error:
        raise EngineUnavailableError(f"Redis at {where} cannot be reached: {error}") from error


class Link(ABC):
    """A way to Redis.

    Attributes:
        where: The address, without its password, for messages.
        sharded: Whether channels belong to nodes, as keys do.
        client: Runs commands and pipelines.
    """

    where: str
    sharded = False
    client: Any

    @abstractmethod
    def place(self, channel: str) -> str:
        """Names the server that a channel is on."""

    @abstractmethod
    def listening(self, place: str) -> "Any":
        """Opens a connection of its own to a server, as a context manager."""

    async def start(self) -> None:
        """Gets to know the servers."""
        with unavailable_unless_reached(self.where):
            await self.client.ping()

    async def refresh(self) -> None:
        """Finds out anew which server has what."""
        return

    async def close(self) -> None:
        """Ends all connections."""
        await self.client.aclose()


class SingleLink(Link):
    """To one server, which a Sentinel may have to name.

    Args:
        client: The client.
        where: Its address.
        sentinels: Clients of the Sentinels.
    """

    def __init__(self, client: Any, where: str, sentinels: Sequence[Any] = ()) -> None:
        self.client = client
        self.where = where
        self._sentinels = sentinels

    def place(self, channel: str) -> str:
        """Names the only one."""
        return self.where

    async def close(self) -> None:
        """Ends all connections."""
        await super().close()
        await self.client.connection_pool.disconnect()
        for sentinel in self._sentinels:
            await sentinel.aclose()

    @asynccontextmanager
    async def listening(self, place: str) -> AsyncIterator[Any]:
        """Takes a connection out of the pool, and does not put it back alive."""
        pool = self.client.connection_pool
        connection = await pool.get_connection()
        try:
            yield connection
        finally:
            await connection.disconnect()
            await pool.release(connection)


class ClusterLink(Link):
    """To a cluster, whose nodes (Redis 7) have channels as they have keys.

    Args:
        client: The client.
        where: The addresses to begin with.
    """

    sharded = True

    def __init__(self, client: Any, where: str) -> None:
        self.client = client
        self.where = where

    async def start(self) -> None:
        """Gets to know the nodes."""
        with unavailable_unless_reached(self.where):
            await self.client.initialize()

    async def refresh(self) -> None:
        """Finds out anew which node has what."""
        await self.client.nodes_manager.initialize()

    def place(self, channel: str) -> str:
        """Names the node that has a channel."""
        name: str = self.client.get_node_from_key(channel).name
        return name

    @asynccontextmanager
    async def listening(self, place: str) -> AsyncIterator[Any]:
        """Opens a connection to a node."""
        node = self.client.get_node(node_name=place)
        if node is None:
            raise RedisConnectionError(f"{place} is no node of the cluster any more")
        connection = node.connection_class(**node.connection_kwargs)
        try:
            await connection.connect()
            yield connection
        finally:
            await connection.disconnect()


def link_from_url(url: str) -> Link:
    """Makes the link that a URL describes; see `RedisEngine.from_url`.

    Raises:
        ValueError: The URL says too little, or what there is not.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        expected = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise ValueError(f"{_without_password(url)!r} is no URL of Redis: expected {expected}")
    where = _without_password(url)
    kind = parts.scheme.partition("+")[2]
    if not kind:
        return SingleLink(Redis.from_url(url, **_options()), where)
    options = _options()
    if parts.username:
        options["username"] = unquote(parts.username)
    if parts.password:
        options["password"] = unquote(parts.password)
    if parts.scheme.startswith("rediss"):
        options["ssl"] = True
    options.update(_tls_options(parts.query))
    addresses = _addresses(parts.netloc, 26379 if kind == "sentinel" else 6379)
    if kind == "cluster":
        nodes = [ClusterNode(host, port) for host, port in addresses]
        return ClusterLink(
            RedisCluster(startup_nodes=nodes, require_full_coverage=False, **options), where
        )
    service, _, database = parts.path.strip("/").partition("/")
    if not service:
        raise ValueError(f"{where!r} names no service: redis+sentinel://HOST,HOST/SERVICE")
    if database:
        options["db"] = int(database)
    timeouts = {"socket_timeout": CONNECT_TIMEOUT, "socket_connect_timeout": CONNECT_TIMEOUT}
    # The addresses are the Sentinels', so what the URL says of TLS holds for them, too.
    secured = {name: value for name, value in options.items() if name.startswith("ssl")}
    asking = {**timeouts, **secured}
    sentinel: Any = Sentinel(addresses, sentinel_kwargs=asking, **options)  # type: ignore[no-untyped-call]
    return SingleLink(sentinel.master_for(service), where, sentinel.sentinels)


def _options() -> dict[str, Any]:
    return {
        "socket_timeout": ANSWER_TIMEOUT,
        "socket_connect_timeout": CONNECT_TIMEOUT,
        # What is tried again, and when, is this engine's business.
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
    }


def _tls_options(query: str) -> dict[str, str]:
    names = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_cert_reqs")
    return {name: value for name, value in parse_qsl(query) if name in names}


def _addresses(netloc: str, default_port: int) -> list[tuple[str, int]]:
    addresses = []
    for address in netloc.rpartition("@")[2].split(","):
        host, colon, port = address.rpartition(":")
        if not colon or port.endswith("]"):
            host, port = address, str(default_port)
        addresses.append((host.strip("[]"), int(port)))
    return addresses


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
