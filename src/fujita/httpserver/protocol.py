"""One connection of an HTTP server: joins ``wire.http1`` to an asyncio transport."""

import asyncio
from asyncio import AbstractEventLoop, Future, Transport
from collections.abc import Awaitable, Callable, Iterator
from contextvars import Context, copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from fujita.http1connection.decompression import GzipDecoder, decoder_for
from fujita.http1connection.refusal import BARE, refusal
from fujita.httpserver.connection import Connection
from fujita.httpserver.context import ConnectionContext
from fujita.httpserver.exchange import ServerExchange, closed_future
from fujita.httpserver.lingering import LingeringProtocol
from fujita.httpserver.stream import StreamProtocol
from fujita.httpserver.successor import SuccessorProtocol
from fujita.httpserver.timeouts import BODY, BUSY, HEAD, IDLE, NEW, Phase, PhaseTimer
from fujita.httputil import HTTPInputError, HTTPServerRequest
from fujita.httputil.request_state import fill
from fujita.iostream import StreamClosedError
from fujita.iostream.transport import TransportIOStream
from fujita.log import app_log, gen_log
from fujita.wire.http1 import serialize
from fujita.wire.http1.errors import ProtocolError
from fujita.wire.http1.events import END_OF_MESSAGE, NEED_DATA
from fujita.wire.http1.request import RequestHead, RequestParser

if TYPE_CHECKING:
    from fujita.httpserver.server import HTTPServer

PIPELINE_LIMIT = 65536
"""How many bytes a client may send ahead of the request that is being answered."""


_new_request = HTTPServerRequest.__new__


class ServerProtocol(Connection):
    """Reads requests, hands them to the application, and writes what it answers.

    An ``asyncio.Protocol`` by what it does, not by descent: it is compiled as an extension type
    (``protocol.pxd``), and these cannot descend from ordinary classes.

    Requests of one connection are answered one after the other: what is pipelined behind a
    request waits in the parser until the response is complete.
    """

    __slots__ = (
        "_advancing",
        "_context",
        "_drained",
        "_ended",
        "_paused",
        "_stream",
        "_timer",
        "_waiting",
        "decoder",
        "exchange",
        "loop",
        "server",
    )

    _context: Context

    def __init__(self, server: "HTTPServer", loop: AbstractEventLoop) -> None:
        self.server = server
        self.settings = server.settings
        self.loop = loop
        self.parser = RequestParser(server.settings.limits)
        self.exchange: ServerExchange | None = None
        self.closing = False
        self.decoder: GzipDecoder | None = None
        self._timer: PhaseTimer | None = None
        self._stream: TransportIOStream | None = None
        self._drained: Future[None] | None = None
        self._advancing = False
        self._ended = False
        self._paused = False
        self._waiting = False

    # Transport to protocol.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins to serve a connection."""
        # uvloop's transports are none of asyncio's classes, so no isinstance here.
        self.transport = cast("Transport", transport)
        self._context = copy_context()
        settings = self.settings
        self.context = ConnectionContext(
            transport, settings.protocol, settings.xheaders, settings.trusted_downstream
        )
        self._timer = PhaseTimer(self.loop, settings, self.transport, self._expired)
        self.server.connections.add(self)
        is_admitted = self.server.admission.enter(self.context.address)
        if not is_admitted:
            self._turn_away(is_admitted is not None)

    def data_received(self, data: bytes) -> None:
        """Takes bytes from the client."""
        self.parser.receive_data(data)
        if self._waiting:
            self._hold_back()
        elif self.exchange is None or self.exchange.reading:
            self._advance()
        else:
            self._hold_back()

    def eof_received(self) -> bool:
        """Takes the end of what the client sends.

        A handler that is waiting is told that the client has gone, as it nearly always has. In
        case the client has only shut its sending side down, all that it has asked is answered
        all the same (RFC 9112 section 9.6).
        """
        self._ended = True
        exchange = self.exchange
        # TLS closes in both directions at once.
        stays = self.transport.can_write_eof()
        if exchange is None or (exchange.reading and not self._waiting):
            # Between requests, or within one that will now never be complete; unless they wait
            # for the client to take earlier responses.
            return stays and self._drained is not None and exchange is None and bool(self.parser)
        if self._timer is not None:
            self._timer.deserted_since = self.loop.time()
        if not exchange.reading:
            try:
                exchange.client_gone()
            except Exception:
                app_log.error("Uncaught exception", exc_info=True)
        return stays and not self.transport.is_closing()

    def pause_writing(self) -> None:
        """Makes writers wait."""
        if self._drained is None:
            self._drained = self.loop.create_future()
        if self._timer is not None:
            self._timer.begin_stall()
        if self._stream is not None:
            self._stream.pause_writing()

    def resume_writing(self) -> None:
        """Lets writers go on."""
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)
        # A connection that is being closed is watched until the last byte has gone.
        if self._timer is not None and not self.transport.is_closing():
            self._timer.end_stall()
        if self._stream is not None:
            self._stream.resume_writing()
        if self.exchange is None and self.parser:
            self._advance_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends everything that belongs to the connection."""
        self.server.forget(self)
        self._give_up(exc)

    def _give_up(self, exc: Exception | None) -> None:
        """Ends everything that waits for the connection."""
        self._stop_timer()
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_exception(StreamClosedError(real_error=exc))
            drained.exception()
        if self._stream is not None:
            self._stream.connection_lost(exc)
        exchange, self.exchange = self.exchange, None
        if exchange is not None:
            try:
                exchange.connection_lost()
            except Exception:
                app_log.error("Uncaught exception", exc_info=True)

    # Reading requests.

    def _advance(self) -> None:
        """Reads on until a handler is busy or more data is needed."""
        if self._advancing:
            # A response that was finished within the loop below: the loop sees it.
            return
        self._advancing = True
        try:
            while not self._waiting and not self.transport.is_closing():
                exchange = self.exchange
                if exchange is None:
                    if self._drained is not None:
                        # Nobody is answered more before having taken what there is.
                        self._hold_back()
                        return
                elif not exchange.reading:
                    return
                event = self.parser.next_event()
                if event is NEED_DATA:
                    self._data_needed()
                    return
                if type(event) is RequestHead:
                    self._begin(event)
                    if self.exchange is None and not self.parser:
                        # The usual end: answered already, and nothing pipelined behind it.
                        self._read_on()
                        return
                elif event is END_OF_MESSAGE:
                    self._request_complete()
                else:
                    assert type(event) is bytes
                    self._body_received(event)
        except (ProtocolError, HTTPInputError) as error:
            self._refuse(str(error), getattr(error, "status", 400))
        except Exception:
            app_log.error("Uncaught exception", exc_info=True)
            self.close()
        finally:
            self._advancing = False

    def _advance_soon(self) -> None:
        """Goes on to a request that has come already.

        Not at once: the handler before it is the caller, and nothing of its task and context may
        reach the next one.
        """
        self.loop.call_soon(self._advance, context=self._context)

    def _data_needed(self) -> None:
        timer = self._timer
        beginning = self.exchange is None and bool(self.parser)
        if beginning and timer is not None and timer.phase is not HEAD:
            timer.enter(HEAD)
        self._read_on()

    def _begin(self, head: RequestHead) -> None:
        """Starts on a request whose head has come."""
        exchange = self.exchange = ServerExchange(self, head)
        request = _new_request(HTTPServerRequest)
        fill(request, head, exchange, self.context, self)
        if head.has_body:
            self._begin_body(exchange, request)
            return
        if self._timer is not None:
            self._timer.phase = BUSY
        if self.server.answer(request):
            return
        exchange.reading = True
        delegate = exchange.delegate = self.server.delegate_for(self, exchange, request)
        awaitable = delegate.request_received()
        if awaitable is not None:
            self._wait_for(awaitable, self._request_complete)
        else:
            exchange.reading = False
            delegate.finish()

    def _begin_body(self, exchange: ServerExchange, request: HTTPServerRequest) -> None:
        head = exchange.head
        # RFC 9112 section 6.1: an HTTP/1.0 message with Transfer-Encoding is to be treated "as if
        # the framing is faulty".
        if head.section.chunked and not (head.minor_version or self.settings.tornado_refusals):
            raise ProtocolError("Transfer-Encoding in an HTTP/1.0 request")
        if self._timer is not None:
            self._timer.begin_body()
        if self.settings.decompress_request:
            self.decoder = decoder_for(request.headers, None, self.settings.chunk_size)
        self.parser.body_limit = self.settings.limits.body
        delegate = exchange.delegate = self.server.delegate_for(self, exchange, request)
        awaitable = delegate.request_received()
        if awaitable is not None:
            self._wait_for(awaitable, self._start_body)
        else:
            self._start_body()

    def _start_body(self) -> None:
        exchange = self.exchange
        if exchange is None:
            return
        self.parser.start_body(exchange.head)
        head = exchange.head
        # RFC 9110 section 10.1.1: "A server MUST NOT send a 100 (Continue) response if the
        # request message includes [...] HTTP/1.0", and may omit it once the body has begun.
        if (
            head.section.expect_continue
            and head.minor_version
            and not exchange.response_started
            and not self.parser
            and not self.transport.is_closing()
        ):
            self.transport.write(serialize.CONTINUE)

    def _body_received(self, data: bytes) -> None:
        if self._timer is not None:
            self._timer.received += len(data)
        exchange = self.exchange
        if exchange is None:
            return
        size = self.settings.chunk_size
        if self.decoder is not None:
            # The handler may have changed the limit for this body.
            self.decoder.limit = self.parser.body_limit
            pieces = self.decoder.decode(data)
        elif len(data) <= size or (exchange.delegate is not None and exchange.delegate.gathers):
            # Nobody notices that a piece is large if all are joined: no need to copy it.
            pieces = iter((data,))
        else:
            pieces = (data[at : at + size] for at in range(0, len(data), size))
        self._deliver(exchange, pieces)

    def _deliver(self, exchange: ServerExchange, pieces: Iterator[bytes]) -> None:
        """Hands pieces of the body on, waiting after each for as long as the delegate asks."""
        for piece in pieces:
            delegate = exchange.delegate
            if delegate is None:
                return
            awaitable = delegate.data_received(piece)
            if awaitable is not None:
                self._wait_for(awaitable, partial(self._deliver, exchange, pieces))
                return

    def _request_complete(self) -> None:
        exchange = self.exchange
        if exchange is None:
            return
        if self.decoder is not None:
            self.decoder.finish()
            self.decoder = None
        if self._timer is not None:
            self._timer.phase = BUSY
        exchange.reading = False
        assert exchange.delegate is not None
        exchange.delegate.finish()

    def _wait_for(self, awaitable: Awaitable[None], then: Callable[[], None]) -> None:
        """Reads no further until a delegate is ready for it."""
        future = asyncio.ensure_future(awaitable, loop=self.loop)
        self._waiting = True
        timer, begun = self._timer, self.loop.time()
        phase = BUSY
        if timer is not None:
            phase, timer.phase = timer.phase, BUSY

        def ready(done: Future[None]) -> None:
            self._waiting = False
            if timer is not None:
                # The time that the delegate takes is not the client's.
                timer.phase = phase
                timer.since += self.loop.time() - begun
            if self.exchange is None:
                if not done.cancelled():
                    done.exception()
                return
            try:
                done.result()
                then()
            except (ProtocolError, HTTPInputError) as error:
                self._refuse(str(error), getattr(error, "status", 400))
            except Exception:
                app_log.error("Uncaught exception", exc_info=True)
                self.close()
            else:
                self._advance()

        if future.done():
            self.loop.call_soon(ready, future)
        else:
            future.add_done_callback(ready)

    def _hold_back(self) -> None:
        """Stops reading from a client that is far ahead of what is done with its data."""
        if not self._paused and len(self.parser) > PIPELINE_LIMIT:
            self._paused = True
            self.transport.pause_reading()

    def _let_in(self) -> None:
        if self._paused:
            self._paused = False
            if not self.transport.is_closing():
                # asyncio will call with the context that this is called in: not the handler's.
                self._context.copy().run(self.transport.resume_reading)

    def _read_on(self) -> None:
        """Reads more, as all that has come is done with; if there is more."""
        if self._paused:
            self._let_in()
        if self._ended:
            self.close()

    # Writing responses; called by the exchange.

    def write(self, data: bytes) -> "Future[None]":
        """Writes to the client; the future is done when more may be written."""
        if self.transport.is_closing():
            return closed_future()
        self.transport.write(data)
        if self._drained is None:
            return self.server.written
        if self._timer is not None:
            self._timer.written += len(data)
        unsent = self.transport.get_write_buffer_size() - len(data)
        if unsent > self.settings.max_write_buffer_size:
            gen_log.warning("%s takes too little of what is written to it", self.context)
            self.abort()
            return closed_future()
        return self._drained

    def response_finished(self, exchange: ServerExchange, close: bool) -> None:
        """Goes on to the next request, or ends the connection."""
        if exchange is not self.exchange:
            return
        if exchange.reading:
            # The handler answered before the request was complete. What is still to come
            # could be large, so the connection is not kept for another request.
            exchange.protocol = exchange.delegate = self.exchange = None
            self._linger()
            return
        if close or self.closing:
            self.exchange = None
            self.close()
            return
        self.response_complete()

    def response_complete(self) -> "Future[None]":
        """Goes on to the next request; gives the future of the last write."""
        self.exchange = None
        timer = self._timer
        if timer is not None:
            timer.phase = IDLE
            timer.since = self.loop.time()
        if not self._advancing:
            if self.parser:
                self._advance_soon()
            else:
                self._read_on()
        return self.server.written if self._drained is None else self._drained

    # Ending.

    def _refuse(self, message: str, status: int) -> None:
        """Answers a request that cannot be served, and closes the connection."""
        summary = "Unsatisfiable read" if status in (414, 431) else "Malformed HTTP message"
        gen_log.info("%s from %s: %s", summary, self.context, message)
        exchange = self.exchange
        if self.transport.is_closing():
            return
        if exchange is None or not exchange.response_started:
            self.transport.write(self._refusal(status))
        self._linger()

    def _turn_away(self, politely: bool) -> None:
        """Closes a new connection that is one too many."""
        gen_log.info("Too many connections: %s is turned away", self.context)
        if politely:
            self.transport.write(refusal(503))
            self._linger()
        else:
            self.abort()

    def _refusal(self, status: int) -> bytes:
        bare = self.settings.tornado_refusals
        if status == 413 and bare:
            status = 400
        # At the other end of a Unix socket is a proxy. RFC 9110 section 6.6.1 has it add the Date.
        if status == 400 and (bare or not isinstance(self.context.address, tuple)):
            return BARE
        return refusal(status)

    def _linger(self) -> None:
        """Closes the connection without cutting off what has just been written to it."""
        self.closing = True
        self._waiting = True
        if self.transport.is_closing():
            return
        self._let_in()
        successor = LingeringProtocol(self.transport, self.loop)
        self.server.replace(self, successor)
        self.transport.set_protocol(cast("asyncio.Protocol", successor))
        self._give_up(None)

    def _expired(self, phase: Phase) -> None:
        if phase is BODY:
            gen_log.info("Timeout reading body from %s", self.context)
            exchange = self.exchange
            if self.settings.tornado_refusals or exchange is None or exchange.response_started:
                self.abort()
            elif not self.transport.is_closing():
                self.transport.write(refusal(408))
                self._linger()
        elif phase is HEAD:
            gen_log.info("Timeout reading headers from %s", self.context)
            if not self.transport.is_closing():
                self.transport.write(refusal(408))
            self.close()
        elif phase is IDLE or phase is NEW:
            self.close()
        else:
            gen_log.info("Timeout waiting for %s: %s", phase.value, self.context)
            self.abort()

    def waiting_since(self) -> float | None:
        """Says since when nothing but a request has been waited for, ``None`` while one is served.

        Who sends a head a byte at a time counts as waiting; who is being sent a response does not.
        """
        timer = self._timer
        if timer is None or self.closing or self.exchange is not None:
            return None
        if timer.phase not in (NEW, IDLE, HEAD):
            return None
        return None if self._drained is not None else timer.since

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def set_body_timeout(self, timeout: float) -> None:
        """Limits how long the current body may take, in seconds."""
        if self._timer is not None:
            self._timer.limit_body(timeout)

    def close(self) -> None:
        """Closes the connection once everything written has been sent."""
        self.closing = True
        transport = self.transport
        if transport.is_closing():
            # asyncio's TLS transports cannot even be aborted after a second close().
            return
        transport.close()
        if self._timer is not None and transport.get_write_buffer_size():
            self._timer.begin_stall()

    def abort(self) -> None:
        """Closes the connection at once."""
        self.closing = True
        self.transport.abort()

    def shut_down(self) -> None:
        """Ends the connection when its current request has been answered."""
        self.closing = True
        if self.exchange is None:
            self.close()

    # Leaving HTTP.

    @property
    def stream(self) -> TransportIOStream:
        """The connection as a stream; HTTP goes on beneath it until ``detach``."""
        if self._stream is None:
            self._stream = TransportIOStream(self.transport)
        return self._stream

    def detach(self) -> TransportIOStream:
        """Ends HTTP on this connection, which from now on is a stream."""
        stream = self.stream
        self.switch_to(StreamProtocol(stream))
        rest = self.parser.take_all()
        if rest:
            stream.feed_data(rest)
        return stream

    def switch_to(self, successor: SuccessorProtocol) -> bytes:
        """Ends HTTP on this connection, which from now on is the successor's.

        Returns:
            What the client has sent behind the request.
        """
        self._stop_timer()
        self._let_in()
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            # What comes now has its own way to wait.
            drained.set_result(None)
        self.exchange = None
        self._waiting = True
        self.server.replace(self, successor)
        self.transport.set_protocol(cast("asyncio.Protocol", successor))
        return b"" if isinstance(successor, StreamProtocol) else self.parser.take_all()

    def get_extra_info(self, name: str) -> Any:
        """Asks the transport, as ``socket`` or ``ssl_object``."""
        return self.transport.get_extra_info(name)
