"""Joins a request to the handler that answers it."""

from asyncio import Future, Task, get_running_loop
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any

from fujita.concurrent import future_set_result_unless_cancelled
from fujita.httputil import (
    HTTPHeaders,
    HTTPInputError,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from fujita.httputil.delegates import RequestDelegate
from fujita.iostream import StreamClosedError
from fujita.log import app_log
from fujita.tasks import call, pool_of, start
from fujita.web.errors import HTTPError
from fujita.web.execution import ExecutionPart
from fujita.web.transforms import OutputTransform

if TYPE_CHECKING:
    from fujita.web.application import Application
    from fujita.web.handler import RequestHandler

NO_ARGUMENTS: dict[str, Any] = {}


class _HandlerDelegate(RequestDelegate):
    """Gathers a request's body and runs its handler.

    A handler with ``@stream_request_body`` runs when the head has come, and is given the body
    piece by piece.
    """

    __slots__ = (
        "_chunks",
        "application",
        "connection",
        "handler",
        "handler_class",
        "handler_kwargs",
        "path_args",
        "path_kwargs",
        "request",
        "stream_request_body",
    )

    def __init__(
        self,
        application: "Application",
        request: HTTPServerRequest,
        handler_class: "type[RequestHandler]",
        handler_kwargs: dict[str, Any] | None,
        path_args: list[bytes] | None,
        path_kwargs: dict[str, bytes] | None,
    ) -> None:
        self.application = application
        self.connection = request.connection
        self.request = request
        self.handler_class = handler_class
        self.handler_kwargs = handler_kwargs or NO_ARGUMENTS
        self.path_args = path_args or ()
        self.path_kwargs = path_kwargs or NO_ARGUMENTS
        self.stream_request_body = handler_class._stream_request_body
        self._chunks: list[bytes] | None = None
        self.handler: RequestHandler | None = None

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        return self.request_received()

    def request_received(self) -> Awaitable[None] | None:
        """Starts a handler that streams the body; any other waits for the body."""
        if not self.stream_request_body:
            return None
        self.request._body_future = Future()  # type: ignore[attr-defined]
        self.execute()
        assert self.handler is not None
        return self.handler._prepared_future

    @property
    def gathers(self) -> bool:
        """Whether the handler gets the body whole."""
        return not self.stream_request_body

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        if self.stream_request_body:
            assert self.handler is not None
            return self.handler.data_received(chunk)
        if self._chunks is None:
            self._chunks = []
        self._chunks.append(chunk)
        return None

    def finish(self) -> None:
        if self.stream_request_body:
            future_set_result_unless_cancelled(
                self.request._body_future,  # type: ignore[attr-defined]
                None,
            )
            return
        if self._chunks is not None:
            self.request.body = b"".join(self._chunks)
            try:
                self.request._parse_body()
            except HTTPInputError as error:
                self._refuse(error)
                return
        self.execute()

    def _refuse(self, error: HTTPInputError) -> None:
        """Lets the handler say that it cannot read the body, in its own way."""
        handler = self.handler_class(self.application, self.request, **self.handler_kwargs)
        handler._transforms = [transform(self.request) for transform in self.application.transforms]
        handler._answer_exception(HTTPError(400, "Invalid body: %s", error))

    def on_connection_close(self) -> None:
        if not self.stream_request_body:
            self._chunks = None
            return
        body_future = self.request._body_future  # type: ignore[attr-defined]
        if not body_future.done():
            body_future.set_exception(StreamClosedError())
            # The handler may have answered already and not care.
            body_future.exception()
        assert self.handler is not None
        self.handler.on_connection_close()

    def execute(self) -> "Awaitable[None] | None":
        """Makes the handler and runs it; it may be done when this returns.

        Returns:
            An awaitable for its end, ``None`` if that has come.
        """
        handler = self.handler_class(self.application, self.request, **self.handler_kwargs)
        if self.stream_request_body:
            self.handler = handler
            handler._prepared_future = Future()
        return run(handler, self.path_args, self.path_kwargs)


def run(
    handler: "RequestHandler", path_args: Sequence[bytes], path_kwargs: dict[str, bytes]
) -> "Task[Any] | None":
    """Runs a handler; its first step at once.

    Returns:
        The task that goes on with it, ``None`` if it has come to its end.
    """
    application = handler.application
    settings = application.settings
    if not (
        settings.get("compiled_template_cache", True) and settings.get("static_hash_cache", True)
    ):
        # As in debug mode.
        application._forget_cached_files()
    transforms: list[OutputTransform] = []
    if application.transforms:
        transforms = [transform(handler.request) for transform in application.transforms]
    loop = get_running_loop()
    pool = pool_of(loop)
    if type(handler)._execute is ExecutionPart._execute:
        # Most handlers never wait, and need no coroutine then.
        task = call((handler._execute_first, transforms, path_args, path_kwargs), loop, pool)
    else:
        running = handler._execute(transforms, *path_args, **path_kwargs)
        task = start(running, loop, pool)
    if task is not None:
        # The loop holds tasks weakly; the request must not be forgotten half-way.
        _running.add(task)
        task.add_done_callback(_ended)
    return task


_running: set[Task[Any]] = set()


def _ended(task: Task[Any]) -> None:
    _running.discard(task)
    if task.cancelled():
        return
    error = task.exception()
    if error is not None:
        app_log.error("Uncaught exception in a handler", exc_info=error)
