"""The client that needs nothing but Fujita."""

from asyncio import TimerHandle
from collections import deque
from collections.abc import Callable
from typing import Any

from fujita.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from fujita.netutil import OverrideResolver, Resolver
from fujita.simple_httpclient.clock import clock_of
from fujita.simple_httpclient.errors import HTTPTimeoutError
from fujita.simple_httpclient.fetch import Fetch, least
from fujita.simple_httpclient.options import OptionsReader
from fujita.simple_httpclient.pool import ConnectionPool
from fujita.tcpclient import TCPClient
from fujita.wire.http1 import Limits

_DEFAULT_HEAD_SIZE = 65536


class SimpleAsyncHTTPClient(AsyncHTTPClient):
    """A non-blocking client for HTTP/1.1 that keeps connections for further requests.

    It knows no proxies.

    Args:
        max_clients: How many requests may be under way at a time. More wait in a queue, which
            counts for their timeouts.
        hostname_mapping: Addresses for host names, as for `OverrideResolver`.
        max_buffer_size: The most bytes to hold of what a response's reader has not taken.
        resolver: What finds the addresses of hosts.
        defaults: Values for attributes of `HTTPRequest` that a request leaves at None.
        max_header_size: The largest head of a response, in bytes; 64 KiB by default.
        max_body_size: The largest body of a response, decompressed, in bytes; as
            ``max_buffer_size`` by default.

    Attributes:
        max_clients: See above.
        queue: The fetches that wait for their turn.
        waiting: The same, with what ends their time in the queue.
        active: The fetches that are under way.
        resolver: What finds the addresses of hosts.
        tcp_client: What connects.
    """

    def initialize(  # type: ignore[override]
        self,
        max_clients: int = 10,
        hostname_mapping: dict[str, str] | None = None,
        max_buffer_size: int = 104857600,
        resolver: Resolver | None = None,
        defaults: dict[str, Any] | None = None,
        max_header_size: int | None = None,
        max_body_size: int | None = None,
    ) -> None:
        """Takes the constructor's arguments."""
        super().initialize(defaults=defaults)
        self.max_clients = max_clients
        self.max_buffer_size = max_buffer_size
        self.max_header_size = max_header_size
        self.max_body_size = max_body_size
        self.queue: deque[Fetch] = deque()
        self.waiting: dict[Fetch, TimerHandle | None] = {}
        self.active: set[Fetch] = set()
        self.own_resolver = resolver is None
        self.resolver: Resolver = Resolver() if resolver is None else resolver
        if hostname_mapping is not None:
            self.resolver = OverrideResolver(resolver=self.resolver, mapping=hostname_mapping)
        self.tcp_client = TCPClient(resolver=self.resolver)
        self.loop = self.io_loop.asyncio_loop
        self.clock = clock_of(self.loop)
        self.limits = Limits(
            head=max_header_size or _DEFAULT_HEAD_SIZE,
            body=max_buffer_size if max_body_size is None else max_body_size,
        )
        self.pool = ConnectionPool(self.io_loop, max_clients)
        self._options_reader = OptionsReader()
        self._is_starting = False

    def close(self) -> None:
        """See `AsyncHTTPClient.close`. Fetches that are under way still come to their end."""
        if self._closed:
            return
        super().close()
        self.pool.close()
        if self.own_resolver:
            self.resolver.close()
        self.tcp_client.close()

    def fetch_impl(self, request: HTTPRequest, callback: Callable[[HTTPResponse], None]) -> None:
        """See `AsyncHTTPClient.fetch_impl`."""
        original, options = self._options_reader.read(request)
        now = self.clock()
        fetch = Fetch(self, original, options, callback, now)
        if len(self.active) < self.max_clients and not self.queue:
            self.active.add(fetch)
            fetch.begin(now)
            return
        timeout = least(options.connect_timeout, options.request_timeout)
        timer = self.loop.call_at(now + timeout, self._leave_queue, fetch) if timeout else None
        self.queue.append(fetch)
        self.waiting[fetch] = timer

    def release(self, fetch: Fetch) -> None:
        """Gives a fetch's place to the next; called by the fetch when it is done."""
        self.active.discard(fetch)
        if self.queue and not self._is_starting:
            self._start_waiting()

    def _start_waiting(self) -> None:
        # A fetch may be done as soon as it is begun, which must not start the next from within.
        self._is_starting = True
        try:
            while self.queue and len(self.active) < self.max_clients:
                fetch = self.queue.popleft()
                timer = self.waiting.pop(fetch)
                if timer is not None:
                    timer.cancel()
                self.active.add(fetch)
                fetch.begin(self.clock())
        finally:
            self._is_starting = False

    def _leave_queue(self, fetch: Fetch) -> None:
        self.queue.remove(fetch)
        del self.waiting[fetch]
        fetch.fail(HTTPTimeoutError("Timeout in request queue"))
