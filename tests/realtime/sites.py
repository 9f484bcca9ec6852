"""A site with rooms, for tests of its clients."""

import asyncio
import json
from types import TracebackType
from typing import Any, Self

from fujita import httpserver, netutil, web, websocket
from fujita.realtime import (
    STATIC,
    ClientLimits,
    EventsHandler,
    Hub,
    Member,
    Refused,
    RoomOptions,
    RoomsHandler,
)

PAGE = """<!doctype html><meta charset="utf-8"><title>Rooms</title>
<script type="module" src="/static/fujita-realtime.js"></script>"""


class Rooms(RoomsHandler):
    limits = ClientLimits(rooms=3, rate=1e6, burst=10**6)

    async def on_connect(self) -> Member | None:
        user = self.get_argument("user", "")
        if user == "mallory":
            raise Refused("forbidden", "not you")
        return Member(user, {"name": user.title()}) if user else None

    async def on_subscribe(self, room: str) -> None:
        if room == "secret":
            raise Refused("forbidden", "not this one")

    async def on_publish(self, room: str, data: Any) -> Any:
        if room == "news":
            raise Refused("forbidden", "read only")
        return data


class Hurried(Rooms):
    limits = ClientLimits(rate=0.001, burst=2)


class Page(web.RequestHandler):
    def get(self) -> None:
        self.write(PAGE)


class Events(EventsHandler):
    async def on_subscribe(self, room: str) -> Member | None:
        if room == "secret":
            raise Refused("forbidden", "not this one")
        return None


class RoomSite:
    """A server with a hub, on a port that stays the same when it is started again."""

    def __init__(self, hub: Hub | None = None) -> None:
        self.hub = hub or Hub(default=RoomOptions(presence=True, history_size=1000))
        self.port = 0

    def start(self) -> None:
        arguments = {"hub": self.hub}
        self.application = application = web.Application(
            [
                ("/", Page),
                ("/realtime", Rooms, arguments),
                ("/hurried", Hurried, arguments),
                ("/events/(.+)", Events, arguments),
                ("/static/(.+)", web.StaticFileHandler, {"path": STATIC}),
            ],
            log_function=lambda handler: None,
        )
        self.server = httpserver.HTTPServer(application)
        (sock,) = netutil.bind_sockets(self.port, "127.0.0.1")
        self.server.add_sockets([sock])
        self.port = sock.getsockname()[1]

    async def stop(self) -> None:
        self.server.stop()
        await self.server.close_all_connections()

    async def __aenter__(self) -> Self:
        await self.hub.start()
        self.start()
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()
        await asyncio.sleep(0)
        await self.hub.close()

    async def connect(self, path: str = "/realtime") -> "Client":
        client = Client(await websocket.websocket_connect(f"ws://127.0.0.1:{self.port}{path}"))
        client.welcome = await client.read()
        return client


class Client:
    """A client that speaks the protocol by hand."""

    welcome: Any

    def __init__(self, connection: websocket.WebSocketClientConnection) -> None:
        self.connection = connection

    async def read(self) -> Any:
        message = await self.connection.read_message()
        return None if message is None else json.loads(message)

    async def say(self, **command: Any) -> None:
        await self.connection.write_message(json.dumps(command))

    async def ask(self, **command: Any) -> Any:
        await self.say(**command)
        return await self.read()
