"""WSGI applications, such as those of Django or Flask, on Fujita's server.

The other way round does not exist: handlers need an event loop, which no WSGI server has.

Source: Tornado ``wsgi``; PEP 3333.
"""

import asyncio
import sys
import time
from concurrent.futures import Executor
from http.client import responses
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from fujita._version import TORNADO_VERSION
from fujita.concurrent import DummyExecutor, dummy_executor
from fujita.httputil import (
    HTTPHeaders,
    HTTPServerRequest,
    ResponseStartLine,
    split_host_and_port,
)
from fujita.httputil.dates import http_date_now
from fujita.log import access_log, app_log
from fujita.tasks import pool_of, start

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import WSGIApplication

__all__ = ["HTTPRequest", "WSGIContainer", "to_wsgi_str"]

HTTPRequest = HTTPServerRequest
"""A name of older times."""

DEFAULT_PORTS = {"http": "80", "https": "443"}

BODILESS = (204, 304)


def to_wsgi_str(s: bytes) -> str:
    """Makes of bytes what WSGI calls a string: a character for each byte (PEP 3333)."""
    return s.decode("latin-1")


class WSGIContainer:
    """Makes a WSGI application one that an ``HTTPServer`` serves, or a rule routes to.

        application = WSGIContainer(django_application, ThreadPoolExecutor())
        HTTPServer(application).listen(8888)

    A response is sent once the application has made the whole of it. What the application raises
    is logged, and answered with status 500.

    Args:
        wsgi_application: The application.
        executor: Where to call it; a pool of threads, if it is safe to call it in several at
            once. Without one it is called in the thread of the event loop, where nothing else
            happens in the meantime.

    Source: Tornado ``wsgi.WSGIContainer``.
    """

    def __init__(
        self, wsgi_application: "WSGIApplication", executor: Executor | None = None
    ) -> None:
        self.wsgi_application = wsgi_application
        self.executor = dummy_executor if executor is None else executor

    def __call__(self, request: HTTPServerRequest) -> None:
        """Begins to answer a request that is complete."""
        loop = asyncio.get_running_loop()
        start(self.handle_request(request), loop, pool_of(loop))

    async def handle_request(self, request: HTTPServerRequest) -> None:
        """Answers a request.

        Args:
            request: The request with its body.
        """
        try:
            call = _Call()
            environ = self.environ(request)
            if isinstance(self.executor, DummyExecutor):
                call.make(self.wsgi_application, environ)
            else:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self.executor, call.make, self.wsgi_application, environ)
            start_line, headers, body = call.response(request.method == "HEAD")
        except Exception:
            app_log.error("Uncaught exception %s %s", request.method, request.uri, exc_info=True)
            start_line, headers, body = _FAILED.response(request.method == "HEAD")
        request.connection.write_headers(start_line, headers, body)
        request.connection.finish()
        _log(request, start_line.code)

    def environ(self, request: HTTPServerRequest) -> dict[str, Any]:
        """Gives the environment that the application is called with; may be extended.

        Args:
            request: The request with its body.
        """
        host, port = split_host_and_port(request.host)
        environ = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": to_wsgi_str(unquote_to_bytes(request.path)),
            "QUERY_STRING": request.query,
            "REMOTE_ADDR": request.remote_ip,
            "SERVER_NAME": host,
            "SERVER_PORT": DEFAULT_PORTS[request.protocol] if port is None else str(port),
            "SERVER_PROTOCOL": request.version,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": request.protocol,
            "wsgi.input": BytesIO(request.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": not isinstance(self.executor, DummyExecutor),
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        _add_fields(environ, request.headers)
        if "Content-Length" in request.headers or "Transfer-Encoding" in request.headers:
            # RFC 3875, 4.1.2: the length of the body "after the server has removed any
            # transfer-codings".
            environ["CONTENT_LENGTH"] = str(len(request.body))
        return environ


class _Call:
    """One call of an application, and what comes of it."""

    __slots__ = ("body", "fields", "status")

    def __init__(self) -> None:
        self.status: str | None = None
        self.fields: list[tuple[str, str]] = []
        self.body: list[bytes] = []

    def start_response(
        self,
        status: str,
        response_headers: list[tuple[str, str]],
        exc_info: "OptExcInfo | None" = None,
        /,
    ) -> Any:
        """Takes the response's head; a later one, of an error page say, takes its place."""
        self.status = status
        self.fields = response_headers
        return self.body.append

    def make(self, application: "WSGIApplication", environ: dict[str, Any]) -> None:
        """Calls the application, and collects what it gives."""
        pieces = application(environ, self.start_response)
        try:
            # No extend(): between two pieces the application may call what start_response() gave.
            for piece in pieces:
                self.body.append(piece)
        finally:
            # PEP 3333: "the server or gateway must call that method upon completion of the
            # current request, whether the request was completed normally, or terminated early".
            if hasattr(pieces, "close"):
                pieces.close()

    def response(self, is_head: bool) -> tuple[ResponseStartLine, HTTPHeaders, bytes]:
        """Gives the response as it is to be sent.

        Args:
            is_head: Whether the method was HEAD, whose responses have no body.

        Raises:
            RuntimeError: There is none.
            ValueError: The application has made it wrong.
            TypeError: Likewise.
        """
        start_line = self._start_line()
        headers = HTTPHeaders()
        for name, value in self.fields:
            headers.add(name, value)
        # How a response is framed is not the application's business; PEP 3333 forbids the field.
        headers.pop("Transfer-Encoding", None)
        body = b"".join(self.body)
        if start_line.code in BODILESS:
            body = b""
        else:
            _describe_body(headers, body, is_head)
        headers.setdefault("Server", f"TornadoServer/{TORNADO_VERSION}")
        headers.setdefault("Date", http_date_now(time.time()))
        return start_line, headers, b"" if is_head else body

    def _start_line(self) -> ResponseStartLine:
        if self.status is None:
            raise RuntimeError("WSGI app did not call start_response")
        code, _, reason = self.status.partition(" ")
        # A status of 1xx would leave the client waiting for another.
        if not (len(code) == 3 and code.isascii() and code.isdigit() and code >= "200"):
            raise ValueError(f"status must be like '200 OK', got {self.status!r}")
        if not reason.isprintable() or max(reason, default="") > "\xff":
            raise ValueError(f"reason must be printable and in Latin-1, got {reason!r}")
        return ResponseStartLine("HTTP/1.1", int(code), reason)


_FAILED = _Call()
_FAILED.start_response(f"500 {responses[500]}", [("Content-Type", "text/plain")])
_FAILED.body.append(b"500: Internal Server Error\n")


def _add_fields(environ: dict[str, Any], headers: HTTPHeaders) -> None:
    """Adds header fields to an environment under the names that CGI has for them."""
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif "_" in name:
            # The name of another field as a client may write it to get past a proxy.
            environ.setdefault(f"HTTP_{key}", value)
        elif key != "CONTENT_LENGTH":
            environ[f"HTTP_{key}"] = value


def _describe_body(headers: HTTPHeaders, body: bytes, is_head: bool) -> None:
    """Adds what the application has not said of its body.

    Raises:
        ValueError: It has said something wrong.
    """
    length = str(len(body))
    declared = headers.get("Content-Length")
    if declared is None:
        # An application may know that the body of a HEAD is not needed.
        if body or not is_head:
            headers["Content-Length"] = length
    elif declared != length and not is_head:
        raise ValueError(f"Content-Length is {declared}, but the body has {length} bytes")
    headers.setdefault("Content-Type", "text/html; charset=UTF-8")


def _log(request: HTTPServerRequest, status: int) -> None:
    """Writes a completed request to the access log, as `fujita.web.Application` does."""
    if status < 400:
        log = access_log.info
    elif status < 500:
        log = access_log.warning
    else:
        log = access_log.error
    milliseconds = 1000.0 * request.request_time()
    summary = f"{request.method} {request.uri} ({request.remote_ip})"
    log("%d %s %.2fms", status, summary, milliseconds)
