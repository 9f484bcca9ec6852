import asyncio
import datetime
import gc
from collections.abc import Generator
from functools import partial
from typing import Any

import pytest

from fujita import gen, locks
from tests.loop_kinds import KINDS, run

each_kind = pytest.mark.parametrize("kind", KINDS)
each_late = pytest.mark.parametrize(
    "late", [0, -1, datetime.timedelta(0), datetime.timedelta(seconds=-1)]
)
NEVER = datetime.timedelta(hours=1)
MUTEXES = [locks.Semaphore, locks.BoundedSemaphore, locks.Lock]
each_mutex = pytest.mark.parametrize("mutex", MUTEXES)


async def turns(count: int = 3) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


# Condition


@each_kind
def test_notify_wakes_those_that_have_waited_longest(kind: str) -> None:
    async def main() -> None:
        condition = locks.Condition()
        waiting = [condition.wait() for _ in range(6)]
        woken: list[int] = []

        def note(number: int, _: Any) -> None:
            woken.append(number)

        for number, future in enumerate(waiting):
            future.add_done_callback(partial(note, number))
        for count, expected in ((1, 1), (3, 4), (0, 4), (9, 6), (1, 6)):
            condition.notify(count)
            await turns()
            assert woken == list(range(expected))
        assert [future.result() for future in waiting] == [True] * 6

    run(kind, main)


@each_kind
def test_notify_all(kind: str) -> None:
    async def main() -> None:
        condition = locks.Condition()
        waiting = [condition.wait() for _ in range(3)]
        condition.notify_all()
        assert await gen.multi(waiting) == [True] * 3
        # Notifications are not kept for those that come later.
        assert not condition.wait().done()

    run(kind, main)


@each_kind
@each_late
def test_condition_is_not_notified_in_time(kind: str, late: Any) -> None:
    async def main() -> None:
        condition = locks.Condition()
        first, second, third = condition.wait(), condition.wait(late), condition.wait()
        assert await second is False
        # The one that has gone does not use up a notification.
        condition.notify(2)
        assert (await first, await third) == (True, True)

    run(kind, main)


@each_kind
def test_condition_is_notified_in_time(kind: str) -> None:
    async def main() -> None:
        condition = locks.Condition()
        waiting = condition.wait(NEVER)
        condition.notify()
        assert await waiting is True

    run(kind, main)


def test_cancelled_waiters_are_passed_over() -> None:
    async def main() -> None:
        condition = locks.Condition()
        first, second = condition.wait(), condition.wait()
        first.cancel()
        condition.notify()
        assert await second

    asyncio.run(main())


def test_condition_tells_how_many_wait() -> None:
    async def main() -> None:
        condition = locks.Condition()
        assert repr(condition) == "<Condition>"
        condition.wait()
        assert repr(condition) == "<Condition waiters[1]>"

    asyncio.run(main())


# Event


@each_kind
def test_event(kind: str) -> None:
    async def main() -> None:
        event = locks.Event()
        assert not event.is_set()
        before = event.wait()
        event.clear()
        assert not before.done()
        event.set()
        event.set()
        assert event.is_set()
        assert event.wait().done()
        event.clear()
        assert not event.is_set()
        after = event.wait()
        assert await before is None  # type: ignore[func-returns-value]
        assert not after.done()

    run(kind, main)


@each_kind
@each_late
def test_event_timeout(kind: str, late: Any) -> None:
    async def main() -> None:
        event = locks.Event()
        with pytest.raises(TimeoutError):
            await event.wait(late)
        waiting = event.wait(NEVER)
        event.set()
        await waiting
        await event.wait(late)

    run(kind, main)


@each_kind
def test_event_forgets_those_that_have_given_up(kind: str) -> None:
    async def main() -> None:
        event = locks.Event()
        for _ in range(500):
            event.wait().cancel()
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await event.wait(0)
        assert len(event._waiters) < 200
        event.set()
        assert not event._waiters

    run(kind, main)


def test_event_tells_its_state() -> None:
    event = locks.Event()
    assert repr(event) == "<Event clear>"
    event.set()
    assert repr(event) == "<Event set>"


# Semaphores and Lock


@each_kind
def test_semaphore_counts(kind: str) -> None:
    async def main() -> None:
        semaphore = locks.Semaphore(2)
        assert [semaphore.acquire().done() for _ in range(2)] == [True, True]
        waiting = [semaphore.acquire() for _ in range(2)]
        assert not waiting[0].done()
        semaphore.release()
        assert waiting[0].done()
        assert not waiting[1].done()
        for _ in range(4):
            semaphore.release()
        assert waiting[1].done()
        # A plain semaphore may be released more often than it was acquired.
        assert [semaphore.acquire().done() for _ in range(4)] == [True, True, True, False]

    run(kind, main)


def test_semaphore_needs_a_count() -> None:
    with pytest.raises(ValueError, match="-1"):
        locks.Semaphore(-1)
    with pytest.raises(ValueError, match="-1"):
        locks.BoundedSemaphore(value=-1)


@each_kind
def test_bounded_semaphore_is_released_too_often(kind: str) -> None:
    async def main() -> None:
        semaphore = locks.BoundedSemaphore(2)
        with pytest.raises(ValueError, match="released too many times"):
            semaphore.release()
        await semaphore.acquire()
        semaphore.release()
        with pytest.raises(ValueError, match="released too many times"):
            semaphore.release()

    run(kind, main)


@each_kind
def test_lock_that_nobody_holds_is_released(kind: str) -> None:
    async def main() -> None:
        lock = locks.Lock()
        for _ in range(2):
            with pytest.raises(RuntimeError, match="release unlocked lock"):
                lock.release()
            await lock.acquire()
            lock.release()

    run(kind, main)


@each_kind
@each_mutex
def test_turns_in_the_order_of_coming(kind: str, mutex: Any) -> None:
    async def main() -> None:
        lock = mutex()
        inside: list[int] = []
        history: list[int] = []

        async def native(number: int) -> None:
            async with lock as nothing:
                assert nothing is None
                work(number)
                await turns(1)
                inside.remove(number)

        @gen.coroutine
        def decorated(number: int) -> Generator[Any, Any, None]:
            with (yield lock.acquire()) as nothing:
                assert nothing is None
                work(number)
                yield gen.moment
                inside.remove(number)

        def work(number: int) -> None:
            assert not inside
            inside.append(number)
            history.append(number)

        # A native coroutine begins a turn later than a decorated one: they come one by one.
        await lock.acquire()
        work_done = []
        for number in range(6):
            coroutine: Any = decorated(number) if number % 2 else native(number)
            work_done.append(asyncio.ensure_future(coroutine))
            await turns(1)
        lock.release()
        await gen.multi(work_done)
        assert history == list(range(6))

    run(kind, main)


@each_kind
@each_mutex
def test_exception_within_releases(kind: str, mutex: Any) -> None:
    async def main() -> None:
        lock = mutex()

        async def fail() -> None:
            async with lock:
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        context_manager = await lock.acquire()
        with pytest.raises(ZeroDivisionError), context_manager:
            raise ZeroDivisionError
        assert lock.acquire().done()

    run(kind, main)


@each_kind
@each_mutex
@each_late
def test_acquire_timeout(kind: str, mutex: Any, late: Any) -> None:
    async def main() -> None:
        lock = mutex()
        await lock.acquire(late)
        with pytest.raises(TimeoutError):
            await lock.acquire(late)
        in_time = lock.acquire(timeout=NEVER)
        assert not in_time.done()
        lock.release()
        await in_time
        assert not lock.acquire().done()

    run(kind, main)


@each_kind
@each_mutex
def test_task_cancelled_in_the_turn_in_which_it_gets_the_lock(kind: str, mutex: Any) -> None:
    async def main() -> None:
        lock = mutex()
        await lock.acquire()

        async def hold() -> None:
            async with lock:
                raise AssertionError

        task = asyncio.create_task(hold())
        await turns()
        lock.release()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert lock.acquire().done()

    run(kind, main)


@each_kind
@each_mutex
def test_task_cancelled_while_it_waits(kind: str, mutex: Any) -> None:
    async def main() -> None:
        lock = mutex()
        await lock.acquire()

        async def hold() -> None:
            async with lock:
                raise AssertionError

        task = asyncio.create_task(hold())
        await turns()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not lock.acquire().done()
        lock.release()
        assert not lock.acquire().done()

    run(kind, main)


@each_mutex
def test_with_instead_of_async_with(mutex: Any) -> None:
    with pytest.raises(RuntimeError, match="Use 'async with'"), mutex():
        pass
    with pytest.raises(RuntimeError, match="Use 'async with'"):
        mutex().__exit__(None, None, None)


@each_mutex
def test_lock_itself_cannot_be_yielded(mutex: Any) -> None:
    @gen.coroutine
    def mistaken() -> Generator[Any, Any, None]:
        with (yield mutex()):
            pass

    async def main() -> None:
        with pytest.raises(gen.BadYieldError):
            await mistaken()

    asyncio.run(main())


def test_semaphore_tells_its_state() -> None:
    async def main() -> None:
        semaphore = locks.Semaphore()
        assert repr(semaphore).endswith(" [unlocked,value:1]>")
        assert "Semaphore" in repr(semaphore)
        semaphore.acquire()
        assert repr(semaphore).endswith(" [locked]>")
        semaphore.acquire()
        assert repr(semaphore).endswith(" [locked,waiters:1]>")

    asyncio.run(main())


def test_lock_tells_its_state() -> None:
    async def main() -> None:
        lock = locks.Lock()
        assert repr(lock) == "<Lock [unlocked,value:1]>"
        lock.acquire()
        assert repr(lock) == "<Lock [locked]>"

    asyncio.run(main())


@each_kind
def test_those_that_time_out_are_dropped(kind: str) -> None:
    async def main() -> None:
        condition, semaphore = locks.Condition(), locks.Semaphore(0)
        for lock, wait in ((condition, condition.wait), (semaphore, semaphore.acquire)):
            ended: list[asyncio.Future[Any]] = [wait(0) for _ in range(101)]
            last: asyncio.Future[Any] = wait()
            assert len(lock._waiters) == 102
            await asyncio.wait(ended)
            assert list(lock._waiters) == [last]
            for future in ended:
                future.exception()

    run(kind, main)


def test_no_cycles() -> None:
    async def main() -> None:
        lock, event, condition = locks.Lock(), locks.Event(), locks.Condition()
        gc.collect()
        gc.disable()
        try:
            async with lock:
                for late in (lock.acquire(0), event.wait(0), lock.acquire(NEVER)):
                    late.get_loop().call_later(0.001, late.cancel)
                    with pytest.raises((TimeoutError, asyncio.CancelledError)):
                        await late
                    del late
            await condition.wait(0)
            await turns()
            assert gc.collect() == 0
        finally:
            gc.enable()

    asyncio.run(main())


@each_kind
def test_panel_looks_whether_a_lock_is_held(kind: str) -> None:
    # Before it writes to a bokeh session's WebSocket out of turn; its tests set it, too.
    async def main() -> None:
        lock = locks.Lock()
        assert lock._block._value == 1
        async with lock:
            assert lock._block._value == 0
            waiting = lock.acquire()
        assert lock._block._value == 0
        await waiting
        lock.release()
        assert lock._block._value == 1
        lock._block._value = 0
        assert not lock.acquire().done()

    run(kind, main)
