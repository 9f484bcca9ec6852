"""Rooms as server-sent events, for readers that cannot hold a WebSocket."""

import asyncio
from asyncio import Future
from collections.abc import Awaitable

from fujita.iostream import StreamClosedError
from fujita.realtime.batch import Batch
from fujita.realtime.commands import Refused
from fujita.realtime.consumer import Consumer
from fujita.realtime.errors import EngineUnavailableError
from fujita.realtime.events import Member
from fujita.realtime.hub import Hub
from fujita.realtime.names import check_name
from fujita.realtime.position import Position
from fujita.realtime.publication import Publication, encode
from fujita.realtime.subscription import Subscription
from fujita.realtime.wireform import PROTOCOL
from fujita.web import HTTPError, RequestHandler

HEARTBEAT = 20.0
"""Seconds between two signs of life, which also tell a server that a reader has gone."""


def _event(batch: Batch) -> bytes:
    """Writes events as the HTML standard has it, section "Server-sent events"."""
    parts = []
    for event in batch.events:
        # JSON has no line breaks, so one line of data does.
        if isinstance(event, Publication) and event.offset:
            parts.append(b"id: %b\n" % str(event.position).encode())
        parts.append(b"data: %b\n\n" % PROTOCOL.encode(event))
    return b"".join(parts)


class EventStream(Consumer):
    """The consumer of an `EventsHandler`."""

    def __init__(self, handler: "EventsHandler") -> None:
        super().__init__()
        self._handler = handler

    def write(self, batch: Batch) -> "Future[None] | None":
        """Sends events."""
        return self.say(batch.encoded(_event))

    def say(self, text: bytes) -> "Future[None] | None":
        """Sends what is written as the standard has it."""
        try:
            self._handler.write(text)
            written = self._handler.flush()
        except StreamClosedError:
            self.closed = True
            return None
        return None if written.done() else written

    def size(self, batch: Batch) -> int:
        """Says how many bytes a batch has."""
        return len(batch.encoded(_event))

    def subscribed(self, subscription: Subscription, missed: Batch) -> None:
        """Says where the stream begins, and sends what was missed."""
        head = {
            "type": "subscribed",
            "room": subscription.room,
            **subscription.position._asdict(),
            "recovered": subscription.recovered,
        }
        # With the id of where it was, so that nothing is skipped if this is all that arrives.
        first = missed.events[0] if missed.events else None
        offset, epoch = subscription.position
        if isinstance(first, Publication):
            offset = first.offset - 1
        self.say(b"id: %b\ndata: %b\n\n" % (str(Position(offset, epoch)).encode(), encode(head)))
        super().subscribed(subscription, missed)

    def resynchronise(self, subscription: Subscription, position: Position) -> None:
        """Tells the reader that it has lost something for good."""
        message = {"type": "resync", "room": subscription.room, **position._asdict()}
        self.say(b"id: %b\ndata: %b\n\n" % (str(position).encode(), encode(message)))

    def removed(self, subscription: Subscription, reason: str) -> None:
        """Tells the reader that it is not in the room any more, and ends."""
        message = {"type": "removed", "room": subscription.room, "reason": reason}
        self.say(b"data: %b\n\n" % encode(message))
        self._handler.ended.set()

    def overflowed(self, subscription: Subscription) -> None:
        """Ends the response; the reader comes back and recovers."""
        self._handler.ended.set()


class EventsHandler(RequestHandler):
    """Sends what is published in a room as server-sent events.

        web.Application([("/events/(.+)", EventsHandler, {"hub": hub})])

        new EventSource("/events/lobby").onmessage = event => console.log(JSON.parse(event.data))

    A browser that comes back says where it was (``Last-Event-ID``), and gets what it has missed.
    """

    hub: Hub

    def initialize(self, hub: Hub) -> None:
        """Takes the hub from the route."""
        self.hub = hub
        self.ended = asyncio.Event()

    async def on_subscribe(self, room: str) -> Member | None:
        """Called before the reader gets a room's events; override it to say who may.

        Returns:
            Who it is to the others, None for nobody in particular.

        Raises:
            Refused: It may not; the answer is 403.
        """
        return None

    async def get(self, room: str) -> None:
        """Sends events for as long as the reader is there."""
        try:
            check_name(room)
            since = self._since()
        except ValueError as error:
            raise HTTPError(400, "%s", error) from None
        try:
            member = await self.on_subscribe(room)
        except Refused as refused:
            raise HTTPError(403, refused.message) from None
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-store")
        # nginx would gather events before it sends them.
        self.set_header("X-Accel-Buffering", "no")
        stream = EventStream(self)
        try:
            await self.hub.subscribe(room, stream, since=since, member=member)
            await self._beat(stream)
        except EngineUnavailableError:
            if not self._headers_written:
                raise HTTPError(503) from None
        finally:
            await stream.close()

    def _since(self) -> Position | None:
        text = self.request.headers.get("Last-Event-ID") or self.get_argument("since", "")
        return Position.parse(text) if text else None

    async def _beat(self, stream: EventStream) -> None:
        while not self.ended.is_set() and not stream.closed:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await self.ended.wait()
            except TimeoutError:
                stream.say(b": \n\n")

    def on_connection_close(self) -> Awaitable[None] | None:  # type: ignore[override]
        """Ends when the reader has gone."""
        self.ended.set()
        return None
