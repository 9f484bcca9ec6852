import asyncio
from collections.abc import Generator, Iterator
from concurrent import futures
from typing import Any

import pytest

from fujita import gen
from fujita.gen.convert import READY_MADE
from tests.loop_kinds import KINDS, run

each_kind = pytest.mark.parametrize("kind", KINDS)


@gen.coroutine
def echo(value: Any) -> Generator[Any, Any, Any]:
    return (yield value)


@pytest.fixture
def restored_registry() -> Iterator[None]:
    """Forgets afterwards what a test has registered for futures; other types harm nobody."""
    ready_made = READY_MADE.copy()
    yield
    default = gen.convert_yielded.registry[object]
    gen.convert_yielded.register(asyncio.Future, default)
    READY_MADE.update(ready_made)


@each_kind
def test_futures_are_returned_as_they_are(kind: str) -> None:
    async def main() -> None:
        own: list[Any] = [asyncio.Future(), futures.Future(), gen.moment, gen._null_future]
        for future in own:
            assert gen.convert_yielded(future) is future
        assert gen.convert_yielded(None) is gen.moment

    run(kind, main)


@each_kind
def test_awaitables_are_started(kind: str) -> None:
    async def main() -> None:
        started: list[bool] = []

        async def native() -> str:
            started.append(True)
            return "native"

        task = gen.convert_yielded(native())
        assert isinstance(task, asyncio.Task)
        await asyncio.sleep(0)
        assert started
        assert await task == "native"

    run(kind, main)


def test_unknown_objects_are_named() -> None:
    with pytest.raises(gen.BadYieldError, match="yielded unknown object 42"):
        gen.convert_yielded(42)


class Deferred:
    pass


@each_kind
def test_converter_of_another_library(kind: str) -> None:
    @gen.convert_yielded.register(Deferred)
    def convert(_: Deferred) -> "asyncio.Future[str]":
        future: asyncio.Future[str] = asyncio.Future()
        future.get_loop().call_soon(future.set_result, "deferred")
        return future

    async def main() -> None:
        assert await echo(Deferred()) == "deferred"
        assert await echo([Deferred(), Deferred()]) == ["deferred", "deferred"]

    run(kind, main)
    assert gen.convert_yielded.dispatch(Deferred) is convert


def test_converter_by_annotation_and_by_call() -> None:
    class First:
        pass

    class Second:
        pass

    class Third:
        pass

    class Fourth:
        pass

    def convert(_: First) -> Any:
        return gen._null_future

    gen.convert_yielded.register(convert)
    gen.convert_yielded.register(Second, convert)
    gen.convert_yielded.register(Third | Fourth)(convert)

    async def main() -> None:
        assert await echo([First(), Second(), Third(), Fourth()]) == [None] * 4

    asyncio.run(main())


@pytest.mark.usefixtures("restored_registry")
def test_converter_for_futures() -> None:
    seen = []

    @gen.convert_yielded.register(asyncio.Future)
    def convert(future: "asyncio.Future[Any]") -> Any:
        seen.append(future)
        return future

    async def main() -> None:
        future: asyncio.Future[None] = asyncio.Future()
        future.set_result(None)
        await echo(future)
        assert seen == [future]

    asyncio.run(main())


@each_kind
def test_error_of_a_converter_is_raised_at_the_yield(kind: str) -> None:
    class Broken:
        pass

    @gen.convert_yielded.register(Broken)
    def convert(_: Broken) -> Any:
        raise ZeroDivisionError

    @gen.coroutine
    def survive() -> Generator[Any, Any, str]:
        with pytest.raises(ZeroDivisionError):
            yield Broken()
        yield gen.moment
        with pytest.raises(ZeroDivisionError):
            yield Broken()
        return "survived"

    async def main() -> None:
        assert await survive() == "survived"

    run(kind, main)


def test_maybe_future() -> None:
    async def main() -> None:
        future: asyncio.Future[None] = asyncio.Future()
        assert gen.maybe_future(future) is future
        thread_future: futures.Future[None] = futures.Future()
        assert id(gen.maybe_future(thread_future)) == id(thread_future)
        assert await gen.maybe_future("text") == "text"
        assert await gen.maybe_future(None) is None

    asyncio.run(main())
