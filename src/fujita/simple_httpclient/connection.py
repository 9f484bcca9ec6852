"""One connection to a server: joins ``wire.http1`` to an asyncio transport."""

import asyncio
import re
from asyncio import AbstractEventLoop, Future, Transport
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, cast

from fujita.gen import convert_yielded
from fujita.http1connection import _MAX_1XX_RESPONSES
from fujita.iostream import StreamClosedError, UnsatisfiableReadError
from fujita.log import app_log, gen_log
from fujita.simple_httpclient.deadline import DeadlineTimer
from fujita.simple_httpclient.endpoint import Endpoint
from fujita.simple_httpclient.errors import HTTPStreamClosedError, HTTPTimeoutError
from fujita.simple_httpclient.pool import IDLE_TIMEOUT, ConnectionPool
from fujita.simple_httpclient.probe import probe_of
from fujita.wire.http1 import (
    END_OF_MESSAGE,
    NEED_DATA,
    Limits,
    ProtocolError,
    ResponseHead,
    ResponseParser,
)

if TYPE_CHECKING:
    from fujita.simple_httpclient.fetch import Fetch

RETRY_AFTER = 1.0
"""How long a connection must have rested for its loss to be taken for the server's closing of an
idle connection, in seconds. One that was in use until just now was lost over the request, which
may have crashed a worker and must not be handed to the next."""


_KEEP_ALIVE_TIMEOUT = re.compile(r"\btimeout=([0-9]{1,9})", re.IGNORECASE)


class ClientConnection(asyncio.Protocol):
    """Carries requests, one after the other.

    Args:
        pool: What keeps it between requests.
        endpoint: Where it leads to.
        limits: How large responses may be.
        loop: The loop.

    Attributes:
        endpoint: See above.
        idle_since: Since when there is no request, by the pool's clock.
        max_idle_time: How many seconds the server may be expected to keep an idle connection.
    """

    __slots__ = (
        "_drained",
        "_fetch",
        "_informational",
        "_is_advancing",
        "_is_waiting",
        "_loop",
        "_loss",
        "_parser",
        "_pieces",
        "_pool",
        "_probe",
        "_received",
        "_responses",
        "_rested",
        "_timer",
        "_transport",
        "endpoint",
        "idle_since",
        "max_idle_time",
    )

    _transport: Transport

    def __init__(
        self, pool: ConnectionPool, endpoint: Endpoint, limits: Limits, loop: AbstractEventLoop
    ) -> None:
        self.endpoint = endpoint
        self.idle_since = 0.0
        self.max_idle_time = IDLE_TIMEOUT
        self._loop = loop
        self._pool = pool
        self._parser = ResponseParser(limits)
        self._fetch: Fetch | None = None
        self._received = False
        self._responses = 0
        self._rested = -1.0
        self._probe: Callable[[], object] | None = None
        self._informational = 0
        self._is_advancing = False
        self._is_waiting = False
        self._pieces: Iterator[bytes] | None = None
        self._loss: tuple[Exception | None] | None = None
        self._drained: Future[None] | None = None
        self._timer = DeadlineTimer(loop, pool.clock, self._expire)

    # What the pool asks.

    def is_usable(self, rested: float) -> bool:
        """Tells whether another request can be sent.

        Args:
            rested: How many seconds the connection has been idle.
        """
        self._rested = rested
        if self._transport.is_closing() or rested >= self.max_idle_time:
            return False
        if self._probe is not None and self._probe():
            # Something has come unasked, at its likeliest the connection's end. The loop will tell,
            # but has not had the time to: the server may have closed just now, or the program
            # kept the loop from running. TLS may have something to say of its own.
            if self.endpoint.tls is None:
                self._note_end()
            return False
        return True

    def _note_end(self) -> None:
        """Tells the pool if the server does not keep connections, though it did not say so."""
        if self._responses == 1 and self._pool.clock() - self.idle_since < RETRY_AFTER:
            self._pool.keep_none_of(self.endpoint)

    @property
    def is_closing(self) -> bool:
        """Whether the connection is closed, or about to be."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Closes the connection."""
        self._transport.close()

    def abandon(self) -> None:
        """Closes the connection, and cancels what is under way: the loop ends."""
        self.give_up(asyncio.CancelledError())

    # What a fetch asks.

    def send(
        self, fetch: "Fetch", method: str, data: bytes, is_whole: bool, deadline: float | None
    ) -> None:
        """Begins a request.

        Args:
            fetch: Is told what comes.
            method: The request's method.
            data: The first bytes of the request.
            is_whole: Whether that is all of it.
            deadline: When the response must have come, by the pool's clock; None for no limit.
        """
        self._fetch = fetch
        self._received = False
        self._informational = 0
        self._timer.set(deadline)
        self._parser.expect(method)
        if is_whole:
            self._pool.send(self._transport, data)
        else:
            self._transport.write(data)

    def write(self, data: bytes) -> "Future[None]":
        """Writes more of the request; the future is done when still more may be written."""
        future = self._drained
        if self._transport.is_closing():
            future = self._loop.create_future()
            future.set_exception(StreamClosedError())
            future.exception()
            return future
        if data:
            self._transport.write(data)
        if future is None:
            future = self._drained
        if future is None:
            future = self._loop.create_future()
            future.set_result(None)
        return future

    # Transport to protocol.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Takes the connection over."""
        self._transport = cast(Transport, transport)
        self._probe = probe_of(transport.get_extra_info("socket"))
        self._pool.add(self)

    def data_received(self, data: bytes) -> None:
        """Takes bytes from the server."""
        if self._fetch is None:
            # RFC 9112 section 9.2: "If a client receives data on a connection that does not have
            # outstanding requests, the client MUST NOT consider that data to be a valid response".
            self._note_end()
            self._pool.forget(self)
            self._transport.abort()
            return
        self._received = True
        self._parser.receive_data(data)
        if not self._is_waiting:
            self._advance()

    def eof_received(self) -> None:
        """Takes the end of what the server sends."""
        if self._fetch is None:
            self._note_end()
            self._pool.forget(self)
        elif not self._is_waiting:
            self._take_end()

    def _take_end(self) -> None:
        """Ends a body that ends with the connection; other responses are told by their loss."""
        try:
            self._parser.receive_eof()
        except ProtocolError:
            return
        self._advance()

    def pause_writing(self) -> None:
        """Makes the writer of a body wait."""
        if self._drained is None:
            self._drained = self._loop.create_future()

    def resume_writing(self) -> None:
        """Lets the writer of a body go on."""
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends everything that belongs to the connection."""
        if not self._is_waiting:
            self._timer.cancel()
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_exception(StreamClosedError(real_error=exc))
            drained.exception()
        self._pool.remove(self)
        if self._is_waiting:
            self._loss = (exc,)
        elif self._fetch is not None:
            self._lose(exc)

    def _lose(self, error: Exception | None) -> None:
        fetch, self._fetch = self._fetch, None
        assert fetch is not None
        if self._responses and not self._received:
            self._note_end()
            # A server that has read the request closes without an error, also when it crashes.
            unread = isinstance(error, ConnectionError)
            if (unread or self._rested >= RETRY_AFTER) and fetch.retry():
                return
        if error is None:
            what = "Stream closed" if fetch.head is None else "Connection closed"
            error = HTTPStreamClosedError(what)
        fetch.fail(error)

    # Reading the response.

    def _advance(self) -> None:
        """Reads on until more data is needed."""
        if self._is_advancing:
            return
        self._is_advancing = True
        try:
            while self._fetch is not None and not self._is_waiting:
                if self._pieces is not None and not self._deliver_pieces(self._fetch):
                    return
                event = self._parser.next_event()
                if event is NEED_DATA:
                    return
                if type(event) is ResponseHead:
                    self._head_received(self._fetch, event)
                elif event is END_OF_MESSAGE:
                    self._fetch.body_ended()
                    self._finish(self._fetch)
                else:
                    assert type(event) is bytes
                    self._pieces = self._fetch.take(event)
        except ProtocolError as error:
            self._refuse(error)
        except Exception as error:
            self._break_off(error)
        finally:
            self._is_advancing = False

    def _head_received(self, fetch: "Fetch", head: ResponseHead) -> None:
        if head.code < 200:
            self._informational += 1
            if self._informational > _MAX_1XX_RESPONSES:
                raise ProtocolError("Too many 1xx responses")
            fetch.informational_received(head)
            return
        fetch.head_received(head)
        if not head.has_body:
            self._finish(fetch)
        elif fetch.wants_whole_body:
            body = self._parser.take_complete_body()
            if body is not None:
                fetch.take(body)
                self._finish(fetch)

    def _deliver_pieces(self, fetch: "Fetch") -> bool:
        """Hands pieces of the body on; false if it has to wait before it goes on."""
        pieces = self._pieces
        assert pieces is not None
        for piece in pieces:
            awaitable = fetch.body_received(piece)
            if awaitable is not None:
                self._wait_for(awaitable)
                return False
        self._pieces = None
        return True

    def _finish(self, fetch: "Fetch") -> None:
        """Lets the connection go, and the fetch have its response."""
        self._fetch = None
        self._timer.deadline = None
        self._responses += 1
        now = self._pool.clock()
        head = fetch.head
        assert head is not None
        if head.keep_alive and fetch.may_reuse() and not self._parser and self._loss is None:
            expires = head.section.fields.get("Keep-Alive")
            if expires is not None:
                self._note_keep_alive(expires)
            self._pool.put(self, now)
        elif fetch.is_sent:
            self._transport.close()
        else:
            # The server need not take the rest before the connection is gone.
            self._transport.abort()
        fetch.complete(now)

    def _note_keep_alive(self, value: str | list[str]) -> None:
        """Lets the connection expire before the server closes it."""
        match = _KEEP_ALIVE_TIMEOUT.search(str(value))
        if match is not None:
            self.max_idle_time = min(IDLE_TIMEOUT, int(match[1]) - 1.0)

    def _wait_for(self, awaitable: Awaitable[None]) -> None:
        """Reads no further until the program is ready for it."""
        future = convert_yielded(awaitable)
        self._is_waiting = True
        self._transport.pause_reading()
        future.add_done_callback(self._waited)

    def _waited(self, future: "Future[None]") -> None:
        self._is_waiting = False
        if self._fetch is None:
            # It has failed meanwhile, by a timeout.
            if not future.cancelled():
                future.exception()
            return
        try:
            future.result()
        except (Exception, asyncio.CancelledError) as error:
            self._break_off(error)
            return
        if self._loss is None:
            self._transport.resume_reading()
        self._advance()
        if self._loss is not None and not self._is_waiting and self._fetch is not None:
            self._take_end()
            if self._fetch is not None and not self._is_waiting:
                self._lose(self._loss[0])

    # Ends.

    def _refuse(self, error: ProtocolError) -> None:
        """Ends a response that is malformed or too large."""
        fetch, self._fetch = self._fetch, None
        self._transport.abort()
        assert fetch is not None
        if error.status == 431:
            gen_log.info("Unsatisfiable read, closing connection: %s", error)
            fetch.fail(UnsatisfiableReadError(str(error)))
            return
        gen_log.info("Malformed HTTP message from None: %s", error)
        failure = HTTPStreamClosedError("Connection closed")
        failure.__cause__ = error
        fetch.fail(failure)

    def _break_off(self, error: BaseException) -> None:
        """Ends a response of which the program could not take a part."""
        app_log.error("Uncaught exception", exc_info=error)
        fetch, self._fetch = self._fetch, None
        self._transport.abort()
        if fetch is not None:
            failure = HTTPStreamClosedError("Connection closed")
            failure.__cause__ = error
            fetch.fail(failure)

    def give_up(self, error: BaseException) -> None:
        """Ends the request that is under way."""
        fetch, self._fetch = self._fetch, None
        self._transport.abort()
        if fetch is not None:
            fetch.fail(error)

    def _expire(self) -> None:
        if self._fetch is not None:
            self.give_up(HTTPTimeoutError("Timeout during request"))
