"""The interface of all clients, and the choice among them."""

import weakref
from asyncio import CancelledError, Future
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from fujita.concurrent import future_set_exception_unless_cancelled
from fujita.httpclient.request import HTTPRequest, _RequestProxy
from fujita.httpclient.response import HTTPResponse
from fujita.httputil import HTTPHeaders
from fujita.ioloop import IOLoop
from fujita.util import Configurable

_Clients = weakref.WeakKeyDictionary[IOLoop, "AsyncHTTPClient"]


class AsyncHTTPClient(Configurable):
    """A non-blocking HTTP client.

    ::

        async def read_forecast():
            response = await AsyncHTTPClient().fetch("https://example.com/forecast")
            return response.body

    ``AsyncHTTPClient()`` gives the same object every time it is called on the same loop. It is an
    instance of `SimpleAsyncHTTPClient` unless `configure` chose another class; that also sets the
    arguments for the constructor.

    Args:
        force_instance: Makes an object of the caller's own, to be closed with `close`; only then
            may further arguments be given.
        defaults: Values for attributes of `HTTPRequest` that a request leaves at None.
    """

    # A cache of one class each: see _async_clients.
    _clients: ClassVar[_Clients]

    io_loop: IOLoop
    defaults: dict[str, Any]

    @classmethod
    def configurable_base(cls) -> type[Configurable]:
        """Returns `AsyncHTTPClient`."""
        return AsyncHTTPClient

    @classmethod
    def configurable_default(cls) -> type[Configurable]:
        """Returns `SimpleAsyncHTTPClient`."""
        from fujita.simple_httpclient import SimpleAsyncHTTPClient

        return SimpleAsyncHTTPClient

    @classmethod
    def _async_clients(cls) -> _Clients:
        """The clients that ``cls()`` has made, by loop."""
        if "_clients" not in vars(cls):
            cls._clients = weakref.WeakKeyDictionary()
        return cls._clients

    def __new__(cls, force_instance: bool = False, **kwargs: Any) -> "AsyncHTTPClient":
        """Gives the client of the current loop, or a new one."""
        if force_instance:
            client = cast(AsyncHTTPClient, super().__new__(cls, **kwargs))
            return client
        clients = cls._async_clients()
        io_loop = IOLoop.current()
        known = clients.get(io_loop)
        if known is not None:
            return known
        # A client refers to its loop, so that the dictionary's being weak is not enough.
        for other in [loop for loop in clients if loop.asyncio_loop.is_closed()]:
            del clients[other]
        client = cast(AsyncHTTPClient, super().__new__(cls, **kwargs))
        client._instance_cache = clients
        clients[client.io_loop] = client
        return client

    def initialize(self, defaults: dict[str, Any] | None = None) -> None:
        """Takes the constructor's arguments; implementations call it from their own."""
        self.io_loop = IOLoop.current()
        self.defaults = HTTPRequest._DEFAULTS | (defaults or {})
        self._closed = False
        self._instance_cache: _Clients | None = None

    def close(self) -> None:
        """Closes the client, which is of no use afterwards. A second call does nothing.

        The client that all share on a loop need not be closed, unless the loop is.
        """
        if self._closed:
            return
        self._closed = True
        clients, self._instance_cache = self._instance_cache, None
        if clients is not None and clients.get(self.io_loop) is self:
            del clients[self.io_loop]

    def fetch(
        self, request: str | HTTPRequest, raise_error: bool = True, **kwargs: Any
    ) -> "Future[HTTPResponse]":
        """Fetches a URL.

        Args:
            request: The request, or the URL to make one of.
            raise_error: Whether a response with a status code other than 200 to 299 (redirects
                that are followed aside) is an `HTTPError` of the future. Other errors always are.
            **kwargs: Further arguments for `HTTPRequest`, if a URL was given.

        Returns:
            A future of the `HTTPResponse`. The request goes on if it is cancelled.

        Raises:
            RuntimeError: The client is closed.
            ValueError: A request was given together with further arguments.
        """
        if self._closed:
            raise RuntimeError("fetch() called on closed AsyncHTTPClient")
        if not isinstance(request, HTTPRequest):
            request = HTTPRequest(url=request, **kwargs)
        elif kwargs:
            raise ValueError("kwargs can't be used if request is an HTTPRequest object")
        # A copy: what is about to be fetched is not to change with the caller's headers.
        headers = request._headers
        request._headers = HTTPHeaders(headers) if headers else HTTPHeaders.from_fields({})
        future: Future[HTTPResponse] = Future(loop=self.io_loop.asyncio_loop)

        def settle(response: HTTPResponse) -> None:
            error = response.error
            if isinstance(error, CancelledError):
                future.cancel()
            elif error is not None and (raise_error or not response._error_is_response_code):
                future_set_exception_unless_cancelled(future, error)
            elif not future.cancelled():
                future.set_result(response)

        self.fetch_impl(cast(HTTPRequest, _RequestProxy(request, self.defaults)), settle)
        return future

    def fetch_impl(self, request: HTTPRequest, callback: Callable[[HTTPResponse], None]) -> None:
        """Fetches; this is what implementations of a client define.

        Args:
            request: The request, with the defaults in place of attributes that are None.
            callback: To be called once, with the response. Errors are in its ``error``.
        """
        raise NotImplementedError(f"{type(self).__name__} must override fetch_impl()")

    if TYPE_CHECKING:

        def __init__(
            self,
            force_instance: bool = False,
            defaults: dict[str, Any] | None = None,
            **kwargs: Any,
        ) -> None: ...
