"""Decorators for handlers and their methods."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from fujita.web.errors import HTTPError
from fujita.web.redirects import check_own_host

if TYPE_CHECKING:
    from fujita.web.handler import RequestHandler

Method = Callable[..., Awaitable[None] | None]
HandlerClass = TypeVar("HandlerClass", bound="type[RequestHandler]")


def stream_request_body(cls: HandlerClass) -> HandlerClass:
    """Makes a handler take the body piece by piece.

    ``prepare`` is called when the head has come, ``data_received`` for each piece of the body,
    and ``post``, ``put`` or whichever it is at the end. The arguments are those of the query
    only. ``prepare`` and ``data_received`` may be coroutines; nothing more is read before they
    are done.

    Raises:
        TypeError: The class is no ``RequestHandler``.
    """
    from fujita.web.handler import RequestHandler

    if not issubclass(cls, RequestHandler):
        raise TypeError(f"expected subclass of RequestHandler, got {cls!r}")
    cls._stream_request_body = True
    return cls


def removeslash(method: Method) -> Method:
    """Sends requests whose path ends in a slash to the path without it.

    The route has to take both, as ``r"/foo/*"`` does.
    """

    @wraps(method)
    def checked(self: "RequestHandler", *args: Any, **kwargs: Any) -> Awaitable[None] | None:
        path = self.request.path.rstrip("/")
        # The root has nothing to remove.
        if path in ("", self.request.path):
            return method(self, *args, **kwargs)
        _redirect(self, path)
        return None

    return checked


def addslash(method: Method) -> Method:
    """Sends requests whose path does not end in a slash to the path with one.

    The route has to take both, as ``r"/foo/?"`` does.
    """

    @wraps(method)
    def checked(self: "RequestHandler", *args: Any, **kwargs: Any) -> Awaitable[None] | None:
        if self.request.path.endswith("/"):
            return method(self, *args, **kwargs)
        _redirect(self, self.request.path + "/")
        return None

    return checked


def _redirect(handler: "RequestHandler", path: str) -> None:
    if handler.request.method not in ("GET", "HEAD"):
        raise HTTPError(404)
    check_own_host(path)
    if handler.request.query:
        path += "?" + handler.request.query
    handler.redirect(path, permanent=True)
