"""Accepts connections on a listening socket."""

import asyncio
import socket
import ssl
from asyncio import AbstractEventLoop, Handle
from collections.abc import Callable
from typing import Any

from fujita import tasks
from fujita.log import gen_log

BACKLOG = 2048
"""How many connections may wait to be accepted; the system caps it at its own limit."""

RETRY_DELAY = 1.0
"""Seconds to wait after an accept that failed."""


class Listener:
    """Serves the connections of one listening socket.

    The socket listens already, so that clients may connect before the loop runs; accepting
    begins with the loop's next turn.
    """

    def __init__(
        self,
        loop: AbstractEventLoop,
        sock: socket.socket,
        protocol_factory: Callable[[], asyncio.Protocol],
        tls: ssl.SSLContext | None,
        handshake_timeout: float,
        max_handshakes: int,
    ) -> None:
        self._loop = loop
        self._socket = sock
        self._protocol_factory = protocol_factory
        self._tls = tls
        self._handshake_timeout = handshake_timeout
        self._server: asyncio.AbstractServer | None = None
        self._max_handshakes = max_handshakes
        # ``create_server`` would not tell of handshakes that fail; and out of descriptors, that
        # of asyncio's own loops logs an error for each connection that it might have accepted.
        self._by_hand = tls is not None or isinstance(loop, asyncio.SelectorEventLoop)
        # In the order in which they began.
        self._handshakes: dict[asyncio.Task[None], None] = {}
        self._retry: Handle | None = None
        self._handle: Handle | None = loop.call_soon_threadsafe(self._start)

    def _start(self) -> None:
        self._handle = None
        if self._by_hand:
            self._socket.setblocking(False)
            self._socket.listen(BACKLOG)
            self._accept_from_now_on()
            return
        tasks.start(self._serve(), self._loop, tasks.pool_of(self._loop))

    async def _serve(self) -> None:
        create: Any = self._loop.create_server
        if hasattr(socket, "AF_UNIX") and self._socket.family == socket.AF_UNIX:
            create = self._loop.create_unix_server
        # Without `start_serving` nothing is awaited: `close` always finds the server.
        server = self._server = await create(
            self._protocol_factory, sock=self._socket, backlog=BACKLOG, start_serving=False
        )
        await server.start_serving()

    def _accept_from_now_on(self) -> None:
        self._retry = None
        self._loop.add_reader(self._socket.fileno(), self._accept)

    def _accept(self) -> None:
        for _ in range(BACKLOG):
            try:
                connection, address = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                gen_log.warning("Cannot accept a connection: %s", error)
                # Out of descriptors or memory: the client stays in line, and asking again at
                # once would keep the loop busy.
                self._loop.remove_reader(self._socket.fileno())
                self._retry = self._loop.call_later(RETRY_DELAY, self._accept_from_now_on)
                return
            if self._tls is not None and len(self._handshakes) >= self._max_handshakes:
                # An honest client needs a second at most: the oldest is no loss.
                oldest = next(iter(self._handshakes))
                del self._handshakes[oldest]
                oldest.cancel()
            handshake = self._loop.create_task(self._handshake(connection, address))
            self._handshakes[handshake] = None
            handshake.add_done_callback(self._handshake_done)

    def _handshake_done(self, handshake: "asyncio.Task[None]") -> None:
        self._handshakes.pop(handshake, None)

    async def _handshake(self, connection: socket.socket, address: object) -> None:
        try:
            await self._loop.connect_accepted_socket(
                self._protocol_factory,
                connection,
                ssl=self._tls,
                ssl_handshake_timeout=self._handshake_timeout if self._tls else None,
            )
        except ssl.SSLError as error:
            gen_log.warning("SSL Error on %s: %s", address, error)
            connection.close()
        except OSError as error:
            # The client has gone away, which it may.
            gen_log.debug("TLS handshake with %s failed: %r", address, error)
            connection.close()
        except asyncio.CancelledError:
            connection.close()

    def close(self) -> None:
        """Stops accepting and closes the socket."""
        if self._handle is not None:
            self._handle.cancel()
        elif self._by_hand and not self._loop.is_closed():
            self._loop.remove_reader(self._socket.fileno())
        if self._retry is not None:
            self._retry.cancel()
        if self._tls is not None:
            for handshake in self._handshakes:
                handshake.cancel()
        if self._server is not None and not self._loop.is_closed():
            self._server.close()
        self._socket.close()
