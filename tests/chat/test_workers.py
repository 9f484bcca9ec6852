"""Several processes that share a port."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.chat.processes import served
from tests.chat.redis_server import redis_server
from tests.chat.test_server import client_of


def workers_of(process: "subprocess.Popen[str]") -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


async def until_workers(process: "subprocess.Popen[str]", count: int) -> list[int]:
    while len(found := workers_of(process)) != count:
        await asyncio.sleep(0.01)
    return found


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads Linux' /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_workers_share_a_chat_and_end_together(tmp_path: Path, number: signal.Signals) -> None:
    async def talk(process: "subprocess.Popen[str]", port: int) -> None:
        await until_workers(process, 2)
        async with client_of(port) as one, client_of(port) as two, client_of(port) as three:
            clients = [one, two, three]
            for client in clients:
                await client.join()
            said = await one.say("to all processes", "k")
            for client in clients:
                assert (await client.next("message"))["id"] == said["id"]
            # One worker that dies is replaced, and nobody misses anything.
            victim = workers_of(process)[0]
            os.kill(victim, signal.SIGKILL)
            while victim in workers_of(process):
                await asyncio.sleep(0.01)
            pids = await until_workers(process, 2)
            async with client_of(port) as client:
                joined = await client.join()
                assert [message["id"] for message in joined["messages"]] == [said["id"]]
                process.send_signal(number)
                with pytest.raises(ConnectionClosed) as raised:
                    await client.next("nothing")
                assert raised.value.rcvd is not None
                assert raised.value.rcvd.code == 1001
        assert await asyncio.to_thread(process.wait, 15) == 0
        for pid in pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)

    with (
        redis_server() as redis,
        served(tmp_path / "chat.db", workers=2, redis=redis.url) as (process, port),
    ):
        asyncio.run(talk(process, port))
        assert process.stderr is not None
        # What the watching process has to say of the worker that was killed, and no more.
        told = process.stderr.read().splitlines()
        assert all("restarting" in line for line in told), told
