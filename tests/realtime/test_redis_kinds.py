"""Redis as a cluster, and behind Sentinels."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fujita.realtime import EngineUnavailableError, Hub, Member, RoomOptions
from fujita.realtime.redis_engine import RedisEngine
from tests.faults import certificates
from tests.realtime.redis_servers import RedisServer, free_port, redis_server
from tests.realtime.running import Recorder, run

pytestmark = pytest.mark.timeout(90)

ROOMS = [f"room {number}" for number in range(12)]
NODE = ("--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
CREATE = ("--cluster-replicas", "0", "--cluster-yes")
OPTIONS = RoomOptions(presence=True, history_size=1000)


def command_line(port: int, *words: str) -> str:
    program = shutil.which("redis-cli") or shutil.which("valkey-cli")
    assert program is not None
    done = subprocess.run(
        [program, "-p", str(port), *words], capture_output=True, text=True, timeout=30, check=False
    )
    return done.stdout


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[RedisServer]]:
    redis_server()
    servers: list[RedisServer] = []
    try:
        for _ in range(3):
            folder = tmp_path_factory.mktemp("node")
            server = RedisServer(folder, *NODE)
            server.start()
            servers.append(server)
        addresses = [f"127.0.0.1:{server.port}" for server in servers]
        command_line(servers[0].port, "--cluster", "create", *addresses, *CREATE)
        end = time.monotonic() + 20
        while not all(map(is_ready, servers)):
            assert time.monotonic() < end, "the cluster does not come together"
            time.sleep(0.1)
        yield servers
    finally:
        for server in servers:
            server.kill()


def is_ready(server: RedisServer) -> bool:
    return "cluster_state:ok" in command_line(server.port, "cluster", "info")


def test_rooms_are_spread_over_a_cluster(cluster: list[RedisServer]) -> None:
    async def main() -> None:
        url = f"redis+cluster://127.0.0.1:{cluster[0].port}"
        one = Hub(RedisEngine.from_url(url), default=OPTIONS)
        other = Hub(RedisEngine.from_url(url), default=OPTIONS)
        reader = Recorder()
        for room in ROOMS:
            await one.subscribe(room, reader, member=Member("ada"))
        for number in range(5):
            await asyncio.gather(*(other.publish(room, number) for room in ROOMS))
        await reader.until(lambda: len(reader.data) == 60)
        for room in ROOMS:
            got = [
                publication.data for publication in reader.publications if publication.room == room
            ]
            assert got == list(range(5))
            assert await other.members(room) == {"ada": None}
        assert isinstance(one.engine, RedisEngine)
        assert len(one.engine._feeds) == 3
        # Each channel is heard of at the one node that has it, and at no other.
        for server in cluster:
            assert command_line(server.port, "pubsub", "channels", "*").strip() == ""
            assert command_line(server.port, "pubsub", "shardchannels", "*").strip() != ""
        history = await other.history(ROOMS[0], limit=2)
        assert [publication.data for publication in history.publications] == [3, 4]
        await one.close()
        await other.close()

    run(main)


def test_a_master_that_a_sentinel_names(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    server.start()
    configuration = tmp_path / "sentinel.conf"
    configuration.write_text(f"sentinel monitor chat 127.0.0.1 {server.port} 1\n")
    sentinel_folder = tmp_path / "sentinel"
    sentinel_folder.mkdir()
    sentinel = RedisServer(sentinel_folder)
    process = subprocess.Popen(
        [redis_server(), str(configuration), "--sentinel", "--port", str(sentinel.port)],
        stdout=subprocess.DEVNULL,
    )

    async def main() -> None:
        url = f"redis+sentinel://127.0.0.1:{sentinel.port}/chat"
        async with Hub(RedisEngine.from_url(url, wait=8.0)) as hub:
            reader = Recorder()
            await hub.subscribe("room", reader)
            await hub.publish("room", 1)
            await reader.until(lambda: reader.data == [1])
        lost = Hub(RedisEngine.from_url(url.replace("/chat", "/other")))
        with pytest.raises(EngineUnavailableError):
            await lost.publish("room", 1)
        await lost.close()

    try:
        run(main)
    finally:
        process.kill()
        process.wait()
        server.kill()


def test_a_server_with_tls(tmp_path: Path) -> None:
    certificate, key = certificates.make(tmp_path / "tls", "localhost", 1)
    plain = RedisServer(tmp_path)
    tls_port = free_port()
    words: tuple[str, ...] = ("--tls-port", str(tls_port), "--tls-auth-clients", "no")
    words += ("--tls-cert-file", str(certificate))
    server = RedisServer(tmp_path, *words, "--tls-key-file", str(key), port=plain.port)
    server.start()

    async def main() -> None:
        address = f"rediss://localhost:{tls_port}/0"
        async with Hub.from_url(f"{address}?ssl_ca_certs={certificate}") as hub:
            reader = Recorder()
            await hub.subscribe("room", reader)
            await hub.publish("room", 1)
            await reader.until(lambda: reader.data == [1])
        # Whom it does not know it does not trust.
        wary = Hub.from_url(address)
        with pytest.raises(EngineUnavailableError, match="certificate"):
            await wary.start()
        await wary.close()

    try:
        run(main)
    finally:
        server.kill()


def test_sentinels_name_another_master(tmp_path: Path) -> None:
    master, replica = (RedisServer(make_folder(tmp_path, name)) for name in ("master", "replica"))
    master.start()
    replica.start()
    command_line(replica.port, "replicaof", "127.0.0.1", str(master.port))
    configuration = tmp_path / "sentinel.conf"
    configuration.write_text(
        f"sentinel monitor chat 127.0.0.1 {master.port} 1\n"
        "sentinel down-after-milliseconds chat 500\n"
    )
    port = free_port()
    process = subprocess.Popen(
        [redis_server(), str(configuration), "--sentinel", "--port", str(port)],
        stdout=subprocess.DEVNULL,
    )

    async def main() -> None:
        url = f"redis+sentinel://127.0.0.1:{port}/chat"
        async with Hub(RedisEngine.from_url(url, wait=9.0), default=OPTIONS) as hub:
            reader = Recorder()
            await hub.subscribe("room", reader)
            await hub.publish("room", 1)
            await reader.until(lambda: reader.data == [1])
            while "slaves=1" not in await asyncio.to_thread(command_line, port, "info"):
                await asyncio.sleep(0.05)
            await asyncio.to_thread(command_line, master.port, "wait", "1", "5000")
            master.kill()
            await hub.publish("room", 2)
            await reader.until(lambda: reader.data == [1, 2])
            assert reader.said == []
            assert "role:master" in await asyncio.to_thread(
                command_line, replica.port, "info", "replication"
            )

    try:
        run(main)
    finally:
        process.kill()
        process.wait()
        master.kill()
        replica.kill()


def make_folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder
