"""A chat room that is served, and clients that talk to it over real sockets."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from fujita import httpserver, netutil, web
from fujita.chat import ChatApplication, Limits, SqliteStore, make_app
from fujita.chat.guests import Identity, today
from fujita.chat.identification import GUEST_COOKIE


@dataclass
class Chat:
    """A running chat room."""

    application: ChatApplication
    server: httpserver.HTTPServer
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cookie(self, id: str, name: str, day: int | None = None) -> str:
        """Returns a guest's cookie, as a header has it."""
        identity = Identity(id, name, today() if day is None else day)
        secret = self.application.settings["cookie_secret"]
        value = web.create_signed_value(secret, GUEST_COOKIE, identity.to_cookie())
        return f'{GUEST_COOKIE}="{value.decode()}"'

    async def connect(self, id: str | None = None, **headers: str) -> "Client":
        """Connects a guest; without an id, one who has no cookie."""
        if id is not None:
            headers["Cookie"] = self.cookie(id, id.title())
        url = f"ws://127.0.0.1:{self.port}/socket"
        client = Client(await connect(url, additional_headers=headers))
        client.welcome = await client.next("welcome")
        return client


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

    async def join(self, room: str = "lobby", after: int | None = None) -> dict[str, Any]:
        await self.send(type="join", room=room, after=after)
        return await self.next("joined", "error")

    async def say(self, text: str, key: str, room: str = "lobby") -> dict[str, Any]:
        """Says something and returns the answer to it."""
        await self.send(type="say", room=room, text=text, key=key)
        while True:
            event = await self.next("message", "error")
            if event.get("key") == key:
                return event

    async def close(self) -> None:
        await self.connection.close()


@asynccontextmanager
async def running(
    database: Path | str = ":memory:", limits: Limits | None = None, **settings: Any
) -> AsyncIterator[Chat]:
    """Serves a chat room on a free port."""
    application = make_app(SqliteStore(database), limits=limits, **settings)
    server = httpserver.HTTPServer(application)
    sockets = netutil.bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    try:
        yield Chat(application, server, sockets[0].getsockname()[1])
    finally:
        server.stop()
        await application.close()
        await server.close_all_connections()
