"""Consumers that do not keep up."""

from fujita.realtime import Dropped, Hub, Position, RoomOptions
from fujita.realtime.options import SlowPolicy
from tests.realtime.running import Recorder, run, turn


def options(slow: SlowPolicy, size: int = 100) -> RoomOptions:
    return RoomOptions(slow=slow, queue_bytes=size)


def test_what_waits_is_sent_when_there_is_room_again() -> None:
    async def main() -> None:
        async with Hub() as hub:
            slow, quick = Recorder(), Recorder()
            for room in ("a", "b"):
                await hub.subscribe(room, slow)
                await hub.subscribe(room, quick)
            slow.slow_down()
            for number in range(6):
                await hub.publish("ab"[number % 2], number)
                await turn()
            assert quick.data == list(range(6))
            assert slow.data == [0]
            assert slow.waiting_size == 5
            slow.speed_up()
            await turn()
            assert [one.data for one in slow.publications if one.room == "a"] == [0, 2, 4]
            assert [one.data for one in slow.publications if one.room == "b"] == [1, 3, 5]
            assert slow.waiting_size == 0

    run(main)


def test_one_that_never_reads_is_disconnected_and_costs_at_most_its_bound() -> None:
    async def main() -> None:
        async with Hub(default=options("disconnect")) as hub:
            slow, quick = Recorder(), Recorder()
            await hub.subscribe("lobby", slow)
            await hub.subscribe("lobby", quick)
            slow.slow_down()
            for _ in range(30):
                await hub.publish("lobby", "x" * 8)
                await turn()
                assert slow.waiting_size <= 100
            assert slow.said == ["overflowed"]
            assert slow.waiting_size == 0
            assert len(quick.data) == 30
            assert hub.counters.disconnected == 1
            slow.speed_up()
            await turn()
            assert len(slow.data) == 1

    run(main)


def test_the_oldest_are_dropped_and_counted() -> None:
    async def main() -> None:
        async with Hub(rooms={"fast": options("drop_oldest")}) as hub:
            slow = Recorder()
            await hub.subscribe("fast", slow)
            slow.slow_down()
            for number in range(30):
                await hub.publish("fast", f"{number:08}")
                await turn()
                assert slow.waiting_size <= 100
            slow.speed_up()
            await turn()
            assert slow.data[0] == "00000000"
            assert slow.data[1:] == [f"{number:08}" for number in range(20, 30)]
            assert slow.dropped == hub.counters.dropped == 19
            # The notice stands where the gap is.
            assert [type(event).__name__ for event in slow.events[:3]] == [
                "Publication",
                "Dropped",
                "Publication",
            ]

    run(main)


def test_a_publication_larger_than_the_bound_is_dropped_alone() -> None:
    async def main() -> None:
        async with Hub(default=options("drop_oldest")) as hub:
            slow = Recorder()
            await hub.subscribe("lobby", slow)
            slow.slow_down()
            await hub.publish("lobby", "first")
            await turn()
            await hub.publish("lobby", "x" * 200)
            await turn()
            await hub.publish("lobby", "last")
            await turn()
            slow.speed_up()
            await turn()
            assert slow.data == ["first", "last"]
            assert slow.dropped == 1

    run(main)


def test_only_the_latest_is_kept() -> None:
    async def main() -> None:
        async with Hub(default=options("keep_latest")) as hub:
            slow = Recorder()
            await hub.subscribe("price", slow)
            slow.slow_down()
            for number in range(50):
                await hub.publish("price", number)
                if number % 7 == 0:
                    await turn()
            await turn()
            assert slow.waiting_size == 2
            slow.speed_up()
            await turn()
            assert slow.data == [0, 49]
            assert slow.dropped == 48

    run(main)


def test_the_ephemeral_is_dropped_first() -> None:
    async def main() -> None:
        async with Hub(default=options("disconnect")) as hub:
            slow = Recorder()
            await hub.subscribe("lobby", slow)
            slow.slow_down()
            for number in range(10):
                await hub.publish("lobby", number)
                await turn()
                await hub.publish("lobby", "is typing", ephemeral=True)
                await turn()
            slow.speed_up()
            await turn()
            assert [one for one in slow.data if one != "is typing"] == list(range(10))
            assert 0 < slow.data.count("is typing") < 10
            assert slow.said == []

    run(main)


def test_broadcasts_that_wait_are_bounded_and_disconnect_nobody() -> None:
    async def main() -> None:
        async with Hub(default=RoomOptions(queue_bytes=30)) as hub:
            slow, quick = Recorder(), Recorder()
            hub.connect(slow)
            await hub.subscribe("room", quick)
            slow.slow_down()
            for number in range(6):
                await hub.broadcast(number)
            assert quick.broadcasts == list(range(6))
            # A recorder counts 10 bytes for what is no publication.
            assert slow.waiting_size == 30
            slow.speed_up()
            await turn()
            assert slow.broadcasts == [0, 3, 4, 5]
            assert slow.events[1] == Dropped("", 2, 0)
            assert slow.said == []
            assert hub.counters.dropped == 2

    run(main)


def test_leaving_forgets_what_waits() -> None:
    async def main() -> None:
        async with Hub() as hub:
            slow = Recorder()
            left = await hub.subscribe("left", slow)
            await hub.subscribe("stayed", slow)
            slow.slow_down()
            await hub.publish("left", 1)
            await turn()
            await hub.publish("left", 2)
            await hub.publish("stayed", 3)
            await turn()
            await left.leave()
            assert slow.waiting_size == 1
            slow.speed_up()
            await turn()
            assert slow.data == [1, 3]

    run(main)


def test_what_was_missed_waits_like_everything_else() -> None:
    async def main() -> None:
        async with Hub() as hub:
            slow = Recorder()
            await hub.subscribe("other", slow)
            slow.slow_down()
            await hub.publish("other", 0)
            await turn()
            epoch = (await hub.publish("lobby", 1)).epoch
            subscription = await hub.subscribe("lobby", slow, since=Position(0, epoch))
            assert subscription.recovered
            await hub.publish("lobby", 2)
            await turn()
            assert slow.data == [0]
            slow.speed_up()
            await turn()
            assert slow.data == [0, 1, 2]

    run(main)
