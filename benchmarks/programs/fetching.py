"""What every client does: so many fetches at a time, counted."""

import asyncio
import json
import resource
import sys
import time

CONCURRENT = 64
WARM_UP_SECONDS = 0.3


async def measure(fetch) -> None:
    """Prints fetches per second, and microseconds of processor time for one."""
    url, seconds = sys.argv[1], float(sys.argv[2])

    async def fetch_until(end: float) -> int:
        count = 0
        while time.perf_counter() < end:
            assert await fetch(url)
            count += 1
        return count

    async def fetch_for(seconds: float) -> int:
        end = time.perf_counter() + seconds
        return sum(await asyncio.gather(*(fetch_until(end) for _ in range(CONCURRENT))))

    await fetch_for(WARM_UP_SECONDS)
    used, start = processor_seconds(), time.perf_counter()
    count = await fetch_for(seconds)
    elapsed, used = time.perf_counter() - start, processor_seconds() - used
    figures = {"rate": count / elapsed, "processor": used / count * 1e6, "busy": used / elapsed}
    print(json.dumps(figures))


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
