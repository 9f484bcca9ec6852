"""Against a real Chromium, with permessage-deflate, which it always offers."""

import asyncio
from typing import Any

import pytest

from fujita.web import RequestHandler
from fujita.websocket import WebSocketHandler
from tests.chat.browsers import browser
from tests.websocket.servers import serving

pytestmark = pytest.mark.timeout(120)

TALK = """
const [compress, done] = arguments;
const sizes = [0, 1, 125, 126, 65535, 65536, 300000];
const messages = sizes.map(size => "ü".repeat(size)).concat(
    sizes.map(size => new Uint8Array(size).map((_, index) => index * index)));
const same = (one, other) => typeof one === "string" ? one === other
    : one.length === other.byteLength && new Uint8Array(other).every((b, i) => b === one[i]);
const socket = new WebSocket(`ws://${location.host}/echo/${compress}`, ["other", "echo"]);
socket.binaryType = "arraybuffer";
const result = {wrong: 0, received: 0};
socket.onopen = () => {
    Object.assign(result, {protocol: socket.protocol, extensions: socket.extensions});
    messages.forEach(message => socket.send(message));
};
socket.onmessage = event => {
    if (!same(messages[result.received], event.data)) result.wrong += 1;
    if (++result.received === messages.length) socket.send("close");
};
socket.onclose = event => {
    Object.assign(result, {code: event.code, reason: event.reason, clean: event.wasClean});
    done(result);
};
"""

CLOSE = """
const [done] = arguments;
const socket = new WebSocket(`ws://${location.host}/echo/1`);
socket.onopen = () => socket.close(4002, "tschüss");
socket.onclose = event => done({code: event.code, reason: event.reason, clean: event.wasClean});
"""


class Page(RequestHandler):
    def get(self) -> None:
        self.write("a page")


class Echo(WebSocketHandler):
    def initialize(self, closed: "asyncio.Queue[Any]") -> None:
        self.closed = closed

    def get_compression_options(self) -> dict[str, Any] | None:
        return {} if self.path_args[0] == "1" else None

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return "echo" if "echo" in subprotocols else None

    async def on_message(self, message: str | bytes) -> None:
        if message == "close":
            self.close(4001, "as you asked")
        else:
            await self.write_message(message, binary=isinstance(message, bytes))

    def on_close(self) -> None:
        self.closed.put_nowait((self.close_code, self.close_reason))


def test_a_browser_talks_and_closes() -> None:
    async def main() -> None:
        closed: asyncio.Queue[Any] = asyncio.Queue()
        rules = [("/", Page), ("/echo/(.)", Echo, {"closed": closed})]
        async with serving(*rules) as server:
            url = f"http://127.0.0.1:{server.port}/"
            told = await asyncio.to_thread(look, url)
        for talk, extensions in zip(told[:2], ("", "permessage-deflate"), strict=True):
            assert talk.pop("extensions").startswith(extensions)
            assert talk == {
                "wrong": 0,
                "received": 14,
                "protocol": "echo",
                "code": 4001,
                "reason": "as you asked",
                "clean": True,
            }
            assert await closed.get() == (4001, "as you asked")
        # What comes back is the code alone (RFC 6455, section 5.5.1).
        assert told[2] == {"code": 4002, "reason": "", "clean": True}
        assert await closed.get() == (4002, "tschüss")

    with browser() as window:
        driver = window.driver

        def look(url: str) -> list[dict[str, Any]]:
            driver.get(url)
            return [
                driver.execute_async_script(TALK, "0"),
                driver.execute_async_script(TALK, "1"),
                driver.execute_async_script(CLOSE),
            ]

        asyncio.run(main())
