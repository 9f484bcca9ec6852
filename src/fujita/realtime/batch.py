"""What a room hands to its members in one turn of the loop."""

from collections.abc import Callable
from typing import Any, TypeVar

from fujita.realtime.events import RoomEvent, Skipped
from fujita.realtime.publication import Publication

Encoded = TypeVar("Encoded")


class Batch:
    """Events of one room, encoded once for all who get them in the same form.

    Args:
        events: In their order.
    """

    __slots__ = ("_durable", "_encoded", "events")

    def __init__(self, events: list[RoomEvent]) -> None:
        self.events = events
        self._encoded: dict[Any, Any] = {}
        self._durable: Batch | None = None

    def encoded(self, encoder: "Callable[[Batch], Encoded]") -> Encoded:
        """Gives what ``encoder`` makes of it; it is called once for all members."""
        try:
            return self._encoded[encoder]  # type: ignore[no-any-return]
        except KeyError:
            made = self._encoded[encoder] = encoder(self)
            return made

    @property
    def durable(self) -> "Batch":
        """The part of it that is not ephemeral."""
        if self._durable is None:
            kept = [event for event in self.events if not _is_ephemeral(event)]
            self._durable = self if len(kept) == len(self.events) else Batch(kept)
        return self._durable

    @property
    def only_publications(self) -> "Batch":
        """The publications in it that are not ephemeral."""
        return Batch([event for event in self.durable.events if type(event) is Publication])

    @property
    def latest_publication(self) -> Publication | None:
        """The last of them; None if there is none."""
        events = self.only_publications.events
        latest = events[-1] if events else None
        return latest if type(latest) is Publication else None

    def without(self, consumer: str) -> "Batch":
        """Gives what a consumer gets that is excluded from some of it."""
        events: list[RoomEvent] = []
        for event in self.events:
            if type(event) is not Publication or event.exclude != consumer:
                events.append(event)
            elif event.offset:
                events.append(Skipped(event.room, event.offset))
        return Batch(events)


def _is_ephemeral(event: RoomEvent) -> bool:
    return type(event) is Publication and not event.offset
