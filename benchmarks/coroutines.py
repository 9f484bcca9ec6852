"""Times decorated coroutines, locks and queues, of Fujita and of Tornado.

usage: python benchmarks/coroutines.py [--peer PYTHON] [--rounds N] [--loop asyncio|uvloop]

PYTHON is an interpreter that can import the real Tornado; without it, Fujita is measured alone.
Each library runs in a process of its own. The processes take turns in each round, and of all
runs of a case the fastest counts, so that other work on the machine disturbs them least.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ENOUGH_SECONDS = 0.1  # how long one case is repeated in one round
COUNT = 100  # yields, children, items of one run of a case

Case = Callable[[], Awaitable[Any]]


def cases(library: str) -> dict[str, Case]:
    gen: Any = import_module(f"{library}.gen")
    locks: Any = import_module(f"{library}.locks")
    queues: Any = import_module(f"{library}.queues")
    lock, queue = locks.Lock(), queues.Queue()

    coroutine: Callable[[Callable[..., Any]], Callable[..., Any]] = gen.coroutine

    @coroutine
    def finished(value: int) -> Any:
        if value == COUNT:
            yield gen.moment
        return value

    @coroutine
    def no_generator(value: int) -> int:
        return value

    @coroutine
    def waits(value: int) -> Any:
        yield gen.moment
        return value

    async def native(value: int) -> int:
        return value

    async def awaits() -> None:
        for number in range(COUNT):
            await native(number)

    def one_by_one(start: Callable[[int], Any]) -> Case:
        @coroutine
        def run() -> Any:
            for number in range(COUNT):
                yield start(number)

        return run

    def in_parallel(start: Callable[[int], Any]) -> Case:
        @coroutine
        def run() -> Any:
            yield [start(number) for number in range(COUNT)]

        return run

    @coroutine
    def locked() -> Any:
        for _ in range(COUNT):
            with (yield lock.acquire()):
                pass

    @coroutine
    def through_a_queue() -> Any:
        for number in range(COUNT):
            yield queue.put(number)
            yield queue.get()

    @coroutine
    def handed_over() -> Any:
        for number in range(COUNT):
            waiting = queue.get()
            queue.put_nowait(number)
            yield waiting

    return {
        "yield a finished coroutine": one_by_one(finished),
        "yield a function that is none": one_by_one(no_generator),
        "yield a coroutine that waits": one_by_one(waits),
        "yield a native coroutine": one_by_one(native),
        "yield a moment": one_by_one(lambda _: gen.moment),
        "await a native coroutine": awaits,
        "list of finished coroutines": in_parallel(finished),
        "list of coroutines that wait": in_parallel(waits),
        "take and release a lock": locked,
        "put and get": through_a_queue,
        "get, then put": handed_over,
    }


async def measure(library: str) -> dict[str, float]:
    """Returns the microseconds that one run of each case takes."""
    times = {}
    for name, case in cases(library).items():
        await case()
        end = time.perf_counter() + ENOUGH_SECONDS
        best, now = ENOUGH_SECONDS, 0.0
        while now < end:
            start = time.perf_counter()
            await case()
            now = time.perf_counter()
            best = min(best, now - start)
        times[name] = best * 1e6
    return times


def run_worker(library: str, loop: str) -> None:
    factory = import_module("uvloop").new_event_loop if loop == "uvloop" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        print(json.dumps(runner.run(measure(library))))


def measure_in_process(python: str, library: str, loop: str) -> dict[str, float]:
    command = [python, str(Path(__file__).resolve()), "--worker", library, "--loop", loop]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    times: dict[str, float] = json.loads(answer.stdout)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer", metavar="PYTHON", help="an interpreter that has Tornado")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--loop", choices=["asyncio", "uvloop"], default="asyncio")
    parser.add_argument("--worker", choices=["fujita", "tornado"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        run_worker(options.worker, options.loop)
        return
    pythons = {"fujita": sys.executable}
    if options.peer:
        pythons["tornado"] = options.peer
    best: dict[str, dict[str, float]] = {library: {} for library in pythons}
    for _ in range(options.rounds):
        for library, python in pythons.items():
            for name, spent in measure_in_process(python, library, options.loop).items():
                best[library][name] = min(spent, best[library].get(name, spent))
    print(
        f"{COUNT} at a time on {options.loop}, µs".ljust(36) + "  ".join(map("{:>9}".format, best))
    )
    for name, own in best["fujita"].items():
        row = "".join(f"{times[name]:11.1f}" for times in best.values())
        ratio = f"  x{best['tornado'][name] / own:.1f}" if "tornado" in best else ""
        print(f"{name:34}{row}{ratio}")


if __name__ == "__main__":
    main()
