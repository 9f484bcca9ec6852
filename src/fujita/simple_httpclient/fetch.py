"""One fetch: from the client's queue to the response, over redirects and retries."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from fujita.http1connection.decompression import GzipDecoder, decoder_for
from fujita.httpclient import HTTPRequest, HTTPResponse
from fujita.httputil import HTTPHeaders
from fujita.log import app_log
from fujita.simple_httpclient.body import RequestBody
from fujita.simple_httpclient.connecting import connection_error, open_connection
from fujita.simple_httpclient.connection import ClientConnection
from fujita.simple_httpclient.endpoint import Endpoint, choose_endpoint
from fujita.simple_httpclient.head import compose
from fujita.simple_httpclient.hop import Hop
from fujita.simple_httpclient.options import Options
from fujita.simple_httpclient.redirect import REDIRECT_CODES, follow
from fujita.wire.http1 import ResponseHead

if TYPE_CHECKING:
    from fujita.simple_httpclient.client import SimpleAsyncHTTPClient


class Fetch:
    """One call of ``fetch``.

    Args:
        client: The client.
        request: The request that the program has made.
        options: Its options.
        callback: Is called with the response.
        now: The time by the client's clock.

    Attributes:
        head: The head of the response; None before it has come.
    """

    __slots__ = (
        "_body",
        "_callback",
        "_chunks",
        "_client",
        "_connection",
        "_data",
        "_deadline",
        "_decoder",
        "_endpoint",
        "_follows",
        "_headers",
        "_hop",
        "_is_retried",
        "_made_at",
        "_opening",
        "_options",
        "_redirects_left",
        "_request",
        "_start_time",
        "_started_at",
        "head",
    )

    _hop: Hop
    _headers: HTTPHeaders
    _endpoint: Endpoint
    _data: bytes
    _deadline: float | None

    def __init__(
        self,
        client: "SimpleAsyncHTTPClient",
        request: HTTPRequest,
        options: Options,
        callback: Callable[[HTTPResponse], None],
        now: float,
    ) -> None:
        self._client = client
        self._request = request
        self._options = options
        self._callback = callback
        self._made_at = now
        self._started_at: float | None = None
        self._start_time: float | None = None
        self._redirects_left = options.max_redirects or 0
        self._connection: ClientConnection | None = None
        self._opening: asyncio.Task[None] | None = None
        self._is_retried = False
        self._body: RequestBody | None = None
        self._chunks: list[bytes] = []
        self._decoder: GzipDecoder | None = None
        self._follows = False
        self.head: ResponseHead | None = None

    # To the connection.

    def begin(self, now: float) -> None:
        """Begins, now that it is this fetch's turn."""
        try:
            self._request_hop(Hop.first(self._request, self._options), now)
        except Exception as error:
            self.fail(error)

    def _request_hop(self, hop: Hop, now: float) -> None:
        options = self._options
        self._hop = hop
        self._started_at = now
        self._start_time = time.time()
        self._deadline = now + options.request_timeout if options.request_timeout else None
        self._data, self._body = compose(hop, options)
        client = self._client
        self._endpoint = choose_endpoint(hop.target, options, client.tcp_client)
        connection = client.pool.take(self._endpoint, now, hop.is_repeatable)
        if connection is None:
            self._opening = client.loop.create_task(self._connect())
        else:
            self._send(connection)

    async def _connect(self) -> None:
        client = self._client
        timeout = self._options.connect_timeout
        deadline = client.clock() + timeout if timeout else None
        connection = ClientConnection(client.pool, self._endpoint, client.limits, client.loop)
        try:
            await open_connection(
                self._endpoint, connection, least(deadline, self._deadline), client.max_buffer_size
            )
        except asyncio.CancelledError as error:
            # Nobody but the loop's end cancels this.
            self.fail(error)
        except Exception as error:
            self.fail(connection_error(error))
        else:
            self._send(connection)
        finally:
            self._opening = None

    def _send(self, connection: ClientConnection) -> None:
        self._connection = connection
        body = self._body
        connection.send(self, self._hop.method, self._data, body is None, self._deadline)
        if body is not None and not self._options.expect_100_continue:
            body.start(connection, connection.give_up)

    def retry(self) -> bool:
        """Sends the request once more, over a new connection, if that can do no harm.

        RFC 9112 section 9.3.1: "When an inbound connection is closed prematurely, a client MAY
        open a new connection and automatically retransmit an aborted sequence of requests if all
        of those requests have idempotent methods".
        """
        if self._is_retried or not self._hop.is_repeatable:
            return False
        self._is_retried = True
        if self._body is not None:
            self._body.abandon()
            self._data, self._body = compose(self._hop, self._options)
        self._opening = self._client.loop.create_task(self._connect())
        return True

    # From the connection.

    def informational_received(self, head: ResponseHead) -> None:
        """Takes a 1xx response, which is not the final one."""
        body = self._body
        if head.code == 100 and self._options.expect_100_continue:
            if body is not None and not body.is_started:
                assert self._connection is not None
                body.start(self._connection, self._connection.give_up)
            return
        if self._options.header_callback is not None:
            self._call_header_callback(head, HTTPHeaders.from_fields(head.section.fields))

    def head_received(self, head: ResponseHead) -> None:
        """Takes the head of the response."""
        self.head = head
        options = self._options
        fields = head.section.fields
        headers = self._headers = HTTPHeaders.sharing(fields)
        if head.code in REDIRECT_CODES and "Location" in fields:
            self._follows = bool(options.follow_redirects) and self._redirects_left > 0
            if self._follows:
                return
        if "Content-Encoding" in fields and options.decompress_response:
            self._decoder = decoder_for(headers, self._client.limits.body)
        if options.header_callback is not None:
            self._call_header_callback(head, headers)

    @property
    def wants_whole_body(self) -> bool:
        """Whether the body need not be handed on bit by bit."""
        return self._decoder is None and self._options.streaming_callback is None

    def _call_header_callback(self, head: ResponseHead, headers: HTTPHeaders) -> None:
        callback = self._options.header_callback
        assert callback is not None
        callback(f"HTTP/1.{head.minor_version} {head.code} {head.reason}\r\n")
        for name, value in headers.get_all():
            callback(f"{name}: {value}\r\n")
        callback("\r\n")

    def take(self, data: bytes) -> Iterator[bytes] | None:
        """Takes a piece of the body.

        Returns:
            What is to be handed to `body_received` bit by bit, or None if there is nothing.
        """
        if self._follows:
            return None
        if self._decoder is not None:
            return self._decoder.decode(data)
        if self._options.streaming_callback is None:
            self._chunks.append(data)
            return None
        return iter((data,))

    def body_received(self, piece: bytes) -> Awaitable[None] | None:
        """Takes a decoded piece of the body; returns what is to be awaited before the next."""
        callback = self._options.streaming_callback
        if callback is not None:
            return callback(piece)
        self._chunks.append(piece)
        return None

    def body_ended(self) -> None:
        """Takes the end of the body."""
        if self._decoder is not None:
            self._decoder.finish()

    def may_reuse(self) -> bool:
        """Tells whether the request leaves the connection fit for another."""
        if not self.is_sent:
            return False
        connection = self._hop.headers.get("Connection")
        return connection is None or "close" not in connection.lower()

    @property
    def is_sent(self) -> bool:
        """Whether the request is complete."""
        return self._body is None or self._body.is_complete

    # The end.

    def complete(self, now: float) -> None:
        """Gives the program its response, or follows the redirect that it is."""
        if self._body is not None:
            self._body.abandon()
        if self._follows:
            self._follow(now)
            return
        head = self.head
        assert head is not None
        started_at = self._started_at
        assert started_at is not None
        chunks = self._chunks
        body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        self._deliver(
            HTTPResponse(
                self._request,
                head.code,
                self._headers,
                BytesIO(body),
                self._hop.url,
                None,
                now - started_at,
                {"queue": started_at - self._made_at},
                head.reason or None,
                self._start_time,
            )
        )

    def _follow(self, now: float) -> None:
        head = self.head
        assert head is not None
        self.head = None
        self._follows = False
        self._is_retried = False
        self._redirects_left -= 1
        try:
            self._request_hop(follow(self._hop, head.code, self._headers["Location"]), now)
        except Exception as error:
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """Gives the program an error in place of a response."""
        if self._body is not None:
            self._body.abandon()
        started_at = self._made_at if self._started_at is None else self._started_at
        self._deliver(
            HTTPResponse(
                self._request,
                599,
                error=error,
                request_time=self._client.clock() - started_at,
                start_time=self._start_time,
            )
        )

    def _deliver(self, response: HTTPResponse) -> None:
        self._client.release(self)
        try:
            self._callback(response)
        except Exception:
            app_log.error("Uncaught exception", exc_info=True)


def least(*numbers: float | None) -> float | None:
    """Gives the least of some timeouts or deadlines, of which 0 and None mean none."""
    return min(filter(None, numbers), default=None)
