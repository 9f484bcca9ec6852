"""A chat room that is killed again and again while everybody talks; nobody else watches over it."""

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest

from fujita.chat.limits import Rate
from tests.chat.members import Member
from tests.chat.processes import served

SECRET = "the members of this test know it"
ENDLESS = Rate(10**9, 10**9)
LIMITS: dict[str, object] = {
    "messages": ENDLESS,
    "messages_per_address": ENDLESS,
    "commands": ENDLESS,
    "rooms_made_per_address": ENDLESS,
    "replay": 5000,
}
MEMBERS, MESSAGES, KILLS = 10, 60, 4

pytestmark = pytest.mark.timeout(120)


async def talk(database: Path) -> list[int]:
    """Lets everybody talk through the kills; returns the ids of what was acknowledged."""
    ports: list[int] = []
    members = [Member(f"member{n}", "lobby", ports, SECRET, MESSAGES) for n in range(MEMBERS)]
    total = MEMBERS * MESSAGES
    moments = sorted(random.sample(range(total // 10, total * 9 // 10), KILLS))

    def acknowledged() -> int:
        return sum(len(member.acknowledged) for member in members)

    tasks: list[asyncio.Task[None]] = []
    try:
        for moment in [*moments, None]:
            with served(database, ports[0] if ports else 0, LIMITS, secret=SECRET) as served_now:
                process, port = served_now
                ports[:] = [port]
                tasks = tasks or [asyncio.create_task(member.live()) for member in members]
                for member in members:
                    member.may_talk.set()
                while acknowledged() < (total if moment is None else moment):
                    await asyncio.sleep(0.001)
                if moment is None:
                    for member in members:
                        await member.until(lambda m=member: len(m.heard) >= total)  # type: ignore[misc]
                os.kill(process.pid, signal.SIGKILL)
                await asyncio.to_thread(process.wait)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    ids = sorted(id for member in members for id in member.acknowledged.values())
    for member in members:
        assert [id for _, id in member.heard] == ids, f"{member.id} has heard something else"
        assert member.problems == []
    return ids


def test_nothing_acknowledged_is_lost_whenever_it_is_killed(tmp_path: Path) -> None:
    ids = asyncio.run(talk(tmp_path / "chat.db"))
    assert len(set(ids)) == MEMBERS * MESSAGES
