import asyncio
import unittest
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fujita.ioloop import IOLoop
from fujita.testing import (
    AsyncTestCase,
    get_async_test_timeout,
    setup_with_context_manager,
)


def outcome(body: Callable[[Any], Any], base: type[AsyncTestCase] = AsyncTestCase) -> list[str]:
    """Runs a function as a test method; returns the tracebacks of its failures and errors."""
    case = type("Case", (base,), {"test": body})
    result = unittest.TestResult()
    case("test").run(result)
    assert result.testsRun == 1
    return [text for _, text in result.failures + result.errors]


@pytest.mark.parametrize(("value", "seconds"), [("12.5", 12.5), ("", 5), ("soon", 5), (None, 5)])
def test_the_environment_sets_the_timeout(
    value: str | None, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASYNC_TEST_TIMEOUT", raising=False)
    if value is not None:
        monkeypatch.setenv("ASYNC_TEST_TIMEOUT", value)
    assert get_async_test_timeout() == seconds


def test_a_context_manager_lasts_as_long_as_the_test() -> None:
    events: list[str] = []

    @contextmanager
    def watched() -> Iterator[int]:
        events.append("enter")
        yield 42
        events.append("exit")

    class Case(unittest.TestCase):
        def setUp(self) -> None:
            events.append(str(setup_with_context_manager(self, watched())))

        def test(self) -> None:
            events.append("test")

    Case("test").run(unittest.TestResult())
    assert events == ["enter", "42", "test", "exit"]


def test_every_test_has_a_loop_of_its_own_which_is_current() -> None:
    loops: list[IOLoop] = []

    def test(self: AsyncTestCase) -> None:
        loops.append(self.io_loop)
        assert IOLoop.current() is self.io_loop

    assert outcome(test) == outcome(test) == []
    assert loops[0] is not loops[1]
    assert all(loop.asyncio_loop.is_closed() for loop in loops)
    assert IOLoop.current(instance=False) is None


@pytest.mark.parametrize(
    ("args", "kwargs", "expected"),
    [((), {}, None), ((5,), {}, 5), ((), {"a": 1, "b": 2}, {"a": 1, "b": 2})],
)
def test_wait_returns_what_stop_was_given(
    args: tuple[Any, ...], kwargs: dict[str, Any], expected: Any
) -> None:
    def test(self: AsyncTestCase) -> None:
        self.io_loop.add_callback(self.stop, *args, **kwargs)
        assert self.wait() == expected
        # Also if stop() comes first.
        self.stop(*args, **kwargs)
        assert self.wait() == expected

    assert outcome(test) == []


def test_a_stop_before_the_wait_leaves_the_loop_alone() -> None:
    events: list[str] = []

    async def go_on() -> None:
        await asyncio.sleep(0)
        events.append("went on")

    def test(self: AsyncTestCase) -> None:
        async def main() -> None:
            self.stop()
            await go_on()

        self.io_loop.run_sync(main)
        self.wait()

    assert outcome(test) == []
    assert events == ["went on"]


def test_stop_takes_no_mixture() -> None:
    def test(self: AsyncTestCase) -> None:
        with pytest.raises(TypeError, match="not both"):
            self.stop(1, a=2)

    assert outcome(test) == []


def test_wait_goes_on_until_its_condition_holds() -> None:
    def test(self: AsyncTestCase) -> None:
        counts: list[int] = []

        def count() -> None:
            counts.append(len(counts))
            self.stop()
            self.io_loop.call_later(0.001, count)

        self.io_loop.add_callback(count)
        self.wait(lambda: len(counts) >= 3)
        assert len(counts) >= 3

    assert outcome(test) == []


@pytest.mark.parametrize("condition", [None, lambda: True])
def test_wait_fails_when_its_time_is_over(condition: Callable[[], bool] | None) -> None:
    (text,) = outcome(lambda self: self.wait(condition, timeout=0.01))
    assert "AssertionError: Async operation timed out after 0.01 seconds" in text


def test_the_timeout_of_one_wait_does_not_end_the_next() -> None:
    def test(self: AsyncTestCase) -> None:
        self.stop()
        self.wait(timeout=0.01)
        self.io_loop.call_later(0.03, self.stop)
        self.wait()

    assert outcome(test) == []


def test_a_test_that_goes_on_after_a_timeout_can_wait_again() -> None:
    def test(self: AsyncTestCase) -> None:
        with pytest.raises(AssertionError):
            self.wait(timeout=0.001)
        self.io_loop.add_callback(self.stop, "later")
        assert self.wait() == "later"

    assert outcome(test) == []


def test_tasks_left_running_are_cancelled_and_finish() -> None:
    events: list[str] = []

    async def linger() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            events.append("finished")

    def test(self: AsyncTestCase) -> None:
        self.io_loop.add_callback(linger)
        self.io_loop.add_callback(self.stop)
        self.wait()

    assert outcome(test) == []
    assert events == ["finished"]


def test_a_generator_left_unfinished_is_closed() -> None:
    events: list[str] = []

    unfinished: list[Any] = []

    async def numbers() -> Any:
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            events.append("closed")

    def test(self: AsyncTestCase) -> None:
        unfinished.append(numbers())
        assert self.io_loop.run_sync(unfinished[0].__anext__) == 1

    assert outcome(test) == []
    assert events == ["closed"]


def test_a_borrowed_loop_stays_open() -> None:
    asyncio_loop = asyncio.new_event_loop()
    asyncio.set_event_loop(asyncio_loop)

    class Borrower(AsyncTestCase):
        def get_new_ioloop(self) -> IOLoop:
            return IOLoop.current()

    def test(self: AsyncTestCase) -> None:
        assert self.io_loop.asyncio_loop is asyncio_loop
        self.io_loop.add_callback(self.stop)
        self.wait()

    try:
        assert outcome(test, Borrower) == []
        assert not asyncio_loop.is_closed()
    finally:
        asyncio_loop.close()


def test_setup_and_teardown_reach_the_other_bases() -> None:
    events: list[str] = []

    class Other(unittest.TestCase):
        def setUp(self) -> None:
            events.append("set up")

        def tearDown(self) -> None:
            events.append("tear down")

    both = type("Both", (AsyncTestCase, Other), {})
    assert outcome(lambda self: events.append("test"), both) == []
    assert events == ["set up", "test", "tear down"]


def test_a_coroutine_without_gen_test_is_an_error() -> None:
    def generator(self: AsyncTestCase) -> Iterator[None]:
        yield

    async def coroutine(self: AsyncTestCase) -> None:
        pass

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for body in (generator, coroutine):
            (text,) = outcome(body)
            assert "should be decorated with tornado.testing.gen_test" in text


def test_a_return_value_is_an_error() -> None:
    (text,) = outcome(lambda self: 42)
    assert "Return value from test method ignored: 42" in text
