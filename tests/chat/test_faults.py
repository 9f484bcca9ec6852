"""Three nodes under load; one is killed, Redis and PostgreSQL are restarted. Who hears what?"""

import asyncio
import os
import signal
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from fujita.chat.limits import Rate
from tests.chat.members import Member
from tests.chat.postgres import Postgres, postgres
from tests.chat.processes import served
from tests.chat.redis_server import Redis, redis_server

SECRET = "the nodes of this test share it"
ENDLESS = Rate(10**9, 10**9)
LIMITS: dict[str, object] = {
    "messages": ENDLESS,
    "messages_per_address": ENDLESS,
    "commands": ENDLESS,
    "rooms_made": ENDLESS,
    "rooms_made_per_address": ENDLESS,
    "connections_per_address": 10_000,
    "replay": 5000,
}

# What takes half a minute on two cores; fewer members for a machine that has less to give.
MEMBERS = int(os.environ.get("FUJITA_MEMBERS", "300"))
ROOMS, MESSAGES = 10, 20

pytestmark = pytest.mark.timeout(280)


class Scene:
    """Nodes, members, and what goes wrong."""

    def __init__(self, processes: list["subprocess.Popen[str]"], ports: list[int]) -> None:
        self.processes = processes
        self.ports = ports
        # Those that are still there.
        self.alive = list(ports)
        self.members = [
            Member(f"member{n}", f"room{n % ROOMS}", self.alive, SECRET, MESSAGES)
            for n in range(MEMBERS)
        ]

    def share(self) -> float:
        """Returns how much of all messages is acknowledged."""
        done = sum(len(member.acknowledged) for member in self.members)
        return done / (MEMBERS * MESSAGES)

    async def until(self, share: float) -> None:
        while self.share() < share:
            await asyncio.sleep(0.02)

    def kill_node(self) -> None:
        self.alive.remove(self.ports[0])
        self.processes[0].send_signal(signal.SIGKILL)


async def play(scene: Scene, faults: Callable[[Scene], Awaitable[None]]) -> None:
    """Lets everybody talk while things go wrong, and looks at what everybody has heard."""
    tasks = [asyncio.create_task(member.live()) for member in scene.members]
    try:
        for member in scene.members:
            await member.is_in.wait()
        for member in scene.members:
            member.may_talk.set()
        await faults(scene)
        for member in scene.members:
            await member.until(lambda m=member: len(m.acknowledged) == MESSAGES)  # type: ignore[misc]
        expected = MEMBERS // ROOMS * MESSAGES
        for member in scene.members:
            await member.until(lambda m=member: len(m.heard) >= expected)  # type: ignore[misc]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    check(scene, expected)


def check(scene: Scene, expected: int) -> None:
    """Counts: every acknowledged message at every member, once, in the same order."""
    for number in range(ROOMS):
        members = [member for member in scene.members if member.room == f"room{number}"]
        acknowledged = {id for member in members for id in member.acknowledged.values()}
        assert len(acknowledged) == expected
        for member in members:
            heard = [id for _, id in member.heard]
            assert heard == sorted(acknowledged), f"{member.id} has heard something else"
            assert member.problems == []


def served_nodes(stack: ExitStack, folder: Path, database: str, redis: str | None) -> Scene:
    nodes = [
        stack.enter_context(
            served(database, limits=LIMITS, secret=SECRET, redis=redis, data=str(folder / "files"))
        )
        for _ in range(3)
    ]
    return Scene([process for process, _ in nodes], [port for _, port in nodes])


async def restart(server: Postgres | Redis) -> None:
    await asyncio.to_thread(server.stop)
    await asyncio.sleep(0.3)
    await asyncio.to_thread(server.start)


def test_nothing_is_lost_when_a_node_and_the_database_fail(tmp_path: Path) -> None:
    """The nodes do not even hear of each other: what they know is in the database."""
    with postgres() as database, ExitStack() as stack:
        scene = served_nodes(stack, tmp_path, database.database("faults"), None)

        async def faults(scene: Scene) -> None:
            await scene.until(0.25)
            scene.kill_node()
            await scene.until(0.6)
            await restart(database)

        asyncio.run(play(scene, faults))
        assert sum(member.breaks for member in scene.members) >= MEMBERS / 10


def test_nothing_is_lost_when_a_node_redis_and_the_database_fail(tmp_path: Path) -> None:
    with postgres() as database, redis_server() as redis, ExitStack() as stack:
        scene = served_nodes(stack, tmp_path, database.database("faults"), redis.url)

        async def faults(scene: Scene) -> None:
            await scene.until(0.2)
            scene.kill_node()
            await scene.until(0.4)
            await restart(redis)
            await scene.until(0.7)
            await restart(database)

        asyncio.run(play(scene, faults))
