"""Reckons what 1,000,000 connections need, and plays what happens when they all come back.

usage: python -m benchmarks.million [--connections N] [--seed N] [--measure]

All figures of Fujita and of Redis are in benchmarks/million.json, each with the command that
measured it; ``--measure`` runs these commands and writes the file anew. What is assumed of the
people and of the machines is in `Assumptions`. The same seed gives the same result.
"""

import argparse
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.storm import Storm, Stormed, backed_off, impatient, storm, unhurried

INPUTS = Path(__file__).with_name("million.json")
ROWS = {
    "member_kib": "rooms-memory",
    "delivery_us": "rooms-scattered",
    "enter_us": "rooms-enter",
    "redis_publish_us": "rooms-redis-publish",
    "redis_enter_us": "rooms-redis-enter",
    "redis_room_kib": "rooms-redis-memory",
}


@dataclass(frozen=True)
class Inputs:
    """What was measured: memory in KiB, processor time in microseconds.

    Attributes:
        member_kib: Of a node, by the member that is in two rooms.
        delivery_us: Of a node, for a publication that it hears for one member.
        enter_us: Of a node, for a handshake and coming back to two rooms.
        redis_publish_us: Of Redis, for a publication.
        redis_enter_us: Of Redis, for coming back to two rooms.
        redis_room_kib: Of Redis, by the room with ten publications.
    """

    member_kib: float
    delivery_us: float
    enter_us: float
    redis_publish_us: float
    redis_enter_us: float
    redis_room_kib: float


@dataclass(frozen=True)
class Assumptions:
    """What nobody can measure beforehand.

    Attributes:
        connections: All of them; each is in a room of its own, and in one with nine others.
        say_every: Seconds after which each says something to its ten, on average.
        load: The part of a core that may be busy on an ordinary day.
        backlog: Connections that wait for a node to accept them (``listen``); more are not taken.
    """

    connections: int = 1_000_000
    say_every: float = 20.0
    load: float = 0.5
    backlog: int = 128


@dataclass(frozen=True)
class Needs:
    """What the connections need: nodes are processes with a core each, shards as many of Redis."""

    publications: float
    deliveries: float
    nodes: int
    members_of_a_node: int
    node_mib: float
    shards: int
    shard_mib: float
    accepted_by_a_node: float


def reckon(inputs: Inputs, assumed: Assumptions) -> Needs:
    """Works out how many nodes and shards there have to be."""
    publications = assumed.connections / assumed.say_every
    deliveries = publications * 10
    nodes = math.ceil(deliveries * inputs.delivery_us / 1e6 / assumed.load)
    shards = math.ceil(publications * inputs.redis_publish_us / 1e6 / assumed.load)
    members = math.ceil(assumed.connections / nodes)
    rooms = assumed.connections * 1.1
    return Needs(
        publications=publications,
        deliveries=deliveries,
        nodes=nodes,
        members_of_a_node=members,
        node_mib=members * inputs.member_kib / 1024,
        shards=shards,
        shard_mib=rooms * inputs.redis_room_kib / shards / 1024,
        accepted_by_a_node=1e6 / inputs.enter_us,
    )


def storms(inputs: Inputs, assumed: Assumptions, needs: Needs, seed: int) -> dict[str, Stormed]:
    """Plays what happens when one node dies, and when all are started anew at once."""

    def play(lost: int, nodes: int, **more: Any) -> Stormed:
        rate = nodes * needs.accepted_by_a_node
        return storm(Storm(lost, rate, nodes * assumed.backlog, seed=seed, **more))

    everybody, nodes = assumed.connections, needs.nodes
    return {
        "one node of all dies": play(needs.members_of_a_node, nodes - 1, pauses=backed_off),
        "all nodes at once": play(everybody, nodes, pauses=backed_off),
        "the same, with a first pause of 10 to 20 s": play(everybody, nodes, pauses=unhurried),
        "the same, clients that try again each second": play(everybody, nodes, pauses=impatient),
    }


def read_inputs(path: Path = INPUTS) -> Inputs:
    figures = json.loads(path.read_text())["figures"]
    return Inputs(**{name: figures[name]["value"] for name in ROWS})


def measure(seconds: float = 2.0, rounds: int = 3) -> dict[str, Any]:
    """Measures all inputs anew, each by its row."""
    from benchmarks import machine
    from benchmarks.rounds import measure_row
    from benchmarks.rows import rooms

    machine.allow_many_files()
    rows = {row.name: row for row in rooms.rows()}
    figures = {}
    for name, row in ROWS.items():
        result = measure_row(rows[row], rounds, seconds, lambda text: None)
        value = result.median("Fujita")
        if value is None:
            raise SystemExit(f"{row}: {result.missing}")
        figures[name] = {
            "value": float(f"{value:.3g}"),
            "unit": result.unit,
            "command": f"make bench ONLY={row}",
        }
        print(f"{row}: {value:.3g} {result.unit}", flush=True)
    date = datetime.now(UTC).isoformat(timespec="minutes")
    return {"date": date, "machine": machine.describe(), "figures": figures}


def report(
    needs: Needs, played: Mapping[str, Stormed], inputs: Inputs, assumed: Assumptions
) -> str:
    lines = [
        f"{assumed.connections:,} connections: {needs.publications:,.0f} publications/s, "
        f"{needs.deliveries:,.0f} deliveries/s",
        f"  nodes (processes, one core each)  {needs.nodes:>7,}",
        f"  members of a node                 {needs.members_of_a_node:>7,}"
        f"   {needs.node_mib:,.0f} MiB",
        f"  shards of Redis, one core each    {needs.shards:>7,}   {needs.shard_mib:,.0f} MiB each",
        f"  a node lets in                    {needs.accepted_by_a_node:>7,.0f} /s",
    ]
    for name, one in played.items():
        redis = one.peak_served * inputs.redis_enter_us / 1e6 / needs.shards
        lines += [
            f"{name}: {one.clients:,} clients",
            f"  attempts, at most                 {one.peak_attempts:>7,.0f} /s"
            f"   {one.peak_attempts / one.rate:.2f} of what the nodes take",
            f"  let in, at most                   {one.peak_served:>7,.0f} /s",
            f"  attempts in all                   {one.attempts / one.clients:>7.2f} a client",
            f"  back: half, 99 %, all             {one.back(0.5):.1f} s, {one.back(0.99):.1f} s, "
            f"{one.back(1.0):.1f} s",
            f"  Redis, at most                    {redis:>7.1%} of each shard's core",
        ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--connections", type=int, default=Assumptions.connections)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure", action="store_true", help="measure the inputs anew first")
    options = parser.parse_args()
    if options.measure:
        INPUTS.write_text(json.dumps(measure(), indent=1, ensure_ascii=False) + "\n")
    inputs, assumed = read_inputs(), Assumptions(options.connections)
    needs = reckon(inputs, assumed)
    print(report(needs, storms(inputs, assumed, needs, options.seed), inputs, assumed))


if __name__ == "__main__":
    main()
