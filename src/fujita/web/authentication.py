"""The part of a handler that knows the user, and the decorator that asks for one."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from fujita.web.base import HandlerBase
from fujita.web.errors import HTTPError

if TYPE_CHECKING:
    from fujita.web.handler import RequestHandler

Method = Callable[..., Awaitable[None] | None]


class AuthenticationPart(HandlerBase):
    """The user."""

    _current_user: Any

    @property
    def current_user(self) -> Any:
        """The user: what ``get_current_user`` gives, or what has been set, in ``prepare`` say."""
        if not hasattr(self, "_current_user"):
            self._current_user = self.get_current_user()
        return self._current_user

    @current_user.setter
    def current_user(self, user: Any) -> None:
        self._current_user = user

    def get_current_user(self) -> Any:
        """Finds out who the user is, from a cookie say; to be overridden. No coroutine."""
        return None

    def get_login_url(self) -> str:
        """Gives the URL of the login page: the setting ``login_url``."""
        self.require_setting("login_url", "@tornado.web.authenticated")
        url: str = self.application.settings["login_url"]
        return url


def authenticated(method: Method) -> Method:
    """Lets only users run a method: others are sent to the login page, or get a 403.

    The login page learns from its argument ``next`` where to send the user afterwards, unless
    its URL has a query of its own. Only GET and HEAD are redirected.
    """

    @wraps(method)
    def checked(self: "RequestHandler", *args: Any, **kwargs: Any) -> Awaitable[None] | None:
        if self.current_user:
            return method(self, *args, **kwargs)
        if self.request.method not in ("GET", "HEAD"):
            raise HTTPError(403)
        url = self.get_login_url()
        if "?" not in url:
            # A login page on another host needs to know ours.
            here = self.request.full_url() if urlsplit(url).scheme else self.request.uri
            url = f"{url}?{urlencode({'next': here})}"
        self.redirect(url)
        return None

    return checked
