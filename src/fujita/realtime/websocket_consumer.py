"""A WebSocket that is in rooms."""

from asyncio import Future
from typing import NamedTuple

from fujita.realtime.batch import Batch
from fujita.realtime.consumer import Consumer
from fujita.realtime.position import Position
from fujita.realtime.subscription import Subscription
from fujita.realtime.wireform import PROTOCOL, WireForm
from fujita.websocket import WebSocketClosedError, WebSocketHandler
from fujita.wire.websocket import PreparedMessage

TRY_AGAIN_LATER = 1013


class _Frames(NamedTuple):
    messages: list[PreparedMessage]
    plain: bytes


class _Framer:
    """Frames batches in a form, once for all WebSockets that speak it."""

    def __init__(self, form: WireForm) -> None:
        self._form = form

    def __call__(self, batch: Batch) -> _Frames:
        texts = filter(None, map(self._form.encode, batch.events))
        messages = [PreparedMessage(text, binary=False) for text in texts]
        return _Frames(messages, b"".join(message.plain for message in messages))


_framers: dict[WireForm, _Framer] = {}


def _framer_of(form: WireForm) -> _Framer:
    framer = _framers.get(form)
    if framer is None:
        framer = _framers[form] = _Framer(form)
    return framer


class WebSocketConsumer(Consumer):
    """Sends the events of rooms to an open WebSocket, each as one text message.

    Call `close` when the connection is closed.

    Args:
        handler: The WebSocket's handler.
        form: What events look like; by default as in docs/realtime-protocol.md.
    """

    def __init__(self, handler: WebSocketHandler, form: WireForm = PROTOCOL) -> None:
        super().__init__()
        self.handler = handler
        self._framer = _framer_of(form)

    def write(self, batch: Batch) -> "Future[None] | None":
        """Sends events."""
        connection = self.handler.ws_connection
        if connection is None:
            self.closed = True
            return None
        frames = batch.encoded(self._framer)
        try:
            written = connection.write_shared(frames.messages, frames.plain)
        except WebSocketClosedError:
            self.closed = True
            return None
        return None if written.done() else written

    def size(self, batch: Batch) -> int:
        """Says how many bytes the frames of a batch have."""
        return len(batch.encoded(self._framer).plain)

    def overflowed(self, subscription: Subscription) -> None:
        """Disconnects a client that reads too slowly."""
        self.handler.close(TRY_AGAIN_LATER, "too much was waiting to be read")

    def resynchronise(self, subscription: Subscription, position: Position) -> None:
        """Disconnects a client that has lost something, so that it notices.

        Override it for a protocol with words for that.
        """
        self.handler.close(TRY_AGAIN_LATER, "publications were lost")

    def removed(self, subscription: Subscription, reason: str) -> None:
        """Says nothing by default; override it for a protocol with words for that."""
