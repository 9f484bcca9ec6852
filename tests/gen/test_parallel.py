import asyncio
import logging
from collections import OrderedDict, UserDict
from collections.abc import Generator
from concurrent import futures
from typing import Any

import pytest

from fujita import gen
from tests.loop_kinds import KINDS, run

each_kind = pytest.mark.parametrize("kind", KINDS)


def done(value: Any) -> "asyncio.Future[Any]":
    future: asyncio.Future[Any] = asyncio.Future()
    future.set_result(value)
    return future


def failed(error: BaseException) -> "asyncio.Future[Any]":
    future: asyncio.Future[Any] = asyncio.Future()
    future.set_exception(error)
    return future


@gen.coroutine
def after_moments(count: int, value: Any) -> Generator[Any, Any, Any]:
    for _ in range(count):
        yield gen.moment
    return value


@each_kind
def test_results_in_the_order_of_the_children(kind: str) -> None:
    async def main() -> None:
        assert await gen.multi([after_moments(3, "a"), after_moments(1, "b")]) == ["a", "b"]
        assert await gen.multi({"a": after_moments(3, 1), "b": after_moments(1, 2)}) == {
            "a": 1,
            "b": 2,
        }

    run(kind, main)


@each_kind
def test_children_that_are_done_are_not_waited_for(kind: str) -> None:
    async def main() -> None:
        assert gen.multi([done(1), gen.moment, None]).result() == [1, None, None]
        assert gen.multi([]).result() == []
        assert gen.multi({}).result() == {}
        assert gen.multi((done(1), done(2))).result() == [1, 2]
        assert gen.multi(done(i) for i in range(2)).result() == [0, 1]
        assert gen.multi(UserDict(a=done(1))).result() == {"a": 1}
        ordered = gen.multi(OrderedDict(b=done(1), a=done(2))).result()
        assert list(ordered) == ["b", "a"]

    run(kind, main)


@each_kind
def test_same_child_twice(kind: str) -> None:
    async def main() -> None:
        child = after_moments(1, "same")
        assert await gen.multi([child, after_moments(2, "other"), child]) == [
            "same",
            "other",
            "same",
        ]

    run(kind, main)


@each_kind
def test_waits_for_all_even_after_a_failure(kind: str) -> None:
    async def main() -> None:
        first: asyncio.Future[None] = asyncio.Future()
        second: asyncio.Future[None] = asyncio.Future()
        both = gen.multi([first, second])
        second.set_exception(ValueError("mine"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not both.done()
        first.set_result(None)
        with pytest.raises(ValueError, match="mine"):
            await both

    run(kind, main)


def test_first_exception_is_raised_and_the_others_are_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="1"):
            await gen.multi(
                [done(0), failed(ValueError(1)), failed(KeyError(2)), failed(OSError(3))]
            )

    asyncio.run(main())
    for record in caplog.records:
        assert record.name == "tornado.application"
        assert record.message == "Multiple exceptions in yield list"
    logged = [record.exc_info[0] for record in caplog.records if record.exc_info]
    assert logged == [KeyError, OSError]


@pytest.mark.parametrize("quiet", [KeyError, (OSError, KeyError)])
def test_quiet_exceptions_are_not_logged(caplog: pytest.LogCaptureFixture, quiet: Any) -> None:
    async def main() -> None:
        with pytest.raises(ValueError):
            await gen.multi([failed(ValueError()), failed(KeyError())], quiet_exceptions=quiet)

    asyncio.run(main())
    assert not caplog.records


@each_kind
def test_cancelled_child_raises_and_does_not_cancel(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        child: asyncio.Future[None] = asyncio.Future()
        both = gen.multi([child, after_moments(3, 1)])
        child.cancel()
        with pytest.raises(asyncio.CancelledError):
            await both
        assert not both.cancelled()
        with pytest.raises(ValueError):
            await gen.multi([failed(ValueError()), child])

    run(kind, main)
    assert not caplog.records


@each_kind
def test_cancelling_leaves_the_children_alone(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        child: asyncio.Future[None] = asyncio.Future()
        both = gen.multi([child])
        both.cancel()
        assert not child.cancelled()
        child.set_exception(ValueError("nobody waits"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert both.cancelled()

    run(kind, main)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


@each_kind
def test_children_in_threads(kind: str) -> None:
    async def main() -> None:
        with futures.ThreadPoolExecutor(2) as pool:
            children: list[Any] = [pool.submit(abs, -1), pool.submit(abs, -2), done(3)]
            assert await gen.multi(children) == [1, 2, 3]

    run(kind, main)


def test_bad_children() -> None:
    async def main() -> None:
        with pytest.raises(gen.BadYieldError):
            gen.multi([42])  # type: ignore[list-item]
        with pytest.raises(TypeError):
            gen.multi(42)  # type: ignore[call-overload]

    asyncio.run(main())
