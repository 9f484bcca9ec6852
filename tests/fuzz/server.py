"""A whole server at the other end of a transport without a socket: what is compiled, as it is used.

Requests are answered by handlers that wait and that do not, by one that takes its body in pieces,
and by a WebSocket; however the bytes are cut, the answer is the same.
"""

import asyncio
import logging
import re
from collections import deque
from collections.abc import Iterable
from typing import Any

from fujita.httpserver import HTTPServer
from fujita.httpserver.protocol import ServerProtocol
from fujita.log import app_log
from fujita.web import Application, RequestHandler, stream_request_body
from fujita.websocket import WebSocketHandler
from tests.fuzz.pieces import pieces

TURNS = 1000
"""How many turns of the loop an answer may take."""

LARGEST = 1_000_000
"""How long an answer may be that is given to a few kilobytes."""

# Sent if the body has not come yet, and so by the way the bytes are cut.
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
DATE = re.compile(rb"\r\nDate: [^\r]*")
UPGRADED = b"HTTP/1.1 101 "


class Echo(RequestHandler):
    """Answers with what it was sent, at once."""

    def get(self, path: str = "") -> None:
        self.write({name: self.get_arguments(name) for name in self.request.arguments})

    def post(self, path: str = "") -> None:
        self.set_header("Content-Type", "application/octet-stream")
        self.write(self.request.body)
        self.write(repr(sorted(self.request.cookies)))

    put = post


class Waiting(RequestHandler):
    """Answers after a turn of the loop, and in pieces."""

    async def get(self) -> None:
        await asyncio.sleep(0)
        self.write("first ")
        await self.flush()
        self.write(self.request.headers.get("Accept", "*/*"))

    post = get


@stream_request_body
class Taking(RequestHandler):
    """Counts its body as it comes."""

    def initialize(self) -> None:
        self.size = 0

    async def data_received(self, chunk: bytes) -> None:
        self.size += len(chunk)
        await asyncio.sleep(0)

    def post(self) -> None:
        self.write(str(self.size))


class Talking(WebSocketHandler):
    """Says what it hears, and listens to whatever page."""

    def check_origin(self, origin: str) -> bool:
        return True

    def get_compression_options(self) -> dict[str, Any]:
        return {}

    async def on_message(self, message: str | bytes) -> None:
        if message == "wait":
            await asyncio.sleep(0)
        await self.write_message(message, isinstance(message, bytes))


class Errors(logging.Handler):
    """Collects what no input may ever cause."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(self.format(record))


class Wire:
    """A transport that a test reads, and writes to."""

    def __init__(self, loop: asyncio.AbstractEventLoop, parts: Iterable[bytes]) -> None:
        self.sent = bytearray()
        self.protocol: Any = None
        self._loop = loop
        self._parts = deque(part for part in parts if part)
        self._is_closing = False
        self._is_paused = False
        self._is_lost = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 1) if name == "peername" else default

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol

    def get_protocol(self) -> Any:
        return self.protocol

    def write(self, data: bytes) -> None:
        if not self._is_closing:
            self.sent += data
            assert len(self.sent) <= LARGEST

    def writelines(self, data: Iterable[bytes]) -> None:
        for each in data:
            self.write(each)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return 16384, 65536

    def pause_reading(self) -> None:
        self._is_paused = True

    def resume_reading(self) -> None:
        self._is_paused = False

    def is_reading(self) -> bool:
        return not self._is_paused and not self._is_closing

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        if not self._is_closing:
            self._is_closing = True
            self._loop.call_soon(self._lose)

    abort = close

    def _lose(self) -> None:
        if not self._is_lost:
            self._is_lost = True
            self.protocol.connection_lost(None)

    async def deliver(self) -> None:
        """Brings what the client sends, and then its end, a piece in each turn of the loop."""
        for _ in range(TURNS):
            if not self._parts or self._is_closing:
                break
            if not self._is_paused:
                self.protocol.data_received(self._parts.popleft())
            await asyncio.sleep(0)
        # The handlers need a few turns each, and there are as many as fit into the input.
        quiet = 0
        while quiet < 20:
            before = len(self.sent)
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self.sent) == before else 0
        if not self._is_closing and not self.protocol.eof_received():
            self.close()
        await asyncio.sleep(0)
        self.close()
        await asyncio.sleep(0)
        assert self._is_lost


class _Server:
    """Made once in a process: a loop, an application, a server."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._server = self._runner.run(self._make())

    async def _make(self) -> HTTPServer:
        handlers: list[Any] = [
            ("/", Echo),
            ("/echo/(.*)", Echo),
            ("/waiting", Waiting),
            ("/taking", Taking),
            ("/talking", Talking),
        ]
        application = Application(
            handlers, log_function=lambda handler: None, websocket_max_message_size=10_000
        )
        server = HTTPServer(application, decompress_request=True, max_body_size=10_000)
        # There is nothing to listen on, but from now on it serves on this loop.
        server.add_sockets([])
        return server

    def answer(self, parts: Iterable[bytes]) -> bytes:
        """Returns all that is answered to a client that sends that and hangs up."""
        errors = Errors()
        app_log.addHandler(errors)
        try:
            answer = self._runner.run(self._answer(parts))
        finally:
            app_log.removeHandler(errors)
        assert not errors.records, errors.records
        return answer

    async def _answer(self, parts: Iterable[bytes]) -> bytes:
        loop = asyncio.get_running_loop()
        wire = Wire(loop, parts)
        transport: Any = wire
        wire.protocol = ServerProtocol(self._server, loop)
        wire.protocol.connection_made(transport)
        await wire.deliver()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for _ in range(TURNS):
            if all(task.done() for task in left):
                break
            await asyncio.sleep(0)
        assert not self._server.connections, "a connection is left behind"
        return DATE.sub(b"", bytes(wire.sent)).replace(CONTINUE, b"")


_server: _Server | None = None


def server(data: bytes) -> None:
    """Requests and WebSockets, as a server answers them."""
    global _server
    if _server is None:
        _server = _Server()
    whole, split = _server.answer([data]), _server.answer(pieces(data))
    if UPGRADED in whole:
        # Of frames that are wrong in two ways, pieces may show the one before the other.
        whole, split = (each.partition(UPGRADED)[0] for each in (whole, split))
    assert whole == split, (whole, split)
