"""The page, its files, and what it asks for by HTTP."""

import json
import time
from http.client import responses
from typing import Any, Final

from fujita import web
from fujita.chat.assets import Assets
from fujita.chat.catalogue import CATALOGUE
from fujita.chat.guests import Identity, today
from fujita.chat.identification import GuestCookie
from fujita.chat.names import LOBBY, InvalidText, guest_name, room_name
from fujita.chat.rooms import Rooms
from fujita.escape import url_escape

THEME_COOKIE = "chat_theme"
THEMES = ("light", "dark")

LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans"}

_SECURITY_HEADERS: Final = {
    # Nothing from another host, nothing inline, nothing that turns text into markup or script.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class ChatHandler(GuestCookie):
    """What all answers have in common: security headers, and an error page in our looks."""

    def initialize(self, rooms: Rooms, assets: Assets) -> None:
        """Takes what the application hands to every request."""
        self._rooms = rooms
        self._assets = assets

    def set_default_headers(self) -> None:
        """Sets the security headers."""
        for name, value in _SECURITY_HEADERS.items():
            self.set_header(name, value)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Says what went wrong, in the reader's language."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(
            self.render_string(
                "error.html",
                status=status_code,
                reason=responses.get(status_code, ""),
                **self._page_values(),
            )
        )

    def _page_values(self) -> dict[str, Any]:
        language = self.language()
        theme = self.get_cookie(THEME_COOKIE)
        return {
            "assets": self._assets,
            "language": language,
            "language_tag": LANGUAGE_TAGS[language],
            "theme": theme if theme in THEMES else "auto",
            "words": CATALOGUE[language],
        }


class PageHandler(ChatHandler):
    """``/`` and ``/room/<name>``: the page, which finds out by itself in which room it is."""

    def get(self, typed: str = LOBBY) -> None:
        """Sends the page, and the cookie that says who its reader is."""
        try:
            name = room_name(typed)
        except InvalidText:
            raise web.HTTPError(404) from None
        if name != typed:
            self.redirect(f"/room/{url_escape(name, plus=False)}")
            return
        identity = self.identity()
        if identity is None:
            self.remember(self._rooms.guests.newcomer(self.language()))
        elif self.should_renew(identity):
            self.remember(Identity(identity.id, identity.name, today()))
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Vary", "Accept-Language, Cookie")
        self.render("page.html", **self._page_values())


class AssetHandler(ChatHandler):
    """``/static/<version>/<name>``."""

    def get(self, version: str, name: str) -> None:
        """Sends a file, which may be kept for good if the version is the current one."""
        asset = self._assets.get(name)
        if asset is None:
            raise web.HTTPError(404)
        if version == self._assets.version:
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


class FaviconHandler(ChatHandler):
    """``/favicon.ico``: asked for by browsers that do not read the page."""

    def get(self) -> None:
        """Leads to the icon."""
        self.redirect(self._assets.url("favicon.svg"))


class RoomsHandler(ChatHandler):
    """``/api/rooms``: the list of rooms, for programs."""

    def get(self) -> None:
        """Sends the list."""
        self.set_header("Cache-Control", "no-store")
        self.finish({"rooms": self._rooms.directory.rooms()})


class NameHandler(ChatHandler):
    """``/api/name``: what the guest is called.

    This goes by HTTP, and not over the WebSocket, because only an answer to a request can set a
    cookie. That the request comes from our own page is seen to by ``cross_origin_protection``,
    and by asking for JSON, which no foreign form can send.
    """

    def post(self) -> None:
        """Gives the guest the name of the body, ``{"name": …}``."""
        self.set_header("Cache-Control", "no-store")
        content_type = self.request.headers.get("Content-Type", "").partition(";")[0]
        if content_type.strip().lower() != "application/json":
            self._refuse(415, "bad-command")
            return
        try:
            body = json.loads(self.request.body)
        except (ValueError, RecursionError):
            body = None
        typed = body.get("name") if isinstance(body, dict) else None
        if not isinstance(typed, str):
            self._refuse(400, "bad-command")
            return
        try:
            self._rename(guest_name(typed))
        except InvalidText as error:
            self._refuse(400, f"name-{error.code}")

    def _rename(self, name: str) -> None:
        identity = self.identity()
        if identity is None:
            self._refuse(403, "no-cookie")
            return
        guests = self._rooms.guests
        if guests.is_taken(name, by_another_than=identity.id):
            self._refuse(409, "name-taken")
            return
        guest = guests.get(identity.id)
        if guest is not None and guest.name != name:
            wait = guest.renames.take(time.monotonic())
            if wait:
                self.set_header("Retry-After", str(int(wait) + 1))
                self._refuse(429, "name-too-often")
                return
            self._rooms.rename(guest, name)
        self.remember(Identity(identity.id, name, today()))
        self.finish({"id": identity.id, "name": name})

    def _refuse(self, status: int, code: str) -> None:
        self.set_status(status)
        self.finish({"error": code})


class NotFoundHandler(ChatHandler):
    """Every other address."""

    def prepare(self) -> None:
        """Says that there is nothing."""
        raise web.HTTPError(404)
