import pytest

from fujita.testing import ExpectLog
from fujita.web import RequestHandler
from fujita.websocket import WebSocketHandler
from tests.websocket.conftest import Run
from tests.websocket.servers import TEXT, Echo, RawPeer, Server, frame, serving


async def answer(server: Server, path: str = "/", **headers: str) -> RawPeer:
    peer = await server.connect()
    await peer.ask(path, **headers)
    return peer


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upgrade": ""}, 400),
        ({"Upgrade": "h2c"}, 400),
        ({"Connection": ""}, 400),
        ({"Connection": "keep-alive"}, 400),
        ({"Sec-WebSocket-Key": ""}, 400),
        ({"Sec-WebSocket-Key": "dG9vIHNob3J0"}, 400),
        ({"Sec-WebSocket-Version": ""}, 426),
        ({"Sec-WebSocket-Version": "8"}, 426),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "http://elsewhere.example", "Upgrade": "WebSocket"}, 403),
        ({"Origin": "localhost"}, 403),
        ({"Origin": "null"}, 403),
        ({"version": "1.0"}, 400),
        ({"Upgrade": "WebSocket", "Connection": "keep-alive, Upgrade"}, 101),
        ({"Origin": "https://localhost"}, 101),
        ({"Origin": "http://elsewhere.example", "Sec-Fetch-Site": "same-origin"}, 101),
        ({"Origin": "http://friend.example", "Sec-Fetch-Site": "cross-site"}, 101),
    ],
    ids=str,
)
def test_what_is_answered(run: Run, headers: dict[str, str], status: int) -> None:
    async def main() -> None:
        async with serving(Echo, trusted_origins=["http://friend.example"]) as server:
            peer = await answer(server, **headers)
            assert peer.status == status
            if status == 426:
                assert peer.header("Sec-WebSocket-Version") == "13"
            if status != 101:
                assert peer.header("Content-Type") == "text/plain; charset=UTF-8"

    run(main)


def test_a_refused_connection_can_ask_again(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo) as server:
            peer = await answer(server, Upgrade="")
            length = int(peer.header("Content-Length") or 0)
            assert peer.status == 400
            assert await peer.reader.readexactly(length) == b"Upgrade must be websocket, got None"
            await peer.ask()
            assert peer.status == 101

    run(main)


def test_origin_is_asked_about_after_prepare(run: Run) -> None:
    class Handler(Echo):
        def prepare(self) -> None:
            self.trusted = self.get_argument("token", "") == "secret"

        def check_origin(self, origin: str) -> bool:
            assert origin == "http://elsewhere.example"
            return self.trusted

    async def main() -> None:
        async with serving(Handler) as server:
            for path, status in (("/?token=secret", 101), ("/", 403)):
                peer = await answer(server, path, Origin="http://elsewhere.example")
                assert peer.status == status

    run(main)


def test_a_subprotocol_is_chosen(run: Run) -> None:
    asked = []

    class Handler(WebSocketHandler):
        def select_subprotocol(self, subprotocols: list[str]) -> str | None:
            asked.append(subprotocols)
            return subprotocols[-1] if subprotocols else None

        def open(self) -> None:
            self.write_message(str(self.selected_subprotocol))

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await answer(server, Sec_WebSocket_Protocol="chat, superchat,,")
            assert peer.header("Sec-WebSocket-Protocol") == "superchat"
            assert await peer.receive() == (TEXT, b"superchat")
            peer = await answer(server)
            assert peer.header("Sec-WebSocket-Protocol") is None
            assert await peer.receive() == (TEXT, b"None")

    run(main)
    assert asked == [["chat", "superchat"], []]


def test_a_subprotocol_that_nobody_proposed_is_a_mistake(run: Run) -> None:
    class Handler(Echo):
        def select_subprotocol(self, subprotocols: list[str]) -> str | None:
            return "mine"

        def write_error(self, status_code: int, **kwargs: object) -> None:
            assert self.ws_connection is None
            self.finish("no")

    async def main() -> None:
        async with serving(Handler) as server:
            with ExpectLog("tornado.application", "Uncaught exception GET"):
                peer = await answer(server, Sec_WebSocket_Protocol="yours")
            assert peer.status == 500

    run(main)


def test_impossible_compression_options_are_the_programs_fault(run: Run) -> None:
    class Handler(Echo):
        def get_compression_options(self) -> dict[str, int]:
            return {"mem_level": 12}

    async def main() -> None:
        async with serving(Handler) as server:
            with ExpectLog("tornado.application", "Uncaught exception GET"):
                assert (await answer(server)).status == 500

    run(main)


def test_a_malformed_extension_header_is_the_clients_fault(run: Run) -> None:
    class Handler(Echo):
        def get_compression_options(self) -> dict[str, int]:
            return {}

    async def main() -> None:
        async with serving(Handler) as server:
            assert (await answer(server, Sec_WebSocket_Extensions="=;")).status == 400

    run(main)


def test_post_is_not_for_websockets(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo) as server:
            peer = await server.connect()
            peer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
            assert (await peer.reader.readline()).split()[1] == b"405"

    run(main)


def test_xsrf_cookies_do_not_concern_websockets(run: Run) -> None:
    async def main() -> None:
        async with serving(Echo, xsrf_cookies=True) as server:
            assert (await answer(server)).status == 101

    run(main)


def test_what_came_with_the_request_is_handled_after_open(run: Run) -> None:
    class Handler(WebSocketHandler):
        def open(self) -> None:
            self.write_message("open")

        def on_message(self, message: str | bytes) -> None:
            self.write_message(message)

    async def main() -> None:
        async with serving(Handler) as server:
            peer = await server.connect()
            peer.write(
                b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
                + frame(TEXT, "first")
                + frame(TEXT, "second")[:5]
            )
            await peer.reader.readuntil(b"\r\n\r\n")
            assert await peer.receive() == (TEXT, b"open")
            assert await peer.receive() == (TEXT, b"first")
            peer.write(frame(TEXT, "second")[5:])
            assert await peer.receive() == (TEXT, b"second")

    run(main)


def test_an_upgrade_may_follow_other_requests(run: Run) -> None:
    class Page(RequestHandler):
        def get(self) -> None:
            self.write("page")

    async def main() -> None:
        async with serving(("/page", Page), ("/echo", Echo)) as server:
            peer = await server.connect()
            await peer.ask("/page", Upgrade="", Connection="")
            assert await peer.reader.readexactly(4) == b"page"
            await peer.ask("/echo")
            peer.send(TEXT, "x")
            assert await peer.receive() == (TEXT, b"x")

    run(main)
