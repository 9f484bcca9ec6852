"""What every engine has to do; each test runs with all of them."""

import asyncio

import pytest

from fujita.realtime import (
    Counted,
    Dropped,
    Joined,
    Left,
    Member,
    MemoryEngine,
    Position,
    Publication,
    RoomOptions,
)
from tests.realtime.conftest import MakeHub
from tests.realtime.running import Recorder, run

NAMES = ["lobby", "日本 🎉", "a{b}c", "}{", "100%", "%7B", "with space:and:colons"]


@pytest.mark.parametrize("name", NAMES)
def test_publications_come_to_the_members_of_their_room(make_hub: MakeHub, name: str) -> None:
    async def main() -> None:
        async with make_hub() as hub:
            reader, other = Recorder(), Recorder()
            await hub.subscribe(name, reader)
            await hub.subscribe("other", other)
            data = {"text": "näh\n\0", "numbers": [1, 2.5, None]}
            position = await hub.publish(name, data)
            await reader.until(lambda: bool(reader.events))
            (publication,) = reader.publications
            assert (publication.room, publication.data) == (name, data)
            assert publication.position == position
            assert publication.time > 1_700_000_000
            assert other.events == []

    run(main)


def test_concurrent_publications_have_one_order_for_all(make_hub: MakeHub) -> None:
    async def main() -> None:
        async with make_hub() as hub:
            one, other = Recorder(), Recorder()
            await hub.subscribe("room", one)
            await hub.subscribe("room", other)
            positions = await asyncio.gather(*(hub.publish("room", n) for n in range(300)))
            await one.until(lambda: len(one.data) == 300)
            await other.until(lambda: len(other.data) == 300)
            assert one.data == other.data == list(range(300))
            assert [position.offset for position in positions] == list(range(1, 301))

    run(main)


def test_history_and_recovery(make_hub: MakeHub) -> None:
    async def main() -> None:
        async with make_hub(default=RoomOptions(history_size=5)) as hub:
            positions = [await hub.publish("room", n) for n in range(8)]
            history = await hub.history("room")
            assert [one.data for one in history.publications] == [3, 4, 5, 6, 7]
            assert history.position == positions[-1]
            assert not history.complete
            history = await hub.history("room", since=positions[4], limit=2)
            assert [one.data for one in history.publications] == [5, 6]
            assert not history.complete
            history = await hub.history("room", limit=2)
            assert [one.data for one in history.publications] == [6, 7]
            for since, expected in ((7, []), (5, [6, 7]), (2, [3, 4, 5, 6, 7]), (1, None)):
                reader = Recorder()
                subscription = await hub.subscribe("room", reader, since=positions[since])
                assert subscription.recovered == (expected is not None)
                assert subscription.position == positions[-1]
                await hub.publish("elsewhere", 0)
                assert reader.data == (expected or [])
                await reader.close()

    run(main)


@pytest.mark.parametrize(("offset", "epoch"), [(1, "other"), (50, "")])
def test_a_position_that_never_was(make_hub: MakeHub, offset: int, epoch: str) -> None:
    async def main() -> None:
        async with make_hub() as hub:
            position = await hub.publish("room", 1)
            since = Position(offset, epoch or position.epoch)
            subscription = await hub.subscribe("room", Recorder(), since=since)
            assert not subscription.recovered
            # Nobody can spoil a room for the others that way.
            assert (await hub.publish("room", 2)).epoch == position.epoch

    run(main)


def test_a_room_that_nobody_has_published_in_can_be_recovered(make_hub: MakeHub) -> None:
    async def main() -> None:
        async with make_hub() as hub:
            subscription = await hub.subscribe("room", Recorder())
            position = subscription.position
            await subscription.leave()
            await hub.publish("room", 1)
            reader = Recorder()
            assert (await hub.subscribe("room", reader, since=position)).recovered
            assert reader.data == [1]

    run(main)


def test_the_same_key_publishes_once(make_hub: MakeHub) -> None:
    async def main() -> None:
        async with make_hub() as hub:
            reader = Recorder()
            await hub.subscribe("room", reader)
            positions = await asyncio.gather(*(hub.publish("room", 1, key="k") for _ in range(9)))
            assert len(set(positions)) == 1
            await hub.publish("room", 2, key="other")
            await reader.until(lambda: 2 in reader.data)
            assert reader.data == [1, 2]

    run(main)


def test_history_ends_with_its_age(make_hub: MakeHub) -> None:
    async def main() -> None:
        options = RoomOptions(history_age=0.05, position_age=60, key_age=0.05)
        async with make_hub(default=options) as hub:
            first = await hub.publish("room", 1, key="k")
            await asyncio.sleep(0.1)
            assert (await hub.history("room")).publications == []
            second = await hub.publish("room", 2, key="k")
            assert second == Position(2, first.epoch)
            assert not (await hub.history("room", since=Position(0, first.epoch))).complete
            assert (await hub.history("room", since=second)).complete

    run(main)


def test_the_ephemeral_and_the_excluded(make_hub: MakeHub) -> None:
    async def main() -> None:
        async with make_hub() as hub:
            writer, reader = Recorder(), Recorder()
            await hub.subscribe("room", writer)
            await hub.subscribe("room", reader)
            await hub.publish("room", "typing", ephemeral=True, exclude=writer)
            await hub.publish("room", "said", exclude=writer)
            await hub.publish("room", "end")
            await writer.until(lambda: "end" in writer.data)
            await reader.until(lambda: "end" in reader.data)
            assert reader.data == ["typing", "said", "end"]
            assert writer.data == ["end"]
            assert writer.skipped == [1]
            assert len((await hub.history("room")).publications) == 2

    run(main)


def test_presence(make_hub: MakeHub) -> None:
    async def main() -> None:
        async with make_hub(default=RoomOptions(presence=True, presence_cap=2)) as hub:
            watcher = Recorder()
            await hub.subscribe("room", watcher)
            ada, bob = Member("ada ü", {"name": "Ada"}), Member("bob")
            phone, laptop, bobs = Recorder(), Recorder(), Recorder()
            await hub.subscribe("room", phone, member=ada)
            await hub.subscribe("room", laptop, member=ada)
            await hub.subscribe("room", bobs, member=bob)
            assert await hub.members("room") == {"ada ü": {"name": "Ada"}, "bob": None}
            assert await hub.count("room") == 2
            await hub.subscribe("room", Recorder(), member=Member("carl"))
            assert await hub.count("room") == 3
            await phone.close()
            await bobs.close()
            await laptop.close()
            await watcher.until(lambda: len(watcher.events) == 4)
            assert watcher.events == [
                Joined("room", "ada ü", {"name": "Ada"}, 1),
                Joined("room", "bob", None, 2),
                Counted("room", 3, named=False),
                Left("room", "ada ü", 1),
            ]
            assert await hub.members("room") == {"carl": None}

    run(main)


def test_who_leaves_while_the_cap_is_crossed_is_not_forgotten(make_hub: MakeHub) -> None:
    """Somebody comes, unnamed, as one too many; before that was counted, another one goes."""

    async def main() -> None:
        options = RoomOptions(presence=True, presence_cap=2, presence_interval=0.001)
        async with make_hub(default=options) as hub:
            watcher = Recorder()
            await hub.subscribe("room", watcher)
            users = [Recorder() for _ in range(3)]
            for number, user in enumerate(users):
                await hub.subscribe("room", user, member=Member(str(number)))
            await users[0].close()
            await watcher.until(lambda: len(watcher.events) == 3)
            assert watcher.events[2:] == [Counted("room", 3, named=False)]
            # Who shows a list is told to read it anew, since 2 has come and 0 has gone.
            await hub._keeper.count()
            await watcher.until(lambda: len(watcher.events) == 4)
            assert watcher.events[3:] == [Counted("room", 2, named=True)]
            await users[1].close()
            await watcher.until(lambda: len(watcher.events) == 5)
            assert watcher.events[4:] == [Left("room", "1", 1)]

    run(main)


def test_crossing_the_cap_to_and_fro_is_told_at_intervals(make_hub: MakeHub) -> None:
    async def main() -> None:
        options = RoomOptions(presence=True, presence_cap=1, presence_interval=60)
        async with make_hub(default=options) as hub:
            watcher = Recorder()
            await hub.subscribe("room", watcher)
            await hub.subscribe("room", Recorder(), member=Member("stays"))
            for _ in range(5):
                subscription = await hub.subscribe("room", Recorder(), member=Member("wavers"))
                await subscription.leave()
            await hub.publish("room", "end")
            await watcher.until(lambda: bool(watcher.data))
            assert watcher.events[:-1] == [
                Joined("room", "stays", None, 1),
                Counted("room", 2, named=False),
            ]

    run(main)


def test_who_only_watches_a_room_that_is_above_the_cap_gets_its_counts(make_hub: MakeHub) -> None:
    async def main() -> None:
        options = RoomOptions(presence=True, presence_cap=1)
        async with make_hub(default=options) as hub:
            members = [Recorder() for _ in range(4)]
            for number, member in enumerate(members):
                await hub.subscribe("room", member, member=Member(str(number)))
            watching = hub if isinstance(hub.engine, MemoryEngine) else make_hub(default=options)
            watcher = Recorder()
            await watching.subscribe("room", watcher)
            watching._keeper._counted.clear()
            await members.pop().close()
            await watching._keeper.count()
            await watcher.until(lambda: bool(watcher.events))
            assert watcher.events == [Counted("room", 3, named=False)]
            await watching.close()

    run(main)


def test_a_broadcast_comes_to_everybody_once(make_hub: MakeHub) -> None:
    async def main() -> None:
        async with make_hub() as hub:
            in_two, connected, gone = Recorder(), Recorder(), Recorder()
            await hub.subscribe("one", in_two)
            await hub.subscribe("two", in_two)
            hub.connect(connected)
            left = await hub.subscribe("one", gone)
            await left.leave()
            await hub.broadcast({"text": "näh\n", "number": 1})
            hub.disconnect(connected)
            await hub.broadcast(2)
            await in_two.until(lambda: len(in_two.broadcasts) == 2)
            assert in_two.broadcasts == [{"text": "näh\n", "number": 1}, 2]
            assert connected.broadcasts == [{"text": "näh\n", "number": 1}]
            assert gone.events == []
            assert (await hub.history("one")).publications == []
            assert hub.counters.deliveries == 3

    run(main)


def test_a_room_cannot_pass_for_everybody(make_hub: MakeHub) -> None:
    async def main() -> None:
        async with make_hub() as hub:
            reader = Recorder()
            await hub.subscribe("everyone", reader)
            await hub.publish("everyone", 1)
            await hub.broadcast(2)
            await reader.until(lambda: len(reader.events) == 2)
            assert (reader.data, reader.broadcasts) == ([1], [2])

    run(main)


def test_removing_a_member(make_hub: MakeHub) -> None:
    async def main() -> None:
        async with make_hub() as hub:
            bad = Recorder()
            await hub.subscribe("room", bad, member=Member("mallory"))
            await hub.remove("room", "mallory", "spam: enough")
            await bad.until(lambda: bool(bad.said))
            assert bad.said == [("removed", "spam: enough")]
            assert not bad.subscriptions

    run(main)


def test_coming_and_going_at_full_speed(make_hub: MakeHub) -> None:
    """Readers come and go while somebody publishes; nobody misses anything or gets it twice."""

    async def main() -> None:
        async with make_hub(default=RoomOptions(history_size=10_000)) as hub:
            total = 400
            start = (await hub.subscribe("room", Recorder())).position

            async def publish() -> None:
                for number in range(1, total + 1):
                    await hub.publish("room", number)

            async def read(pieces: int) -> list[int]:
                since = start
                got: list[int] = []
                while len(got) < total:
                    reader = Recorder()
                    subscription = await hub.subscribe("room", reader, since=since)
                    assert subscription.recovered
                    want = min(total - len(got), pieces)
                    while len(reader.data) < want:
                        reader.changed.clear()
                        await reader.changed.wait()
                    await subscription.leave()
                    got += reader.data
                    since = reader.publications[-1].position
                assert not any(isinstance(event, Dropped) for event in reader.events)
                return got

            readers = [asyncio.create_task(read(pieces)) for pieces in (1, 3, 17, 60, 1000)]
            await publish()
            for got in await asyncio.gather(*readers):
                assert got == list(range(1, total + 1))

    run(main)


def test_publications_are_of_this_class(make_hub: MakeHub) -> None:
    async def main() -> None:
        async with make_hub() as hub:
            await hub.publish("room", 1)
            (publication,) = (await hub.history("room")).publications
            assert isinstance(publication, Publication)
            assert "room" in repr(publication)

    run(main)
