import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

import fujita.testing
from fujita.httpclient import HTTPClientError, HTTPRequest
from fujita.httpserver import HTTPServer
from fujita.ioloop import IOLoop
from fujita.iostream import StreamClosedError
from fujita.netutil import Resolver, bind_sockets, bind_unix_socket
from fujita.simple_httpclient import HTTPTimeoutError
from fujita.testing import bind_unused_port
from fujita.web import Application, RequestHandler
from fujita.websocket import (
    WebSocketClientConnection,
    WebSocketError,
    WebSocketHandler,
    websocket_connect,
)
from tests.websocket.conftest import Run
from tests.websocket.servers import PATIENCE, Echo, serving

CERTIFICATE = Path(fujita.testing.__file__).with_name("localhost.crt")
KEY = CERTIFICATE.with_suffix(".key")


class ShowHeaders(WebSocketHandler):
    def open(self) -> None:
        self.write_message(dict(self.request.headers))

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return subprotocols[0] if subprotocols else None


class Page(RequestHandler):
    def get(self) -> None:
        self.set_status(int(self.get_argument("status", "200") or 200))
        self.set_header("X-Page", "1")
        if self.get_status() != 204:
            self.write("a page")


async def shown(request: str | HTTPRequest, **options: Any) -> dict[str, str]:
    connection = await websocket_connect(request, **options)
    message = await connection.read_message()
    connection.close()
    assert isinstance(message, str)
    headers: dict[str, str] = json.loads(message)
    return headers


@asynccontextmanager
async def answering(answer: Callable[[bytes], bytes]) -> AsyncIterator[str]:
    """A server that answers a request's head with whatever the test says."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(head))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, asyncio.timeout(PATIENCE):
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


def test_what_is_asked(run: Run) -> None:
    async def main() -> None:
        async with serving(ShowHeaders) as server:
            headers = await shown(server.url)
            assert headers["Host"] == f"127.0.0.1:{server.port}"
            assert headers["Sec-Websocket-Version"] == "13"
            assert "Sec-Websocket-Protocol" not in headers
            assert "Sec-Websocket-Extensions" not in headers
            assert headers["User-Agent"].startswith("Tornado/")
            request = HTTPRequest(
                server.url,
                headers={"Cookie": "a=1", "Sec-WebSocket-Key": "mine"},
                auth_username="ann",
                auth_password="secret",
                user_agent="tests",
            )
            headers = await shown(request, compression_options={}, subprotocols=["a", "b"])
            assert headers["Cookie"] == "a=1"
            assert headers["Sec-Websocket-Key"] != "mine"
            assert headers["Authorization"] == "Basic YW5uOnNlY3JldA=="
            assert headers["User-Agent"] == "tests"
            assert headers["Sec-Websocket-Protocol"] == "a,b"
            assert headers["Sec-Websocket-Extensions"].startswith("permessage-deflate")
            # The request is the caller's, and is left as it was.
            assert dict(request.headers) == {"Cookie": "a=1", "Sec-WebSocket-Key": "mine"}

    run(main)


def test_subprotocols_may_stand_in_the_headers(run: Run) -> None:
    async def main() -> None:
        async with serving(ShowHeaders) as server:
            request = HTTPRequest(server.url, headers={"Sec-WebSocket-Protocol": "chat, other"})
            connection = await websocket_connect(request)
            assert connection.selected_subprotocol == "chat"
            assert connection.headers["Sec-WebSocket-Protocol"] == "chat"
            connection.close()

    run(main)


@pytest.mark.parametrize("status", [204, 302, 404, 500])
def test_a_refusal_can_be_read(run: Run, status: int) -> None:
    async def main() -> None:
        async with serving(Page) as server:
            expected = WebSocketError if status == 204 else HTTPClientError
            with pytest.raises(expected) as caught:
                await websocket_connect(f"{server.url}/?status={status}")
            if isinstance(caught.value, HTTPClientError):
                assert caught.value.code == status
                assert caught.value.response is not None
                assert caught.value.response.body == b"a page"
                assert caught.value.response.headers["X-Page"] == "1"

    run(main)


def test_an_ordinary_page_is_no_websocket(run: Run) -> None:
    async def main() -> None:
        async with serving(Page) as server:
            with pytest.raises(WebSocketError, match="Non-websocket response"):
                await websocket_connect(server.url)

    run(main)


def accept(head: bytes) -> bytes:
    from fujita.wire.websocket import accept_value

    for line in head.decode().split("\r\n"):
        if line.lower().startswith("sec-websocket-key:"):
            return accept_value(line.partition(":")[2].strip()).encode()
    raise AssertionError(head)


GOOD = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        (lambda head: GOOD + b"\r\n", WebSocketError, "Sec-WebSocket-Accept"),
        (
            lambda head: GOOD + b"Sec-WebSocket-Accept: bm8=\r\n\r\n",
            WebSocketError,
            "Sec-WebSocket-Accept",
        ),
        (
            lambda head: b"HTTP/1.1 101 X\r\nSec-WebSocket-Accept: " + accept(head) + b"\r\n\r\n",
            WebSocketError,
            "Upgrade",
        ),
        (
            lambda head: (
                GOOD
                + b"Sec-WebSocket-Protocol: mine\r\nSec-WebSocket-Accept: "
                + accept(head)
                + b"\r\n\r\n"
            ),
            WebSocketError,
            "subprotocol",
        ),
        (
            lambda head: (
                GOOD
                + b"Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Accept: "
                + accept(head)
                + b"\r\n\r\n"
            ),
            WebSocketError,
            "extension",
        ),
        (lambda head: b"", StreamClosedError, "closed"),
        (lambda head: b"HTTP/1.1 101", StreamClosedError, "closed"),
        (lambda head: b"220 smtp.example ESMTP\r\n\r\n", Exception, "smtp"),
        (lambda head: b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100, Exception, "1xx"),
    ],
    ids=range(9),
)
def test_what_is_no_answer(
    run: Run, answer: Callable[[bytes], bytes], error: type[Exception], text: str
) -> None:
    async def main() -> None:
        async with answering(answer) as url:
            with pytest.raises(error, match=text):
                await websocket_connect(url)

    run(main)


def test_informational_answers_are_passed_over(run: Run) -> None:
    async def main() -> None:
        def answer(head: bytes) -> bytes:
            hints = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
            good = GOOD + b"Sec-WebSocket-Accept: " + accept(head) + b"\r\n\r\n"
            # Messages and the end may come in the same piece.
            return hints + good + b"\x81\x05early" + b"\x88\x02\x0f\xa0"

        async with answering(answer) as url:
            connection = await websocket_connect(url)
            assert connection.headers.get("Link") is None
            assert await connection.read_message() == "early"
            assert await connection.read_message() is None
            assert connection.close_code == 4000

    run(main)


def test_nobody_listens(run: Run) -> None:
    async def main() -> None:
        sock, port = bind_unused_port()
        sock.close()
        ended: list[object] = []
        with pytest.raises(ConnectionRefusedError):
            await websocket_connect(f"ws://127.0.0.1:{port}/", on_message_callback=ended.append)
        assert ended == [None]

    run(main)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "127.0.0.1", "ws", "", "wsx://127.0.0.1/"])
def test_other_urls_are_refused(run: Run, url: str) -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="begins with ws: or wss:"):
            websocket_connect(url)

    run(main)


@pytest.mark.parametrize("url", ["ws://", "ws://127.0.0.1:99999/", "ws://a b/"])
def test_urls_without_a_proper_host_are_refused(run: Run, url: str) -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="Malformed host or port"):
            await websocket_connect(url)

    run(main)


def test_the_handshake_may_take_too_long(run: Run) -> None:
    async def main() -> None:
        gone = asyncio.Event()

        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while await reader.read(65536):
                    pass
            except ConnectionResetError:
                pass
            gone.set()
            writer.close()

        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        async with server, asyncio.timeout(PATIENCE):
            url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            with pytest.raises(HTTPTimeoutError):
                await websocket_connect(HTTPRequest(url, request_timeout=0.05))
            await gone.wait()
            # Who waits may also give up.
            gone.clear()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(websocket_connect(url), 0.05)
            await gone.wait()

    run(main)


def test_who_gives_up_while_connecting_leaves_nothing_behind(run: Run) -> None:
    async def main() -> None:
        started = asyncio.Event()
        cancelled = asyncio.Event()

        class Slow(Resolver):
            def initialize(self) -> None:
                pass

            async def resolve(self, *args: Any, **kwargs: Any) -> Any:
                started.set()
                try:
                    await asyncio.Event().wait()
                finally:
                    cancelled.set()

        future = asyncio.ensure_future(websocket_connect("ws://x/", resolver=Slow()))
        await started.wait()
        future.cancel()
        await asyncio.wait_for(cancelled.wait(), PATIENCE)

    run(main)


def test_connect_timeout_covers_the_resolver(run: Run) -> None:
    async def main() -> None:
        class Slow(Resolver):
            def initialize(self) -> None:
                pass

            async def resolve(self, *args: Any, **kwargs: Any) -> Any:
                await asyncio.Event().wait()

        with pytest.raises(HTTPTimeoutError, match="resolving"):
            await websocket_connect("ws://example.com/", connect_timeout=0.02, resolver=Slow())

    run(main)


def test_connect_timeout_belongs_into_the_request(run: Run) -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="connect_timeout"):
            websocket_connect(HTTPRequest("ws://x/"), connect_timeout=1)

    run(main)


def test_a_unix_socket_by_a_resolver(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        path = str(tmp_path / "socket")

        class Local(Resolver):
            def initialize(self) -> None:
                pass

            async def resolve(self, *args: Any, **kwargs: Any) -> Any:
                return [(socket.AF_UNIX, path)]

        http = HTTPServer(Application([("/", Echo)]))
        http.add_socket(bind_unix_socket(path))
        connection = await websocket_connect("ws://unix/", resolver=Local())
        connection.write_message("x")
        assert await connection.read_message() == "x"
        connection.close()
        http.stop()
        await http.close_all_connections()

    run(main)


def test_tls(run: Run) -> None:
    async def main() -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATE, KEY)
        http = HTTPServer(Application([("/", Echo)]), ssl_options=context)
        (sock,) = bind_sockets(0, "127.0.0.1")
        http.add_sockets([sock])
        url = f"wss://127.0.0.1:{sock.getsockname()[1]}/"
        try:
            with pytest.raises(ssl.SSLError):
                await websocket_connect(url)
            connection = await websocket_connect(HTTPRequest(url, validate_cert=False))
            for message in ("x", "y" * 300_000):
                connection.write_message(message)
                assert await connection.read_message() == message
            connection.close(4000)
            assert await connection.read_message() is None
            assert connection.close_code == 4000
        finally:
            http.stop()
            await http.close_all_connections()

    run(main)


def test_the_callback_argument_is_deprecated(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo) as server:
            futures: asyncio.Queue[Any] = asyncio.Queue()
            with pytest.deprecated_call():
                websocket_connect(server.url, callback=futures.put_nowait)
            connection = (await futures.get()).result()
            connection.close()

    run(main)


def test_connecting_may_begin_before_the_loop_runs() -> None:
    loop = IOLoop()
    try:
        http = HTTPServer(Application([("/", Echo)]))
        (sock,) = bind_sockets(0, "127.0.0.1")
        http.add_sockets([sock])
        future = websocket_connect(f"ws://127.0.0.1:{sock.getsockname()[1]}/")

        async def main() -> None:
            connection = await future
            connection.write_message("x")
            assert await connection.read_message() == "x"
            connection.close()
            http.stop()
            await http.close_all_connections()

        loop.run_sync(main, timeout=PATIENCE)
    finally:
        loop.close()


@pytest.mark.parametrize("waits_with", ["await", "wait_for"])
def test_a_callback_that_answers_has_the_connection(run: Run, waits_with: str) -> None:
    class Greeter(WebSocketHandler):
        def open(self) -> None:
            self.write_message("who is there?")

        def on_message(self, message: str | bytes) -> None:
            self.close(4000, str(message))

    async def main() -> None:
        async with serving(Greeter) as server:
            for _ in range(20):
                connections: list[WebSocketClientConnection] = []
                closed = asyncio.Event()

                def answer(
                    message: str | bytes | None,
                    connections: list[WebSocketClientConnection] = connections,
                    closed: asyncio.Event = closed,
                ) -> None:
                    if message is None:
                        closed.set()
                    else:
                        connections[0].write_message("a friend")

                opening = websocket_connect(server.url, on_message_callback=answer)
                if waits_with == "wait_for":
                    opening = asyncio.wait_for(opening, PATIENCE)
                connections.append(await opening)
                await closed.wait()
                assert connections[0].close_reason == "a friend"

    run(main)


def test_a_connection_has_no_status(run: Run) -> None:
    # pytest-jupyter looks for the status of whatever it has fetched.
    async def main() -> None:
        async with serving(Echo) as server:
            connection = await websocket_connect(server.url)
            assert connection.code is None
            connection.close()

    run(main)
