"""The time by which deadlines are set and requests measured."""

import asyncio
import time
from collections.abc import Callable


def clock_of(loop: asyncio.AbstractEventLoop) -> Callable[[], float]:
    """Gives a clock whose times the loop's ``call_at`` understands.

    The time of uvloop stands still for a turn, and counts in milliseconds: a program that has kept
    the loop busy for a while would see its next request time out too soon. asyncio's and uvloop's
    both are the system's monotonic clock, which can be asked directly.
    """
    if isinstance(loop, asyncio.BaseEventLoop) or type(loop).__module__.startswith("uvloop"):
        return time.monotonic
    return loop.time
