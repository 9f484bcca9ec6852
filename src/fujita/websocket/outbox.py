"""What the connections of one event loop share for sending."""

import marshal
from asyncio import AbstractEventLoop, Future
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from fujita import tasks
from fujita.escape import json_encode
from fujita.log import app_log
from fujita.wire.websocket import PreparedMessage

if TYPE_CHECKING:
    from fujita.websocket.sending import SendingPart


_NOTHING = object()


class Outbox:
    """Gathers what is written within a turn of the loop, and remembers the last message.

    A broadcast writes the same object to many connections in a row: it is encoded, framed and
    compressed once. What is remembered is forgotten when the turn ends.

    Attributes:
        loop: The loop.
        pool: Its parked tasks, for `tasks.start`.
        done: A future that is done; what a write returns that need not be waited for.
        frame_of: The message that ``frame`` was made of.
        frame_binary: Whether it was made as a binary message.
        frame: The last uncompressed frame.
    """

    __slots__ = (
        "_dirty",
        "_json",
        "_json_of",
        "_json_snapshot",
        "_prepared",
        "_prepared_binary",
        "_prepared_of",
        "_turn",
        "done",
        "frame",
        "frame_binary",
        "frame_of",
        "loop",
        "pool",
    )

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.loop = loop
        self.pool = tasks.pool_of(loop)
        self.done: Future[None] = loop.create_future()
        self.done.set_result(None)
        self._dirty: list[SendingPart] = []
        self._turn: Future[None] | None = None
        self._forget()

    def _forget(self) -> None:
        self.frame_of: object = _NOTHING
        self.frame_binary = False
        self.frame = b""
        self._json_of: dict[str, Any] | None = None
        self._json_snapshot: bytes | None = None
        self._json = ""
        self._prepared_of: object = None
        self._prepared_binary = False
        self._prepared: PreparedMessage | None = None

    def add(self, connection: "SendingPart") -> None:
        """Notes that a connection has something to send at the end of the turn."""
        if not self._dirty:
            self.loop.call_soon(self._flush)
        self._dirty.append(connection)

    def turn(self) -> "Future[None]":
        """Gives a future that is done when the loop has come round."""
        if self._turn is None:
            self._turn = self.loop.create_future()
            if not self._dirty:
                self.loop.call_soon(self._flush)
        return self._turn

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, []
        for connection in dirty:
            try:
                connection.flush()
            except Exception:
                # Nobody else's messages are lost with it.
                app_log.error("Cannot write to a WebSocket", exc_info=True)
                connection.abort()
        self._forget()
        turn, self._turn = self._turn, None
        if turn is not None and not turn.done():
            turn.set_result(None)

    def json(self, message: dict[str, Any]) -> str:
        """Gives a dictionary as JSON; the same string as long as it is the same dictionary."""
        # A dictionary can be changed between two receivers, so that being the same object is
        # not enough. marshal, in a version without references, writes equal bytes for equal
        # values only, knows the exact types alone, and takes a fifth of JSON's time.
        try:
            snapshot = marshal.dumps(message, 2)
        except ValueError:
            return json_encode(message)
        if message is not self._json_of or snapshot != self._json_snapshot:
            self._json_of, self._json_snapshot = message, snapshot
            self._json = json_encode(message)
        return self._json

    def prepared(self, message: str | bytes, binary: bool) -> PreparedMessage | None:
        """Gives a message to share, None if it is the first time that it is written.

        A message that goes to a single connection is better compressed in that connection's
        context; from the second receiver on it is a broadcast, and compressed once for all.
        """
        if message is self._prepared_of and binary == self._prepared_binary:
            if self._prepared is None:
                self._prepared = PreparedMessage(message, binary=binary)
            return self._prepared
        self._prepared_of, self._prepared_binary, self._prepared = message, binary, None
        return None


_outboxes: WeakKeyDictionary[AbstractEventLoop, Outbox] = WeakKeyDictionary()


def outbox_of(loop: AbstractEventLoop) -> Outbox:
    """Gives the outbox of a loop."""
    outbox = _outboxes.get(loop)
    if outbox is None:
        outbox = _outboxes[loop] = Outbox(loop)
    return outbox
