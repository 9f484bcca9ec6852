import asyncio
import contextvars
import datetime
import gc
import sys
import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fujita import gen
from fujita.ioloop import IOLoop
from tests.loop_kinds import FACTORIES, KINDS, run

each_kind = pytest.mark.parametrize("kind", KINDS)


@gen.coroutine
def echo(value: Any) -> Generator[Any, Any, Any]:
    return (yield value)


@gen.coroutine
def fail(first: Any) -> Generator[Any, Any, None]:
    yield first
    raise ValueError


@contextmanager
def no_cycles() -> Iterator[None]:
    """Fails if what runs within leaves garbage that reference counts do not free."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield
        gc.collect()
        garbage = gc.garbage[:]
        assert garbage == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@each_kind
def test_what_is_done_neither_takes_turns_nor_stack(kind: str) -> None:
    @gen.coroutine
    def count_up(count: int, first: Any) -> Generator[Any, Any, int]:
        total = 0
        yield first
        for _ in range(count):
            yield echo(gen._null_future)
            total += 1
        return total

    async def main() -> None:
        count = 10 * sys.getrecursionlimit()
        future = count_up(count, gen._null_future)
        assert future.done()
        assert future.result() == count
        assert await count_up(count, gen.moment) == count

    run(kind, main)


@each_kind
def test_moments_take_turns(kind: str) -> None:
    async def main() -> None:
        calls: list[str] = []

        @gen.coroutine
        def work(name: str, between: Any) -> Generator[Any, Any, None]:
            for _ in range(3):
                calls.append(name)
                yield between

        done: asyncio.Future[None] = asyncio.Future()
        done.set_result(None)
        await gen.multi([work("a", gen.moment), work("b", None)])
        assert "".join(calls) == "ababab"
        calls.clear()
        await gen.multi([work("a", done), work("b", gen._null_future)])
        assert "".join(calls) == "aaabbb"
        calls.clear()
        await gen.multi([work("a", gen.moment), work("b", done)])
        assert "".join(calls) == "abbbaa"

    run(kind, main)


@each_kind
@pytest.mark.parametrize("first", [gen._null_future, gen.moment])
def test_no_cycles_behind_a_coroutine(kind: str, first: Any) -> None:
    async def main() -> None:
        async def native() -> None:
            await asyncio.sleep(0)

        async def native_failure() -> None:
            await asyncio.sleep(0)
            raise KeyError

        @gen.coroutine
        def everything() -> Generator[Any, Any, str]:
            yield first
            yield native()
            yield [echo(first), native(), None]
            yield gen.with_timeout(datetime.timedelta(hours=1), echo(first))
            try:
                yield gen.with_timeout(0, gen.sleep(0.001))
            except TimeoutError:
                pass
            iterator = gen.WaitIterator(echo(first), native(), gen.sleep(0.002))
            while not iterator.done():
                yield iterator.next()
            for failing in (fail(first), [fail(first)], native_failure(), 42, [42]):
                try:
                    yield failing
                except (KeyError, ValueError, gen.BadYieldError):
                    pass
            cancelled: asyncio.Future[None] = asyncio.Future()
            cancelled.cancel()
            for awaited in (cancelled, [cancelled], echo(cancelled)):
                try:
                    yield awaited
                except asyncio.CancelledError:
                    pass
            return "done"

        with no_cycles():
            assert await everything() == "done"
            # The last turn drops the loop's own references.
            await asyncio.sleep(0)

    run(kind, main)


@each_kind
@pytest.mark.parametrize("first", [gen._null_future, gen.moment])
def test_locals_of_a_failed_coroutine_are_freed_with_its_exception(kind: str, first: Any) -> None:
    class Local:
        pass

    seen: list[weakref.ref[Local]] = []

    @gen.coroutine
    def inner() -> Generator[Any, Any, None]:
        local = Local()
        seen.append(weakref.ref(local))
        yield first
        raise ValueError

    @gen.coroutine
    def outer() -> Generator[Any, Any, None]:
        try:
            yield inner()
        except ValueError:
            pass

    async def main() -> None:
        await outer()

    gc.disable()
    try:
        run(kind, main)
        assert seen[0]() is None
    finally:
        gc.enable()


@each_kind
def test_lives_on_where_only_its_future_is_held(kind: str) -> None:
    async def main() -> None:
        awaited: list[weakref.ref[asyncio.Future[str]]] = []

        @gen.coroutine
        def wait() -> Generator[Any, Any, str]:
            future: asyncio.Future[str] = asyncio.Future()
            awaited.append(weakref.ref(future))
            return str((yield future))

        def holders() -> list[Callable[[], Any]]:
            return [
                wait,
                lambda: echo(wait()),
                lambda: gen.multi([wait()]),
                lambda: gen.with_timeout(IOLoop.current().time() + 60, wait()),
                lambda: gen.WaitIterator(wait()).next(),
            ]

        for holder in holders():
            held = holder()
            gc.collect()
            future = awaited.pop()()
            assert future is not None
            future.set_result("alive")
            del future
            assert await held in ("alive", ["alive"])

    run(kind, main)


@each_kind
def test_generator_is_closed_when_its_loop_is_gone(kind: str) -> None:
    closed: list[bool] = []

    @gen.coroutine
    def endless() -> Generator[Any, Any, None]:
        try:
            while True:
                yield gen.sleep(60)
        finally:
            closed.append(True)

    async def main() -> None:
        future: Any = endless()
        future.cycle = future

    loop = FACTORIES[kind]()
    loop.run_until_complete(main())
    loop.close()
    del loop
    gc.collect()
    assert closed == [True]


@each_kind
def test_result_of_a_runner_of_a_plain_generator(kind: str) -> None:
    def steps() -> Generator[Any, Any, Any]:
        first = yield gen.moment
        second = yield [gen.moment]
        return first, second

    def failing_steps() -> Generator[Any, Any, Any]:
        yield gen.moment
        raise ValueError("mine")

    def start(generator: Generator[Any, Any, Any]) -> tuple[gen.Runner, asyncio.Future[Any]]:
        future: asyncio.Future[Any] = asyncio.Future()
        context = contextvars.copy_context()
        return gen.Runner(context.run, generator, future, next(generator)), future

    async def main() -> None:
        runner, future = start(steps())
        assert (runner.running, runner.finished) == (False, False)
        assert runner.result_future is future
        assert runner.io_loop is IOLoop.current()
        assert await future == (None, [None])
        assert (runner.running, runner.finished) == (False, True)
        assert id(runner.result_future) == id(None)
        runner.run()

        _, future = start(failing_steps())
        with pytest.raises(ValueError, match="mine"):
            await future

        cancelled = start(steps())[1]
        cancelled.cancel()
        await echo(gen.moment)
        await echo(gen.moment)

    run(kind, main)


@each_kind
def test_runner_of_what_is_done_already(kind: str) -> None:
    def bad_steps() -> Generator[Any, Any, str]:
        try:
            yield 42
        except gen.BadYieldError:
            return "caught"
        return "not raised"

    async def main() -> None:
        generator = bad_steps()
        future: asyncio.Future[str] = asyncio.Future()
        gen.Runner(contextvars.copy_context().run, generator, future, next(generator))
        assert future.result() == "caught"

    run(kind, main)


@each_kind
def test_exception_raised_where_a_runner_waits(kind: str) -> None:
    seen: list[str] = []

    def steps() -> Generator[Any, Any, str]:
        try:
            yield first_awaited
        except ValueError as error:
            seen.append(str(error))
        return (yield second_awaited)  # type: ignore[no-any-return]

    first_awaited: Any = None
    second_awaited: Any = None

    async def main() -> None:
        nonlocal first_awaited, second_awaited
        first_awaited, second_awaited = asyncio.Future(), asyncio.Future()
        generator = steps()
        future: asyncio.Future[str] = asyncio.Future()
        runner = gen.Runner(contextvars.copy_context().run, generator, future, next(generator))
        assert runner.handle_exception(ValueError, ValueError("mine"), None)
        assert seen == ["mine"]
        # What it does not wait for any more must not wake it.
        first_awaited.set_result("too late")
        await asyncio.sleep(0)
        assert not future.done()
        second_awaited.set_result("in time")
        assert await future == "in time"
        assert not runner.handle_exception(ValueError, ValueError(), None)

    run(kind, main)
