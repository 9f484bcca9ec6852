import asyncio
import datetime
import gc
from collections.abc import Generator
from concurrent import futures
from typing import Any

import pytest

from fujita import gen
from fujita.ioloop import IOLoop
from tests.loop_kinds import KINDS, run

each_kind = pytest.mark.parametrize("kind", KINDS)
NEVER = datetime.timedelta(hours=1)
NOW = datetime.timedelta(0)


async def turns(count: int = 3) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@each_kind
def test_sleep_takes_its_time(kind: str) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()
        future = gen.sleep(0.01)
        assert not future.done()
        assert await future is None  # type: ignore[func-returns-value]
        # Timers may be early by the resolution of the loop's clock.
        assert loop.time() - start > 0.008

    run(kind, main)


@each_kind
def test_sleep_may_be_cancelled(kind: str) -> None:
    async def main() -> None:
        future = gen.sleep(0)
        future.cancel()
        await gen.sleep(0)
        assert future.cancelled()

    run(kind, main)


@each_kind
def test_result_exception_and_cancellation_before_the_timeout(kind: str) -> None:
    async def main() -> None:
        for timeout in (NEVER, IOLoop.current().time() + 3600):
            first: asyncio.Future[str] = asyncio.Future()
            second: asyncio.Future[str] = asyncio.Future()
            third: asyncio.Future[str] = asyncio.Future()
            waiting = [gen.with_timeout(timeout, future) for future in (first, second, third)]
            first.set_result("in time")
            second.set_exception(ValueError("mine"))
            third.cancel()
            assert await waiting[0] == "in time"
            with pytest.raises(ValueError, match="mine"):
                await waiting[1]
            with pytest.raises(asyncio.CancelledError):
                await waiting[2]
            assert waiting[2].cancelled()

    run(kind, main)


@each_kind
def test_whatever_can_be_yielded(kind: str) -> None:
    async def native() -> str:
        return "native"

    @gen.coroutine
    def old() -> Generator[Any, Any, str]:
        yield gen.moment
        return "old"

    async def main() -> None:
        assert await gen.with_timeout(NEVER, native()) == "native"
        assert await gen.with_timeout(NEVER, [native(), old()]) == ["native", "old"]
        assert await gen.with_timeout(NEVER, None) is None
        assert await gen.with_timeout(NEVER, gen.moment) is None
        with futures.ThreadPoolExecutor(1) as pool:
            assert await gen.with_timeout(NEVER, pool.submit(abs, -1)) == 1
        ended: futures.Future[str] = futures.Future()
        ended.set_result("ended")
        assert await gen.with_timeout(NEVER, ended) == "ended"
        with pytest.raises(gen.BadYieldError):
            gen.with_timeout(NEVER, 42)  # type: ignore[arg-type]

    run(kind, main)


@each_kind
@pytest.mark.parametrize("timeout", [0, -1, NOW, datetime.timedelta(seconds=-1)])
def test_timeout(kind: str, timeout: Any) -> None:
    async def main() -> None:
        future: asyncio.Future[str] = asyncio.Future()
        with pytest.raises(TimeoutError, match=r"^Timeout$"):
            await gen.with_timeout(timeout, future)
        # It goes on, and can be waited for again.
        assert not future.done()
        again = gen.with_timeout(NEVER, future)
        future.set_result("late")
        assert await again == "late"
        assert await gen.with_timeout(timeout, future) == "late"

    run(kind, main)


@each_kind
def test_timeout_of_a_thread(kind: str) -> None:
    async def main() -> None:
        future: futures.Future[str] = futures.Future()
        with pytest.raises(TimeoutError):
            await gen.with_timeout(NOW, future)
        future.set_result("late")
        await turns()

    run(kind, main)


def test_message() -> None:
    def not_asked() -> str:
        raise AssertionError

    async def main() -> None:
        with pytest.raises(TimeoutError, match=r"^as given$"):
            await gen.with_timeout(NOW, asyncio.Future(), message="as given")
        with pytest.raises(TimeoutError, match=r"^as made$"):
            await gen.with_timeout(NOW, asyncio.Future(), message=lambda: "as made")
        with pytest.raises(TimeoutError, match=r"^$"):
            await gen.with_timeout(NOW, asyncio.Future(), message="")
        future: asyncio.Future[str] = asyncio.Future()
        waiting = gen.with_timeout(NEVER, future, message=not_asked)
        future.set_result("in time")
        assert await waiting == "in time"

    asyncio.run(main())


def test_timeout_of_a_wrong_type() -> None:
    async def main() -> None:
        with pytest.raises(TypeError):
            gen.with_timeout(None, asyncio.Future())  # type: ignore[arg-type]

    asyncio.run(main())


def fail_late(error: BaseException, **kwargs: Any) -> None:
    async def main() -> None:
        future: asyncio.Future[None] = asyncio.Future()
        with pytest.raises(TimeoutError):
            await gen.with_timeout(NOW, future, **kwargs)
        if isinstance(error, asyncio.CancelledError):
            future.cancel()
        else:
            future.set_exception(error)
        await turns()

    asyncio.run(main())
    gc.collect()


def test_failure_after_the_timeout_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    fail_late(ValueError("late"))
    (record,) = caplog.records
    assert record.name == "tornado.application"
    assert record.message.startswith("Exception in Future <Future finished")
    assert record.message.endswith("after timeout")
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "late"


@pytest.mark.parametrize("quiet", [ValueError, (OSError, ValueError)])
def test_quiet_failure_after_the_timeout(caplog: pytest.LogCaptureFixture, quiet: Any) -> None:
    fail_late(ValueError("late"), quiet_exceptions=quiet)
    assert not caplog.records


def test_cancellation_after_the_timeout_is_quiet(caplog: pytest.LogCaptureFixture) -> None:
    fail_late(asyncio.CancelledError())
    assert not caplog.records


@each_kind
def test_cancelling_the_wait_leaves_the_future_alone(kind: str) -> None:
    async def main() -> None:
        future: asyncio.Future[str] = asyncio.Future()
        waiting = gen.with_timeout(NOW, future)
        waiting.cancel()
        await turns()
        assert not future.done()
        future.set_result("for others")
        await turns()
        assert waiting.cancelled()

    run(kind, main)
