import asyncio
import socket
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import pytest

from fujita.netutil import (
    BlockingResolver,
    DefaultExecutorResolver,
    DefaultLoopResolver,
    ExecutorResolver,
    OverrideResolver,
    Resolver,
    ThreadedResolver,
)
from fujita.netutil.address import AddressInfo

ALL = [
    BlockingResolver,
    DefaultExecutorResolver,
    DefaultLoopResolver,
    ExecutorResolver,
    ThreadedResolver,
]


def resolve(resolver: Resolver, *args: Any) -> AddressInfo:
    async def main() -> AddressInfo:
        return await resolver.resolve(*args)

    return asyncio.run(main())


@pytest.fixture(autouse=True)
def _no_shared_pool() -> Iterator[None]:
    yield
    if ThreadedResolver._threadpool is not None:
        ThreadedResolver._threadpool.shutdown()
        ThreadedResolver._threadpool = None


@pytest.mark.parametrize("kind", ALL)
def test_localhost_has_a_loopback_address(kind: type[Resolver]) -> None:
    found = resolve(kind(), "localhost", 80)
    assert found
    assert all(address[:2] in (("127.0.0.1", 80), ("::1", 80)) for _, address in found)


@pytest.mark.parametrize("kind", ALL)
def test_an_address_resolves_to_itself(kind: type[Resolver]) -> None:
    assert resolve(kind(), "192.0.2.1", 1) == [(socket.AF_INET, ("192.0.2.1", 1))]
    assert resolve(kind(), "::1", 1) == [(socket.AF_INET6, ("::1", 1, 0, 0))]


@pytest.mark.parametrize("kind", ALL)
def test_failure_is_an_os_error_that_names_the_host(
    kind: type[Resolver], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unheard of")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(OSError, match="'nowhere': unheard of"):
        resolve(kind(), "nowhere", 80)


@pytest.mark.parametrize("kind", ALL)
def test_a_host_that_is_no_name_is_an_os_error(kind: type[Resolver]) -> None:
    with pytest.raises(OSError, match="not a host name"):
        resolve(kind(), "a" * 100, 80)


@pytest.mark.parametrize("kind", ALL)
def test_a_port_out_of_range_is_an_os_error(kind: type[Resolver]) -> None:
    with pytest.raises(OSError, match="not 70000"):
        resolve(kind(), "127.0.0.1", 70000)


def test_an_address_needs_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise AssertionError("asked the system")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert resolve(Resolver(), "127.0.0.1", 80) == [(socket.AF_INET, ("127.0.0.1", 80))]


def test_the_default_is_the_loop_s_resolver() -> None:
    assert type(Resolver()) is DefaultLoopResolver
    assert Resolver.configurable_base() is Resolver


def test_another_implementation_can_be_configured() -> None:
    Resolver.configure("fujita.netutil.ThreadedResolver", num_threads=2)
    try:
        resolver = Resolver()
        assert isinstance(resolver, ThreadedResolver)
        assert isinstance(resolver.executor, ThreadPoolExecutor)
        assert resolver.executor._max_workers == 2
    finally:
        Resolver.configure(None)


def test_the_interface_alone_resolves_nothing() -> None:
    class Lazy(Resolver):
        pass

    with pytest.raises(NotImplementedError, match="Lazy must override resolve"):
        Lazy().resolve("localhost", 80)


class CountingExecutor(ThreadPoolExecutor):
    shut_down = False

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.shut_down = True
        super().shutdown(wait, cancel_futures=cancel_futures)


@pytest.mark.parametrize("close_executor", [True, False])
def test_closing_shuts_down_the_executor_unless_told_otherwise(close_executor: bool) -> None:
    with CountingExecutor(1) as executor:
        resolver = ExecutorResolver(executor=executor, close_executor=close_executor)
        assert resolve(resolver, "localhost", 1)
        resolver.close()
        assert executor.shut_down is close_executor
        with pytest.raises(RuntimeError, match="closed"):
            resolver.resolve("localhost", 1)


def test_threaded_resolvers_share_a_pool_for_the_process() -> None:
    first, second = ThreadedResolver(num_threads=3), ThreadedResolver(num_threads=5)
    assert first.executor is second.executor is ThreadedResolver._threadpool
    first.close()
    assert first.executor is None
    assert resolve(second, "localhost", 1)
    # As if this process were a fork: the pool's threads did not come along.
    inherited: Executor | None = second.executor
    ThreadedResolver._threadpool_pid = -1
    assert ThreadedResolver().executor is not inherited
    assert isinstance(inherited, ThreadPoolExecutor)
    inherited.shutdown()


class Recorder(Resolver):
    """Answers with the question."""

    closed = False

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> AddressInfo:
        return [(family, (host, port))]

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (("by-name", 1), ("1.1.1.1", 1)),
        (("by-port", 1), ("2.2.2.2", 20)),
        (("by-port", 2), ("by-port", 2)),
        (("by-family", 1, socket.AF_INET6), ("::3", 30)),
        (("by-family", 1, socket.AF_INET), ("3.3.3.3", 31)),
        (("unknown", 1), ("unknown", 1)),
    ],
)
def test_overrides(question: tuple[Any, ...], answer: tuple[str, int]) -> None:
    table = {
        "by-name": "1.1.1.1",
        ("by-port", 1): ("2.2.2.2", 20),
        ("by-family", 1, socket.AF_INET6): ("::3", 30),
        ("by-family", 1): ("3.3.3.3", 31),
    }
    resolver = OverrideResolver(Recorder(), table)
    ((_, found),) = resolve(resolver, *question)
    assert found == answer


def test_closing_overrides_closes_the_resolver_underneath() -> None:
    below = Recorder()
    OverrideResolver(below, {}).close()
    assert below.closed
