"""One timer for many deadlines."""

import asyncio
import time

from fujita.simple_httpclient.deadline import DeadlineTimer
from tests.loop_kinds import run


class CountingLoop:
    """Counts the timers that are started."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.started = 0

    def call_at(self, *arguments: object) -> asyncio.TimerHandle:
        self.started += 1
        return self.loop.call_at(*arguments)  # type: ignore[arg-type]


def test_later_deadlines_need_no_new_timer(kind: str) -> None:
    async def main() -> None:
        loop = CountingLoop()
        expired = asyncio.Event()
        timer = DeadlineTimer(loop, time.monotonic, expired.set)  # type: ignore[arg-type]
        now = time.monotonic()
        for seconds in (0.05, 5, 6, 0.1):
            timer.set(now + seconds)
        assert loop.started == 1
        await expired.wait()
        assert time.monotonic() - now >= 0.1
        assert loop.started >= 2
        assert timer.deadline is None

    run(kind, main)


def test_an_earlier_deadline_moves_the_timer(kind: str) -> None:
    async def main() -> None:
        expired = asyncio.Event()
        timer = DeadlineTimer(asyncio.get_running_loop(), time.monotonic, expired.set)
        timer.set(time.monotonic() + 60)
        timer.set(time.monotonic() + 0.01)
        async with asyncio.timeout(10):
            await expired.wait()

    run(kind, main)


def test_no_deadline_and_no_timer(kind: str) -> None:
    async def main() -> None:
        expired: list[bool] = []
        timer = DeadlineTimer(
            asyncio.get_running_loop(), time.monotonic, lambda: expired.append(True)
        )
        timer.set(None)
        timer.set(time.monotonic() + 0.01)
        # The request is done: its timer fires in vain.
        timer.deadline = None
        await asyncio.sleep(0.03)
        timer.set(time.monotonic() + 0.01)
        timer.cancel()
        timer.cancel()
        await asyncio.sleep(0.03)
        assert not expired

    run(kind, main)
