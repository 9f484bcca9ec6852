import datetime
import fractions

import pytest

from fujita.ioloop import IOLoop


def test_every_way_of_asking_passes_arguments(io_loop: IOLoop) -> None:
    seen: list[int] = []

    def note(number: int, *, times: int = 1) -> None:
        seen.append(number * times)

    io_loop.add_timeout(io_loop.time(), note, 1)
    io_loop.add_timeout(datetime.timedelta(0), note, 2)
    io_loop.add_timeout(fractions.Fraction(0), note, 3)  # type: ignore[arg-type]
    io_loop.call_at(io_loop.time() - 100, note, 4)
    io_loop.call_later(0, note, 5, times=10)
    io_loop.call_later(0.005, io_loop.stop)
    io_loop.start()
    assert sorted(seen) == [1, 2, 3, 4, 50]


def test_timers_fire_in_the_order_of_their_times(io_loop: IOLoop) -> None:
    seen: list[str] = []
    io_loop.call_later(0.02, seen.append, "third")
    io_loop.call_at(io_loop.time() + 0.01, seen.append, "second")
    io_loop.add_timeout(datetime.timedelta(milliseconds=2), seen.append, "first")
    io_loop.call_later(0.03, io_loop.stop)
    io_loop.start()
    assert seen == ["first", "second", "third"]


def test_removed_timer_does_not_fire(io_loop: IOLoop) -> None:
    seen: list[str] = []
    removed = io_loop.call_later(0.001, seen.append, "removed")
    fired = io_loop.call_later(0.001, seen.append, "fired")
    io_loop.remove_timeout(removed)
    io_loop.call_later(0.005, io_loop.stop)
    io_loop.start()
    assert seen == ["fired"]
    io_loop.remove_timeout(fired)
    io_loop.remove_timeout(removed)


def test_exception_in_a_timer_is_logged(io_loop: IOLoop, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> None:
        raise ValueError("out of order")

    io_loop.call_later(0, broken)
    io_loop.call_later(0.001, io_loop.stop)
    io_loop.start()
    assert ["broken" in record.getMessage() for record in caplog.records] == [True]


def test_call_at_follows_the_loops_own_clock(
    io_loop: IOLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(io_loop, "time", lambda: 5000.0)
    io_loop.call_at(5000.001, io_loop.stop)
    io_loop.start()


def test_other_deadlines_are_refused(io_loop: IOLoop) -> None:
    with pytest.raises(TypeError, match="Unsupported deadline 'soon'"):
        io_loop.add_timeout("soon", io_loop.stop)  # type: ignore[arg-type]
