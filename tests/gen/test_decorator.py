import asyncio
import contextvars
import inspect
import warnings
from collections.abc import Callable, Generator
from concurrent import futures
from typing import Any

import pytest

from fujita import gen
from tests.loop_kinds import KINDS, run

each_kind = pytest.mark.parametrize("kind", KINDS)
variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="outside")


@gen.coroutine
def echo(value: Any) -> Generator[Any, Any, Any]:
    """Returns what was yielded."""
    return (yield value)


@gen.coroutine
def fail(error: BaseException, first: Any = gen._null_future) -> Generator[Any, Any, Any]:
    yield first
    raise error


def returns_without_yield() -> Generator[Any, Any, int]:
    yield from ()
    return 42


def returns_after_moment() -> Generator[Any, Any, int]:
    yield gen.moment
    return 42


def raises_return() -> Generator[Any, Any, Any]:
    yield gen.moment
    raise gen.Return(42)


def is_no_generator() -> int:
    return 42


def is_no_generator_and_raises_return() -> int:
    raise gen.Return(42)


def raises_stop_iteration() -> int:
    raise StopIteration(42)


@each_kind
@pytest.mark.parametrize(
    "func",
    [
        returns_without_yield,
        returns_after_moment,
        raises_return,
        is_no_generator,
        is_no_generator_and_raises_return,
        raises_stop_iteration,
    ],
)
def test_result_in_every_way(kind: str, func: Callable[[], Any]) -> None:
    async def main() -> None:
        future = gen.coroutine(func)()
        assert isinstance(future, asyncio.Future)
        assert await future == 42

    run(kind, main)


@each_kind
def test_arguments_positions_and_names(kind: str) -> None:
    @gen.coroutine
    def describe(*args: int, **kwargs: int) -> Generator[Any, Any, Any]:
        yield
        return args, kwargs

    async def main() -> None:
        assert await describe(1, 2) == ((1, 2), {})
        assert await describe(1, two=2) == ((1,), {"two": 2})

    run(kind, main)


def test_wrong_arguments_end_up_in_the_future() -> None:
    async def main() -> None:
        with pytest.raises(TypeError, match="unexpected keyword"):
            await echo(unknown=1)  # type: ignore[call-arg]

    asyncio.run(main())


def test_decorated_function_looks_like_the_one_it_wraps() -> None:
    assert echo.__name__ == "echo"
    assert echo.__module__ == __name__
    assert echo.__doc__ == "Returns what was yielded."
    assert list(inspect.signature(echo).parameters) == ["value"]
    wrapped: Any = inspect.unwrap(echo)
    assert inspect.isgeneratorfunction(wrapped)


def test_is_coroutine_function() -> None:
    async def native() -> None: ...

    assert gen.is_coroutine_function(echo)
    assert gen.is_coroutine_function(gen.coroutine(is_no_generator))
    for other in (returns_after_moment, native, None, 42):
        assert not gen.is_coroutine_function(other)


@each_kind
def test_done_before_the_call_returns_if_nothing_has_to_be_waited_for(kind: str) -> None:
    @gen.coroutine
    def chain(length: int) -> Generator[Any, Any, int]:
        if length == 0:
            return 0
        return 1 + int((yield chain(length - 1)))

    async def main() -> None:
        future = chain(5)
        assert future.done()
        assert future.result() == 5

    run(kind, main)


@each_kind
def test_waits_for_what_is_not_done(kind: str) -> None:
    async def main() -> None:
        awaited: asyncio.Future[str] = asyncio.Future()
        future = echo(awaited)
        await asyncio.sleep(0)
        assert not future.done()
        awaited.set_result("now")
        assert await future == "now"

    run(kind, main)


@each_kind
def test_yields_everything_that_can_be_waited_for(kind: str) -> None:
    async def native() -> str:
        await asyncio.sleep(0)
        return "native"

    class Awaitable:
        def __await__(self) -> Generator[Any, Any, str]:
            yield
            return "awaitable"

    async def main() -> None:
        thread_future: futures.Future[str] = futures.Future()
        thread_future.set_result("thread")
        assert await echo(None) is None
        assert await echo(gen.moment) is None
        assert await echo(native()) == "native"
        assert await echo(Awaitable()) == "awaitable"
        assert await echo(asyncio.create_task(native())) == "native"
        assert await echo(thread_future) == "thread"
        assert await echo(asyncio.gather(native(), echo(native()))) == ["native", "native"]
        assert await echo([native(), {"key": echo(native())}, [], None]) == [
            "native",
            {"key": "native"},
            [],
            None,
        ]

    run(kind, main)


@each_kind
def test_thread_future_that_ends_later(kind: str) -> None:
    async def main() -> None:
        thread_future: futures.Future[str] = futures.Future()
        future = echo(thread_future)
        assert not future.done()
        with futures.ThreadPoolExecutor(1) as pool:
            pool.submit(thread_future.set_result, "from a thread")
        assert await future == "from a thread"

    run(kind, main)


def test_thread_future_that_ends_after_the_loop() -> None:
    thread_future: futures.Future[str] = futures.Future()

    async def main() -> None:
        echo(thread_future)

    asyncio.run(main())
    thread_future.set_result("too late")


@each_kind
@pytest.mark.parametrize("bad", [42, (1, 2), "text", {1}, range(2), object()])
def test_bad_yield_is_raised_at_the_yield(kind: str, bad: Any) -> None:
    @gen.coroutine
    def survive() -> Generator[Any, Any, str]:
        with pytest.raises(gen.BadYieldError, match="unknown object"):
            yield bad
        yield gen.moment
        with pytest.raises(gen.BadYieldError, match="unknown object"):
            yield [bad]
        return "survived"

    async def main() -> None:
        assert await survive() == "survived"

    run(kind, main)


@each_kind
@pytest.mark.parametrize("first", [gen._null_future, gen.moment])
def test_exception_ends_up_in_the_future(kind: str, first: Any) -> None:
    async def main() -> None:
        future = fail(ValueError("mine"), first)
        with pytest.raises(ValueError, match="mine"):
            await future

    run(kind, main)


@each_kind
def test_exception_can_be_caught_and_replaced(kind: str) -> None:
    @gen.coroutine
    def replace(first: Any) -> Generator[Any, Any, None]:
        try:
            yield fail(ValueError(), first)
        except ValueError:
            raise KeyError from None

    @gen.coroutine
    def swallow(first: Any) -> Generator[Any, Any, str]:
        try:
            yield fail(ValueError(), first)
        except ValueError:
            return "swallowed"
        return "not raised"

    async def main() -> None:
        for first in (gen._null_future, gen.moment):
            with pytest.raises(KeyError):
                await replace(first)
            assert await swallow(first) == "swallowed"

    run(kind, main)


@each_kind
def test_later_exception_has_no_context_of_an_earlier_one(kind: str) -> None:
    @gen.coroutine
    def fails_twice(first: Any) -> Generator[Any, Any, None]:
        try:
            yield fail(ValueError("first"), first)
        except ValueError:
            pass
        raise KeyError("second")

    async def main() -> None:
        for first in (gen._null_future, gen.moment):
            with pytest.raises(KeyError) as caught:
                await fails_twice(first)
            assert caught.value.__context__ is None

    run(kind, main)


def test_traceback_shows_the_program_and_none_of_fujita() -> None:
    async def main() -> None:
        for first in (gen._null_future, gen.moment):
            with pytest.raises(ValueError) as caught:
                await echo(echo(fail(ValueError(), first)))
            files = {str(entry.path) for entry in caught.traceback}
            assert files == {__file__}

    asyncio.run(main())


@each_kind
@pytest.mark.parametrize("first", [gen._null_future, gen.moment])
def test_cancelled_error_cancels_the_future(kind: str, first: Any) -> None:
    async def main() -> None:
        future = fail(asyncio.CancelledError(), first)
        with pytest.raises(asyncio.CancelledError):
            await future
        assert future.cancelled()

    run(kind, main)


@each_kind
def test_cancelled_future_raises_at_the_yield(kind: str) -> None:
    @gen.coroutine
    def wait(awaited: asyncio.Future[None]) -> Generator[Any, Any, str]:
        try:
            yield awaited
        except asyncio.CancelledError:
            yield gen.moment
            return "caught"
        return "not cancelled"

    async def main() -> None:
        awaited: asyncio.Future[None] = asyncio.Future()
        before, uncaught = wait(awaited), echo(awaited)
        awaited.cancel()
        assert await before == "caught"
        assert await wait(awaited) == "caught"
        with pytest.raises(asyncio.CancelledError):
            await uncaught
        assert uncaught.cancelled()

    run(kind, main)


@each_kind
def test_cancelling_the_future_leaves_the_generator_alone(kind: str) -> None:
    steps = []

    @gen.coroutine
    def work() -> Generator[Any, Any, str]:
        steps.append("begun")
        yield gen.moment
        steps.append("finished")
        return "nobody cares"

    async def main() -> None:
        future = work()
        future.cancel()
        await echo(gen.moment)
        await echo(gen.moment)
        assert steps == ["begun", "finished"]
        assert future.cancelled()

    run(kind, main)


def test_exception_after_cancellation_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        future = fail(ValueError("late"), gen.moment)
        future.cancel()
        await echo(gen.moment)
        await echo(gen.moment)

    asyncio.run(main())
    (record,) = caplog.records
    assert record.name == "tornado.application"
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "late"


def test_result_set_by_somebody_else_is_an_error() -> None:
    errors = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: errors.append(context["exception"]))
        future = echo(gen.moment)
        future.set_result("mine")
        await gen.sleep(0)
        await gen.sleep(0)
        assert future.result() == "mine"

    asyncio.run(main())
    assert [type(error) for error in errors] == [asyncio.InvalidStateError]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit, BaseException])
def test_other_exceptions_are_raised_where_they_occur(error: type[BaseException]) -> None:
    async def main() -> None:
        with pytest.raises(error):
            fail(error())

    asyncio.run(main())


@each_kind
def test_stop_iteration_within_a_generator_is_a_runtime_error(kind: str) -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="StopIteration"):
            await fail(StopIteration(), gen.moment)
        thread_future: futures.Future[None] = futures.Future()
        thread_future.set_exception(StopIteration())
        with pytest.raises(RuntimeError, match="StopIteration"):
            await echo(thread_future)

    run(kind, main)


@each_kind
def test_context_variables_stay_inside(kind: str) -> None:
    @gen.coroutine
    def set_at_once() -> None:
        variable.set("inside")

    @gen.coroutine
    def set_and_wait() -> Generator[Any, Any, str]:
        token = variable.set("inside")
        yield gen.moment
        assert variable.get() == "inside"
        yield asyncio.sleep(0)
        assert variable.get() == "inside"
        # Only possible in the very context where it was set, a copy does not do.
        variable.reset(token)
        return variable.get()

    async def main() -> None:
        set_at_once()
        assert variable.get() == "outside"
        future = set_and_wait()
        assert variable.get() == "outside"
        variable.set("changed")
        assert await future == "outside"

    run(kind, main)


@each_kind
def test_context_variables_reach_what_is_yielded(kind: str) -> None:
    async def native() -> str:
        return variable.get()

    @gen.coroutine
    def read() -> Generator[Any, Any, str]:
        yield gen.moment
        return variable.get()

    @gen.coroutine
    def outer() -> Generator[Any, Any, Any]:
        variable.set("outer")
        first = yield [native(), read()]
        yield gen.moment
        return first + (yield [native(), read()])

    async def main() -> None:
        assert await outer() == ["outer"] * 4

    run(kind, main)


def test_debug_mode_tells_where_the_coroutine_was_called() -> None:
    async def main() -> None:
        frame = inspect.currentframe()
        assert frame is not None
        future, line = echo(gen.moment), frame.f_lineno
        assert f"created at {__file__}:{line}" in repr(future)
        await future

    asyncio.run(main(), debug=True)


def test_called_before_the_loop_runs() -> None:
    async def native() -> str:
        return "native"

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        assert loop.run_until_complete(echo(native())) == "native"
        assert loop.run_until_complete(echo(gen.moment)) is None
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_without_any_loop() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        asyncio.set_event_loop(None)
        with pytest.raises(RuntimeError, match="no current event loop"):
            echo(None)


class OwnGenerator(Generator[Any, Any, Any]):
    """A generator of another make, such as Cython's."""

    def __init__(self) -> None:
        self.received: list[Any] = []

    def send(self, value: Any) -> Any:
        self.received.append(value)
        if len(self.received) == 3:
            raise StopIteration(self.received)
        return gen.moment if len(self.received) == 1 else [gen.moment]

    def throw(self, *error: Any) -> Any:
        raise error[0]


@each_kind
def test_generators_of_another_make(kind: str) -> None:
    async def main() -> None:
        assert await gen.coroutine(OwnGenerator)() == [None, None, [None]]

    run(kind, main)
