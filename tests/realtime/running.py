"""What tests of rooms share."""

import asyncio
import os
from asyncio import Future
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fujita.realtime import (
    Batch,
    Broadcast,
    Consumer,
    Dropped,
    Position,
    Publication,
    RoomEvent,
    Skipped,
    Subscription,
)
from tests import loop_kinds

Result = TypeVar("Result")

PATIENCE = 10.0


def run(main: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Runs a test's coroutine, and fails if it takes for ever.

    On the loop that servers have by default, or the one that ``FUJITA_LOOP`` names.
    """

    async def limited() -> Result:
        async with asyncio.timeout(PATIENCE):
            return await main()

    return loop_kinds.run(os.environ.get("FUJITA_LOOP", loop_kinds.KINDS[-1]), limited)


async def turn() -> None:
    """Lets the loop come round, so that what was published is handed over."""
    for _ in range(3):
        await asyncio.sleep(0)


class Recorder(Consumer):
    """A consumer that remembers what it gets, and can be made to be slow."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[RoomEvent] = []
        self.said: list[object] = []
        self.changed = asyncio.Event()
        self.flow: Future[None] | None = None

    def write(self, batch: Batch) -> "Future[None] | None":
        self.events += batch.events
        self.changed.set()
        return self.flow

    def size(self, batch: Batch) -> int:
        return sum(
            len(event.payload) if isinstance(event, Publication) else 10 for event in batch.events
        )

    def overflowed(self, subscription: Subscription) -> None:
        self.said.append("overflowed")

    def resynchronise(self, subscription: Subscription, position: Position) -> None:
        self.said.append(position)
        self.changed.set()

    def removed(self, subscription: Subscription, reason: str) -> None:
        self.said.append(("removed", reason))
        self.changed.set()

    # What tests ask.

    def slow_down(self) -> None:
        """Has the next write not be done until `speed_up`."""
        self.flow = asyncio.get_running_loop().create_future()

    def speed_up(self) -> None:
        flow, self.flow = self.flow, None
        assert flow is not None
        flow.set_result(None)

    @property
    def publications(self) -> list[Publication]:
        return [event for event in self.events if isinstance(event, Publication)]

    @property
    def data(self) -> list[Any]:
        return [publication.data for publication in self.publications]

    @property
    def broadcasts(self) -> list[Any]:
        return [event.data for event in self.events if isinstance(event, Broadcast)]

    @property
    def dropped(self) -> int:
        return sum(event.count for event in self.events if isinstance(event, Dropped))

    @property
    def skipped(self) -> list[int]:
        return [event.offset for event in self.events if isinstance(event, Skipped)]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits until something that it gets makes a condition true."""
        while not condition():
            self.changed.clear()
            await self.changed.wait()
