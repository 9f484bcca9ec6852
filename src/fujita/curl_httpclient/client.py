"""The client: which transfers are under way, and which wait."""

from collections import deque
from collections.abc import Callable
from typing import Any

import pycurl

from fujita.curl_httpclient.errors import CurlError
from fujita.curl_httpclient.multi import Multi
from fujita.curl_httpclient.transfer import Transfer
from fujita.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from fujita.log import app_log


class CurlAsyncHTTPClient(AsyncHTTPClient):
    """A non-blocking client on libcurl, which keeps connections for further requests.

    Args:
        max_clients: How many requests may be under way at a time. More wait in a queue, which
            does not count for their timeouts.
        defaults: Values for attributes of `HTTPRequest` that a request leaves at None.
        max_body_size: The largest body of a response, decompressed, in bytes; of one that goes to
            a ``streaming_callback``, too.

    Attributes:
        max_clients: See above.
        max_body_size: See above.
    """

    def initialize(  # type: ignore[override]
        self,
        max_clients: int = 10,
        defaults: dict[str, Any] | None = None,
        max_body_size: int = 104857600,
    ) -> None:
        """Takes the constructor's arguments."""
        super().initialize(defaults=defaults)
        self.max_clients = max_clients
        self.max_body_size = max_body_size
        self._multi = Multi(self.io_loop, self._complete)
        self._idle: list[Any] = []
        self._active: dict[Any, Transfer] = {}
        self._waiting: deque[Transfer] = deque()

    def close(self) -> None:
        """See `AsyncHTTPClient.close`. Fetches that are under way fail."""
        if self._closed:
            return
        super().close()
        unfinished = [*self._active.values(), *self._waiting]
        for curl in self._active:
            self._multi.remove(curl)
        for curl in (*self._active, *self._idle):
            curl.close()
        self._active.clear()
        self._idle.clear()
        self._waiting.clear()
        self._multi.close()
        if not self.io_loop.asyncio_loop.is_closed():
            for transfer in unfinished:
                transfer.fail(CurlError(pycurl.E_ABORTED_BY_CALLBACK, "client was closed"))

    def fetch_impl(self, request: HTTPRequest, callback: Callable[[HTTPResponse], None]) -> None:
        """See `AsyncHTTPClient.fetch_impl`."""
        self._waiting.append(Transfer(self, request, callback))
        self._start_waiting()

    def handle_callback_exception(self, callback: Any) -> None:
        """Logs the exception, just caught, that a callback has raised.

        Args:
            callback: What was called with a response.
        """
        app_log.error("Exception in callback %r", callback, exc_info=True)

    def _set_timeout(self, msecs: int) -> None:
        """Lets libcurl look at its transfers after so many milliseconds."""
        if not self._closed:
            self._multi.schedule(msecs)

    def _start_waiting(self) -> None:
        while self._waiting and len(self._active) < self.max_clients:
            transfer = self._waiting.popleft()
            curl = self._idle.pop() if self._idle else pycurl.Curl()
            try:
                transfer.set_up(curl)
            except Exception as error:
                self._retire(curl, transfer)
                transfer.fail(error)
            else:
                self._active[curl] = transfer
                self._multi.add(curl)

    def _complete(self, curl: Any, errno: int, message: str) -> None:
        transfer = self._active.pop(curl, None)
        if transfer is None:
            # What came of a transfer that was over at the same time has closed the client.
            return
        self._multi.remove(curl)
        transfer.complete(curl, errno, message)
        self._retire(curl, transfer)
        self._start_waiting()

    def _retire(self, curl: Any, transfer: Transfer) -> None:
        """Keeps a handle for another request, which must find nothing of this one in it."""
        # A reset leaves cookies, for one, if the program has turned them on. Nothing is lost with
        # a handle but that: connections are the multi handle's.
        if self._closed or transfer.is_prepared_by_program:
            curl.close()
        else:
            curl.reset()
            self._idle.append(curl)
