"""Servers that answer as a test says, and count."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import fujita.testing

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

_FOLDER = Path(fujita.testing.__file__).parent
CERTIFICATE = str(_FOLDER / "localhost.crt")
KEY = str(_FOLDER / "localhost.key")


@dataclass
class Connection:
    """One connection, as the server sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    requests: list[bytes] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    async def read_request(self) -> bytes:
        """Reads a request with its body, which must not be chunked."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        request = head
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                request += await self.reader.readexactly(int(line.partition(b":")[2]))
        self.requests.append(request)
        return request


Answer = Callable[[Connection, bytes], Awaitable[bytes | None]]


@dataclass
class Server:
    """Counts connections and requests."""

    port: int = 0
    scheme: str = "http"
    connections: list[Connection] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    @property
    def requests(self) -> list[bytes]:
        return [request for connection in self.connections for request in connection.requests]


async def answer_ok(connection: Connection, request: bytes) -> bytes | None:
    return OK


@asynccontextmanager
async def serve(
    answer: Answer | bytes = answer_ok,
    tls: ssl.SSLContext | None = None,
    path: str | None = None,
    host: str = "127.0.0.1",
) -> AsyncIterator[Server]:
    """Answers each request with what ``answer`` gives; None closes the connection."""
    server = Server(scheme="http" if tls is None else "https")

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer, task=asyncio.current_task())
        server.connections.append(connection)
        try:
            while True:
                request = await connection.read_request()
                response = (
                    answer if isinstance(answer, bytes) else await answer(connection, request)
                )
                if response is None:
                    break
                writer.write(response)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            pass
        finally:
            connection.ended.set()
            writer.close()

    if path is not None:
        listener = await asyncio.start_unix_server(handle, path)
    else:
        listener = await asyncio.start_server(handle, host, 0, ssl=tls)
        server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for connection in server.connections:
            connection.writer.transport.abort()
            if connection.task is not None:
                connection.task.cancel()
        for connection in server.connections:
            await connection.ended.wait()


def server_context() -> ssl.SSLContext:
    """Makes a context for a server, with a certificate for localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    return context
