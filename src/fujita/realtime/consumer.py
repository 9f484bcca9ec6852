"""What gets the events of rooms: a connection, with a bounded queue."""

import itertools
import secrets
from asyncio import Future
from typing import TYPE_CHECKING

from fujita.realtime.backlog import Backlog
from fujita.realtime.batch import Batch
from fujita.realtime.counters import Counters
from fujita.realtime.options import RoomOptions
from fujita.realtime.position import Position

if TYPE_CHECKING:
    from fujita.realtime.everyone import Everyone
    from fujita.realtime.subscription import Subscription

_node = secrets.token_hex(4)
_numbers = itertools.count(1)


class Consumer:
    """A connection that gets the events of the rooms it is in; the base of all kinds.

    A kind says how to `write`, how large a batch is (`size`), and what to do in `overflowed`.
    As long as a write need not be waited for, batches pass through at once. What comes while
    one is waited for is kept in a `Backlog`, which the room's policy bounds.

    Attributes:
        id: Names it to all nodes, so that a publication can exclude it.
        subscriptions: Where it is, by room.
        closed: Whether it takes nothing more.
    """

    def __init__(self) -> None:
        self.id = f"{_node}-{next(_numbers):x}"
        self.subscriptions: dict[str, Subscription] = {}
        self._flow: Future[None] | None = None
        """What is waited for before more is written; None if nothing is."""
        self._backlog: Backlog | None = None
        self.closed = False

    # What a kind defines.

    def write(self, batch: Batch) -> "Future[None] | None":
        """Sends events.

        Returns:
            What to wait for before more is written; None if more may be at once.
        """
        raise NotImplementedError

    def size(self, batch: Batch) -> int:
        """Says how many bytes a batch takes while it waits."""
        raise NotImplementedError

    def overflowed(self, subscription: "Subscription") -> None:
        """Called once, when too much waits and the room's policy is to disconnect."""
        raise NotImplementedError

    def subscribed(self, subscription: "Subscription", missed: Batch) -> None:
        """Called before anything else of a subscription is handed over.

        By default what was missed is handed over as if it came now.

        Args:
            subscription: It knows whether it has ``recovered``, and its ``position``.
            missed: What has been published since the position that was asked for.
        """
        if missed.events:
            self.send(subscription, missed)

    def resynchronise(self, subscription: "Subscription", position: Position) -> None:
        """Called when publications were lost for good; those after ``position`` will come."""

    def removed(self, subscription: "Subscription", reason: str) -> None:
        """Called when somebody has removed the member from the room."""

    # What rooms call.

    def send(self, subscription: "Subscription", batch: Batch) -> None:
        """Sends events, now or when what came before them is gone."""
        if self._flow is not None:
            room = subscription._room
            if room is None or self.closed:
                return
            if not self._keep(subscription, batch, room.options, room.counters):
                self._backlog = None
                self.closed = True
                self.overflowed(subscription)
        elif not self.closed:
            flow = self.write(batch)
            if flow is not None:
                self._wait_for(flow)

    def tell(self, everyone: "Everyone", batch: Batch) -> None:
        """Sends what is for everybody, now or when what came before it is gone."""
        if self._flow is not None:
            if not self.closed:
                self._keep(everyone, batch, everyone.options, everyone.counters)
        elif not self.closed:
            flow = self.write(batch)
            if flow is not None:
                self._wait_for(flow)

    def left(self, subscription: "Subscription") -> None:
        """Forgets a subscription that has been left."""
        self.subscriptions.pop(subscription.room, None)
        if self._backlog is not None:
            self._backlog.forget(subscription)

    # What programs call.

    @property
    def waiting_size(self) -> int:
        """Bytes that wait."""
        return 0 if self._backlog is None else self._backlog.size

    async def close(self) -> None:
        """Leaves all rooms."""
        self.closed = True
        self._backlog = None
        for subscription in list(self.subscriptions.values()):
            await subscription.leave()

    # What waits.

    def _keep(
        self,
        source: "Subscription | Everyone",
        batch: Batch,
        options: RoomOptions,
        counters: Counters,
    ) -> bool:
        """Keeps events for later; tells whether the consumer may stay connected."""
        if self._backlog is None:
            self._backlog = Backlog(self.size)
        return self._backlog.add(source, batch, options, counters)

    def _wait_for(self, flow: "Future[None]") -> None:
        self._flow = flow
        flow.add_done_callback(self._go_on)

    def _go_on(self, flow: "Future[None]") -> None:
        """Sends what has waited, as far as it goes."""
        self._flow = None
        if flow.cancelled() or flow.exception() is not None:
            # The connection is gone, as whoever owns it will say.
            self._backlog = None
            self.closed = True
            return
        while self._backlog is not None:
            batch = self._backlog.next()
            if batch is None:
                self._backlog = None
                return
            next_flow = self.write(batch)
            if next_flow is not None:
                self._wait_for(next_flow)
                return
