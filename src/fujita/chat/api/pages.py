"""The page, its files, and the addresses that lead to it."""

from http.client import responses
from typing import Any

from fujita import web
from fujita.chat.accounts.cookies import Identity, today
from fujita.chat.accounts.tokens import InvalidToken
from fujita.chat.catalogue import CATALOGUE
from fujita.chat.errors import StoreError
from fujita.chat.names import LOBBY, InvalidText, room_name
from fujita.chat.requests import CONTENT_POLICY, ChatRequest
from fujita.chat.storage import milliseconds
from fujita.escape import url_escape

THEME_COOKIE = "chat_theme"
THEMES = ("light", "dark")

LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans"}


class ChatPage(ChatRequest):
    """What all pages have in common: an error page in our looks."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Says what went wrong, in the reader's language."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, StoreError):
            status_code = 503
            self.set_status(status_code)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(
            self.render_string(
                "error.html",
                status=status_code,
                reason=responses.get(status_code, ""),
                **self._page_values(),
            )
        )

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        """Logs what nobody expects."""
        if isinstance(value, StoreError):
            self.services.store_failed()
        else:
            super().log_exception(typ, value, tb)

    def _page_values(self) -> dict[str, Any]:
        language = self.language()
        theme = self.get_cookie(THEME_COOKIE)
        return {
            "assets": self.services.assets,
            "language": language,
            "language_tag": LANGUAGE_TAGS[language],
            "theme": theme if theme in THEMES else "auto",
            "words": CATALOGUE[language],
            "embedded": False,
        }


class PageHandler(ChatPage):
    """``/`` and ``/room/<name>``: the page, which finds out by itself in which room it is."""

    async def get(self, typed: str = LOBBY) -> None:
        """Sends the page, and the cookie that says who its reader is."""
        try:
            name = room_name(typed)
        except InvalidText:
            raise web.HTTPError(404) from None
        if name != typed:
            query = f"?{self.request.query}" if self.request.query else ""
            self.redirect(f"/room/{url_escape(name, plus=False)}{query}")
            return
        identity = self.identity()
        if await self.person() is None:
            self.remember(self.newcomer())
        elif identity is not None and self.should_renew(identity):
            self.remember(Identity(identity.id, identity.name, today()))
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Vary", "Accept-Language, Cookie")
        self.render("page.html", **self._page_values())


class InviteHandler(ChatPage):
    """``/invite/<token>``: leads to the room that an invitation is for."""

    async def get(self, token: str) -> None:
        """Leads there; the page then comes in with the invitation."""
        name = await self.services.store.rooms.invited_to(token, milliseconds())
        if name is None:
            raise web.HTTPError(404)
        self.set_header("Cache-Control", "no-store")
        self.redirect(f"/room/{url_escape(name, plus=False)}?invite={url_escape(token)}")


class EmbedHandler(ChatPage):
    """``/embed?token=…``: the page in a frame of a site that brings its own users.

    It neither sets nor reads cookies: browsers keep none for a frame of another site.
    """

    def prepare(self) -> None:
        """Lets the sites that were named show the page in a frame."""
        ancestors = " ".join(self.services.embed_origins) or "'none'"
        self.set_header("Content-Security-Policy", f"{CONTENT_POLICY}frame-ancestors {ancestors}")
        self.set_header("Referrer-Policy", "no-referrer")
        if self.services.embed_origins:
            self.clear_header("X-Frame-Options")

    def get(self) -> None:
        """Sends the page; it finds the token in its own address."""
        if self.services.tokens is None:
            raise web.HTTPError(404)
        try:
            self.services.tokens.read(self.get_query_argument("token", "") or "")
        except InvalidToken:
            raise web.HTTPError(403) from None
        self.set_header("Cache-Control", "no-store")
        self.render("page.html", **{**self._page_values(), "embedded": True})


class AssetHandler(ChatPage):
    """``/static/<version>/<name>``."""

    def get(self, version: str, name: str) -> None:
        """Sends a file, which may be kept for good if the version is the current one."""
        assets = self.services.assets
        asset = assets.get(name)
        if asset is None:
            raise web.HTTPError(404)
        if version == assets.version:
            self.set_header("Cache-Control", "public, max-age=31536000, immutable")
        else:
            self.set_header("Cache-Control", "no-cache")
        self.set_header("Content-Type", asset.content_type)
        self.set_header("Vary", "Accept-Encoding")
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.finish(asset.compressed)
        else:
            self.finish(asset.body)


class FaviconHandler(ChatPage):
    """``/favicon.ico``: asked for by browsers that do not read the page."""

    def get(self) -> None:
        """Leads to the icon."""
        self.redirect(self.services.assets.url("favicon.svg"))


class NotFoundHandler(ChatPage):
    """Every other address."""

    def prepare(self) -> None:
        """Says that there is nothing."""
        raise web.HTTPError(404)
