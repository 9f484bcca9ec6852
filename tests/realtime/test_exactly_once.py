"""Whatever is done in whatever order, everybody gets every message once and in order."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
)

from fujita.realtime import Hub, Position, RoomOptions, Subscription
from tests.realtime.running import Recorder, turn

HISTORY = 6


class Reader:
    """Somebody who comes and goes, and remembers how far it has got."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.subscription: Subscription | None = None
        self.expected: list[int] = []
        self.got: list[int] = []
        self.since: Position | None = None

    def is_there(self) -> bool:
        return self.subscription is not None

    def collect(self) -> None:
        for publication in self.recorder.publications:
            self.got.append(publication.data)
            self.since = publication.position
        self.recorder.events.clear()


class Rooms(RuleBasedStateMachine):
    """One room, in which messages are numbers that count up."""

    readers = Bundle("readers")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.hub = Hub(default=RoomOptions(history_size=HISTORY))
        self.published = 0
        self.all: list[Reader] = []

    def run(self, main: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.runner.run(main())

    @rule(count=st.integers(1, 4))
    def publish(self, count: int) -> None:
        async def main() -> None:
            for _ in range(count):
                self.published += 1
                position = await self.hub.publish("room", self.published)
                assert position.offset == self.published

        self.run(main)
        for reader in self.all:
            if reader.subscription is not None:
                reader.expected += range(self.published - count + 1, self.published + 1)

    @rule()
    def publish_ephemeral(self) -> None:
        async def main() -> None:
            await self.hub.publish("elsewhere", 0, ephemeral=True)

        self.run(main)

    @rule(target=readers)
    def come(self) -> Reader:
        reader = Reader()
        self.all.append(reader)

        async def main() -> None:
            reader.subscription = await self.hub.subscribe("room", reader.recorder)
            reader.since = reader.subscription.position

        self.run(main)
        return reader

    @rule(reader=readers, at_once=st.booleans())
    def go(self, reader: Reader, at_once: bool) -> None:
        if reader.subscription is None:
            return
        subscription, reader.subscription = reader.subscription, None
        if reader.recorder.flow is not None:
            reader.recorder.speed_up()

        async def main() -> None:
            if not at_once:
                await turn()
            await subscription.leave()

        self.run(main)
        # What was on its way is lost, and has to be recovered.
        reader.collect()
        del reader.expected[len(reader.got) :]

    @rule(reader=readers)
    def come_back(self, reader: Reader) -> None:
        if reader.is_there():
            return
        # As a browser would, it comes as a new connection.
        reader.recorder = Recorder()
        since = reader.since
        assert since is not None

        async def main() -> None:
            reader.subscription = await self.hub.subscribe("room", reader.recorder, since=since)

        self.run(main)
        assert reader.subscription is not None
        missed = self.published - since.offset
        assert reader.subscription.recovered == (missed <= HISTORY)
        if reader.subscription.recovered:
            reader.expected += range(since.offset + 1, self.published + 1)
        else:
            assert reader.subscription.position.offset == self.published
            reader.since = reader.subscription.position

    @rule(reader=readers)
    def stop_reading(self, reader: Reader) -> None:
        if reader.subscription is not None and reader.recorder.flow is None:

            async def main() -> None:
                reader.recorder.slow_down()

            self.run(main)

    @rule(reader=readers)
    def read_on(self, reader: Reader) -> None:
        if reader.recorder.flow is not None:
            reader.recorder.speed_up()

    @rule()
    def let_the_loop_turn(self) -> None:
        self.run(turn)

    @rule(reader=consumes(readers))
    def disappear(self, reader: Reader) -> None:
        self.go(reader, True)
        self.all.remove(reader)

    @invariant()
    def once_and_in_order(self) -> None:
        for reader in self.all:
            reader.collect()
            assert reader.got == reader.expected[: len(reader.got)]

    def teardown(self) -> None:
        async def main() -> None:
            await turn()
            for reader in self.all:
                if reader.recorder.flow is not None:
                    reader.recorder.speed_up()
            await turn()
            for reader in self.all:
                reader.collect()
                if reader.subscription is not None:
                    assert reader.got == reader.expected
            await self.hub.close()

        try:
            self.run(main)
        finally:
            self.runner.close()


TestRooms = Rooms.TestCase
TestRooms.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
