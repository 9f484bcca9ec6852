import asyncio
import unittest
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fujita import gen
from fujita.testing import AsyncTestCase, gen_test

Yielded = Generator[Any, Any, Any]


def outcome(body: Callable[..., Any], *args: Any, **kwargs: Any) -> list[str]:
    """Runs a ``@gen_test`` as a test; returns the tracebacks of its failures and errors."""

    class Case(AsyncTestCase):
        def test(self) -> None:
            return body(self, *args, **kwargs)  # type: ignore[no-any-return]

    result = unittest.TestResult()
    Case("test").run(result)
    return [text for _, text in result.failures + result.errors]


def test_native_coroutines_run() -> None:
    events: list[str] = []

    @gen_test
    async def test(self: AsyncTestCase) -> None:
        await asyncio.sleep(0)
        events.append("ran")

    assert outcome(test) == []
    assert events == ["ran"]


def test_generators_run_as_gen_coroutine_would_run_them() -> None:
    events: list[Any] = []

    async def answer() -> int:
        return 42

    def fail() -> None:
        raise KeyError("no")

    @gen_test
    def test(self: AsyncTestCase) -> Yielded:
        yield gen.moment
        yield None
        events.append((yield answer()))
        events.append((yield [answer(), answer()]))
        events.append((yield {"a": answer()}))
        with ThreadPoolExecutor(1) as pool:
            events.append((yield pool.submit(sum, [1, 2])))
        try:
            yield self.io_loop.run_in_executor(None, fail)
        except KeyError:
            events.append("caught")
        try:
            yield "nothing to wait for"
        except gen.BadYieldError:
            events.append("refused")

    assert outcome(test) == []
    assert events == [42, [42, 42], {"a": 42}, 3, "caught", "refused"]


def test_yielding_moment_lets_the_loop_turn() -> None:
    events: list[str] = []

    @gen_test
    def test(self: AsyncTestCase) -> Yielded:
        self.io_loop.add_callback(events.append, "callback")
        yield gen.moment
        yield gen.moment
        events.append("test")

    assert outcome(test) == []
    assert events == ["callback", "test"]


def test_plain_functions_run_in_the_loop() -> None:
    events: list[bool] = []

    @gen_test
    def test(self: AsyncTestCase) -> None:
        events.append(asyncio.get_running_loop() is self.io_loop.asyncio_loop)

    assert outcome(test) == []
    assert events == [True]


def test_arguments_are_handed_on() -> None:
    @gen_test
    async def test(self: AsyncTestCase, *args: Any, **kwargs: Any) -> None:
        assert (args, kwargs) == ((1,), {"a": 2})

    assert outcome(test, 1, a=2) == []


@pytest.mark.parametrize("kind", ["native", "generator", "return"])
def test_a_return_value_is_an_error(kind: str) -> None:
    @gen_test
    async def native(self: AsyncTestCase) -> int:
        return 42

    @gen_test
    def generator(self: AsyncTestCase) -> Yielded:
        yield gen.moment
        return 42

    @gen_test
    def with_exception(self: AsyncTestCase) -> Yielded:
        yield gen.moment
        raise gen.Return(42)

    (text,) = outcome({"native": native, "generator": generator, "return": with_exception}[kind])
    assert "Return value from test method ignored: 42" in text


def test_failures_come_out() -> None:
    @gen_test
    def test(self: AsyncTestCase) -> Yielded:
        yield gen.moment
        self.fail("on purpose")

    (text,) = outcome(test)
    assert "on purpose" in text


def test_the_traceback_of_a_timeout_shows_where_the_test_waited() -> None:
    events: list[str] = []

    @gen_test(timeout=0.01)
    def generator(self: AsyncTestCase) -> Yielded:
        try:
            yield gen.sleep(60)
        finally:
            yield gen.moment
            events.append("generator cleaned up")

    @gen_test(timeout=0.01)
    async def native(self: AsyncTestCase) -> None:
        try:
            await gen.sleep(60)
        finally:
            await asyncio.sleep(0)
            events.append("native cleaned up")

    for test in generator, native:
        (text,) = outcome(test)
        assert "gen.sleep(60)" in text
        assert "TimeoutError: Operation timed out after 0.01 seconds" in text
    assert events == ["generator cleaned up", "native cleaned up"]


def test_a_timeout_inside_the_test_stays_what_it_is() -> None:
    @gen_test
    async def test(self: AsyncTestCase) -> None:
        raise TimeoutError("the test's own")

    (text,) = outcome(test)
    assert "the test's own" in text
    assert "Operation timed out" not in text


def test_a_test_that_does_not_end_when_cancelled_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fujita.testing.coroutines._CLEANUP_TIME", 0.01)

    @gen_test(timeout=0.01)
    async def test(self: AsyncTestCase) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.Event().wait()

    (text,) = outcome(test)
    assert "TimeoutError" in text


def test_the_environment_sets_the_timeout_unless_the_test_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @gen_test
    async def by_environment(self: AsyncTestCase) -> None:
        await gen.sleep(60)

    @gen_test(timeout=0.02)
    async def by_itself(self: AsyncTestCase) -> None:
        await gen.sleep(60)

    monkeypatch.setenv("ASYNC_TEST_TIMEOUT", "0.01")
    assert "after 0.01 seconds" in outcome(by_environment)[0]
    assert "after 0.02 seconds" in outcome(by_itself)[0]
