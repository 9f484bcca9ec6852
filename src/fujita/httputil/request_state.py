"""What is known of every request from its first line on."""

from time import time
from typing import TYPE_CHECKING, Any

from fujita.httputil.headers import HTTPHeaders
from fujita.wire.http1.fields import combined
from fujita.wire.http1.request import RequestHead

if TYPE_CHECKING:
    from fujita.httputil.delegates import HTTPConnection


class RequestState:
    """The part of an ``HTTPServerRequest`` that each request needs.

    It is a class of its own because it is compiled (``request_state.pxd``), where its
    attributes cost a tenth; ``HTTPServerRequest`` stays an ordinary class that programs can
    patch and derive from.
    """

    _head: RequestHead
    _headers: HTTPHeaders | None
    _context: Any
    _start_time: float
    method: str | None
    uri: str | None
    path: str
    query: str
    connection: "HTTPConnection"
    server_connection: object | None

    @property
    def headers(self) -> HTTPHeaders:
        """The header fields."""
        if self._headers is None:
            self._headers = HTTPHeaders.sharing(self._head.section.fields)
        return self._headers

    @headers.setter
    def headers(self, headers: HTTPHeaders) -> None:
        self._headers = headers


def fill(
    request: RequestState,
    head: RequestHead,
    connection: "HTTPConnection",
    context: Any,
    server_connection: object,
) -> None:
    """Fills in the request of a head that ``wire`` has read and checked."""
    request._head = head
    request._headers = None
    request._context = context
    request._start_time = time()
    request.method = head.method
    request.uri = head.target
    request.path = head.path
    request.query = head.query
    request.connection = connection
    request.server_connection = server_connection


def find_header(request: RequestState, name: str) -> str | None:
    """Gives one header of a request, without making the ``HTTPHeaders`` of all of them.

    Args:
        request: The request.
        name: The field's name in its normal form.
    """
    if isinstance(request, RequestState) and request._headers is None:
        return _head_field(request, name)
    given: str | None = request.headers.get(name)
    return given


def _head_field(request: RequestState, name: str) -> str | None:
    value = request._head.section.fields.get(name)
    return None if value is None else combined(value)
