"""The part of a handler that runs it: from the request to ``get`` or ``post`` and the end."""

import sys
from asyncio import CancelledError, current_task
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from fujita.concurrent import future_set_result_unless_cancelled
from fujita.escape import _unicode
from fujita.httputil import HTTPInputError
from fujita.iostream import StreamClosedError
from fujita.log import app_log, gen_log
from fujita.web.errors import Finish, HTTPError
from fujita.web.response import ResponsePart

if TYPE_CHECKING:
    from fujita.web.transforms import OutputTransform

_NAMES = {"GET": "get", "POST": "post", "HEAD": "head"}

Method = Callable[..., Awaitable[None] | None]


class ExecutionPart(ResponsePart):
    """Runs the method that answers, and deals with what it raises."""

    SUPPORTED_METHODS: tuple[str, ...] = (
        "GET",
        "HEAD",
        "POST",
        "DELETE",
        "PATCH",
        "PUT",
        "OPTIONS",
    )

    async def _execute(
        self, transforms: "list[OutputTransform]", *args: bytes, **kwargs: bytes
    ) -> None:
        """Answers the request; ``args`` and ``kwargs`` are the groups of its route."""
        rest = self._execute_first(transforms, args, kwargs)
        if rest is not None:
            await rest

    def _execute_first(
        self,
        transforms: "list[OutputTransform]",
        args: Sequence[bytes],
        kwargs: Mapping[str, bytes],
    ) -> Coroutine[Any, Any, None] | None:
        """Answers the request as far as that goes without waiting.

        Returns:
            What is left to do, ``None`` if that is nothing.
        """
        self._transforms = transforms
        try:
            method = self.request.method
            if method not in self.SUPPORTED_METHODS:
                raise HTTPError(405)
            # Only what routes with groups need is done for them.
            self.path_args = [self.decode_argument(arg) for arg in args] if args else []
            self.path_kwargs = (
                {name: self.decode_argument(kwargs[name], name=name) for name in kwargs}
                if kwargs
                else {}
            )
            if method not in ("GET", "HEAD", "OPTIONS"):
                self._check_cross_site()
            waiting = self.prepare()
            if waiting is not None or self._stream_request_body:
                return self._execute_from_prepare(waiting)
            if self._prepared_future is not None:
                future_set_result_unless_cancelled(self._prepared_future, None)
            if self._finished:
                return None
            waiting = self._call_method()
            if waiting is not None:
                return self._execute_method(waiting)
            if self._auto_finish and not self._finished:
                self.finish()
        except CancelledError as error:
            self._end_cancelled(error)
        except Exception as error:
            self._end_failed(error)
        return None

    def _call_method(self) -> Awaitable[None] | None:
        """Calls ``get``, ``post`` or whatever the request asks for."""
        method = self.request.method
        assert method is not None
        answering: Method = getattr(self, _NAMES.get(method) or method.lower())
        if self.path_args or self.path_kwargs:
            return answering(*self.path_args, **self.path_kwargs)
        return answering()

    async def _execute_from_prepare(self, waiting: Awaitable[None] | None) -> None:
        """Goes on where ``prepare`` has to be waited for, or the body is streamed."""
        try:
            if waiting is not None:
                await waiting
            if self._prepared_future is not None:
                # Whoever reads the body has waited for prepare() to return.
                future_set_result_unless_cancelled(self._prepared_future, None)
            if self._finished:
                return
            if self._stream_request_body and not await self._body_complete():
                return
            waiting = self._call_method()
            if waiting is not None:
                await waiting
            if self._auto_finish and not self._finished:
                self.finish()
        except CancelledError as error:
            self._end_cancelled(error)
        except Exception as error:
            self._end_failed(error)
        finally:
            # A failed prepare() must not leave the reader of the body waiting.
            self._let_body_in()

    async def _execute_method(self, waiting: Awaitable[None]) -> None:
        """Goes on where the method that answers has to be waited for."""
        try:
            await waiting
            if self._auto_finish and not self._finished:
                self.finish()
        except CancelledError as error:
            self._end_cancelled(error)
        except Exception as error:
            self._end_failed(error)

    def _end_cancelled(self, error: CancelledError) -> None:
        """Answers where a cancellation has ended the method."""
        task = current_task()
        if task is None or not task.cancelling():
            # Something that the handler waited for was cancelled, not the handler.
            self._end_failed(error)
            return
        if not self._finished:
            self.send_error(500)
        self._let_body_in()
        raise error

    def _end_failed(self, error: BaseException) -> None:
        self._answer_exception(error)
        self._let_body_in()

    def _let_body_in(self) -> None:
        """Tells whoever reads the body, and waits for ``prepare``, to go on."""
        if self._prepared_future is not None and not self._prepared_future.done():
            self._prepared_future.set_result(None)

    async def _body_complete(self) -> bool:
        """Waits for the end of a streamed body; ``False`` if the client goes away before it."""
        try:
            await self.request._body_future  # type: ignore[attr-defined]
        except StreamClosedError:
            return False
        return True

    def _answer_exception(self, error: BaseException) -> None:
        if isinstance(error, HTTPInputError):
            # What is read of the request when it is first asked for, as the query's arguments.
            error = HTTPError(400, "%s", error)
        try:
            self._handle_request_exception(error)
        except Exception:
            app_log.error("Exception in exception handler", exc_info=True)
            if not self._finished:
                # The client need not wait for what will never come.
                self.request.connection.close()  # type: ignore[attr-defined]
        finally:
            # A traceback refers to frames, and these to the handler.
            error.__traceback__ = None

    def _handle_request_exception(self, e: BaseException) -> None:
        """Turns what a method raised into a response."""
        if isinstance(e, Finish):
            if not self._finished:
                self.finish(*e.args)
            return
        try:
            self.log_exception(type(e), e, e.__traceback__)
        except Exception:
            app_log.error("Error in exception logger", exc_info=True)
        if self._finished:
            # Too late for a response: it has gone out, and the log knows.
            return
        status = e.status_code if isinstance(e, HTTPError) else 500
        self.send_error(status, exc_info=sys.exc_info())

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Writes an exception to the log; override it to log elsewhere or otherwise.

        An ``HTTPError`` is a warning without a traceback, and only if it has a message;
        everything else is an error with one.
        """
        if isinstance(value, HTTPError):
            message = value.log_message
            if message:
                summary = f"%d %s: {message}"
                gen_log.warning(summary, value.status_code, self._request_summary(), *value.args)
            return
        app_log.error(
            "Uncaught exception %s\n%r",
            self._request_summary(),
            self.request,
            exc_info=(typ, value, tb),  # type: ignore[arg-type]
        )

    def _request_summary(self) -> str:
        """Names the request in a log line: method, target and client."""
        return f"{self.request.method} {self.request.uri} ({self.request.remote_ip})"

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Answers with an error, unless part of the response has been sent already.

        Args:
            status_code: The status.
            **kwargs: Passed on to ``write_error``; ``reason`` is the reason phrase.
        """
        if self._headers_written:
            gen_log.error("Cannot send error response after headers written")
            self._end_torn_response()
            return
        self.clear()
        _, exception, _ = kwargs.get("exc_info", (None, None, None))
        own_reason = exception.reason if isinstance(exception, HTTPError) else None
        self.set_status(status_code, reason=own_reason or kwargs.get("reason"))
        if status_code == 405:
            # RFC 9110 section 15.5.6: "The origin server MUST generate an Allow header field in a
            # 405 response".
            self.set_header("Allow", ", ".join(self._allowed_methods()))
        try:
            self.write_error(status_code, **kwargs)
        except Exception:
            app_log.error("Uncaught exception in write_error", exc_info=True)
        if not self._finished:
            self.finish()

    def _allowed_methods(self) -> list[str]:
        """Names the methods that the handler's class answers."""
        kind = type(self)
        unimplemented = getattr(kind, "_unimplemented_method", None)
        return [
            method
            for method in self.SUPPORTED_METHODS
            if getattr(kind, method.lower(), unimplemented) is not unimplemented
        ]

    def _end_torn_response(self) -> None:
        """Ends a response of which part has gone out, so that the client does not wait."""
        if self._finished:
            return
        try:
            self.finish()
        except Exception:
            gen_log.error("Failed to flush partial response", exc_info=True)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Writes the page of an error; override it for pages of your own."""
        raise NotImplementedError

    def decode_argument(self, value: bytes, name: str | None = None) -> str:
        """Makes text of an argument from the path, the query or a form.

        Args:
            value: The bytes, URL escapes undone.
            name: The argument's name, ``None`` for a group without one.

        Raises:
            HTTPError: The bytes are no UTF-8; status 400.
        """
        try:
            return _unicode(value)
        except UnicodeDecodeError:
            raise HTTPError(400, "Invalid unicode in %s: %r", name or "url", value[:40]) from None
