"""A hundred yields of a finished coroutine, or a list of a hundred.

usage: micro_coroutines.py LIBRARY SECONDS [parallel]
"""

import asyncio
import json
import sys
import time

from timing import own_module, peer

COUNT = 100


async def native(value):
    return value


async def awaits():
    for number in range(COUNT):
        await native(number)


def case():
    if peer() == "native await":
        return awaits
    gen = own_module("gen")

    @gen.coroutine
    def finished(value):
        if value == COUNT:
            yield gen.moment
        return value

    @gen.coroutine
    def one_by_one():
        for number in range(COUNT):
            yield finished(number)

    @gen.coroutine
    def in_parallel():
        yield [finished(number) for number in range(COUNT)]

    return in_parallel if "parallel" in sys.argv else one_by_one


async def main() -> None:
    run = case()
    best = float("inf")
    end = time.perf_counter() + float(sys.argv[2])
    while (start := time.perf_counter()) < end:
        await run()
        best = min(best, time.perf_counter() - start)
    print(json.dumps({"microseconds": best * 1e6}))


asyncio.run(main())
