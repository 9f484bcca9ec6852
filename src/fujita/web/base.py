"""What every part of a request handler can count on."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from fujita.httputil import HTTPHeaders, HTTPServerRequest

if TYPE_CHECKING:
    from asyncio import Future

    from fujita.web.application import Application
    from fujita.web.transforms import OutputTransform


class HandlerBase:
    """The state of a handler, and the methods that its parts call upon each other.

    ``RequestHandler`` is put together from parts, each a subclass of this in a file of its
    own. A flag that is the same at the start of every request is an attribute of the class.
    """

    application: "Application"
    request: HTTPServerRequest
    path_args: list[str]
    path_kwargs: dict[str, str]

    _auto_finish = True
    _finished = False
    _headers_written = False
    _stream_request_body = False
    _prepared_future: "Future[None] | None" = None
    _transforms: "list[OutputTransform] | None" = None
    _headers: HTTPHeaders
    _write_buffer: list[bytes]
    _status_code: int
    _reason: str

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
