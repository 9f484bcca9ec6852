import asyncio
import datetime
import logging
import random

import pytest

from fujita.ioloop import IOLoop, PeriodicCallback


def due_times(timer: PeriodicCallback, late: list[float]) -> list[float]:
    """Returns when each call is due, where the clock has moved ``late`` past the one before."""
    timer._next_timeout = now = 100.0
    times = []
    for seconds in late:
        timer._update_next(now)
        times.append(timer._next_timeout)
        now = timer._next_timeout + seconds
    return times


def test_schedule_does_not_drift() -> None:
    timer = PeriodicCallback(lambda: None, 1000)
    assert due_times(timer, [0.9, 0.5, 0.999, 0]) == [101, 102, 103, 104]


def test_overrun_calls_are_left_out() -> None:
    timer = PeriodicCallback(lambda: None, 1000)
    assert due_times(timer, [1.0, 1.5, 3.2, 0, 0]) == [101, 103, 105, 109, 110]


def test_clock_that_is_set_back_brings_no_call_forward() -> None:
    timer = PeriodicCallback(lambda: None, 1000)
    assert due_times(timer, [-0.5, -50, 0]) == [101, 102, 103]


def test_jitter_moves_each_call_within_its_window(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = iter([0.0, 1.0, 0.5])
    monkeypatch.setattr(random, "random", lambda: next(draws))
    timer = PeriodicCallback(lambda: None, 10_000, jitter=0.2)
    assert due_times(timer, [0, 0, 0]) == [109, 120, 130]


def test_period_as_timedelta() -> None:
    timer = PeriodicCallback(lambda: None, datetime.timedelta(minutes=2))
    assert timer.callback_time == 120_000
    assert timer.jitter == 0


@pytest.mark.parametrize("period", [0, -1, datetime.timedelta(0)])
def test_period_is_positive(period: float | datetime.timedelta) -> None:
    with pytest.raises(ValueError, match="must have a positive callback_time"):
        PeriodicCallback(lambda: None, period)


def test_calls_repeat_until_stopped(io_loop: IOLoop) -> None:
    calls: list[IOLoop] = []

    def tick() -> None:
        calls.append(IOLoop.current())
        if len(calls) == 3:
            timer.stop()
            io_loop.call_later(0.01, io_loop.stop)

    timer = PeriodicCallback(tick, 1)
    assert not timer.is_running()

    async def begin() -> None:
        timer.start()
        assert timer.is_running()

    io_loop.add_callback(begin)
    io_loop.start()
    assert calls == [io_loop] * 3
    assert not timer.is_running()
    assert timer.io_loop is io_loop


def test_calls_do_not_overlap(io_loop: IOLoop) -> None:
    log: list[str] = []

    async def tick() -> None:
        log.append("begin")
        await asyncio.sleep(0.004)
        log.append("end")
        if len(log) == 6:
            timer.stop()
            io_loop.call_later(0.005, io_loop.stop)

    timer = PeriodicCallback(tick, 1)
    io_loop.add_callback(timer.start)
    io_loop.start()
    assert log == ["begin", "end"] * 3


def test_future_is_awaited_too(io_loop: IOLoop) -> None:
    pending: list[asyncio.Future[None]] = []

    def tick() -> "asyncio.Future[None]":
        future = io_loop.asyncio_loop.create_future()
        pending.append(future)
        if len(pending) == 1:
            io_loop.call_later(0.01, io_loop.stop)
        return future

    timer = PeriodicCallback(tick, 1)
    io_loop.add_callback(timer.start)
    io_loop.start()
    assert len(pending) == 1
    timer.stop()


@pytest.mark.parametrize("asynchronous", [False, True])
def test_exceptions_are_logged_and_the_schedule_goes_on(
    io_loop: IOLoop, caplog: pytest.LogCaptureFixture, asynchronous: bool
) -> None:
    calls: list[int] = []

    def tick() -> None:
        calls.append(1)
        if len(calls) == 3:
            timer.stop()
            io_loop.stop()
        raise ValueError("out of order")

    async def late_tick() -> None:
        await asyncio.sleep(0)
        tick()

    timer = PeriodicCallback(late_tick if asynchronous else tick, 1)
    io_loop.add_callback(timer.start)
    io_loop.start()
    io_loop.run_sync(lambda: asyncio.sleep(0))
    assert len(calls) == 3
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 3
    assert all(record.name == "tornado.application" for record in errors)
    assert all("Exception in callback" in record.getMessage() for record in errors)


def test_cancelled_call_is_only_that(io_loop: IOLoop, caplog: pytest.LogCaptureFixture) -> None:
    calls: list[int] = []

    async def tick() -> None:
        calls.append(1)
        if len(calls) == 2:
            timer.stop()
            io_loop.stop()
        raise asyncio.CancelledError

    timer = PeriodicCallback(tick, 1)
    io_loop.add_callback(timer.start)
    io_loop.start()
    assert len(calls) == 2
    assert not caplog.records


def test_restart_during_a_call_makes_one_schedule(io_loop: IOLoop) -> None:
    gate: asyncio.Future[None] = io_loop.asyncio_loop.create_future()
    planned: list[object] = []

    async def tick() -> None:
        timer.stop()
        timer.callback_time = 3_600_000
        timer.start()
        planned.append(timer._timeout)
        io_loop.add_callback(gate.set_result, None)
        await gate
        io_loop.call_later(0.001, io_loop.stop)

    timer = PeriodicCallback(tick, 1)
    io_loop.add_callback(timer.start)
    io_loop.start()
    assert planned == [timer._timeout]
    timer.stop()


def test_second_start_begins_anew(io_loop: IOLoop) -> None:
    calls: list[float] = []

    def tick() -> None:
        calls.append(io_loop.time())
        timer.stop()
        io_loop.call_later(0.005, io_loop.stop)

    timer = PeriodicCallback(tick, 2)

    async def begin() -> None:
        timer.start()
        timer.start()

    io_loop.add_callback(begin)
    io_loop.start()
    assert len(calls) == 1
