"""What comes of a fetch."""

from http.client import responses
from io import BytesIO
from typing import TYPE_CHECKING

from fujita.httpclient.errors import HTTPClientError
from fujita.httpclient.request import HTTPRequest, _RequestProxy
from fujita.httputil import HTTPHeaders

if TYPE_CHECKING:
    from typing import Any


class HTTPResponse:
    """A response; applications are given it, and need not make any.

    Attributes:
        request: The request, as it was before any redirect.
        code: The status code; 599 where there was no response.
        reason: The reason phrase.
        headers: The header fields.
        effective_url: The URL that was fetched, after all redirects.
        buffer: The body as a file; None where there was none to read.
        error: What went wrong; None for a status code of 200 to 299.
        request_time: How many seconds the request took, of redirected ones the last; without the
            time that it waited in the client's queue.
        start_time: When that began, as `time.time` says; None if it left the queue by a timeout.
        time_info: Times in seconds that may be of interest; ``"queue"`` is what the request waited
            for its turn.
    """

    # Subclasses of clients make responses without __init__.
    error: BaseException | None = None
    _error_is_response_code = False
    request: HTTPRequest

    def __init__(
        self,
        request: HTTPRequest,
        code: int,
        headers: HTTPHeaders | None = None,
        buffer: BytesIO | None = None,
        effective_url: str | None = None,
        error: BaseException | None = None,
        request_time: float | None = None,
        time_info: dict[str, float] | None = None,
        reason: str | None = None,
        start_time: float | None = None,
    ) -> None:
        self.request = request.request if isinstance(request, _RequestProxy) else request
        self.code = code
        self.reason = responses.get(code, "Unknown") if reason is None else reason
        self.headers = HTTPHeaders() if headers is None else headers
        self.buffer = buffer
        self._body: bytes | None = None
        self.effective_url = request.url if effective_url is None else effective_url
        self._error_is_response_code = False
        if error is None and not 200 <= code < 300:
            self._error_is_response_code = True
            error = HTTPClientError(code, message=self.reason, response=self)
        self.error = error
        self.start_time = start_time
        self.request_time = request_time
        self.time_info: dict[str, Any] = {} if time_info is None else time_info

    @property
    def body(self) -> bytes:
        """The body."""
        if self._body is None:
            if self.buffer is None:
                return b""
            self._body = self.buffer.getvalue()
        return self._body

    def rethrow(self) -> None:
        """Raises `error` if there is one."""
        if self.error is not None:
            raise self.error

    def __repr__(self) -> str:
        attributes = ",".join([f"{name}={value!r}" for name, value in sorted(vars(self).items())])
        return f"{type(self).__name__}({attributes})"
