import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.iostream.streams import PAIRS, MakePair, Run, close_all
from tests.loop_kinds import KINDS, run


@pytest.fixture(params=KINDS)
def run_async(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine function on each kind of loop, for ten seconds at most."""

    def run_within_limit(main: Callable[[], Awaitable[Any]]) -> Any:
        async def limited() -> Any:
            async with asyncio.timeout(10):
                try:
                    return await main()
                finally:
                    # A test that fails leaves streams open, and uvloop does not survive the
                    # warning about that if it is made an error.
                    close_all()
                    await asyncio.sleep(0)

        return run(request.param, limited)

    return run_within_limit


@pytest.fixture(params=list(PAIRS))
def make_pair(request: pytest.FixtureRequest) -> MakePair:
    """Makes a pair of streams of each kind, a reading and a writing one."""
    make: MakePair = PAIRS[request.param]
    return make
