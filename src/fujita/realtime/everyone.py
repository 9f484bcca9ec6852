"""All who are connected to a node, in rooms or not."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from fujita.log import app_log
from fujita.realtime.batch import Batch
from fujita.realtime.broadcast import Broadcast
from fujita.realtime.counters import Counters
from fujita.realtime.options import RoomOptions

if TYPE_CHECKING:
    from fujita.realtime.consumer import Consumer
    from fujita.realtime.room import Room


class Everyone:
    """Hands broadcasts to all who are connected to this node, once to each.

    Those who are in a room are found through it when there is something to be said, which is
    seldom; so a connection costs nothing for it. Who is connected without being in a room is
    remembered here.

    Args:
        rooms: Gives the rooms that have members on this node.
        options: Of these, ``queue_bytes`` holds for broadcasts, too. Nobody is disconnected for
            one: those who do not keep up lose the oldest.

    Attributes:
        room: The empty name, which no room has.
        counters: What has been handed over, and what was left out.
    """

    room = ""

    def __init__(self, rooms: "Callable[[], Iterable[Room]]", options: RoomOptions) -> None:
        self._rooms = rooms
        self.options = replace(options, slow="drop_oldest")
        self.counters = Counters()
        self._connected: dict[str, Consumer] = {}

    def connect(self, consumer: "Consumer") -> None:
        """Counts a consumer in as long as it is not closed, whether it is in a room or not."""
        self._connected[consumer.id] = consumer

    def disconnect(self, consumer: "Consumer") -> None:
        """Counts a consumer in only as long as it is in a room."""
        self._connected.pop(consumer.id, None)

    def receive(self, broadcast: Broadcast) -> None:
        """Hands a broadcast to everybody."""
        consumers = dict(self._connected)
        for room in self._rooms():
            # What came to the room before comes before.
            room.flush()
            for subscription in room.subscriptions.values():
                consumers[subscription.consumer.id] = subscription.consumer
        batch = Batch([broadcast])
        self.counters.deliveries += len(consumers)
        for consumer in consumers.values():
            try:
                consumer.tell(self, batch)
            except Exception:
                # Nobody else's messages are lost with it.
                app_log.error("Cannot hand a broadcast to a consumer", exc_info=True)

    def forget(self) -> None:
        """Forgets everybody."""
        self._connected.clear()
