"""One request under way, and its response."""

import inspect
import time
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pycurl

from fujita.curl_httpclient.errors import CurlError
from fujita.curl_httpclient.head import ResponseHead
from fujita.curl_httpclient.setup import set_up
from fujita.curl_httpclient.streaming import StreamingBuffer
from fujita.gen import is_coroutine_function
from fujita.httpclient import HTTPRequest, HTTPResponse
from fujita.httputil import HTTPInputError

if TYPE_CHECKING:
    from fujita.curl_httpclient.client import CurlAsyncHTTPClient

_TIMES = {
    "namelookup": pycurl.NAMELOOKUP_TIME,
    "connect": pycurl.CONNECT_TIME,
    "appconnect": pycurl.APPCONNECT_TIME,
    "pretransfer": pycurl.PRETRANSFER_TIME,
    "starttransfer": pycurl.STARTTRANSFER_TIME,
    "total": pycurl.TOTAL_TIME,
    "redirect": pycurl.REDIRECT_TIME,
}
"""libcurl's measurements; see https://curl.se/libcurl/c/curl_easy_getinfo.html, "TIMES"."""


class Transfer:
    """A request from when it was handed to the client to its response.

    Args:
        client: The client.
        request: The request, with the client's defaults.
        callback: Takes the response.
    """

    __slots__ = (
        "_body",
        "_body_size",
        "_callback",
        "_client",
        "_head",
        "_queued_at",
        "_refusal",
        "_request",
        "_start_time",
        "_started_at",
        "_streaming",
    )

    def __init__(
        self,
        client: "CurlAsyncHTTPClient",
        request: HTTPRequest,
        callback: Callable[[HTTPResponse], None],
    ) -> None:
        self._client = client
        self._request = request
        self._callback = callback
        self._queued_at = self._started_at = client.io_loop.time()
        self._start_time: float | None = None
        self._head = ResponseHead()
        self._body = BytesIO()
        self._body_size = 0
        self._streaming: StreamingBuffer | None = None
        self._refusal: str | None = None

    @property
    def is_prepared_by_program(self) -> bool:
        """Whether the program itself sets options of the handle."""
        return self._request.prepare_curl_callback is not None

    def set_up(self, curl: Any) -> None:
        """Makes a handle ready for the request.

        Raises:
            Exception: It cannot be, or the program's ``prepare_curl_callback`` failed.
        """
        self._started_at = self._client.io_loop.time()
        self._start_time = time.time()
        streaming_callback = self._request.streaming_callback
        curl.setopt(pycurl.HEADERFUNCTION, self._take_header_line)
        if streaming_callback is None:
            curl.setopt(pycurl.WRITEFUNCTION, self._take_piece)
        else:
            _check_streaming_callback(streaming_callback)
            self._streaming = StreamingBuffer(self._client, curl, streaming_callback)
            curl.setopt(pycurl.WRITEFUNCTION, self._streaming.write)
        set_up(curl, self._request)

    def complete(self, curl: Any, errno: int, message: str) -> None:
        """Responds, now that libcurl is done; the handle is not needed afterwards.

        Args:
            curl: The handle.
            errno: The number of libcurl's error, 0 if there was none.
            message: Its description.
        """
        time_info = {name: curl.getinfo(info) for name, info in _TIMES.items()}
        if errno:
            self._finish(
                time_info,
                code=599,
                headers=self._head.headers,
                error=CurlError(errno, self._why_refused() or message),
            )
            return
        self._body.seek(0)
        self._finish(
            time_info,
            code=curl.getinfo(pycurl.RESPONSE_CODE),
            reason=self._head.reason,
            headers=self._head.headers,
            buffer=self._body,
            effective_url=curl.getinfo(pycurl.EFFECTIVE_URL),
        )

    def fail(self, error: BaseException) -> None:
        """Responds with an error."""
        self._finish({}, code=599, error=error)

    def _finish(self, time_info: dict[str, float], **response: Any) -> None:
        made = HTTPResponse(
            self._request,
            request_time=self._client.io_loop.time() - self._started_at,
            start_time=self._start_time,
            time_info={**time_info, "queue": self._started_at - self._queued_at},
            **response,
        )
        if self._streaming is not None:
            self._streaming.finish()
        if self._streaming is None and self._request.header_callback is None:
            self._respond(made)
        else:
            # Not before what the loop has still to hand to the program's callbacks.
            self._client.io_loop.add_callback(self._respond, made)

    def _respond(self, response: HTTPResponse) -> None:
        if self._streaming is not None:
            self._streaming.flush()
        try:
            self._callback(response)
        except Exception:
            self._client.handle_callback_exception(self._callback)

    def _why_refused(self) -> str | None:
        """Tells why the transfer was stopped from here, of which libcurl cannot know."""
        if self._streaming is not None and self._streaming.body_too_large:
            return self._too_large()
        return self._refusal

    def _too_large(self) -> str:
        return f"body is larger than max_body_size, {self._client.max_body_size} bytes"

    def _take_piece(self, chunk: bytes) -> int:
        self._body_size += len(chunk)
        if self._body_size > self._client.max_body_size:
            self._refusal = self._too_large()
            return 0
        return self._body.write(chunk)

    def _take_header_line(self, data: bytes) -> int | None:
        """Takes a line of a head, of the response or of one before it, such as a redirect."""
        line = data.decode("latin-1")
        if self._request.header_callback is not None:
            # The program must not use libcurl from within libcurl's callback.
            self._client.io_loop.add_callback(self._request.header_callback, line)
        try:
            self._head.take(line)
        except HTTPInputError as error:
            self._refusal = f"invalid header line {line!r}: {error}"
            return 0
        return None


def _check_streaming_callback(callback: Callable[..., Any]) -> None:
    if inspect.iscoroutinefunction(callback) or is_coroutine_function(callback):
        raise TypeError("streaming_callback must not be a coroutine with curl_httpclient")
