"""Rooms of one process: publishing, subscribing, recovering."""

import asyncio
import threading

import pytest

from fujita.realtime import (
    AlreadySubscribedError,
    Hub,
    HubClosedError,
    Member,
    MemoryEngine,
    Position,
    RoomNameError,
    RoomOptions,
)
from tests.realtime.running import Recorder, run, turn


def test_what_is_published_reaches_every_member_in_order() -> None:
    async def main() -> None:
        async with Hub() as hub:
            one, other = Recorder(), Recorder()
            await hub.subscribe("lobby", one)
            await hub.subscribe("lobby", other)
            await hub.subscribe("elsewhere", other)
            positions = [await hub.publish("lobby", number) for number in range(5)]
            await hub.publish("elsewhere", "hello")
            await turn()
            assert one.data == list(range(5))
            assert other.data == [*range(5), "hello"]
            assert [position.offset for position in positions] == [1, 2, 3, 4, 5]
            assert [one.position for one in one.publications] == positions
            assert len({position.epoch for position in positions}) == 1

    run(main)


def test_who_comes_later_gets_what_comes_later() -> None:
    async def main() -> None:
        async with Hub() as hub:
            await hub.publish("lobby", "before")
            reader = Recorder()
            subscription = await hub.subscribe("lobby", reader)
            assert subscription.position.offset == 1
            assert not subscription.recovered
            await hub.publish("lobby", "after")
            await turn()
            assert reader.data == ["after"]

    run(main)


def test_what_was_published_just_before_is_not_handed_over_twice() -> None:
    async def main() -> None:
        async with Hub() as hub:
            early, late = Recorder(), Recorder()
            await hub.subscribe("lobby", early)
            position = await hub.publish("lobby", 1)
            await hub.subscribe("lobby", late, since=position)
            await turn()
            assert early.data == [1]
            assert late.data == []

    run(main)


def test_who_has_left_gets_nothing_more() -> None:
    async def main() -> None:
        async with Hub() as hub:
            reader = Recorder()
            subscription = await hub.subscribe("lobby", reader)
            await hub.publish("lobby", "still on its way")
            await subscription.leave()
            await subscription.leave()
            await hub.publish("lobby", "nobody there")
            await turn()
            assert reader.events == []
            assert not subscription.active
            assert hub.rooms == {}
            await hub.subscribe("lobby", reader)
            await hub.publish("lobby", "back")
            await turn()
            assert reader.data == ["back"]

    run(main)


def test_coming_back_brings_what_was_missed() -> None:
    async def main() -> None:
        async with Hub() as hub:
            first = Recorder()
            subscription = await hub.subscribe("lobby", first)
            position = await hub.publish("lobby", 1)
            await turn()
            await subscription.leave()
            for number in (2, 3):
                await hub.publish("lobby", number)
            again = Recorder()
            subscription = await hub.subscribe("lobby", again, since=position)
            assert subscription.recovered
            await hub.publish("lobby", 4)
            await turn()
            assert again.data == [2, 3, 4]
            assert hub.counters.recovered == 1

    run(main)


def test_what_is_not_kept_any_more_cannot_be_recovered() -> None:
    async def main() -> None:
        async with Hub(default=RoomOptions(history_size=2)) as hub:
            position = await hub.publish("lobby", 1)
            for number in (2, 3, 4):
                await hub.publish("lobby", number)
            reader = Recorder()
            subscription = await hub.subscribe("lobby", reader, since=position)
            assert not subscription.recovered
            assert subscription.position == Position(4, position.epoch)
            await hub.publish("lobby", 5)
            await turn()
            assert reader.data == [5]
            assert hub.counters.unrecovered == 1

    run(main)


@pytest.mark.parametrize("since", [Position(0, "another"), Position(17, "")])
def test_a_position_of_another_stream_cannot_be_recovered(since: Position) -> None:
    async def main() -> None:
        async with Hub() as hub:
            epoch = (await hub.publish("lobby", 1)).epoch
            reader = Recorder()
            place = since if since.epoch else Position(since.offset, epoch)
            subscription = await hub.subscribe("lobby", reader, since=place)
            assert not subscription.recovered
            assert reader.events == []
            assert subscription.position == Position(1, epoch)

    run(main)


def test_history_ends_with_its_age() -> None:
    async def main() -> None:
        now = 1000.0
        engine = MemoryEngine(clock=lambda: now)
        options = RoomOptions(history_age=10, position_age=100, key_age=5)
        async with Hub(engine, default=options) as hub:
            first = await hub.publish("lobby", 1, key="a")
            now += 6
            second = await hub.publish("lobby", 2, key="a")
            assert second.offset == 2
            now += 6
            history = await hub.history("lobby")
            assert [one.data for one in history.publications] == [2]
            assert not history.complete
            assert (await hub.history("lobby", since=first)).complete
            now += 101
            engine.sweep()
            assert (await hub.publish("lobby", 3)).epoch != first.epoch

    run(main)


def test_history_is_read_in_pages() -> None:
    async def main() -> None:
        async with Hub() as hub:
            positions = [await hub.publish("lobby", number) for number in range(5)]
            page = await hub.history("lobby", since=positions[0], limit=2)
            assert [one.data for one in page.publications] == [1, 2]
            assert not page.complete
            assert page.position == positions[-1]
            page = await hub.history("lobby", since=positions[2], limit=2)
            assert [one.data for one in page.publications] == [3, 4]
            assert page.complete
            page = await hub.history("lobby", limit=2)
            assert [one.data for one in page.publications] == [3, 4]
            assert not page.complete

    run(main)


def test_the_same_key_publishes_once() -> None:
    async def main() -> None:
        async with Hub() as hub:
            reader = Recorder()
            await hub.subscribe("lobby", reader)
            first = await hub.publish("lobby", "hello", key="k1")
            assert await hub.publish("lobby", "hello", key="k1") == first
            await hub.publish("elsewhere", "hello", key="k1")
            await hub.publish("lobby", "again", key="k2")
            await turn()
            assert reader.data == ["hello", "again"]

    run(main)


def test_an_excluded_consumer_is_told_only_that_an_offset_is_used_up() -> None:
    async def main() -> None:
        async with Hub() as hub:
            writer, reader = Recorder(), Recorder()
            await hub.subscribe("lobby", writer)
            await hub.subscribe("lobby", reader)
            await hub.publish("lobby", 1, exclude=writer)
            await hub.publish("lobby", 2)
            await hub.publish("lobby", "typing", exclude=writer.id, ephemeral=True)
            await turn()
            assert reader.data == [1, 2, "typing"]
            assert writer.data == [2]
            assert writer.skipped == [1]

    run(main)


def test_an_ephemeral_publication_is_in_no_history() -> None:
    async def main() -> None:
        async with Hub() as hub:
            reader = Recorder()
            await hub.subscribe("lobby", reader)
            assert (await hub.publish("lobby", "typing", ephemeral=True)).offset == 0
            assert (await hub.publish("lobby", "said")).offset == 1
            await turn()
            assert [one.ephemeral for one in reader.publications] == [True, False]
            history = await hub.history("lobby")
            assert [one.data for one in history.publications] == ["said"]

    run(main)


def test_publishing_from_another_thread() -> None:
    async def main() -> None:
        async with Hub() as hub:
            reader = Recorder()
            await hub.subscribe("lobby", reader)
            offsets: list[int] = []

            def work() -> None:
                for number in range(3):
                    position = hub.publish_threadsafe("lobby", number).result(5)
                    offsets.append(position.offset)

            thread = threading.Thread(target=work)
            thread.start()
            await reader.until(lambda: len(reader.data) == 3)
            await asyncio.to_thread(thread.join)
            assert reader.data == [0, 1, 2]
            assert offsets == [1, 2, 3]

    run(main)


def test_another_thread_does_all_that_a_coroutine_can() -> None:
    async def main() -> None:
        async with Hub() as hub:
            reader = Recorder()

            def work() -> None:
                subscription = hub.run_threadsafe(hub.subscribe("lobby", reader)).result(5)
                hub.run_threadsafe(hub.publish("lobby", 1)).result(5)
                hub.run_threadsafe(hub.broadcast(2)).result(5)
                hub.run_threadsafe(subscription.leave()).result(5)
                hub.run_threadsafe(hub.publish("lobby", 3)).result(5)

            await asyncio.to_thread(work)
            assert (reader.data, reader.broadcasts) == ([1], [2])
            assert not hub.rooms

    run(main)


def test_another_thread_is_told_that_the_hub_has_no_loop_yet() -> None:
    hub = Hub()
    with pytest.raises(RuntimeError, match="not been started"):
        hub.publish_threadsafe("lobby", 1)


def test_what_was_published_comes_before_the_broadcast_after_it() -> None:
    async def main() -> None:
        async with Hub() as hub:
            reader = Recorder()
            await hub.subscribe("lobby", reader)
            await hub.publish("lobby", 1)
            await hub.broadcast(2)
            await hub.publish("lobby", 3)
            await turn()
            data = [event.data for event in reader.events if hasattr(event, "data")]
            assert data == [1, 2, 3]

    run(main)


def test_a_consumer_that_raises_costs_nobody_the_broadcast() -> None:
    class Broken(Recorder):
        def write(self, batch: object) -> None:
            raise OSError("broken")

    async def main() -> None:
        async with Hub() as hub:
            reader = Recorder()
            hub.connect(Broken())
            hub.connect(reader)
            await hub.broadcast(1)
            assert reader.broadcasts == [1]

    run(main)


def test_a_room_passes_on_once_whatever_a_turn_brings() -> None:
    async def main() -> None:
        async with Hub() as hub:
            batches: list[object] = []

            class Counting(Recorder):
                def write(self, batch: object) -> None:
                    batches.append(batch)

            for _ in range(3):
                await hub.subscribe("lobby", Counting())
            for number in range(10):
                await hub.publish("lobby", number)
            await turn()
            assert len(batches) == 3
            assert len(set(map(id, batches))) == 1
            assert hub.counters.deliveries == 30
            assert hub.counters.published == 10

    run(main)


def test_a_consumer_that_raises_costs_the_others_nothing() -> None:
    async def main() -> None:
        async with Hub() as hub:

            class Broken(Recorder):
                def write(self, batch: object) -> None:
                    raise RuntimeError("broken")

            reader = Recorder()
            await hub.subscribe("lobby", Broken())
            await hub.subscribe("lobby", reader)
            await hub.publish("lobby", 1)
            await turn()
            assert reader.data == [1]

    run(main)


def test_a_member_that_is_removed_is_told_and_gone() -> None:
    from fujita.realtime import Member

    async def main() -> None:
        async with Hub() as hub:
            bad, good = Recorder(), Recorder()
            await hub.subscribe("lobby", bad, member=Member("mallory"))
            await hub.subscribe("lobby", good, member=Member("alice"))
            await hub.remove("lobby", "mallory", "spam")
            await hub.publish("lobby", 1)
            await turn()
            assert bad.said == [("removed", "spam")]
            assert bad.data == []
            assert bad.subscriptions == {}
            assert good.data == [1]

    run(main)


def test_a_consumer_is_in_a_room_once() -> None:
    async def main() -> None:
        async with Hub() as hub:
            reader = Recorder()
            await hub.subscribe("lobby", reader)
            with pytest.raises(AlreadySubscribedError, match="lobby"):
                await hub.subscribe("lobby", reader)
            await reader.close()
            assert reader.subscriptions == {}

    run(main)


@pytest.mark.parametrize("name", ["", "x" * 256, "new\nline", 3])
def test_names_that_no_room_can_have(name: str) -> None:
    async def main() -> None:
        async with Hub() as hub:
            with pytest.raises(RoomNameError, match="room's name"):
                await hub.publish(name, 1)
            with pytest.raises(ValueError):
                await hub.subscribe(name, Recorder())

    run(main)


def test_options_are_found_by_pattern() -> None:
    first, second = RoomOptions(history_size=1), RoomOptions(history_size=2)
    hub = Hub(rooms={"chat:*": first, "chat:long:*": second, "t?": second})
    assert hub.options("chat:long:x") is first
    assert hub.options("t1") is second
    assert hub.options("lobby") == RoomOptions()


def test_options_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="position_age"):
        RoomOptions(history_age=10, position_age=5)
    with pytest.raises(ValueError, match="slow"):
        RoomOptions(slow="wait")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="history_size"):
        RoomOptions(history_size=-1)


def test_a_closed_hub_says_so() -> None:
    async def main() -> None:
        hub = Hub.from_url("memory://")
        await hub.publish("lobby", 1)
        await hub.close()
        with pytest.raises(HubClosedError):
            await hub.publish("lobby", 1)
        with pytest.raises(HubClosedError):
            await hub.subscribe("lobby", Recorder())
        with pytest.raises(HubClosedError):
            await hub.broadcast(1)

    run(main)
    with pytest.raises(ValueError, match="carrier-pigeon"):
        Hub.from_url("carrier-pigeon://localhost")


def test_a_hub_belongs_to_one_loop() -> None:
    hub = Hub()
    run(lambda: hub.publish("lobby", 1))
    with pytest.raises(RuntimeError, match="another event loop"):
        run(lambda: hub.subscribe("lobby", Recorder()))


def test_who_has_gone_before_it_was_let_in_is_in_no_room() -> None:
    async def main() -> None:
        async with Hub(default=RoomOptions(presence=True)) as hub:
            gone = Recorder()
            await gone.close()
            subscription = await hub.subscribe("lobby", gone, member=Member("ada"))
            assert not subscription.active
            assert not hub.rooms
            assert await hub.members("lobby") == {}

    run(main)


def test_who_goes_while_it_is_let_in_is_in_no_room() -> None:
    class Slow(MemoryEngine):
        async def subscribe(self, room: str, options: RoomOptions) -> Position:
            entering.set()
            await may.wait()
            return await super().subscribe(room, options)

    entering, may = asyncio.Event(), asyncio.Event()

    async def main() -> None:
        async with Hub(Slow(), default=RoomOptions(presence=True)) as hub:
            gone = Recorder()
            task = asyncio.create_task(hub.subscribe("lobby", gone, member=Member("ada")))
            await entering.wait()
            closing = asyncio.create_task(gone.close())
            await turn()
            may.set()
            assert not (await task).active
            await closing
            await turn()
            assert not hub.rooms
            assert await hub.members("lobby") == {}
            reader = Recorder()
            await hub.subscribe("lobby", reader)
            await hub.publish("lobby", 1)
            await turn()
            assert (gone.events, reader.data) == ([], [1])

    run(main)
