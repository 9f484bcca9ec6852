"""The client for Python."""

import asyncio
from typing import Any

import pytest

from fujita.realtime import Position
from fujita.realtime.client import ClientRefusedError, RealtimeClient
from fujita.realtime.commands import Refused
from fujita.realtime.errors import GapError, RemovedError
from tests.realtime.running import run
from tests.realtime.sites import RoomSite


def client_of(site: RoomSite, query: str = "") -> RealtimeClient:
    url = f"ws://127.0.0.1:{site.port}/realtime{query}"
    return RealtimeClient(url, first_pause=0.05, longest_pause=0.2)


def test_it_publishes_and_reads() -> None:
    async def main() -> None:
        async with RoomSite() as site, client_of(site) as client:
            room = client.subscribe("lobby")
            positions = [await client.publish("lobby", {"number": n}) for n in range(3)]
            read = [await anext(room) for _ in range(3)]
            assert [one.data["number"] for one in read] == [0, 1, 2]
            assert [one.position for one in read] == positions
            history = await client.history("lobby", since=positions[0], limit=1)
            assert [one.data for one in history] == [{"number": 1}]
            await room.leave()
            assert await client.publish("lobby", 1, key="k") == await client.publish(
                "lobby", 1, key="k"
            )

    run(main)


def test_what_the_server_says_to_everybody() -> None:
    async def main() -> None:
        heard: asyncio.Queue[object] = asyncio.Queue()
        async with RoomSite() as site:
            url = f"ws://127.0.0.1:{site.port}/realtime"
            async with RealtimeClient(url, on_broadcast=heard.put_nowait) as client:
                await client.publish("lobby", 1)
                await site.hub.broadcast({"text": "back in a minute"})
                assert await heard.get() == {"text": "back in a minute"}

    run(main)


def test_the_server_goes_and_comes_back() -> None:
    async def main() -> None:
        async with RoomSite() as site, client_of(site) as client:
            room = client.subscribe("lobby")
            await client.publish("lobby", 0)
            assert (await anext(room)).data == 0
            await site.stop()
            while client.connected:
                await asyncio.sleep(0.005)
            for number in range(1, 4):
                await site.hub.publish("lobby", number)
            waiting = asyncio.create_task(client.publish("lobby", 4))
            site.start()
            assert [(await anext(room)).data for _ in range(4)] == [1, 2, 3, 4]
            assert (await waiting).offset == 5
            assert room.recovered

    run(main)


def test_what_cannot_be_recovered_and_who_is_removed() -> None:
    async def main() -> None:
        async with RoomSite() as site, client_of(site, "?user=ada") as client:
            room = client.subscribe("lobby", since=Position(3, "gone"))
            with pytest.raises(GapError):
                await anext(room)
            await client.publish("lobby", 1)
            assert (await anext(room)).data == 1
            await site.hub.remove("lobby", "ada", "enough")
            with pytest.raises(RemovedError, match="enough"):
                await anext(room)

    run(main)


def test_what_is_refused() -> None:
    async def main() -> None:
        async with RoomSite() as site:
            async with client_of(site) as client:
                with pytest.raises(Refused, match="read only"):
                    await client.publish("news", 1)
                with pytest.raises(Refused, match="not this one"):
                    await anext(client.subscribe("secret"))
            async with client_of(site, "?user=mallory") as client:
                with pytest.raises(ClientRefusedError):
                    await client.publish("lobby", 1)

    run(main)


def test_a_gap_is_noticed_and_filled() -> None:
    async def main() -> None:
        async with RoomSite() as site, client_of(site) as client:
            room = client.subscribe("lobby")
            await client.publish("lobby", 0)
            assert (await anext(room)).data == 0
            receive, lost = client._receive, [1, 2]

            def lose_two(message: dict[str, Any]) -> None:
                if message.get("data") not in lost:
                    receive(message)

            client._receive = lose_two  # type: ignore[method-assign]
            for number in (1, 2, 3, 4):
                await site.hub.publish("lobby", number)
            assert [(await anext(room)).data for _ in range(4)] == [1, 2, 3, 4]

    run(main)
