"""What events of a room look like on the wire: one JSON text each."""

from functools import lru_cache
from typing import Any

from fujita.realtime.broadcast import Broadcast
from fujita.realtime.events import Counted, Dropped, Joined, Left, RoomEvent, Skipped
from fujita.realtime.publication import Publication, encode


@lru_cache(4096)
def _opening(room: str) -> bytes:
    return b'{"type":"publication","room":' + encode(room)


class WireForm:
    """Writes events as Fujita's protocol has them (docs/realtime-protocol.md).

    Derive from it to speak another one; it is asked once for each event, not for each member.
    """

    def encode(self, event: RoomEvent) -> bytes:
        """Gives an event as UTF-8 text; nothing (``b""``) if members need not know of it."""
        if type(event) is Publication:
            return self.publication(event)
        if type(event) is Broadcast:
            return self.broadcast(event)
        return encode(self.describe(event))

    def publication(self, publication: Publication) -> bytes:
        """Gives a publication as UTF-8 text."""
        if publication.offset:
            return b'%b,"offset":%d,"time":%.3f,"data":%b}' % (
                _opening(publication.room),
                publication.offset,
                publication.time,
                publication.payload,
            )
        return b'%b,"data":%b}' % (_opening(publication.room), publication.payload)

    def broadcast(self, broadcast: Broadcast) -> bytes:
        """Gives what is for everybody as UTF-8 text."""
        return b'{"type":"broadcast","time":%.3f,"data":%b}' % (broadcast.time, broadcast.payload)

    def describe(self, event: RoomEvent) -> dict[str, Any]:
        """Gives what is not a publication as a dictionary."""
        match event:
            case Joined(room, user, data, count):
                return {"type": "join", "room": room, "user": user, "data": data, "count": count}
            case Left(room, user, count):
                return {"type": "leave", "room": room, "user": user, "count": count}
            case Counted(room, count, named):
                return {"type": "count", "room": room, "count": count, "named": named}
            case Dropped(room, count, offset):
                return {"type": "dropped", "room": room, "count": count, "offset": offset}
            case Skipped(room, offset):
                return {"type": "skip", "room": room, "offset": offset}
            case _:
                raise TypeError(f"no event of a room: {event!r}")


PROTOCOL = WireForm()
"""Fujita's own."""
