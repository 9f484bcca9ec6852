"""Works a server for a long time, and prints what server and client hold meanwhile.

make soak MINUTES=3
"""

import argparse
import asyncio
import json
import logging
import sys
import time

from tests.soak.holdings import holdings
from tests.soak.load import Load

COLUMNS = ("memory", "descriptors", "tasks", "objects")

# Caches fill and pools grow first.
WARM_UP = 0.1

# What memory may grow by after that, in KiB; a leak of 100 bytes per request is far more.
ALLOWED = 4096

# How long the last connections may take to end, in seconds.
PATIENCE = 10


async def soak(minutes: float, clients: int) -> bool:
    """Returns whether memory stayed flat and nothing was left behind."""
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fujita", "run", "--port", "0"),
        *("--factory", "tests.soak.site:make_app"),
        stderr=asyncio.subprocess.PIPE,
    )
    assert server.stderr is not None
    try:
        line = (await server.stderr.readline()).decode()
        port = int(line.partition("127.0.0.1:")[2].split()[0])
        # What is made once is made now.
        await _work(Load(port, clients), 1.0)
        before = await _handles(Load(port, clients))
        flat = await _watch(Load(port, clients), minutes * 60)
        return await _ended(Load(port, clients), before) and flat
    finally:
        server.terminate()
        await server.wait()


async def _work(load: Load, seconds: float) -> None:
    end = time.monotonic() + seconds
    await load.run(lambda: time.monotonic() < end)
    load.close()


async def _handles(load: Load) -> list[int]:
    """Counts descriptors and tasks, of the server and of the client."""
    server = json.loads(await load.state(collect=True))
    return [side[what] for side in (server, holdings()) for what in ("descriptors", "tasks")]


async def _ended(load: Load, before: list[int]) -> bool:
    """Returns whether there are as many descriptors and tasks as before the work."""
    end = time.monotonic() + PATIENCE
    while (after := await _handles(load)) != before and time.monotonic() < end:
        await asyncio.sleep(0.1)
    names = ("server's descriptors", "server's tasks", "client's descriptors", "client's tasks")
    print(", ".join(f"{n} {a} ({a - b:+})" for n, a, b in zip(names, after, before, strict=True)))
    return after == before


async def _watch(load: Load, seconds: float) -> bool:
    start = time.monotonic()
    end = start + seconds
    work = asyncio.create_task(load.run(lambda: time.monotonic() < end))
    print(f"{'':>8}{'':>10} {'server':>34} {'client':>44}")
    print(f"{'seconds':>8}{'requests':>10}" + 2 * (" " + "".join(f"{c:>12}" for c in COLUMNS)))
    rows = []
    step = max(1.0, seconds / 20)
    while not work.done():
        await asyncio.wait([work], timeout=step)
        rows.append(await _row(load, start, collect=False))
    await work
    rows.append(await _row(load, start, collect=True))
    load.close()
    print(", ".join(f"{count} {what}" for what, count in load.done.items()))
    return _judge(rows)


async def _row(load: Load, start: float, collect: bool) -> list[int]:
    server = json.loads(await load.state(collect))
    both = [server[column] for column in COLUMNS] + [holdings()[column] for column in COLUMNS]
    requests = load.done.total()
    seconds = time.monotonic() - start
    left, right = both[:4], both[4:]
    texts = ["".join(f"{value:>12}" for value in side) for side in (left, right)]
    print(f"{seconds:>8.0f}{requests:>10} {texts[0]} {texts[1]}", flush=True)
    return both


def _judge(rows: list[list[int]]) -> bool:
    warm = rows[max(1, int(len(rows) * WARM_UP))]
    flat = True
    for side, place in (("server", 0), ("client", 4)):
        growth = rows[-1][place] - warm[place]
        print(f"memory of the {side} after the warm-up: {growth:+} KiB")
        flat = flat and growth <= ALLOWED
    return flat


def main() -> None:
    """Runs from the command line; the exit status is 1 if anything was left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--clients", type=int, default=10)
    options = parser.parse_args()
    # Requests that are answered 418 are meant.
    logging.disable(logging.WARNING)
    sys.exit(0 if asyncio.run(soak(options.minutes, options.clients)) else 1)


if __name__ == "__main__":
    main()
