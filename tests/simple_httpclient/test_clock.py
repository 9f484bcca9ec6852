"""The clock that requests are measured by."""

import asyncio
import time

from fujita.simple_httpclient.clock import clock_of
from tests.loop_kinds import run


def test_it_goes_on_while_the_loop_is_busy(kind: str) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        clock = clock_of(loop)
        start = clock()
        time.sleep(0.01)
        assert clock() - start >= 0.01
        assert abs(clock() - loop.time()) < 5

    run(kind, main)


def test_an_unknown_loop_is_asked_itself() -> None:
    class OtherLoop:
        def time(self) -> float:
            return 42

    assert clock_of(OtherLoop())() == 42  # type: ignore[arg-type]
