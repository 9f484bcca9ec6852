"""Several processes that share a port."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from fujita.httpclient import AsyncHTTPClient
from tests.chat.postgres import Postgres
from tests.chat.processes import served
from tests.chat.redis_server import redis_server
from tests.chat.running import Client
from tests.chat.test_server import client_of
from tests.programs import fujita

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads Linux' /proc")


def workers_of(process: "subprocess.Popen[str]") -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


async def until_workers(process: "subprocess.Popen[str]", count: int) -> list[int]:
    while len(found := workers_of(process)) != count:
        await asyncio.sleep(0.01)
    return found


async def sent_away(client: Client) -> None:
    with pytest.raises(ConnectionClosed) as raised:
        await client.next("nothing")
    assert raised.value.rcvd is not None
    assert raised.value.rcvd.code == 1001


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_workers_share_a_chat_and_end_together(tmp_path: Path, number: signal.Signals) -> None:
    victim = 0

    async def talk(process: "subprocess.Popen[str]", port: int) -> None:
        nonlocal victim
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
                # A service manager tells the workers too; they end in order all the same.
                for pid in (process.pid, *pids):
                    os.kill(pid, number)
                await sent_away(client)
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
        assert re.fullmatch(
            rf"fujita chat: worker \d \(pid {victim}\) was killed by signal 9; it is replaced\n",
            process.stderr.read(),
        )


def test_sighup_renews_the_workers_and_nobody_misses_anything(
    tmp_path: Path, postgres_server: Postgres
) -> None:
    async def talk(process: "subprocess.Popen[str]", port: int) -> None:
        former = set(await until_workers(process, 2))
        async with client_of(port) as alice, client_of(port) as bob:
            for client in (alice, bob):
                joined = await client.join()
            first = await alice.say("before", "k1")
            process.send_signal(signal.SIGHUP)
            await sent_away(alice)
            await sent_away(bob)
        async with client_of(port) as client:
            await client.join(after=first["position"])
            second = await client.say("after", "k2")
        while former & set(workers_of(process)):
            await asyncio.sleep(0.01)
        await until_workers(process, 2)
        async with client_of(port) as client:
            back = await client.join(after=joined["position"])
            assert [message["id"] for message in back["messages"]] == [first["id"], second["id"]]
            assert not back["fresh"]

    database = postgres_server.database("renewal")
    with (
        redis_server() as redis,
        served(database, workers=2, redis=redis.url, data=str(tmp_path / "files")) as (
            process,
            port,
        ),
    ):
        asyncio.run(talk(process, port))
        process.terminate()
        assert process.wait(15) == 0
        assert process.stderr is not None
        assert process.stderr.read() == "fujita chat: all workers are renewed\n"


def until_refused(port: int) -> None:
    """Waits until nobody listens there any more."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 20).close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            # Those in line are sent away as the listening sockets are closed.
            pass


def cookie_of(port: int) -> str:
    """Returns the cookie of a new guest."""
    page = HTTPConnection("127.0.0.1", port, timeout=20)
    page.request("GET", "/", headers={"Connection": "close"})
    set_cookie = page.getresponse().getheader("Set-Cookie")
    page.close()
    assert set_cookie is not None
    return set_cookie.partition(";")[0]


def test_requests_under_way_are_finished(tmp_path: Path) -> None:
    body = json.dumps({"login": "ada", "password": "difference engine"}).encode()
    head = (
        "POST /api/register HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n"
    )
    with (
        redis_server() as redis,
        served(tmp_path / "chat.db", workers=2, redis=redis.url) as (process, port),
    ):
        with socket.create_connection(("127.0.0.1", port), 20) as connection:
            connection.sendall(f"{head}Cookie: {cookie_of(port)}\r\n\r\n".encode())
            # A worker that asks for the body has begun to serve the request.
            assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
            process.terminate()
            until_refused(port)
            connection.sendall(body)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        assert answer.startswith(b"HTTP/1.1 201 "), answer
        assert process.wait(15) == 0


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Has a worker stand still, so that another one gets what comes."""
    os.kill(pid, signal.SIGSTOP)
    while Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "T":
        time.sleep(0.001)
    yield
    os.kill(pid, signal.SIGCONT)


async def figures(port: int) -> dict[str, float]:
    """Asks one of the workers for ``/metrics``."""
    http = AsyncHTTPClient(force_instance=True)
    answer = await http.fetch(f"http://127.0.0.1:{port}/metrics")
    http.close()
    lines = [line.split() for line in answer.body.decode().splitlines() if line[0] != "#"]
    return {name.removeprefix("fujita_chat_"): float(value) for name, value in lines}


async def until_figures(port: int, **expected: int) -> None:
    while not expected.items() <= (await figures(port)).items():
        await asyncio.sleep(0.01)


def test_one_scrape_gives_the_figures_of_all_workers(tmp_path: Path) -> None:
    async def work(process: "subprocess.Popen[str]", port: int, stack: AsyncExitStack) -> None:
        one, other = await until_workers(process, 2)
        for served_by, idle, count in ((one, other, 3), (other, one, 2)):
            with stopped(idle):
                for number in range(count):
                    client = await stack.enter_async_context(client_of(port))
                    room = f"{served_by}-{number}"
                    await client.join(room)
                    await client.say("hello", "k", room)
        # Whichever of them is asked.
        for idle in (one, other):
            with stopped(idle):
                assert await figures(port) == {
                    "workers": 2,
                    "connections": 5,
                    "people": 5,
                    "rooms_open": 5,
                    "messages_total": 5,
                    "store_failures_total": 0,
                    "slow_readers_total": 0,
                }
        # What is there goes with a worker; what it has counted does not.
        os.kill(one, signal.SIGKILL)
        await until_figures(port, workers=2, connections=2, people=2, messages_total=5)
        process.send_signal(signal.SIGHUP)
        await until_figures(port, workers=2, connections=0, people=0, messages_total=5)

    async def main(process: "subprocess.Popen[str]", port: int) -> None:
        async with asyncio.timeout(60), AsyncExitStack() as stack:
            await work(process, port, stack)

    with (
        redis_server() as redis,
        served(tmp_path / "chat.db", workers=2, redis=redis.url) as (process, port),
    ):
        asyncio.run(main(process, port))


def test_what_keeps_workers_from_serving_is_told_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    redis = f"redis://:hidden@127.0.0.1:{port}"
    done = fujita("chat", "--port", "0", "--workers", "2", "--redis", redis, cwd=tmp_path)
    assert done.returncode == 2
    assert re.fullmatch(
        rf"fujita chat: .*127\.0\.0\.1:{port}.*\(redis-server starts one\)\n", done.stderr
    )
    assert "hidden" not in done.stderr
    assert done.stdout == ""
