import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from fujita.tcpclient import _Connector, _format_addr

V4, V6 = 4, 6


class FakeStream:
    closed = False

    def close(self) -> None:
        self.closed = True


class Network:
    """Connections that come about when the test says so."""

    def __init__(self, *addresses: tuple[int, str], broken: str = "") -> None:
        self.attempts: dict[str, asyncio.Future[Any]] = {}
        self.streams: dict[str, FakeStream] = {}
        self.broken = broken
        self.connector = _Connector(list(addresses), self.connect)

    def connect(self, family: int, address: str) -> tuple[Any, "asyncio.Future[Any]"]:
        if address in self.broken:
            raise OSError(f"no socket for {address}")
        self.streams[address] = FakeStream()
        self.attempts[address] = asyncio.Future()
        return self.streams[address], self.attempts[address]

    def start(self, head_start: float = 3600, **kwargs: Any) -> "asyncio.Future[Any]":
        return self.connector.start(head_start, **kwargs)

    async def succeed(self, address: str) -> None:
        self.attempts.pop(address).set_result(self.streams[address])
        await asyncio.sleep(0)

    async def fail(self, address: str, error: Exception | None = None) -> None:
        self.attempts.pop(address).set_exception(error or OSError(f"{address} failed"))
        await asyncio.sleep(0)

    @property
    def under_way(self) -> str:
        return "".join(sorted(self.attempts))

    @property
    def closed(self) -> str:
        return "".join(sorted(name for name, stream in self.streams.items() if stream.closed))


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(main(), 30))


def test_addresses_are_split_by_the_first_one_s_family() -> None:
    split = _Connector.split([(V6, "a"), (V4, "b"), (V6, "c")])
    assert split == ([(V6, "a"), (V6, "c")], [(V4, "b")])
    assert _Connector.split([]) == ([], [])


def test_addresses_are_written_for_people() -> None:
    assert _format_addr(("::1", 80, 0, 0)) == "[::1]:80"


def test_the_first_that_connects_wins_and_the_others_are_closed() -> None:
    async def main() -> None:
        network = Network((V6, "a"), (V4, "b"))
        future = network.start()
        network.connector.on_timeout()
        assert network.under_way == "ab"
        await network.succeed("b")
        assert await future == (V4, "b", network.streams["b"])
        assert network.closed == "a"
        # The other one connects all the same: too late.
        await network.succeed("a")
        assert network.closed == "a"

    run(main)


def test_the_other_family_joins_in_after_the_head_start() -> None:
    async def main() -> None:
        network = Network((V6, "a"), (V6, "b"), (V4, "c"))
        future = network.start(0.001)
        while network.under_way != "ac":
            await asyncio.sleep(0)
        await network.fail("c")
        assert network.under_way == "a"
        await network.fail("a")
        assert network.under_way == "b"
        await network.succeed("b")
        assert (await future)[1] == "b"

    run(main)


def test_a_failure_ends_the_head_start() -> None:
    async def main() -> None:
        network = Network((V6, "a"), (V6, "b"), (V4, "c"))
        future = network.start()
        await network.fail("a")
        assert network.under_way == "bc"
        future.cancel()
        await asyncio.sleep(0)
        assert network.closed == "abc"

    run(main)


@pytest.mark.parametrize(("broken", "under_way"), [("a", "bc"), ("ab", "c"), ("ac", "bd")])
def test_an_address_that_cannot_be_tried_is_passed_over(broken: str, under_way: str) -> None:
    async def main() -> None:
        network = Network((V6, "a"), (V6, "b"), (V4, "c"), (V4, "d"), broken=broken)
        network.start()
        assert network.under_way == under_way
        network.connector.future.cancel()

    run(main)


def test_when_all_fail_the_last_error_is_told() -> None:
    async def main() -> None:
        network = Network((V6, "a"), (V4, "b"))
        future = network.start()
        await network.fail("a")
        await network.fail("b")
        with pytest.raises(OSError, match="b failed"):
            await future

    run(main)


def test_when_none_can_be_tried_the_last_error_is_told() -> None:
    async def main() -> None:
        network = Network((V6, "a"), (V4, "b"), broken="ab")
        with pytest.raises(OSError, match="no socket for"):
            await network.start()

    run(main)


def test_a_cancelled_attempt_is_a_failure() -> None:
    async def main() -> None:
        network = Network((V4, "a"))
        future = network.start()
        network.attempts["a"].cancel()
        with pytest.raises(OSError, match="connecting to a was cancelled"):
            await future
        assert network.closed == "a"

    run(main)


def test_an_attempt_may_be_over_at_once() -> None:
    async def main() -> None:
        network = Network((V4, "a"), (V4, "b"))
        connect = network.connector.connect

        def connect_at_once(family: int, address: str) -> Any:
            stream, attempt = connect(family, address)
            if address == "a":
                attempt.set_exception(OSError("refused at once"))
            else:
                attempt.set_result(stream)
            return stream, attempt

        network.connector.connect = connect_at_once
        assert (await network.start())[1] == "b"

    run(main)


def test_the_timeout_names_what_is_under_way() -> None:
    async def main() -> None:
        network = Network((V6, "a"), (V6, "b"), (V4, "c"))
        loop = network.connector.io_loop
        future = network.start(connect_timeout=loop.time() + 0.02)
        await network.fail("a")
        with pytest.raises(TimeoutError, match=r"^Timeout while connecting to b, c$"):
            await future
        assert network.closed == "abc"

    run(main)
