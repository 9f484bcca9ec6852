"""A room's publications for a coroutine."""

import asyncio
from asyncio import Future
from collections import deque
from collections.abc import AsyncIterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from fujita.realtime.batch import Batch
from fujita.realtime.consumer import Consumer
from fujita.realtime.errors import (
    GapError,
    RemovedError,
    SlowConsumerError,
    SubscriptionEndedError,
)
from fujita.realtime.events import Counted, Joined, Left, Member, RoomEvent
from fujita.realtime.position import Position
from fujita.realtime.publication import Publication
from fujita.realtime.subscription import Subscription

if TYPE_CHECKING:
    from fujita.realtime.hub import Hub


class Listener(Consumer):
    """A room's publications for a coroutine, made by `Hub.listen`.

    Iterating raises a `SubscriptionEndedError` where the stream cannot go on: a `GapError` when
    publications were lost for good, after which a further iteration goes on behind the gap; a
    `SlowConsumerError` when too much was waiting; a `RemovedError` when the member was removed.

    Attributes:
        subscription: The subscription, once it has begun.
    """

    subscription: Subscription

    def __init__(
        self, hub: "Hub", room: str, since: Position | None, member: Member | None, presence: bool
    ) -> None:
        super().__init__()
        self._hub = hub
        self._room = room
        self._since = since
        self._member = member
        self._kinds = (Publication, Joined, Left, Counted) if presence else (Publication,)
        self._events: deque[RoomEvent | SubscriptionEndedError] = deque()
        self._reader: Future[None] | None = None
        self._read: Future[None] | None = None

    async def __aenter__(self) -> Self:
        self.subscription = await self._hub.subscribe(
            self._room, self, since=self._since, member=self._member
        )
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __aiter__(self) -> AsyncIterator[Publication]:
        return self._iterate()

    async def _iterate(self) -> AsyncIterator[Publication]:
        if self.subscriptions:
            while True:
                yield await self.next()
        async with self:
            while True:
                yield await self.next()

    async def next(self) -> Publication:
        """Gives the next publication; with ``presence`` it may be another event.

        Raises:
            SubscriptionEndedError: There is none.
        """
        while not self._events:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        event = self._events.popleft()
        if not self._events and self._read is not None:
            if not self._read.done():
                self._read.set_result(None)
            self._read = None
        if isinstance(event, SubscriptionEndedError):
            raise event
        return event  # type: ignore[return-value]

    def _add(self, event: RoomEvent | SubscriptionEndedError) -> None:
        self._events.append(event)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    # As a consumer.

    def write(self, batch: Batch) -> "Future[None] | None":
        """Keeps events until they are read; more are not taken before."""
        for event in batch.events:
            if isinstance(event, self._kinds):
                self._add(event)
        if not self._events:
            return None
        self._read = asyncio.get_running_loop().create_future()
        return self._read

    def size(self, batch: Batch) -> int:
        """Says how large a batch is."""
        return sum(
            len(event.payload) if type(event) is Publication else 64 for event in batch.events
        )

    def overflowed(self, subscription: Subscription) -> None:
        """Ends the iteration behind what has been read."""
        self._add(SlowConsumerError(subscription.room, "too much was waiting to be read"))

    def resynchronise(self, subscription: Subscription, position: Position) -> None:
        """Has the iteration raise at the gap."""
        self._add(GapError(subscription.room, position))

    def removed(self, subscription: Subscription, reason: str) -> None:
        """Ends the iteration."""
        self._add(RemovedError(subscription.room, reason))
