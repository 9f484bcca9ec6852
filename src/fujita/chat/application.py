"""The chat room as a web application."""

import asyncio
from pathlib import Path
from typing import Any

from fujita import web
from fujita.chat.assets import Assets
from fujita.chat.handlers import (
    AssetHandler,
    FaviconHandler,
    NameHandler,
    NotFoundHandler,
    PageHandler,
    RoomsHandler,
)
from fujita.chat.limits import Limits
from fujita.chat.rooms import Rooms
from fujita.chat.socket import ChatSocket
from fujita.chat.store import Store

TEMPLATES = Path(__file__).parent / "templates"

PING_INTERVAL = 25.0
PING_TIMEOUT = 20.0

GOING_AWAY = 1001

# How long a reader may take to answer our goodbye.
FAREWELL_SECONDS = 2.0


class ChatApplication(web.Application):
    """A `fujita.web.Application` that knows its rooms.

    Args:
        store: Keeps the history; it is closed with the application.
        limits: The bounds of the chat room.
        settings: More settings of a `fujita.web.Application`.
    """

    def __init__(self, store: Store, limits: Limits, **settings: Any) -> None:
        self.rooms = Rooms(store, limits)
        shared = {"rooms": self.rooms, "assets": Assets()}
        super().__init__(
            [
                (r"/", PageHandler, shared),
                (r"/room/([^/]+)", PageHandler, shared),
                (r"/socket", ChatSocket, {"rooms": self.rooms}),
                (r"/api/rooms", RoomsHandler, shared),
                (r"/api/name", NameHandler, shared),
                (r"/static/([^/]+)/(.+)", AssetHandler, shared),
                (r"/favicon\.ico", FaviconHandler, shared),
            ],
            **{
                "cookie_secret": store.secret,
                "cross_origin_protection": True,
                "default_handler_class": NotFoundHandler,
                "default_handler_args": shared,
                "template_path": str(TEMPLATES),
                "websocket_max_message_size": limits.frame_size,
                "websocket_ping_interval": PING_INTERVAL,
                "websocket_ping_timeout": PING_TIMEOUT,
                **settings,
            },
        )

    async def close(self) -> None:
        """Stores what is being said, tells everybody that we go away, and closes the store."""
        await self.rooms.finish()
        for connection in self.rooms.connections():
            if isinstance(connection, ChatSocket):
                connection.close(GOING_AWAY, "the server is stopping")
        try:
            await asyncio.wait_for(self.rooms.emptied(), FAREWELL_SECONDS)
        except TimeoutError:
            pass
        await self.rooms.close()


def make_app(store: Store, *, limits: Limits | None = None, **settings: Any) -> ChatApplication:
    """Returns the chat room as an application that can be served, or be part of a server.

    Args:
        store: Keeps the history: ``SqliteStore("chat.db")``.
        limits: The bounds of the chat room.
        settings: More settings of a `fujita.web.Application`.
    """
    return ChatApplication(store, limits or Limits(), **settings)
