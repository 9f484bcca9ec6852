"""Who came and went: `fujita.chat.room`."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from fujita.chat.limits import Limits
from fujita.chat.rooms import Rooms
from tests.chat.connections import QUICK, MemoryStore, Tab, turns


def run(work: Callable[[Rooms], Awaitable[None]], limits: Limits = QUICK) -> None:
    async def main() -> None:
        rooms = Rooms(MemoryStore(), limits)
        await work(rooms)
        await rooms.close()

    asyncio.run(main())


async def joined(rooms: Rooms, id: str, name: str | None = None) -> Tab:
    tab = Tab(rooms, id, name)
    await rooms.join(tab, "lobby", None)
    await turns()
    return tab


async def until_told(tab: Tab) -> None:
    while not tab.of("presence"):
        await turns()


def ids(people: list[dict[str, Any]]) -> list[str]:
    return [person["id"] for person in people]


def test_who_comes_and_goes_is_told_to_the_others() -> None:
    async def work(rooms: Rooms) -> None:
        alice = await joined(rooms, "alice")
        bob = await joined(rooms, "bob")
        assert ids(bob.last("joined")["members"]) == ["alice", "bob"]
        arrival = alice.last("presence")
        assert arrival["arrived"] == [{"id": "bob", "name": "Bob"}]
        assert (arrival["online"], arrival["departed"], arrival["returned"]) == (2, [], [])
        rooms.leave(bob, "lobby")
        await turns()
        departure = alice.last("presence")
        assert (departure["online"], departure["departed"]) == (1, ["bob"])
        assert bob.last("left")["room"] == "lobby"

    run(work)


def test_several_tabs_of_a_guest_count_once() -> None:
    async def work(rooms: Rooms) -> None:
        alice = await joined(rooms, "alice")
        one = await joined(rooms, "bob")
        told = len(alice.of("presence"))
        other = await joined(rooms, "bob")
        assert other.last("joined")["online"] == 2
        rooms.disconnect(one)
        await turns()
        assert len(alice.of("presence")) == told
        rooms.disconnect(other)
        await turns()
        assert alice.last("presence")["departed"] == ["bob"]

    run(work)


def test_a_quick_reload_is_not_told() -> None:
    async def work(rooms: Rooms) -> None:
        alice = await joined(rooms, "alice")
        bob = await joined(rooms, "bob")
        told = len(alice.of("presence"))
        rooms.disconnect(bob)
        await turns()
        back = await joined(rooms, "bob")
        await turns()
        assert len(alice.of("presence")) == told
        assert back.last("joined")["online"] == 2

    run(work, replace(QUICK, departure_grace=60.0))


def test_who_does_not_come_back_in_time_has_left() -> None:
    async def work(rooms: Rooms) -> None:
        alice = await joined(rooms, "alice")
        bob = await joined(rooms, "bob")
        rooms.disconnect(bob)
        await turns()
        assert alice.last("presence")["departed"] == []
        while not alice.last("presence")["departed"]:
            await turns()
        assert alice.last("presence")["online"] == 1

    run(work, replace(QUICK, departure_grace=0.05))


def test_a_name_changed_during_a_reload_is_told() -> None:
    async def work(rooms: Rooms) -> None:
        alice = await joined(rooms, "alice")
        bob = await joined(rooms, "bob")
        rooms.disconnect(bob)
        await joined(rooms, "bob", "Robert")
        assert alice.last("renamed")["former"] == "Bob"
        assert alice.last("renamed")["name"] == "Robert"

    run(work, replace(QUICK, departure_grace=60.0))


def test_who_speaks_has_come_in_before() -> None:
    async def work(rooms: Rooms) -> None:
        alice = await joined(rooms, "alice")
        bob = Tab(rooms, "bob")
        await rooms.join(bob, "lobby", None)
        await rooms.say(bob, "lobby", "hi", "k")
        kinds = [event["type"] for event in alice.events if event["type"] != "rooms"]
        assert kinds == ["joined", "presence", "message"]
        assert ids(alice.of("presence")[0]["arrived"]) == ["alice", "bob"]

    run(work, replace(QUICK, presence_interval=60.0))


def test_changes_are_gathered_into_one_event() -> None:
    async def work(rooms: Rooms) -> None:
        alice = await joined(rooms, "alice")
        await until_told(alice)
        alice.events.clear()
        tabs = [Tab(rooms, f"guest-{number}") for number in range(20)]
        for tab in tabs:
            await rooms.join(tab, "lobby", None)
        rooms.leave(tabs[0], "lobby")
        await until_told(alice)
        (event,) = alice.of("presence")
        assert event["online"] == 20
        assert ids(event["arrived"]) == [tab.guest.id for tab in tabs[1:]]
        assert event["departed"] == ["guest-0"]

    run(work, replace(QUICK, presence_interval=0.05))


def test_a_crowd_is_counted_and_named_again_when_it_has_gone() -> None:
    async def work(rooms: Rooms) -> None:
        alice = await joined(rooms, "alice")
        crowd = [await joined(rooms, f"guest-{number}") for number in range(8)]
        crowded = alice.last("presence")
        assert (crowded["online"], crowded["arrived"]) == (9, [])
        assert len(crowd[-1].last("joined")["members"]) == 4
        assert crowd[-1].last("joined")["online"] == 9
        for tab in crowd[:5]:
            rooms.leave(tab, "lobby")
            await turns()
        assert alice.last("presence")["departed"] == []
        assert alice.of("members") == []
        rooms.leave(crowd[5], "lobby")
        await turns()
        members = alice.last("members")
        assert members["online"] == 3
        assert ids(members["members"]) == ["alice", "guest-6", "guest-7"]
        rooms.leave(crowd[6], "lobby")
        await turns()
        assert alice.last("presence")["departed"] == ["guest-6"]

    run(work, replace(QUICK, members_named=4))


def test_those_who_come_back_after_a_restart_are_not_announced() -> None:
    async def work(rooms: Rooms) -> None:
        alice = await joined(rooms, "alice")
        await until_told(alice)
        alice.events.clear()
        bob, carol = Tab(rooms, "bob"), Tab(rooms, "carol")
        await rooms.join(bob, "lobby", 0)
        await rooms.join(carol, "lobby", None)
        await until_told(alice)
        assert ids(alice.last("presence")["returned"]) == ["bob"]
        assert ids(alice.last("presence")["arrived"]) == ["carol"]

    run(work, replace(QUICK, quiet_start=3600.0, presence_interval=0.05))


def test_long_after_the_start_those_who_come_back_are_announced() -> None:
    async def work(rooms: Rooms) -> None:
        alice = await joined(rooms, "alice")
        bob = Tab(rooms, "bob")
        await rooms.join(bob, "lobby", 0)
        await turns()
        assert ids(alice.last("presence")["arrived"]) == ["bob"]

    run(work)
