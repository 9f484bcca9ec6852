"""How the small programs take their times."""

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

BATCH_SECONDS = 0.005


def own_module(name: str) -> Any:
    """Imports a module of Tornado's or of Fujita's, whichever the command line names."""
    return import_module(f"{sys.argv[1].lower()}.{name}")


def peer() -> str:
    return sys.argv[1]


def report(run: Callable[[], object]) -> None:
    """Prints how many microseconds a call takes at best, tried for the asked-for time."""
    print(json.dumps({"microseconds": best_time(run, float(sys.argv[2])) * 1e6}))


def best_time(run: Callable[[], object], seconds: float) -> float:
    clock = time.perf_counter
    best, count = float("inf"), 1
    end = clock() + seconds
    while (start := clock()) < end:
        for _ in range(count):
            run()
        took = (clock() - start) / count
        best = min(best, took)
        count = max(1, int(BATCH_SECONDS / best))
    return best
