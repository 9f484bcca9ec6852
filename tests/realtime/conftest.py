"""A Redis server for the tests of a session, and what differs between engines."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fujita.realtime import Engine, Hub, MemoryEngine
from tests.realtime.redis_servers import RedisServer

MakeHub = Callable[..., Hub]


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def redis_hub(redis: RedisServer) -> MakeHub:
    """Makes hubs that share their rooms with one another, and with no other test."""
    from fujita.realtime.redis_engine import RedisEngine

    prefix = secrets.token_hex(6)

    def make(lifetime: float = 60.0, wait: float = 0.0, **options: Any) -> Hub:
        engine = RedisEngine.from_url(redis.url, prefix=prefix, lifetime=lifetime, wait=wait)
        return Hub(engine, **options)

    return make


@pytest.fixture(params=["memory", "redis"])
def make_hub(request: pytest.FixtureRequest) -> MakeHub:
    """Makes a hub with each kind of engine."""
    if request.param == "redis":
        made: MakeHub = request.getfixturevalue("redis_hub")
        return made

    def make(**options: Any) -> Hub:
        engine: Engine = MemoryEngine()
        return Hub(engine, **options)

    return make
