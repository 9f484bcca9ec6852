"""Messages a second that an echo server of Fujita's answers, beside one of Tornado's.

usage: python benchmarks/websocket_echo.py [--peer PYTHON] [--connections 64] [--in-flight 1]
                                           [--size 32] [--seconds 3] [--rounds 3]

``--peer`` is the interpreter of an environment that has Tornado installed. Each connection sends
the next message when one has come back. The servers take turns, so that a busy machine slows
both; each figure is the best of its rounds. On Linux, server and client get a core each.
"""

import argparse
import asyncio
import os
import time
from functools import partial

import uvloop
from websocket_peers import LoadClient, connect, masked, pin, server


async def measure(port: int, options: argparse.Namespace) -> float:
    clients = [await connect(port, "/echo") for _ in range(options.connections)]
    frame = masked(b"x" * options.size)
    expected = options.size + 2

    def received(client: LoadClient, size: int) -> None:
        whole = client.total // expected - (client.total - size) // expected
        if whole:
            client.transport.write(frame * whole)

    for client in clients:
        client.received = partial(received, client)
        client.transport.write(frame * options.in_flight)
    await asyncio.sleep(0.3)
    before = sum(client.total for client in clients)
    start = time.perf_counter()
    await asyncio.sleep(options.seconds)
    elapsed = time.perf_counter() - start
    after = sum(client.total for client in clients)
    for client in clients:
        client.transport.abort()
    return (after - before) / expected / elapsed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--in-flight", type=int, default=1)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    pin(os.getpid(), 1)
    best = {"fujita": 0.0} | ({"tornado": 0.0} if options.peer else {})
    import sys

    for _ in range(options.rounds):
        for library in best:
            with server(library, options.peer if library == "tornado" else sys.executable) as port:
                best[library] = max(best[library], uvloop.run(measure(port, options)))
    for library, rate in best.items():
        print(f"{library:8} {rate:10,.0f} messages/s")
    if options.peer:
        print(f"{best['fujita'] / best['tornado']:.1f} times Tornado")


if __name__ == "__main__":
    main()
