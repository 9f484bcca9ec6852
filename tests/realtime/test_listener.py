"""Rooms for coroutines."""

import asyncio

import pytest

from fujita.realtime import (
    Hub,
    Joined,
    Member,
    Publication,
    RemovedError,
    RoomOptions,
    SlowConsumerError,
)
from tests.realtime.running import run, turn


def test_a_coroutine_reads_a_room() -> None:
    async def main() -> None:
        async with Hub() as hub:
            position = await hub.publish("lobby", 0)
            await hub.publish("lobby", 1)
            async with hub.listen("lobby", since=position) as listener:
                assert listener.subscription.recovered
                await hub.publish("lobby", 2)
                read = []
                async for publication in listener:
                    read.append(publication.data)
                    if publication.data == 2:
                        break
                assert read == [1, 2]
            assert hub.rooms == {}

    run(main)


def test_a_coroutine_reads_a_room_without_more_ado() -> None:
    async def main() -> None:
        async with Hub() as hub:
            read: list[int] = []

            async def reader() -> None:
                async for publication in hub.listen("lobby"):
                    read.append(publication.data)

            task = asyncio.create_task(reader())
            await turn()
            for number in range(3):
                await hub.publish("lobby", number)
            await turn()
            assert read == [0, 1, 2]
            task.cancel()
            await asyncio.wait([task])
            await turn()
            assert hub.rooms == {}

    run(main)


def test_a_coroutine_that_reads_too_slowly_is_told() -> None:
    async def main() -> None:
        hub = Hub(default=RoomOptions(queue_bytes=20))
        async with hub, hub.listen("lobby") as listener:
            for number in range(50):
                await hub.publish("lobby", number)
                await turn()
            assert (await listener.next()).data == 0
            with pytest.raises(SlowConsumerError, match="lobby"):
                await listener.next()

    run(main)


def test_a_coroutine_sees_who_comes_and_that_it_has_to_go() -> None:
    async def main() -> None:
        async with Hub(default=RoomOptions(presence=True)) as hub:
            member = Member("ada")
            async with hub.listen("lobby", member=member, presence=True) as listener:
                joined: object = await listener.next()
                assert joined == Joined("lobby", "ada", None, 1)
                await hub.publish("lobby", 1)
                assert isinstance(await listener.next(), Publication)
                await hub.remove("lobby", "ada", "enough")
                with pytest.raises(RemovedError, match="enough"):
                    await listener.next()

    run(main)
