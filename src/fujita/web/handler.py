"""RequestHandler: what a program derives its handlers from."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from fujita.httputil import HTTPServerRequest
from fujita.web.authentication import AuthenticationPart
from fujita.web.error_page import ErrorPagePart
from fujita.web.errors import HTTPError
from fujita.web.etag import EtagPart
from fujita.web.execution import Method
from fujita.web.rendering import RenderingPart
from fujita.web.xsrf import XsrfPart

if TYPE_CHECKING:
    from fujita.web.application import Application


class RequestHandler(ErrorPagePart, AuthenticationPart, XsrfPart, RenderingPart, EtagPart):
    """Answers requests.

    A subclass has a method for each HTTP method that it supports, ordinary or a coroutine:

        class MainHandler(RequestHandler):
            def get(self):
                self.write("Hello, world")

    Source: Tornado ``web.RequestHandler``.
    """

    def __init__(
        self, application: "Application", request: HTTPServerRequest, **kwargs: Any
    ) -> None:
        # For classes that a program derives its handler from besides this one, as in Tornado.
        super().__init__()
        self._begin(application, request)
        self.clear()
        request.connection.set_close_callback(self.on_connection_close)  # type: ignore[attr-defined]
        self.initialize(**kwargs)

    def _initialize(self) -> None:
        pass

    initialize: Callable[..., None] = _initialize
    """Called with the arguments of the handler's route, before anything else."""

    def _unimplemented_method(self, *args: str, **kwargs: str) -> None:
        """Stands where a subclass has not said how to answer."""
        raise HTTPError(405)

    # Typed so that a subclass may take whatever arguments its route has.
    head: Method = _unimplemented_method
    get: Method = _unimplemented_method
    post: Method = _unimplemented_method
    delete: Method = _unimplemented_method
    patch: Method = _unimplemented_method
    put: Method = _unimplemented_method
    options: Method = _unimplemented_method

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Takes a piece of the body; for handlers with ``@stream_request_body``."""
        raise NotImplementedError

    def reverse_url(self, name: str, *args: Any) -> str:
        """Gives the URL of a named route, as ``Application.reverse_url`` does."""
        return self.application.reverse_url(name, *args)
