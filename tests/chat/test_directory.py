import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from fujita.chat.directory import Directory
from tests.chat.connections import QUICK, turns

Told = list[list[dict[str, Any]]]


def run(
    work: Callable[[Directory, Told], Awaitable[None]], known: tuple[str, ...] = (), listed: int = 9
) -> None:
    async def main() -> None:
        told: Told = []
        limits = replace(QUICK, rooms_listed=listed)
        directory = Directory(known, limits, lambda event: told.append(json.loads(event)["rooms"]))
        await work(directory, told)
        directory.close()

    asyncio.run(main())


def names(directory: Directory) -> list[str]:
    return [room["name"] for room in directory.rooms()]


def test_the_lobby_comes_first_then_the_fullest_then_the_latest_used() -> None:
    async def work(directory: Directory, told: Told) -> None:
        assert names(directory) == ["lobby", "new", "old"]
        directory.count("small", 1)
        directory.count("big", 5)
        directory.used("old")
        assert names(directory) == ["lobby", "big", "small", "old", "new"]

    run(work, known=("new", "old"))


def test_changes_are_told_together_and_once() -> None:
    async def work(directory: Directory, told: Told) -> None:
        directory.count("a", 1)
        directory.count("b", 1)
        directory.count("a", 2)
        directory.used("b")
        await turns()
        assert told == [
            [{"name": "a", "online": 2, "used": False}, {"name": "b", "online": 1, "used": True}]
        ]
        directory.used("b")
        await turns()
        assert len(told) == 1
        directory.count("a", 0)
        await turns()
        assert told[1] == [{"name": "a", "online": 0, "used": False}]

    run(work)


def test_of_many_used_rooms_the_latest_are_listed() -> None:
    async def work(directory: Directory, told: Told) -> None:
        for number in range(10):
            directory.used(f"room-{number}")
        assert names(directory) == ["lobby", "room-9", "room-8"]

    run(work, listed=3)
