"""A chat room that is served, and clients that talk to it over real sockets."""

import asyncio
import json
import tempfile
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from argon2 import PasswordHasher
from websockets.asyncio.client import ClientConnection, connect

from fujita import httpserver, netutil, web
from fujita.chat import ChatApplication, Limits, make_app, open_store
from fujita.chat.accounts.cookies import Identity, today
from fujita.chat.accounts.passwords import Passwords
from fujita.chat.live.bus import Bus
from fujita.chat.requests import GUEST_COOKIE
from fujita.chat.uploads.folder import Folder
from fujita.httpclient import AsyncHTTPClient, HTTPResponse

Result = TypeVar("Result")

# What the clock decides happens at once, unless a test wants it otherwise.
QUICK = Limits(
    departure_grace=0.0,
    presence_interval=0.0,
    crowd_interval=0.1,
    directory_interval=0.0,
    quiet_start=0.0,
)


@dataclass
class Chat:
    """A running chat room."""

    application: ChatApplication
    server: httpserver.HTTPServer
    port: int
    http: AsyncHTTPClient

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cookie(self, id: str, name: str | None = None, day: int | None = None) -> str:
        """Returns a guest's cookie, as a header has it."""
        identity = Identity(id, name or id.title(), today() if day is None else day)
        secret = self.application.settings["cookie_secret"]
        value = web.create_signed_value(secret, GUEST_COOKIE, identity.to_cookie())
        return f'{GUEST_COOKIE}="{value.decode()}"'

    async def connect(self, id: str | None = None, **headers: str) -> "Client":
        """Connects a guest; without an id, one who has no cookie."""
        if id is not None:
            headers["Cookie"] = self.cookie(id)
        url = f"ws://127.0.0.1:{self.port}/socket"
        client = Client(await connect(url, additional_headers=headers))
        client.welcome = await client.next("welcome")
        return client

    async def fetch(self, path: str, **options: Any) -> HTTPResponse:
        """Asks for something; an error is an answer like others."""
        options = {"raise_error": False, "follow_redirects": False, **options}
        return await self.http.fetch(self.url + path, **options)

    async def api(
        self, who: str | None, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        """Asks the API as a guest; returns status and answer."""
        if who is not None:
            headers["Cookie"] = self.cookie(who)
        options: dict[str, Any] = {"method": method, "headers": headers}
        if body is not None:
            headers["Content-Type"] = "application/json"
            options["body"] = json.dumps(body)
        response = await self.fetch(path, allow_nonstandard_methods=True, **options)
        return response.code, json.loads(response.body) if response.body else None


class Client:
    """A guest's connection."""

    welcome: dict[str, Any]

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._events: list[dict[str, Any]] = []

    async def send(self, **command: Any) -> None:
        await self.connection.send(json.dumps(command))

    async def next(self, *kinds: str) -> dict[str, Any]:
        """Returns the next event of one of these types, and skips all others before it."""
        while True:
            if not self._events:
                said = json.loads(await self.connection.recv())
                self._events = said if isinstance(said, list) else [said]
            event = self._events.pop(0)
            if event["type"] in kinds:
                return event

    async def ask(self, **command: Any) -> dict[str, Any]:
        """Sends a command and returns its answer; what comes before is kept."""
        await self.send(ref="r", **command)
        heard: list[dict[str, Any]] = []
        while (event := await self.any()).get("ref") != "r":
            heard.append(event)
        self._events[:0] = heard
        return event

    async def any(self) -> dict[str, Any]:
        """Returns the next event, of whatever type."""
        if not self._events:
            said = json.loads(await self.connection.recv())
            self._events = said if isinstance(said, list) else [said]
        return self._events.pop(0)

    async def join(self, room: str = "lobby", **members: Any) -> dict[str, Any]:
        await self.send(type="join", room=room, **{"create": True, **members})
        return await self.next("joined", "error")

    async def say(self, text: str, key: str, room: str = "lobby", **more: Any) -> dict[str, Any]:
        """Says something and returns the answer to it; messages that come before are kept."""
        await self.send(type="say", room=room, text=text, key=key, **more)
        heard: list[dict[str, Any]] = []
        while True:
            event = await self.any()
            if event["type"] in ("said", "error") and event.get("key") == key:
                self._events[:0] = heard
                return event
            if event["type"] == "message":
                heard.append(event)

    async def close(self) -> None:
        await self.connection.close()


@asynccontextmanager
async def running(
    database: Path | str | None = None,
    limits: Limits | None = None,
    redis: str = "memory://",
    **settings: Any,
) -> AsyncIterator[Chat]:
    """Serves a chat room on a free port."""
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(database or Path(folder, "chat.db"))
        application = await make_app(
            store,
            folder=Folder(Path(folder, "files")),
            bus=Bus(redis, limits),
            limits=limits,
            # As weak as it can be: a test waits for many hashes.
            passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
            **settings,
        )
        server = httpserver.HTTPServer(application, max_body_size=64 * 1024)
        sockets = netutil.bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        client = AsyncHTTPClient(force_instance=True)
        try:
            yield Chat(application, server, sockets[0].getsockname()[1], client)
        finally:
            client.close()
            server.stop()
            await application.close()
            await server.close_all_connections()


@contextmanager
def running_in_thread(limits: Limits | None = None) -> Iterator[int]:
    """Serves a chat room on a loop of its own, where a test waits for browsers; yields the port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="chat")
    thread.start()

    def there(work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, loop).result(20)

    chat = running(limits=limits)
    try:
        yield there(chat.__aenter__()).port
    finally:
        there(chat.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
