"""The part of a connection that receives."""

from asyncio import CancelledError, Task, current_task, sleep
from collections.abc import Awaitable, Coroutine, Iterator
from contextvars import Context
from sys import exc_info
from typing import Any, cast

from fujita import gen
from fujita.tasks import call, start
from fujita.websocket.delegate import _WebSocketDelegate
from fujita.websocket.errors import WebSocketClosedError
from fujita.websocket.parameters import _WebSocketParams
from fujita.websocket.sending import SendingPart
from fujita.wire.websocket import CloseCode, CloseFrame, Event, Failure, Ping, Pong

HELD_LIMIT = 65536
"""Received bytes that may wait while a message is being handled."""

PIECE = 16384
"""Compressed bytes that are read at once: they may become a thousand times as many."""

TURN_EVENTS = 100
"""Messages that are handled before the other connections have their turn."""


class ReceivingPart(SendingPart):
    """Reads frames and hands messages on, strictly one after the other.

    Handling begins in ``data_received`` itself. Only if the handler suspends does a task go
    on with it; what comes in meanwhile waits, unread, and beyond ``HELD_LIMIT`` the transport
    does not read either.
    """

    _context: Context
    """What ``prepare`` and ``open`` have set in context variables is seen by ``on_message``."""

    def __init__(
        self, handler: _WebSocketDelegate, mask_outgoing: bool, params: _WebSocketParams
    ) -> None:
        super().__init__(handler, mask_outgoing, params)
        self._busy = False
        """Whether a handler is at work, so that what comes in has to wait."""
        self._task: Task[Any] | None = None
        """Goes on with a handler that has suspended; kept because the loop holds it weakly."""
        self._held: list[bytes] | None = None
        self._held_size = 0
        self._lost = False
        self._reading_paused = False
        self._says_closed = False

    def data_received(self, data: bytes) -> None:
        """Takes bytes from the other side; called by the transport."""
        if self._busy:
            self._hold(data)
            return
        if len(data) > PIECE and self._wire.deflate is not None:
            self._hold(data)
            self._resume()
            return
        events = self._wire.receive_data(data)
        if events:
            self._start(events)

    def _start(self, events: list[Event]) -> None:
        """Handles events, at once as far as possible."""
        self._busy = self._receiving = True
        outbox = self._outbox
        try:
            self._task = call((_HANDLE, self, events), outbox.loop, outbox.pool, self._context)
        finally:
            self._receiving = False
            if self._pending is not None:
                self._flush()

    def _handle(self, events: list[Event]) -> Coroutine[Any, Any, None] | None:
        """Handles events; returns a coroutine that does the rest if there is need to wait."""
        if len(events) > TURN_EVENTS or self._held is not None:
            return self._go_on(iter(events), None)
        rest = iter(events)
        try:
            for event in rest:
                if type(event) is str or type(event) is bytes:
                    waiting = self.handler.on_message(event)
                else:
                    waiting = self._control(event)
                if waiting is not None:
                    return self._go_on(rest, waiting)
        except (Exception, CancelledError) as error:
            self._failed(error)
        # Handlers may run the loop, or end the connection, and more may have come meanwhile.
        if self._held is not None or self._lost:
            return self._go_on(iter(()), None)
        self._busy = False
        return None

    async def _go_on(self, events: Iterator[Event], waiting: Awaitable[None] | None) -> None:
        """Handles the rest of some events, and then whatever has come in meanwhile.

        Args:
            events: The rest.
            waiting: What the event before them has to wait for, if anything.
        """
        try:
            left = TURN_EVENTS
            if waiting is not None:
                await awaitable(waiting)
            while True:
                for event in events:
                    if type(event) is str or type(event) is bytes:
                        waiting = self.handler.on_message(event)
                    else:
                        waiting = self._control(event)
                    if waiting is not None:
                        await awaitable(waiting)
                    left -= 1
                    if not left:
                        left = TURN_EVENTS
                        await sleep(0)
                if self._held is None:
                    break
                events = iter(self._wire.receive_data(self._take_held()))
        except (Exception, CancelledError) as error:
            self._failed(error)
        finally:
            self._busy = False
            self._task = None
        if self._lost:
            await self._say_closed()

    def _control(self, event: Event) -> Awaitable[None] | None:
        """Handles what is not a message."""
        if type(event) is Ping:
            return self._handle_message(0x9, event.payload)
        if type(event) is Pong:
            return self._handle_message(0xA, event.payload)
        assert isinstance(event, CloseFrame | Failure)
        self._ended(event)
        return None

    def _ended(self, event: CloseFrame | Failure) -> None:
        """Takes the end of what the other side sends."""
        raise NotImplementedError

    # What comes in while a handler is at work.

    def _hold(self, data: bytes) -> None:
        if self._held is None:
            self._held = []
        self._held.append(data)
        self._held_size += len(data)
        if self._held_size > HELD_LIMIT and not self._reading_paused:
            self._reading_paused = True
            if not self.transport.is_closing():
                self.transport.pause_reading()

    def _take_held(self) -> bytes:
        """Gives the bytes to go on with."""
        held = self._held
        assert held is not None
        data = held[0] if len(held) == 1 else b"".join(held)
        if self._wire.deflate is not None and len(data) > PIECE:
            self._held = [data[PIECE:]]
            self._held_size = len(data) - PIECE
            return data[:PIECE]
        self._held = None
        self._held_size = 0
        if self._reading_paused:
            self._reading_paused = False
            if not self.transport.is_closing():
                self.transport.resume_reading()
        return data

    def _resume(self) -> None:
        """Handles what had to wait."""
        self._busy = False
        if self._held is not None:
            self._start([])
        elif self._lost:
            self._start_saying_closed()

    # The end.

    def _failed(self, error: BaseException) -> None:
        """Ends a connection whose handler has raised."""
        self._held = None
        self._wire.receive_eof()
        is_open = not self.transport.is_closing()
        if is_open:
            self._ended(Failure(CloseCode.INTERNAL_ERROR, ""))
        task = current_task()
        if isinstance(error, CancelledError) and task is not None and task.cancelling():
            # The loop is being shut down, and nobody is to blame.
            raise error
        if is_open or not isinstance(error, WebSocketClosedError):
            # That somebody is sent a message who has just gone is nobody's mistake.
            self.handler.log_exception(*exc_info())

    def connection_lost(self, exc: Exception | None) -> None:
        """Takes the end of the connection, and tells the handler when it has done its work."""
        SendingPart.connection_lost(self, exc)
        self._lost = True
        if exc is not None:
            self._error = exc
        if not self._busy:
            self._start_saying_closed()

    def _start_saying_closed(self) -> None:
        outbox = self._outbox
        self._task = start(self._say_closed(), outbox.loop, outbox.pool, self._context)

    async def _say_closed(self) -> None:
        """Tells the handler that the connection is gone."""
        if self._says_closed:
            return
        self._says_closed = True
        try:
            waiting = self.handler.on_ws_connection_close(self.close_code, self.close_reason)
            if waiting is not None:
                await awaitable(waiting)
        except Exception:
            self.handler.log_exception(*exc_info())
        finally:
            self._task = None
            # Handler and connection no longer refer to each other.
            self.handler = cast("_WebSocketDelegate", None)


_HANDLE = ReceivingPart._handle
"""Not a method of an object, which would have to be made for each message."""


def awaitable(result: Any) -> Awaitable[Any]:
    """Gives what a handler's method returned in a form that ``await`` takes."""
    return result if hasattr(result, "__await__") else gen.convert_yielded(result)
