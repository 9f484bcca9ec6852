"""The chat room as a web application."""

import asyncio
from pathlib import Path
from typing import Any

from fujita import web
from fujita.chat.accounts.passwords import Passwords
from fujita.chat.accounts.tokens import Tokens
from fujita.chat.api import files, messages, pages, people, rooms, status
from fujita.chat.assets import Assets
from fujita.chat.errors import StoreError
from fujita.chat.figures import Figures
from fujita.chat.limits import Limits
from fujita.chat.live.bus import Bus
from fujita.chat.live.rooms import Rooms
from fujita.chat.live.socket import ChatSocket
from fujita.chat.proxies import Proxies
from fujita.chat.requests import Services
from fujita.chat.storage import Store, milliseconds
from fujita.chat.uploads.folder import Folder
from fujita.log import app_log

TEMPLATES = Path(__file__).parent / "templates"

PING_INTERVAL = 25.0
PING_TIMEOUT = 20.0

GOING_AWAY = 1001

# How long a reader may take to answer our goodbye.
FAREWELL_SECONDS = 2.0

_SWEEP_SECONDS = 600.0


class ChatApplication(web.Application):
    """A `fujita.web.Application` that knows its rooms.

    Args:
        services: What it consists of; `make_app` puts it together.
        secret: What cookies are signed with.
        settings: More settings of a `fujita.web.Application`.
    """

    def __init__(self, services: Services, secret: str, **settings: Any) -> None:
        self.services = services
        self.rooms = services.rooms
        self._sweeper: asyncio.Task[None] | None = None
        shared = {"services": services}
        limits = services.limits
        super().__init__(
            _routes(shared),
            **{
                "cookie_secret": secret,
                "cross_origin_protection": True,
                "default_handler_class": pages.NotFoundHandler,
                "default_handler_args": shared,
                "log_function": _log_nothing,
                "template_path": str(TEMPLATES),
                "websocket_max_message_size": limits.frame_size,
                "websocket_ping_interval": PING_INTERVAL,
                "websocket_ping_timeout": PING_TIMEOUT,
                **settings,
            },
        )

    async def start(self) -> None:
        """Reads what there is, and begins to listen to other nodes.

        Raises:
            ChatError: The store or the other nodes cannot be reached.
        """
        await self.rooms.start()
        self._sweeper = asyncio.create_task(self._sweep())

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
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.wait([self._sweeper])
        await self.rooms.close()
        self.services.passwords.close()

    async def _sweep(self) -> None:
        """Deletes files that were never sent, or whose message was deleted."""
        book = self.services.store.files
        while True:
            try:
                patience = int(self.services.limits.file_patience * 1000)
                while ids := await book.abandoned(milliseconds() - patience):
                    self.services.folder.remove(ids)
                    await book.forget(ids)
            except (StoreError, OSError) as error:
                app_log.warning("cannot sweep files away: %s", error)
            await asyncio.sleep(_SWEEP_SECONDS)


async def make_app(
    store: Store,
    *,
    folder: Folder | None = None,
    bus: Bus | None = None,
    limits: Limits | None = None,
    secret: str | None = None,
    tokens: Tokens | None = None,
    embed_origins: tuple[str, ...] = (),
    admins: tuple[str, ...] = (),
    passwords: Passwords | None = None,
    figures: Figures | None = None,
    proxies: Proxies | None = None,
    **settings: Any,
) -> ChatApplication:
    """Returns the chat room as an application that can be served, or be part of a server.

    Args:
        store: Keeps what outlives the process: ``await open_store("chat.db")``. It is closed
            with the application.
        folder: Keeps uploaded files.
        bus: Connects the processes and machines of one chat.
        limits: The bounds of the chat.
        secret: What cookies are signed with; by default what the store has for it.
        tokens: Reads the tokens of a site that embeds the chat.
        embed_origins: The sites that may show the chat in a frame.
        admins: Logins of accounts that own the lobby and every public room that they enter.
        passwords: Makes and checks the hashes of passwords.
        figures: Where it counts what is going on, for ``/metrics``.
        proxies: Those whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed.
        settings: More settings of a `fujita.web.Application`.

    Raises:
        ChatError: The store or the other nodes cannot be reached.
    """
    bounds = limits or Limits()
    counted = figures or Figures()
    application = ChatApplication(
        Services(
            rooms=Rooms(store, bus or Bus(limits=bounds), bounds, counted, frozenset(admins)),
            store=store,
            limits=bounds,
            folder=folder or Folder("chat-files"),
            passwords=passwords or Passwords(),
            assets=Assets(),
            figures=counted,
            tokens=tokens,
            embed_origins=embed_origins,
            proxies=proxies or Proxies(),
        ),
        secret or store.secret,
        **settings,
    )
    await application.start()
    return application


def _routes(shared: dict[str, Any]) -> list[tuple[str, Any, dict[str, Any]]]:
    room = r"/api/rooms/([^/]+)"
    return [
        (path, handler, shared)
        for path, handler in [
            (r"/", pages.PageHandler),
            (r"/room/([^/]+)", pages.PageHandler),
            (r"/invite/([A-Za-z0-9_-]+)", pages.InviteHandler),
            (r"/embed", pages.EmbedHandler),
            (r"/socket", ChatSocket),
            (r"/static/([^/]+)/(.+)", pages.AssetHandler),
            (r"/favicon\.ico", pages.FaviconHandler),
            (r"/files/([A-Za-z0-9_-]{22})/[^/]*", files.FileHandler),
            (r"/api/me", people.MeHandler),
            (r"/api/name", people.NameHandler),
            (r"/api/register", people.RegisterHandler),
            (r"/api/login", people.LoginHandler),
            (r"/api/logout", people.LogoutHandler),
            (r"/api/password", people.PasswordHandler),
            (r"/api/search", messages.SearchHandler),
            (r"/api/rooms", rooms.RoomsHandler),
            (room, rooms.RoomHandler),
            (room + r"/join", rooms.JoinHandler),
            (room + r"/invitations", rooms.InvitationsHandler),
            (room + r"/members", rooms.MembersHandler),
            (room + r"/members/([^/]+)", rooms.MemberHandler),
            (room + r"/messages", messages.MessagesHandler),
            (room + r"/files", files.UploadHandler),
            (r"/healthz", status.HealthHandler),
            (r"/readyz", status.ReadyHandler),
            (r"/metrics", status.MetricsHandler),
        ]
    ]


def _log_nothing(handler: web.RequestHandler) -> None:
    """Leaves the terminal to what needs attention: a line for each request does not."""
