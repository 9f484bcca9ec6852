"""A client for programs without a loop."""

from typing import Any

from fujita.httpclient.client import AsyncHTTPClient
from fujita.httpclient.request import HTTPRequest
from fujita.httpclient.response import HTTPResponse
from fujita.ioloop import IOLoop


class HTTPClient:
    """A blocking HTTP client.

    ::

        client = HTTPClient()
        try:
            print(client.fetch("https://example.com/").body)
        except HTTPError as error:
            print(error.code)
        finally:
            client.close()

    It cannot be used where a loop runs: there is `AsyncHTTPClient` for that.

    Args:
        async_client_class: The class of the client that does the work, `AsyncHTTPClient` by
            default.
        **kwargs: For the constructor of that.
    """

    def __init__(
        self, async_client_class: type[AsyncHTTPClient] | None = None, **kwargs: Any
    ) -> None:
        # Closed, until the rest has succeeded: __del__ comes also after a failure.
        self._closed = True
        self._io_loop = IOLoop(make_current=False)

        async def make_client() -> AsyncHTTPClient:
            return (async_client_class or AsyncHTTPClient)(**kwargs)

        try:
            self._async_client: AsyncHTTPClient = self._io_loop.run_sync(make_client)
        except BaseException:
            self._io_loop.close()
            raise
        self._closed = False

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Closes the client and its connections."""
        if self._closed:
            return
        self._closed = True
        self._async_client.close()
        self._io_loop.close()

    def fetch(self, request: HTTPRequest | str, **kwargs: Any) -> HTTPResponse:
        """Fetches a URL, and returns when the response is there.

        Args:
            request: The request, or the URL to make one of.
            **kwargs: As for `AsyncHTTPClient.fetch`.

        Raises:
            HTTPError: The status code is not 200 to 299; not with ``raise_error=False``.
            OSError: The server could not be reached.
        """
        response: HTTPResponse = self._io_loop.run_sync(
            lambda: self._async_client.fetch(request, **kwargs)
        )
        return response
