"""What every part of a request handler can count on."""

from collections.abc import Awaitable
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any, cast

from fujita.httputil import HTTPHeaders, HTTPServerRequest
from fujita.util import ObjectDict
from fujita.wire.http1.fields import Fields

if TYPE_CHECKING:
    from asyncio import Future

    from fujita.web.application import Application
    from fujita.web.transforms import OutputTransform


class HandlerBase:
    """The state of a handler, and the methods that its parts call upon each other.

    ``RequestHandler`` is put together from parts, each a subclass of this in a file of its
    own. This one and what a small request runs through are compiled as extension types
    (``base.pxd``), whose attributes cost a tenth; ``RequestHandler`` itself is an ordinary
    class, for programs to patch and derive from.
    """

    # Attributes of the instance even where all below is compiled, as a subclass may have
    # attributes of these names.
    application = cast("Application", None)
    request = cast(HTTPServerRequest, None)

    path_args: list[str]
    path_kwargs: dict[str, str]

    _auto_finish = True
    _stream_request_body = False

    _finished: bool
    _headers_written: bool
    _prepared_future: "Future[None] | None"
    _transforms: "list[OutputTransform] | None"
    _fields: Fields
    _header_view: HTTPHeaders | None
    _new_cookies: SimpleCookie | None
    _write_buffer: list[bytes]
    _status_code: int
    _reason: str
    _ui: ObjectDict | None

    def _begin(self, application: "Application", request: HTTPServerRequest) -> None:
        """Sets the state to what it is at the start of a request."""
        self.application = application
        self.request = request
        self._finished = self._headers_written = False
        self._prepared_future = self._transforms = None
        self._header_view = self._new_cookies = self._ui = None

    @property
    def _headers(self) -> HTTPHeaders:
        """The headers of the response; an object that is made when it is first asked for."""
        if self._header_view is None:
            self._header_view = HTTPHeaders.from_fields(self._fields)
        return self._header_view

    @_headers.setter
    def _headers(self, headers: HTTPHeaders) -> None:
        self._header_view = headers
        self._fields = headers.own_fields()

    @property
    def _new_cookie(self) -> SimpleCookie:
        """The cookies to be set."""
        if self._new_cookies is None:
            raise AttributeError("_new_cookie: no cookie has been set")
        return self._new_cookies

    @property
    def settings(self) -> dict[str, Any]:
        """The application's settings."""
        return self.application.settings

    # Hooks that a program overrides.

    def prepare(self) -> Awaitable[None] | None:
        """Called before ``get``, ``post`` and their like; may be a coroutine."""

    def on_finish(self) -> None:
        """Called when the response has been handed to the connection; for cleaning up."""

    def on_connection_close(self) -> None:
        """Called if the client closes the connection before the response is complete."""

    def set_default_headers(self) -> None:
        """Called when headers are set to their defaults: at the start, and for errors."""

    # What the parts provide for each other.

    def set_status(self, status_code: int, reason: str | None = None) -> None:
        """Sets the status of the response."""
        raise NotImplementedError

    def write(self, chunk: str | bytes | dict[str, Any]) -> None:
        """Adds to the body of the response."""
        raise NotImplementedError

    def finish(self, chunk: str | bytes | dict[str, Any] | None = None) -> "Future[None]":
        """Completes the response."""
        raise NotImplementedError

    def _check_cross_site(self) -> None:
        """Refuses a request that another site has made the user's browser send."""
        raise NotImplementedError

    def require_setting(self, name: str, feature: str = "this feature") -> None:
        """Checks that the application has a setting.

        Args:
            name: The setting's name.
            feature: What needs it, for the message.

        Raises:
            Exception: It does not.
        """
        if not self.application.settings.get(name):
            raise Exception(
                f"You must define the '{name}' setting in your application to use {feature}"
            )
