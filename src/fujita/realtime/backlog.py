"""What waits for a consumer that does not keep up."""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from fujita.realtime.batch import Batch
from fujita.realtime.counters import Counters
from fujita.realtime.events import Dropped, RoomEvent
from fujita.realtime.options import RoomOptions
from fujita.realtime.publication import Publication

if TYPE_CHECKING:
    from fujita.realtime.everyone import Everyone
    from fujita.realtime.subscription import Subscription

    Source = Subscription | Everyone


class _Queue:
    """What waits of one room, and what has been left out of it."""

    __slots__ = ("batches", "dropped", "last_dropped")

    def __init__(self) -> None:
        self.batches: deque[Batch] = deque()
        self.dropped = 0
        self.last_dropped = 0


class Backlog:
    """What waits for a consumer, by reference to what all members share, room by room.

    It is made when a consumer first has to wait, and forgotten when it has caught up, so that
    those who keep up pay nothing for it. The rooms take turns: each room's events stay in their
    order, those of different rooms need none. Broadcasts are
    a room in this.

    Args:
        measure: Says how many bytes a batch takes.

    Attributes:
        size: Bytes that wait.
    """

    __slots__ = ("_measure", "_queues", "size")

    def __init__(self, measure: Callable[[Batch], int]) -> None:
        self._measure = measure
        self._queues: dict[Source, _Queue] = {}
        self.size = 0

    def add(self, source: "Source", batch: Batch, options: RoomOptions, counters: Counters) -> bool:
        """Keeps events, as far as the room's policy lets it.

        Returns:
            False if the consumer is to be disconnected.
        """
        queue = self._queues.get(source)
        if queue is None:
            queue = self._queues[source] = _Queue()
        if options.slow == "keep_latest":
            batch = self._supersede(queue, batch, counters)
        if self.size > options.queue_bytes // 4:
            # Those who do not keep up are spared what is of no use later anyway.
            batch = batch.durable
        if not batch.events:
            return True
        size = self._measure(batch)
        if self.size + size > options.queue_bytes:
            if options.slow == "disconnect":
                counters.disconnected += 1
                return False
            self._drop_oldest(queue, options.queue_bytes - size, counters)
            if self.size + size > options.queue_bytes:
                # It does not even fit alone beside what waits of other rooms.
                _leave_out(queue, batch, counters)
                return True
        queue.batches.append(batch)
        self.size += size
        return True

    def next(self) -> Batch | None:
        """Takes out what is to be sent next; None if nothing waits."""
        while self._queues:
            source = next(iter(self._queues))
            queue = self._queues.pop(source)
            if queue.dropped:
                notice = Dropped(source.room, queue.dropped, queue.last_dropped)
                queue.dropped = 0
                # Its turn is not over.
                self._queues = {source: queue, **self._queues}
                return Batch([notice])
            if queue.batches:
                batch = queue.batches.popleft()
                self.size -= self._measure(batch)
                if queue.batches:
                    self._queues[source] = queue
                return batch
        return None

    def forget(self, subscription: "Subscription") -> None:
        """Forgets what waits of a room that has been left."""
        queue = self._queues.pop(subscription, None)
        if queue is not None:
            self.size -= sum(map(self._measure, queue.batches))

    def _drop_oldest(self, queue: _Queue, size: int, counters: Counters) -> None:
        """Drops a room's oldest events until no more than that size waits."""
        while queue.batches and self.size > size:
            batch = queue.batches.popleft()
            self.size -= self._measure(batch)
            _leave_out(queue, batch, counters)

    def _supersede(self, queue: _Queue, batch: Batch, counters: Counters) -> Batch:
        """Drops all of a room's publications but the latest."""
        latest = batch.latest_publication
        if latest is None:
            return batch
        waiting, queue.batches = queue.batches, deque()
        others: list[RoomEvent] = []
        for old in waiting:
            self.size -= self._measure(old)
            _leave_out(queue, old.only_publications, counters)
            others += (event for event in old.events if type(event) is not Publication)
        superseded = [event for event in batch.only_publications.events if event is not latest]
        _leave_out(queue, Batch(superseded), counters)
        others += (event for event in batch.events if type(event) is not Publication)
        return Batch([*others, latest])


def _leave_out(queue: _Queue, batch: Batch, counters: Counters) -> None:
    """Takes note of events that the consumer will not get."""
    for event in batch.durable.events:
        queue.dropped += 1
        counters.dropped += 1
        if type(event) is Publication:
            queue.last_dropped = event.offset
