"""Several nodes on one Redis, which may go away."""

import asyncio
import os
import secrets
import signal
import sys
import time
from pathlib import Path

import pytest

from fujita.realtime import (
    Counted,
    EngineUnavailableError,
    Hub,
    Joined,
    Left,
    Member,
    Position,
    RoomOptions,
)
from fujita.realtime.redis_engine import RedisEngine, connecting
from tests.realtime.conftest import MakeHub
from tests.realtime.redis_servers import DURABLE, RedisServer
from tests.realtime.running import Recorder, run

PUBLISHER = """
import asyncio
from fujita.realtime import Hub
from fujita.realtime.redis_engine import RedisEngine

async def main():
    async with Hub(RedisEngine.from_url("{url}", prefix="{prefix}")) as hub:
        await hub.publish("room", "from elsewhere")
        await hub.broadcast("to everybody")

asyncio.run(main())
"""

KEPT = RoomOptions(history_size=100_000)


def test_two_nodes_share_rooms(redis_hub: MakeHub) -> None:
    async def main() -> None:
        options = RoomOptions(presence=True)
        async with redis_hub(default=options) as one, redis_hub(default=options) as other:
            here, there = Recorder(), Recorder()
            await one.subscribe("room", here, member=Member("ada"))
            await other.subscribe("room", there, member=Member("bob"))
            for number in range(100):
                await (one, other)[number % 2].publish("room", number)
            await here.until(lambda: len(here.data) == 100)
            await there.until(lambda: len(there.data) == 100)
            assert here.data == there.data == list(range(100))
            assert await one.members("room") == {"ada": None, "bob": None}
            await other.remove("room", "ada", "out")
            await here.until(lambda: bool(here.said))
            await there.until(lambda: isinstance(there.events[-1], Left))

    run(main)


def test_a_broadcast_comes_to_all_nodes(redis_hub: MakeHub) -> None:
    async def main() -> None:
        async with redis_hub() as one, redis_hub() as other, redis_hub() as third:
            here, there = Recorder(), Recorder()
            await one.subscribe("room", here)
            other.connect(there)
            await third.broadcast("hello")
            await here.until(lambda: here.broadcasts == ["hello"])
            await there.until(lambda: there.broadcasts == ["hello"])

    run(main)


def test_a_process_without_a_server_publishes(redis_hub: MakeHub) -> None:
    async def main() -> None:
        async with redis_hub() as hub:
            reader = Recorder()
            await hub.subscribe("room", reader)
            assert isinstance(hub.engine, RedisEngine)
            program = PUBLISHER.format(url=hub.engine._link.where, prefix=hub.engine._keys._prefix)
            process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
            await reader.until(lambda: bool(reader.broadcasts))
            assert reader.data == ["from elsewhere"]
            assert reader.broadcasts == ["to everybody"]
            assert await process.wait() == 0

    run(main)


def test_a_node_listens_to_the_rooms_that_it_holds_and_no_others(redis_hub: MakeHub) -> None:
    async def main() -> None:
        async with redis_hub() as one, redis_hub() as other:
            subscription = await one.subscribe("a", Recorder())
            await other.subscribe("b", Recorder())
            assert isinstance(one.engine, RedisEngine)
            channels = {channel for feed in one.engine._feeds.values() for channel in feed.channels}
            everyone = one.engine._keys.everyone
            assert channels == {everyone, one.engine._keys.channel("a")}
            await subscription.leave()
            assert [feed.channels for feed in one.engine._feeds.values()] == [{everyone}]

    run(main)


def test_the_members_of_a_node_that_has_died_are_gone_after_a_while(redis_hub: MakeHub) -> None:
    async def main() -> None:
        options = RoomOptions(presence=True)
        dead = redis_hub(lifetime=0.3, default=options)
        async with redis_hub(lifetime=0.3, default=options) as hub:
            watcher = Recorder()
            await hub.subscribe("room", watcher, member=Member("watcher"))
            await dead.subscribe("room", Recorder(), member=Member("ada"))
            dead._keeper.stop()
            await watcher.until(lambda: len(watcher.events) == 3)
            assert watcher.events == [
                Joined("room", "watcher", None, 1),
                Joined("room", "ada", None, 2),
                Left("room", "ada", 1),
            ]
            assert await hub.members("room") == {"watcher": None}
            await dead.close()

    run(main)


def test_a_node_that_was_not_told_of_something_finds_out(redis_hub: MakeHub) -> None:
    async def main() -> None:
        async with redis_hub() as hub, redis_hub() as other:
            reader = Recorder()
            await hub.subscribe("room", reader)
            room = hub.rooms["room"]
            receive, room.receive = room.receive, lambda event: None  # type: ignore[method-assign]
            for number in range(3):
                await other.publish("room", number)
            await asyncio.sleep(0.05)
            room.receive = receive  # type: ignore[method-assign]
            assert reader.data == []
            await room.refresh()
            await reader.until(lambda: len(reader.data) == 3)
            room.receive = lambda event: None  # type: ignore[method-assign]
            await other.publish("room", 3)
            await asyncio.sleep(0.05)
            room.receive = receive  # type: ignore[method-assign]
            await other.publish("room", 4)
            await reader.until(lambda: len(reader.data) == 5)
            assert reader.data == [0, 1, 2, 3, 4]
            assert hub.counters.gaps == 1

    run(main)


@pytest.mark.timeout(60)
def test_comings_and_goings_that_a_node_has_not_heard_of_are_counted(redis_hub: MakeHub) -> None:
    """While a node's ears are shut it misses who goes, so its members are told to look again."""

    async def main() -> None:
        options = RoomOptions(presence=True)
        async with redis_hub(default=options) as deaf, redis_hub(default=options) as other:
            watcher, ada = Recorder(), Recorder()
            await deaf.subscribe("room", watcher)
            await other.subscribe("room", ada, member=Member("ada"))
            await watcher.until(lambda: watcher.events == [Joined("room", "ada", None, 1)])
            assert isinstance(deaf.engine, RedisEngine)
            (feed,) = deaf.engine._feeds.values()
            await feed._connection.disconnect()
            await ada.close()
            await watcher.until(lambda: Counted("room", 0, named=True) in watcher.events)

    run(main)


def test_redis_is_killed_and_comes_back_while_everybody_publishes(tmp_path: Path) -> None:
    """What was acknowledged reaches everybody once and in order."""
    server = RedisServer(tmp_path, *DURABLE)
    server.start()

    async def main() -> None:
        prefix = secrets.token_hex(4)
        hubs = [
            Hub(RedisEngine.from_url(server.url, prefix=prefix), default=KEPT) for _ in range(3)
        ]
        readers = [Recorder() for _ in hubs]
        for hub, reader in zip(hubs, readers, strict=True):
            await hub.subscribe("room", reader)
        acknowledged: list[tuple[Position, str]] = []
        failures = 0
        stop = asyncio.Event()

        async def publish(hub: Hub, who: int) -> None:
            nonlocal failures
            number = 0
            while not stop.is_set():
                text = f"{who}-{number}"
                try:
                    position = await hub.publish("room", text, key=text)
                except EngineUnavailableError:
                    failures += 1
                    await asyncio.sleep(0.01)
                    continue
                acknowledged.append((position, text))
                number += 1

        async def more(count: int) -> None:
            until = len(acknowledged) + count
            while len(acknowledged) < until:
                await asyncio.sleep(0.01)

        tasks = [asyncio.create_task(publish(hub, who)) for who, hub in enumerate(hubs)]
        for _ in range(2):
            await more(100)
            server.kill()
            await asyncio.sleep(0.2)
            server.start()
            await more(100)
        stop.set()
        await asyncio.gather(*tasks)
        assert failures
        expected = [text for _, text in sorted(acknowledged)]
        for reader in readers:
            await reader.until(lambda reader=reader: len(reader.data) >= len(expected))  # type: ignore[misc]
            assert reader.data == expected
            assert reader.said == []
        for hub in hubs:
            assert hub.counters.lost_gaps == 0
            await hub.close()

    try:
        run(main)
    finally:
        server.kill()


def test_redis_that_has_forgotten_begins_another_epoch(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    server.start()

    async def main() -> None:
        async with Hub(RedisEngine.from_url(server.url, wait=5.0)) as hub:
            reader = Recorder()
            await hub.subscribe("room", reader)
            before = await hub.publish("room", 1)
            await reader.until(lambda: reader.data == [1])
            server.kill()
            await asyncio.to_thread(server.start)
            after = await hub.publish("room", 2)
            assert after.epoch != before.epoch
            await reader.until(lambda: bool(reader.said))
            await hub.publish("room", 3)
            await reader.until(lambda: 3 in reader.data)
            assert hub.counters.lost_gaps == 1
            again = await hub.subscribe("room", Recorder(), since=before)
            assert not again.recovered

    try:
        run(main)
    finally:
        server.kill()


def test_what_is_published_while_redis_is_away_fails_at_once_or_waits(tmp_path: Path) -> None:
    server = RedisServer(tmp_path, *DURABLE)
    server.start()

    async def main() -> None:
        hasty = Hub(RedisEngine.from_url(server.url))
        patient = Hub(RedisEngine.from_url(server.url, wait=8.0))
        reader = Recorder()
        await hasty.subscribe("room", reader)
        await patient.publish("room", 1)
        await reader.until(lambda: reader.data == [1])
        server.kill()
        with pytest.raises(EngineUnavailableError, match=f"127.0.0.1:{server.port}"):
            await hasty.publish("room", 2)
        with pytest.raises(EngineUnavailableError):
            await hasty.subscribe("other", Recorder())
        waiting = asyncio.create_task(patient.publish("room", 3))
        await asyncio.to_thread(server.start)
        assert (await waiting).offset == 2
        await reader.until(lambda: reader.data == [1, 3])
        assert reader.said == []
        await hasty.close()
        await patient.close()

    try:
        run(main)
    finally:
        server.kill()


def test_redis_is_not_there_at_the_start() -> None:
    async def main() -> None:
        hub = Hub.from_url("redis://:secret@127.0.0.1:1/0")
        with pytest.raises(EngineUnavailableError) as caught:
            await hub.start()
        assert "127.0.0.1:1" in str(caught.value)
        assert "secret" not in str(caught.value)
        await hub.close()

    run(main)


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://127.0.0.1:26379,[::1]/mymaster/2",
        "rediss+cluster://user:pass@127.0.0.1:7000,127.0.0.1",
        "unix:///run/redis.sock",
        "rediss://example.com:6380",
    ],
)
def test_urls(url: str) -> None:
    assert isinstance(Hub.from_url(url).engine, RedisEngine)


@pytest.mark.parametrize("url", ["redis+sentinel://127.0.0.1", "redis+carrier://x", "http://x"])
def test_urls_that_say_nothing(url: str) -> None:
    with pytest.raises(ValueError):
        Hub.from_url(url)


def test_a_redis_that_hangs_costs_a_publication_one_time_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "ANSWER_TIMEOUT", 0.3)
    server = RedisServer(tmp_path)
    server.start()
    assert server._process is not None
    process = server._process.pid

    async def main() -> None:
        hub = Hub(RedisEngine.from_url(server.url))
        await hub.publish("room", 0)
        os.kill(process, signal.SIGSTOP)
        # 256 are sent together; those that wait behind them are not to wait for each other.
        start = time.monotonic()
        many = [hub.publish("room", number) for number in range(2000)]
        answers = await asyncio.gather(*many, return_exceptions=True)
        assert all(isinstance(answer, EngineUnavailableError) for answer in answers)
        assert time.monotonic() - start < 2
        os.kill(process, signal.SIGCONT)
        await hub.publish("room", "end")
        await hub.close()

    try:
        run(main)
    finally:
        os.kill(process, signal.SIGCONT)
        server.kill()
