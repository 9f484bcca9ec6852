"""Takes the pictures of the chat room that the README and the documentation show.

``make screenshots`` runs it; it needs Chromium and its driver. The conversation is written by the
programs below, over the same WebSocket that the page uses.
"""

import asyncio
import json
import struct
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fujita.httpclient import AsyncHTTPClient, HTTPRequest
from fujita.websocket import WebSocketClientConnection, websocket_connect

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.chat.browsers import Browser, browser  # noqa: E402
from tests.chat.processes import served  # noqa: E402

IMAGES = Path(__file__).parent / "images"

CODE = """Here is how to hear every message of a room:
```python
async with hub.listen("design", since=position) as listener:
    async for publication in listener:
        print(publication.data)
```"""

ENGLISH = {
    "room": "Design",
    "topic": "How it should look, and why",
    "others": ["Release notes", "Tea"],
    "people": ["Mei Lin", "Tomás", "Aya Sato", "Priya"],
    "said": [
        (0, "Morning! The new drawings are up: https://example.org/drawings/7", ("👍", [1, 2])),
        (1, "They are lovely. The quiet one on the left, please.", None),
        (2, "Same here. It reads well in Chinese, too: 龙卷风", ("🎉", [0, 1, 3])),
        (2, "FILE", ("❤️", [0, 3])),
        (3, CODE, None),
        (0, "@Aya Sato can you try `since=` with what you had when the train lost you?", None),
        (2, "Did so: 214 messages came after the tunnel, none twice.", ("🚀", [0, 1, 3])),
    ],
    "own": "Then we ship it on Thursday. @Mei Lin will you write the notes?",
    "search": "came",
}
CHINESE = {
    "room": "设计",
    "topic": "页面的样子和理由",
    "others": ["发布说明", "茶"],
    "people": ["梅琳", "田中", "阿雅", "普丽娅"],
    "said": [
        (0, "早上好！新的图稿已经放上来了：https://example.org/drawings/7", ("👍", [1, 2])),
        (1, "很好看，我喜欢左边安静的那张。", None),
        (2, "我也是，中英文混排也很舒服。", ("🎉", [0, 1, 3])),
        (2, "FILE", ("❤️", [0, 3])),
        (0, "@阿雅 火车断网之后，`since=` 能把消息补回来吗？", None),
        (2, "试过了：出隧道后补来 214 条，一条不重复。", ("🚀", [0, 1, 3])),
    ],
    "own": "那就周四发布。@梅琳 你来写发布说明？",
    "search": "发布",
}


def drawing(width: int = 640, height: int = 440) -> bytes:
    """Returns a picture as PNG: hills in the evening, drawn with integers."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            wave = abs((x * 3 // 2) % 400 - 200) // 3
            far, near = 210 + wave // 2, 300 + abs((x + 130) % 520 - 260) // 4
            sun = (x - 450) ** 2 + (y - 150) ** 2 < 52**2
            if y > near:
                colour = (31, 60, 84)
            elif y > far:
                colour = (86, 122, 150)
            elif sun:
                colour = (196, 70, 48)
            else:
                colour = (244 - y // 8, 232 - y // 7, 214 - y // 9)
            rows += bytes(colour)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


class Guest:
    """Somebody who talks in the picture."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.cookie = ""
        self.id = ""
        self.connection: WebSocketClientConnection

    async def arrive(self, name: str) -> None:
        """Comes in like a browser: a page, its cookie, a name, a WebSocket."""
        page = await AsyncHTTPClient().fetch(self.url)
        self.cookie = page.headers["Set-Cookie"].partition(";")[0]
        answer = await self.ask("POST", "/api/name", {"name": name})
        self.id = answer["id"]
        self.cookie = self.fresh.partition(";")[0] or self.cookie
        socket = self.url.replace("http", "ws") + "/socket"
        self.connection = await websocket_connect(
            HTTPRequest(socket, headers={"Cookie": self.cookie})
        )
        await self.hear("welcome")

    async def ask(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """Uses the HTTP API."""
        headers = {"Cookie": self.cookie, "Content-Type": "application/json"}
        answer = await AsyncHTTPClient().fetch(
            self.url + path, method=method, headers=headers, body=json.dumps(body)
        )
        self.fresh = answer.headers.get("Set-Cookie", "")
        return json.loads(answer.body)

    async def upload(self, room: str, name: str, body: bytes) -> str:
        """Sends a picture, and returns its id."""
        headers = {"Cookie": self.cookie, "Content-Type": "image/png", "X-File-Name": name}
        path = f"{self.url}/api/rooms/{quote(room)}/files"
        answer = await AsyncHTTPClient().fetch(path, method="POST", headers=headers, body=body)
        return str(json.loads(answer.body)["id"])

    async def send(self, **command: Any) -> None:
        """Sends a command."""
        await self.connection.write_message(json.dumps(command))

    async def hear(self, kind: str) -> dict[str, Any]:
        """Returns the next event of a kind."""
        while True:
            message = await self.connection.read_message()
            assert message is not None
            said = json.loads(message)
            for event in said if isinstance(said, list) else [said]:
                assert event["type"] != "error", event
                if event["type"] == kind:
                    return dict(event)


async def converse(port: int, script: dict[str, Any]) -> list[Guest]:
    """Fills a chat with a conversation; its people stay, so that they are seen."""
    guests = [Guest(port) for _ in script["people"]]
    room = script["room"].lower()
    for guest, name in zip(guests, script["people"], strict=True):
        await guest.arrive(name)
    host = guests[0]
    for title in [script["room"], *script["others"]]:
        name = title.lower().replace(" ", "-")
        await host.ask("POST", "/api/rooms", {"name": name, "title": title})
    await host.ask("PATCH", f"/api/rooms/{quote(room)}", {"topic": script["topic"]})
    for guest in guests:
        await guest.send(type="join", room=room)
        await guest.hear("joined")
    for number, (who, text, reaction) in enumerate(script["said"]):
        files = []
        if text == "FILE":
            text, files = "", [await guests[who].upload(room, "evening.png", drawing())]
        named = [
            guest.id
            for guest, name in zip(guests, script["people"], strict=True)
            if f"@{name}" in text
        ]
        key = f"picture-{number}"
        say = {"room": room, "text": text, "key": key, "files": files, "mentions": named}
        await guests[who].send(type="say", **say)
        said = await guests[who].hear("said")
        if reaction is not None:
            emoji, users = reaction
            for user in users:
                await guests[user].send(
                    type="react", room=room, id=said["id"], emoji=emoji, on=True, ref="r"
                )
                await guests[user].hear("done")
    return guests


def look(page: Browser, name: str) -> None:
    """Takes a picture when everything has come to rest."""
    page.cdp("Input.dispatchMouseEvent", type="mouseMoved", x=700, y=20)
    page.run("return Promise.all(document.getAnimations().map((a) => a.finished.catch(() => 0)))")
    page.screenshot(IMAGES / f"{name}.png")


def window(page: Browser, width: int, height: int, scale: float, mobile: bool = False) -> None:
    """Gives the page a size."""
    page.cdp(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=height,
        deviceScaleFactor=scale,
        mobile=mobile,
    )


def photograph(page: Browser, port: int, script: dict[str, Any], language: str) -> None:
    """Takes all pictures of a language."""
    tag = "" if language == "en" else f"-{language}"
    you = "Jonas" if language == "en" else "约纳斯"
    page.reset()
    page.speaks({"en": "en-GB", "zh": "zh-CN"}[language])
    page.prefers("light")
    window(page, 1280, 1000, 1.5)
    room = script["room"].lower()
    page.open(port, f"/room/{quote(room)}")
    page.rename(you)
    page.wait_for(page.name, you)
    page.wait(lambda: not page.all("dialog, .toast"), "the dialog to go")
    page.say(script["own"])
    page.wait_for(lambda: len(page.all(".message.own.sent")), 1)
    page.run("document.querySelectorAll('.notice').forEach((notice) => notice.hidden = true)")
    look(page, f"chat-light{tag}")
    page.prefers("dark")
    look(page, f"chat-dark{tag}")
    window(page, 390, 780, 2, mobile=True)
    page.run("const log = document.getElementById('log'); log.scrollTop = log.scrollHeight")
    look(page, f"chat-dark-phone{tag}")
    page.prefers("light")
    page.click("#show-rooms")
    page.wait(page.is_still, "the list of rooms to stand still")
    page.click("#search-open")
    page.one("#search").send_keys(script["search"])
    page.wait(lambda: page.all(".result"), "results")
    look(page, f"chat-search-phone{tag}")


async def main() -> None:
    """Takes them."""
    IMAGES.mkdir(exist_ok=True)
    with browser() as page:
        for language, script in (("en", ENGLISH), ("zh", CHINESE)):
            with tempfile.TemporaryDirectory() as folder:
                limits: dict[str, object] = {"quiet_start": 0.0}
                with served(Path(folder, "chat.db"), limits=limits) as (_, port):
                    guests = await converse(port, script)
                    await asyncio.to_thread(photograph, page, port, script, language)
                    for guest in guests:
                        guest.connection.close()


if __name__ == "__main__":
    asyncio.run(main())
