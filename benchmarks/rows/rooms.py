"""Rooms: in one process, over Redis, on several nodes; and what a member costs.

The last ones are what benchmarks/million.py reckons with.
"""

import json
import re
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from benchmarks.contenders import ROOMS, serve
from benchmarks.figures import Better, NoLess, Sample
from benchmarks.load.idle import masked, open_websocket
from benchmarks.machine import LOAD_CORE, ROOT
from benchmarks.processes import Server, on_cores, output_of
from benchmarks.redis_process import fill, start_redis, url_of
from benchmarks.row import Measure, Row
from benchmarks.rows.memory import settled

RECEIVERS = 500
AT_ONCE = 16
NODES = (1, 2, 3, 4)
MEMBERS_OF_A_NODE = 125
PAUSE = 0.005
ROOMS_FILLED = 1000
KEPT, SIZE = 10, 100
MEMBERS, FIRST_MEMBERS = 2000, 200


def load(kind: str, seconds: float, *words: str, watch: Sequence[Server] = ()) -> Any:
    """Runs benchmarks.load.rooms beside the servers."""
    processes = "/".join(",".join(map(str, server.processes)) for server in watch)
    command = [*on_cores(LOAD_CORE), sys.executable, "-m", "benchmarks.load.rooms", kind]
    command += [str(seconds), *words, "--watch", processes]
    return json.loads(output_of(command, seconds + 60, ROOT))


class Deliveries(Row):
    """What one process delivers of what it, or another one, publishes."""

    def __init__(self, name: str, title: str, *, over_redis: bool) -> None:
        targets = () if over_redis else (NoLess(1_000_000, "deliveries/s"),)
        super().__init__(name, title, "deliveries/s", (), targets)
        self._over_redis = over_redis

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        url = url_of(start_redis(stack)) if self._over_redis else "memory://"
        node = serve(ROOMS, stack, url)
        publisher = serve(ROOMS, stack, url, cores=(LOAD_CORE,)) if self._over_redis else node
        words = ["--ports", str(node.port), "--publisher", str(publisher.port)]
        words += ["--members", str(RECEIVERS), "--at-once", str(AT_ONCE)]

        def measure(seconds: float) -> Sample:
            figures = load("receive", seconds, *words, watch=[node])
            (used,) = figures["used"]
            cost = used / figures["deliveries"] * 1e6
            return Sample(figures["rate"], cost, used / figures["elapsed"])

        return measure


class Nodes(Row):
    """What a delivery costs with so many nodes, each publication being written by itself."""

    better = Better.LOWER

    def __init__(self, nodes: int) -> None:
        them = f"{nodes} nodes" if nodes > 1 else "1 node"
        title = f"{them} with {MEMBERS_OF_A_NODE} members each: their time for a delivery"
        super().__init__(f"rooms-nodes-{nodes}", title, "µs", (), ())
        self._nodes = nodes

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        url = url_of(start_redis(stack))
        nodes = [serve(ROOMS, stack, url) for _ in range(self._nodes)]
        publisher = serve(ROOMS, stack, url, cores=(LOAD_CORE,))
        words = ["--ports", ",".join(str(node.port) for node in nodes)]
        words += ["--publisher", str(publisher.port), "--members", str(MEMBERS_OF_A_NODE)]
        words += ["--at-once", "1", "--pause", str(PAUSE)]

        def measure(seconds: float) -> Sample:
            figures = load("receive", seconds, *words, watch=nodes)
            return Sample(sum(figures["used"]) / figures["deliveries"] * 1e6)

        return measure


class Scattered(Row):
    """What a delivery costs a node that has one member of each room: nothing is shared."""

    better = Better.LOWER

    def __init__(self) -> None:
        title = f"{RECEIVERS} rooms with one member here each: the node's time for a delivery"
        super().__init__("rooms-scattered", title, "µs", (), ())

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        url = url_of(start_redis(stack))
        node = serve(ROOMS, stack, url)
        publisher = serve(ROOMS, stack, url, cores=(LOAD_CORE,))
        words = ["--ports", str(node.port), "--publisher", str(publisher.port), "--at-once", "1"]
        words += ["--members", str(RECEIVERS), "--rooms", str(RECEIVERS)]

        def measure(seconds: float) -> Sample:
            figures = load("receive", seconds, *words, watch=[node])
            return Sample(sum(figures["used"]) / figures["deliveries"] * 1e6)

        return measure


class Publishing(Row):
    """Redis' processor time for a publication that a node hears."""

    better = Better.LOWER

    def __init__(self) -> None:
        title = "Redis' time for a publication, one after the other"
        super().__init__("rooms-redis-publish", title, "µs", (), ())

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        redis = start_redis(stack)
        node = serve(ROOMS, stack, url_of(redis))
        words = ["--ports", str(node.port), "--publisher", str(node.port)]
        words += ["--members", "1", "--at-once", "1"]

        def measure(seconds: float) -> Sample:
            figures = load("receive", seconds, *words, watch=[redis])
            return Sample(sum(figures["used"]) / figures["publications"] * 1e6)

        return measure


class Entering(Row):
    """Processor time for a connection that comes back to two rooms and missed something in each."""

    better = Better.LOWER

    def __init__(self, who: str) -> None:
        name = "rooms-enter" if who == "node" else "rooms-redis-enter"
        title = f"coming back to two rooms: time of {'the node' if who == 'node' else 'Redis'}"
        super().__init__(name, title, "µs", (), ())
        self._who = who

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        redis = start_redis(stack)
        node = serve(ROOMS, stack, url_of(redis))
        names = [f"own:{number}" for number in range(ROOMS_FILLED)]
        names += [f"shared:{number}" for number in range(ROOMS_FILLED // 10)]
        ends = fill(url_of(redis), names, 2, SIZE)
        epochs = json.dumps({name: end.epoch for name, end in ends.items()})
        watched = node if self._who == "node" else redis

        def measure(seconds: float) -> Sample:
            words = ["--ports", str(node.port), "--at-once", "32", "--epochs", epochs]
            figures = load("enter", seconds, *words, watch=[watched])
            return Sample(sum(figures["used"]) / figures["count"] * 1e6)

        return measure


class MemberMemory(Row):
    """Memory of a node by the member that is in a room of its own and in one with nine others."""

    better = Better.LOWER
    rounds = 3

    def __init__(self) -> None:
        super().__init__("rooms-memory", "memory of a member of two rooms", "KiB", (), ())

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        return lambda seconds: self._measure()

    def _measure(self) -> Sample:
        with ExitStack() as stack:
            node = serve(ROOMS, stack, url_of(start_redis(stack)))
            for number in range(FIRST_MEMBERS):
                member(node.port, number, stack)
            before = settled(node.resident_kib)
            for number in range(FIRST_MEMBERS, FIRST_MEMBERS + MEMBERS):
                member(node.port, number, stack)
            return Sample((settled(node.resident_kib) - before) / MEMBERS)


def member(port: int, number: int, stack: ExitStack) -> None:
    connection = open_websocket(port, "/realtime")
    stack.callback(connection.close)
    for room in (f"own:{number}", f"shared:{number // 10}"):
        connection.sendall(masked(json.dumps({"type": "subscribe", "room": room}).encode()))
        answer = b""
        while b'"type":"subscribed"' not in answer:
            answer += connection.recv(4096)


class RedisMemory(Row):
    """Memory of Redis by the room with some publications in its history."""

    better = Better.LOWER
    rounds = 3

    def __init__(self) -> None:
        title = f"memory of Redis for a room that keeps {KEPT} publications of {SIZE} bytes"
        super().__init__("rooms-redis-memory", title, "KiB", (), ())

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        return lambda seconds: self._measure()

    def _measure(self) -> Sample:
        with ExitStack() as stack:
            redis = start_redis(stack)
            fill(url_of(redis), ["first"], 1, SIZE)
            before = used_memory(redis)
            fill(url_of(redis), [f"room:{number}" for number in range(ROOMS_FILLED)], KEPT, SIZE)
            return Sample((used_memory(redis) - before) / ROOMS_FILLED / 1024)


def used_memory(redis: Server) -> int:
    with socket.create_connection(("127.0.0.1", redis.port), 5) as connection:
        connection.sendall(b"INFO memory\r\n")
        answer = b""
        while b"used_memory_human" not in answer:
            answer += connection.recv(65536)
    found = re.search(rb"used_memory:(\d+)", answer)
    assert found is not None
    return int(found[1])


def rows() -> list[Row]:
    return [
        Deliveries("rooms", f"rooms of one process, to {RECEIVERS} receivers", over_redis=False),
        Deliveries(
            "rooms-redis", f"two processes over Redis, to {RECEIVERS} receivers", over_redis=True
        ),
        *(Nodes(nodes) for nodes in NODES),
        Scattered(),
        Publishing(),
        Entering("node"),
        Entering("redis"),
        MemberMemory(),
        RedisMemory(),
    ]
