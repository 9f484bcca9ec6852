"""The WebSocket protocol of RFC 6455, from the opening handshake on."""

from asyncio import (
    AbstractEventLoop,
    CancelledError,
    Future,
    Protocol,
    Transport,
    get_running_loop,
)
from collections.abc import Callable
from contextvars import copy_context
from typing import TYPE_CHECKING, cast

from fujita.websocket.handshakes import handshakes_of
from fujita.websocket.pinging import PingingPart
from fujita.websocket.receiving import awaitable
from fujita.wire.websocket import (
    Agreement,
    DeflateOptions,
    PerMessageDeflate,
    Role,
    UpgradeRequestError,
    accept_offer,
    accept_value,
    check_version_and_key,
    parse_subprotocols,
)

if TYPE_CHECKING:
    from fujita.websocket.handler import WebSocketHandler


class WebSocketProtocol13(PingingPart):
    """A connection that speaks version 13 of the protocol, the only one there is.

    Args:
        handler: What hears of messages and of the end.
        mask_outgoing: Whether this is the client's side.
        params: Limits and options.

    Source: Tornado ``websocket.WebSocketProtocol13``.
    """

    _selected_subprotocol: str | None = None
    _closed: "Future[None] | None" = None

    @property
    def selected_subprotocol(self) -> str | None:
        """The subprotocol that the opening handshake settled on."""
        return self._selected_subprotocol

    @selected_subprotocol.setter
    def selected_subprotocol(self, value: str | None) -> None:
        self._selected_subprotocol = value

    @staticmethod
    def compute_accept_value(key: str | bytes) -> str:
        """Gives the ``Sec-WebSocket-Accept`` that answers a ``Sec-WebSocket-Key``."""
        return accept_value(key if isinstance(key, str) else key.decode("ascii"))

    async def accept_connection(self, handler: "WebSocketHandler") -> None:
        """Answers a handler's request, switches protocols, and calls ``open``.

        Returns when the connection is closed if the handler has a ``get`` of its own, which may
        count on that; otherwise as soon as ``open`` has come to its end.
        """
        try:
            deflate = self._answer(handler)
        except UpgradeRequestError as error:
            handler._refuse(error.status, str(error))
            return
        loop = get_running_loop()
        self._speak(loop, deflate)
        self._busy = True
        with handshakes_of(handler.application):
            handler._switch_protocols(self)
            self.start_pinging()
            try:
                await self._open(handler)
            finally:
                # on_message sees what prepare and open have set in context variables.
                self._context = copy_context()
                loop.call_soon(self._resume)
        if handler._goes_on_after_open():
            self._closed = loop.create_future()
            await self._closed

    def _answer(self, handler: "WebSocketHandler") -> PerMessageDeflate | None:
        """Sets status and headers of the answer; returns what it says of compression.

        Raises:
            UpgradeRequestError: The request cannot be accepted.
        """
        get: Callable[[str], str | None] = handler.request.headers.get
        key = check_version_and_key(get)
        deflate = self._agree_on_compression(handler, get("Sec-WebSocket-Extensions"))
        subprotocols = parse_subprotocols(get("Sec-WebSocket-Protocol") or "")
        selected = handler.select_subprotocol(subprotocols)
        if selected:
            assert selected in subprotocols, f"{selected!r} is none of {subprotocols!r}"
            self._selected_subprotocol = selected
            handler.set_header("Sec-WebSocket-Protocol", selected)
        handler.set_status(101)
        handler.set_header("Upgrade", "websocket")
        handler.set_header("Connection", "Upgrade")
        handler.set_header("Sec-WebSocket-Accept", accept_value(key))
        return deflate

    def _agree_on_compression(
        self, handler: "WebSocketHandler", offer: str | None
    ) -> PerMessageDeflate | None:
        wanted = self.params.compression_options
        if wanted is None:
            return None
        options = DeflateOptions.from_mapping(wanted, Role.SERVER)
        try:
            accepted = accept_offer(offer, options)
        except ValueError as error:
            raise UpgradeRequestError(400, str(error)) from None
        if accepted is None:
            return None
        header, deflate = accepted
        handler.set_header("Sec-WebSocket-Extensions", header)
        return deflate

    async def _open(self, handler: "WebSocketHandler") -> None:
        try:
            waiting = handler.open(*handler.open_args, **handler.open_kwargs)
            if waiting is not None:
                await awaitable(waiting)
        except (Exception, CancelledError) as error:
            self._failed(error)

    async def _say_closed(self) -> None:
        try:
            await super()._say_closed()
        finally:
            closed = self._closed
            if closed is not None and not closed.done():
                closed.set_result(None)

    def begin(
        self, loop: AbstractEventLoop, transport: Transport, agreement: Agreement, rest: bytes
    ) -> None:
        """Opens a client's connection after its opening handshake.

        Args:
            loop: The loop.
            transport: The connection.
            agreement: What the handshake settled.
            rest: What the server has sent behind its answer.
        """
        self.connection_made(transport)
        self._speak(loop, agreement.deflate)
        self._context = copy_context()
        self._selected_subprotocol = agreement.subprotocol
        transport.set_protocol(cast("Protocol", self))
        self.start_pinging()
        # Messages may come in this very turn, and a callback that answers them needs the
        # connection. Whoever waits for it has it a turn later, one more through wait_for().
        self._busy = True
        if rest:
            self._hold(rest)
        loop.call_soon(loop.call_soon, loop.call_soon, self._resume)

    def feed_rest(self, data: bytes) -> None:
        """Takes what the client has sent behind its request."""
        if data:
            self._hold(data)
