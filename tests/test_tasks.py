import asyncio
import contextvars
import gc
import weakref
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any

import pytest

from fujita import tasks
from tests import loop_kinds

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="outside")


@pytest.fixture(params=loop_kinds.KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of loop; each test runs on all of them."""
    name: str = request.param
    return name


@pytest.fixture(autouse=True)
def nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """asyncio tells of lost tasks and exceptions by its logger."""
    yield
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


class Bench:
    """Starts coroutines from a callback of the loop, as a transport does."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.pool = tasks.pool_of(self.loop)

    async def start(self, make: Callable[[], Coroutine[Any, Any, Any]]) -> asyncio.Task[Any] | None:
        """Starts what ``make`` makes; returns or raises what ``tasks.start`` does."""
        done: asyncio.Future[asyncio.Task[Any] | None] = self.loop.create_future()

        def callback() -> None:
            try:
                done.set_result(tasks.start(make(), self.loop, self.pool))
            except BaseException as error:
                done.set_exception(error)

        self.loop.call_soon(callback)
        return await done


def on(kind: str, main: Callable[[Bench], Coroutine[Any, Any, None]]) -> None:
    """Runs a test on a loop, and sees that no task but its own is left."""

    async def whole() -> None:
        await main(Bench())
        tasks.release(asyncio.get_running_loop())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    loop_kinds.run(kind, whole)


def test_first_steps_of_one_turn_that_do_not_wait_share_a_task(kind: str) -> None:
    async def main(bench: Bench) -> None:
        seen: list[asyncio.Task[Any] | None] = []

        async def quick() -> None:
            seen.append(asyncio.current_task())

        both: asyncio.Future[None] = bench.loop.create_future()

        def turn() -> None:
            for _ in range(2):
                assert tasks.start(quick(), bench.loop, bench.pool) is None
            both.set_result(None)

        bench.loop.call_soon(turn)
        await both
        first, second = seen
        assert first is not None
        assert first is second
        assert first is not asyncio.current_task()

    on(kind, main)


def test_a_coroutine_that_waits_goes_on_in_the_task_that_it_began_in(kind: str) -> None:
    async def main(bench: Bench) -> None:
        gate: asyncio.Future[str] = bench.loop.create_future()
        seen: list[asyncio.Task[Any] | None] = []

        async def slow() -> str:
            seen.append(asyncio.current_task())
            got = await gate
            seen.append(asyncio.current_task())
            await asyncio.sleep(0)
            seen.append(asyncio.current_task())
            return got

        task = await bench.start(slow)
        assert task is not None
        assert not task.done()
        gate.set_result("through")
        assert await task == "through"
        assert seen == [task, task, task]

    on(kind, main)


@pytest.mark.parametrize("times", [1, 3])
def test_a_bare_yield_waits_one_turn(kind: str, times: int) -> None:
    async def main(bench: Bench) -> None:
        async def yielding() -> int:
            for _ in range(times):
                await asyncio.sleep(0)
            return times

        task = await bench.start(yielding)
        assert task is not None
        assert await task == times

    on(kind, main)


def test_many_at_once_have_a_task_each(kind: str) -> None:
    async def main(bench: Bench) -> None:
        gate = asyncio.Event()

        async def slow(number: int) -> int:
            await gate.wait()
            return number

        started = [await bench.start(partial(slow, number)) for number in range(20)]
        assert len(set(started)) == 20
        gate.set()
        assert await asyncio.gather(*(each for each in started if each is not None)) == list(
            range(20)
        )

    on(kind, main)


def test_several_may_wait_for_one_future(kind: str) -> None:
    async def main(bench: Bench) -> None:
        shared: asyncio.Future[str] = bench.loop.create_future()
        heard: list[str] = []

        async def listen() -> None:
            heard.append(await shared)

        started: list[asyncio.Task[Any] | None] = []

        def callback() -> None:
            # Within one turn, before the task of the first has had a step of its own.
            started.extend(tasks.start(listen(), bench.loop, bench.pool) for _ in range(3))

        bench.loop.call_soon(callback)
        await asyncio.sleep(0.0)
        await asyncio.sleep(0.0)
        shared.set_result("done")
        await asyncio.gather(*[task for task in started if task is not None])
        assert heard == ["done"] * 3

    on(kind, main)


def test_what_the_first_step_raises_is_raised_by_start(kind: str) -> None:
    async def main(bench: Bench) -> None:
        async def failing() -> None:
            raise LookupError("first step")

        async def quick() -> None:
            pass

        with pytest.raises(LookupError, match="first step"):
            await bench.start(failing)
        assert await bench.start(quick) is None

    on(kind, main)


def test_what_a_later_step_raises_is_the_tasks(kind: str) -> None:
    async def main(bench: Bench) -> None:
        async def failing() -> None:
            await asyncio.sleep(0)
            raise LookupError("later step")

        task = await bench.start(failing)
        assert task is not None
        with pytest.raises(LookupError, match="later step"):
            await task

    on(kind, main)


def test_an_exception_that_it_waits_for_comes_out_of_its_await(kind: str) -> None:
    async def main(bench: Bench) -> None:
        gate: asyncio.Future[None] = bench.loop.create_future()

        async def catching() -> str:
            try:
                await gate
            except LookupError as error:
                return str(error)
            return "nothing"

        task = await bench.start(catching)
        assert task is not None
        gate.set_exception(LookupError("told"))
        assert await task == "told"

    on(kind, main)


def test_timeout_in_the_first_step(kind: str) -> None:
    async def main(bench: Bench) -> None:
        async def limited() -> str:
            try:
                async with asyncio.timeout(0.01):
                    await asyncio.Event().wait()
            except TimeoutError:
                await asyncio.sleep(0)
                return "timed out"
            return "went on"

        task = await bench.start(limited)
        assert task is not None
        assert await task == "timed out"
        assert task.cancelling() == 0

    on(kind, main)


def test_a_timeout_that_is_over_already(kind: str) -> None:
    async def main(bench: Bench) -> None:
        async def limited() -> str:
            try:
                async with asyncio.timeout(-1):
                    await asyncio.Event().wait()
            except TimeoutError:
                return "timed out"
            return "went on"

        task = await bench.start(limited)
        assert task is not None
        assert await task == "timed out"

    on(kind, main)


def test_a_timeout_that_was_not_needed_harms_nobody_later(kind: str) -> None:
    async def main(bench: Bench) -> None:
        async def quick() -> None:
            async with asyncio.timeout(0.01):
                pass

        async def slow() -> str:
            await asyncio.sleep(0.03)
            return "unharmed"

        assert await bench.start(quick) is None
        task = await bench.start(slow)
        assert task is not None
        assert await task == "unharmed"

    on(kind, main)


def test_task_group_in_the_first_step(kind: str) -> None:
    async def main(bench: Bench) -> None:
        async def part(number: int) -> int:
            await asyncio.sleep(0)
            return number

        async def grouped() -> list[int]:
            async with asyncio.TaskGroup() as group:
                parts = [group.create_task(part(number)) for number in range(3)]
            return [each.result() for each in parts]

        async def failing() -> str:
            async def fail() -> None:
                raise LookupError

            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(fail())
                    group.create_task(asyncio.Event().wait())
            except ExceptionGroup:
                return "failed as a group"
            return "went on"

        for make, expected in [(grouped, [0, 1, 2]), (failing, "failed as a group")]:
            task = await bench.start(make)
            assert task is not None
            assert await task == expected

    on(kind, main)


@pytest.mark.parametrize("parked", [False, True])
def test_cancelled_before_its_task_has_taken_it_over(kind: str, parked: bool) -> None:
    async def main(bench: Bench) -> None:
        if parked:
            # A task that waits in the pool since earlier, rather than one made just now.
            await bench.start(quick)
            await asyncio.sleep(0)
        gate: asyncio.Future[None] = bench.loop.create_future()
        heard: list[str] = []

        async def slow() -> None:
            try:
                await gate
            except asyncio.CancelledError:
                heard.append("cancelled")
                raise

        done: asyncio.Future[asyncio.Task[Any]] = bench.loop.create_future()

        def callback() -> None:
            task = tasks.start(slow(), bench.loop, bench.pool)
            assert task is not None
            task.cancel()
            done.set_result(task)

        bench.loop.call_soon(callback)
        task = await done
        with pytest.raises(asyncio.CancelledError):
            await task
        assert heard == ["cancelled"]
        assert task.cancelled()
        assert gate.cancelled()

    async def quick() -> None:
        pass

    on(kind, main)


def test_cancelled_while_it_waits(kind: str) -> None:
    async def main(bench: Bench) -> None:
        async def stubborn() -> str:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return "finished all the same"
            return "never"

        task = await bench.start(stubborn)
        assert task is not None
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel("because")
        assert await task == "finished all the same"

    on(kind, main)


def test_a_first_step_that_cancels_its_own_task_and_waits(kind: str) -> None:
    async def main(bench: Bench) -> None:
        async def suicidal() -> None:
            current = asyncio.current_task()
            assert current is not None
            current.cancel()
            await asyncio.sleep(10)

        task = await bench.start(suicidal)
        assert task is not None
        with pytest.raises(asyncio.CancelledError):
            await task

    on(kind, main)


def cancel_and_return(task: asyncio.Task[Any]) -> None:
    task.cancel()


def cancel_and_uncancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    task.uncancel()


def cancel_in_the_next_turn(task: asyncio.Task[Any]) -> None:
    task.get_loop().call_soon(task.cancel)


@pytest.mark.parametrize("harm", [cancel_and_return, cancel_and_uncancel, cancel_in_the_next_turn])
@pytest.mark.parametrize("turns", [0, 1, 5])
def test_a_task_that_was_cancelled_is_not_lent_again(
    kind: str, harm: Callable[[asyncio.Task[Any]], None], turns: int
) -> None:
    async def main(bench: Bench) -> None:
        async def harming() -> None:
            current = asyncio.current_task()
            assert current is not None
            harm(current)

        async def slow() -> str:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            return "unharmed"

        assert await bench.start(harming) is None
        for _ in range(turns):
            await asyncio.sleep(0)
        if harm is cancel_in_the_next_turn and turns == 0:
            await asyncio.sleep(0)
        task = await bench.start(slow)
        assert task is not None
        assert await asyncio.wait_for(task, 5) == "unharmed"

    on(kind, main)


def test_context_variables_are_its_own(kind: str) -> None:
    async def main(bench: Bench) -> None:
        variable.set("starter's")
        seen: list[str] = []

        async def setting(value: str) -> None:
            seen.append(variable.get())
            variable.set(value)

        async def waiting(value: str) -> str:
            variable.set(value)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            return variable.get()

        await bench.start(lambda: setting("first"))
        await bench.start(lambda: setting("second"))
        slow = [await bench.start(partial(waiting, value)) for value in "ab"]
        await bench.start(lambda: setting("third"))
        assert seen == ["starter's"] * 3
        assert [await each for each in slow if each is not None] == ["a", "b"]
        assert variable.get() == "starter's"

    on(kind, main)


def test_a_context_that_is_given_serves_one_coroutine_after_the_other(kind: str) -> None:
    async def main(bench: Bench) -> None:
        context = contextvars.Context()
        seen: list[str] = []

        async def step(value: str, *, waits: bool) -> None:
            seen.append(variable.get("nothing"))
            variable.set(value)
            if waits:
                await asyncio.sleep(0)
                variable.set(value + " later")

        async def start(value: str, *, waits: bool) -> None:
            started: asyncio.Future[asyncio.Task[Any] | None] = bench.loop.create_future()

            def callback() -> None:
                running = step(value, waits=waits)
                started.set_result(tasks.start(running, bench.loop, bench.pool, context))

            bench.loop.call_soon(callback)
            task = await started
            if task is not None:
                await task

        await start("a", waits=False)
        await start("b", waits=True)
        await start("c", waits=False)
        # From within a task, where it gets one of its own.
        task = tasks.start(step("d", waits=False), bench.loop, bench.pool, context)
        assert task is not None
        await task
        assert seen == ["nothing", "a", "b later", "c"]
        assert context[variable] == "d"

    on(kind, main)


def test_a_token_of_the_first_step_can_be_reset_later(kind: str) -> None:
    async def main(bench: Bench) -> None:
        async def resetting() -> str:
            token = variable.set("within")
            await asyncio.sleep(0)
            variable.reset(token)
            return variable.get()

        task = await bench.start(resetting)
        assert task is not None
        assert await task == "outside"

    on(kind, main)


def test_started_from_within_a_task_it_gets_a_task_of_its_own(kind: str) -> None:
    async def main(bench: Bench) -> None:
        seen: list[asyncio.Task[Any] | None] = []

        async def inner() -> str:
            seen.append(asyncio.current_task())
            return "done"

        starter = asyncio.current_task()
        task = tasks.start(inner(), bench.loop, bench.pool)
        assert task is not None
        assert asyncio.current_task() is starter
        assert await task == "done"
        assert seen == [task]
        assert starter is not task

    on(kind, main)


def test_started_from_within_a_first_step(kind: str) -> None:
    async def main(bench: Bench) -> None:
        async def inner() -> asyncio.Task[Any] | None:
            return asyncio.current_task()

        async def outer() -> tuple[Any, Any, Any]:
            mine = asyncio.current_task()
            task = tasks.start(inner(), bench.loop, bench.pool)
            assert task is not None
            assert asyncio.current_task() is mine
            return mine, task, await task

        whole = await bench.start(outer)
        assert whole is not None
        mine, task, within = await whole
        assert mine is whole
        assert within is task
        assert task is not whole

    on(kind, main)


def test_every_loop_has_a_pool_of_its_own(kind: str) -> None:
    pools: list[tasks.Pool] = []

    async def main(bench: Bench) -> None:
        async def quick() -> None:
            pass

        await bench.start(quick)
        assert tasks.pool_of(bench.loop) is bench.pool
        pools.append(bench.pool)

    on(kind, main)
    on(kind, main)
    assert pools[0] is not pools[1]


def test_what_has_ended_is_not_kept(kind: str) -> None:
    class Thing:
        pass

    async def main(bench: Bench) -> None:
        kept: list[weakref.ref[Any]] = []

        async def quick() -> None:
            thing = Thing()
            kept.append(weakref.ref(thing))

        async def slow() -> None:
            thing = Thing()
            kept.append(weakref.ref(thing))
            await asyncio.sleep(0)

        gc.collect()
        gc.disable()
        try:
            await bench.start(quick)
            task = await bench.start(slow)
            assert task is not None
            await task
            kept.append(weakref.ref(task))
            del task
            await asyncio.sleep(0)
            # Nothing that only the garbage collector would find, either.
            assert [each() for each in kept] == [None, None, None]
        finally:
            gc.enable()

    on(kind, main)


def test_a_loop_is_not_kept_either(kind: str) -> None:
    loops: list[weakref.ref[Any]] = []

    async def main(bench: Bench) -> None:
        async def quick() -> None:
            pass

        await bench.start(quick)
        loops.append(weakref.ref(bench.loop))

    async def main_of_another() -> None:
        await main(Bench())

    on(kind, main)
    loop_kinds.run(kind, main_of_another)
    # The one that was asked for last is remembered.
    loop_kinds.run(kind, main_of_another)
    gc.collect()
    assert [each() is None for each in loops] == [True, True, False]


def test_no_task_lingers_that_was_not_needed(kind: str) -> None:
    async def main(bench: Bench) -> None:
        async def quick() -> None:
            pass

        for _ in range(50):
            await bench.start(quick)
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    on(kind, main)


def test_a_task_factory_has_no_say(kind: str) -> None:
    async def main(bench: Bench) -> None:
        def factory(*args: Any, **kwargs: Any) -> Any:
            raise AssertionError("a lent task is not the program's")

        async def quick() -> None:
            assert asyncio.current_task() is not None

        bench.loop.set_task_factory(factory)
        try:
            assert await bench.start(quick) is None
        finally:
            bench.loop.set_task_factory(None)

    on(kind, main)


def test_a_call_needs_no_coroutine(kind: str) -> None:
    async def main(bench: Bench) -> None:
        gate = bench.loop.create_future()
        seen: list[Any] = []

        def plain(argument: Any) -> None:
            seen.append((argument, asyncio.current_task(), variable.get()))

        def waiting(argument: Any) -> Coroutine[Any, Any, None]:
            plain(argument)

            async def rest() -> None:
                plain(await gate)

            return rest()

        def failing(argument: Any) -> None:
            raise ValueError(argument)

        def callback(ended: asyncio.Future[list[Any]]) -> None:
            variable.set("inside")
            context = contextvars.copy_context()
            results: list[Any] = [
                tasks.call((function, name), bench.loop, bench.pool, context)
                for name, function in (("plain", plain), ("waiting", waiting))
            ]
            with pytest.raises(ValueError, match="failing"):
                tasks.call((failing, "failing"), bench.loop, bench.pool, context)
            ended.set_result(results)

        ended: asyncio.Future[list[Any]] = bench.loop.create_future()
        bench.loop.call_soon(callback, ended)
        nothing, task = await ended
        assert nothing is None
        gate.set_result("the rest")
        await task
        names, current, variables = zip(*seen, strict=True)
        assert names == ("plain", "waiting", "the rest")
        assert current == (task, task, task)
        assert set(variables) == {"inside"}

    on(kind, main)


def test_a_call_within_a_task_has_a_task_of_its_own(kind: str) -> None:
    async def main(bench: Bench) -> None:
        seen: list[Any] = []

        def plain(argument: Any) -> None:
            seen.append((argument, asyncio.current_task()))

        def waiting(argument: Any) -> Coroutine[Any, Any, None]:
            async def rest() -> None:
                plain(argument)

            return rest()

        context = contextvars.copy_context()
        for function in (plain, waiting):
            task = tasks.call((function, "x"), bench.loop, bench.pool, context)
            assert task is not None
            await task
            assert seen.pop() == ("x", task)

    on(kind, main)
