import asyncio
from typing import Any

import pytest

from fujita.gen.waiters import Waiters, time_out


def test_turns_come_in_order_and_pass_over_those_that_have_ended() -> None:
    async def main() -> None:
        waiters = Waiters()
        line: list[asyncio.Future[Any]] = [asyncio.Future() for _ in range(4)]
        for waiter in line:
            waiters.enqueue(waiter, None, time_out)
        line[0].cancel()
        line[2].set_result(None)
        assert waiters.next_pending() is line[1]
        assert waiters.next_pending() is line[3]
        assert waiters.next_pending() is None

    asyncio.run(main())


def test_time_out_only_of_those_that_still_wait() -> None:
    async def main() -> None:
        waiters = Waiters()
        in_time: asyncio.Future[Any] = asyncio.Future()
        late: asyncio.Future[Any] = asyncio.Future()
        waiters.enqueue(in_time, 0, time_out)
        waiters.enqueue(late, 0, time_out)
        in_time.set_result("in time")
        assert await in_time == "in time"
        with pytest.raises(TimeoutError, match="Timeout"):
            await late

    asyncio.run(main())


def test_release_all_spares_those_that_have_ended() -> None:
    async def main() -> None:
        waiters = Waiters()
        cancelled: asyncio.Future[Any] = asyncio.Future()
        pending: asyncio.Future[Any] = asyncio.Future()
        waiters.enqueue(cancelled, None, time_out)
        waiters.enqueue(pending, None, time_out)
        cancelled.cancel()
        waiters.release_all()
        assert pending.result() is None
        assert cancelled.cancelled()
        assert not waiters

    asyncio.run(main())


def test_line_stays_short_behind_one_that_waits_for_ever() -> None:
    async def main() -> None:
        waiters = Waiters()
        patient: asyncio.Future[Any] = asyncio.Future()
        waiters.enqueue(patient, None, time_out)
        longest = 0
        for _ in range(1000):
            impatient: asyncio.Future[Any] = asyncio.Future()
            waiters.enqueue(impatient, None, time_out)
            longest = max(longest, len(waiters))
            impatient.cancel()
        assert longest < 150
        assert waiters.next_pending() is patient

    asyncio.run(main())


def test_all_of_a_long_line_get_their_turn() -> None:
    async def main() -> None:
        waiters = Waiters()
        line: list[asyncio.Future[Any]] = [asyncio.Future() for _ in range(1000)]
        for waiter in line:
            waiters.enqueue(waiter, None, time_out)
        assert [waiters.next_pending() for _ in line] == line

    asyncio.run(main())
