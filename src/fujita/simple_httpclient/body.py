"""A request's body that does not leave together with the head."""

import asyncio
from asyncio import Future
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fujita.gen import convert_yielded
from fujita.httpclient.request import BodyProducer
from fujita.httputil.framing import BodyFraming

if TYPE_CHECKING:
    from fujita.simple_httpclient.connection import ClientConnection


class RequestBody:
    """Sends a body, from memory or as it is produced.

    Args:
        data: The body.
        producer: What produces it, where ``data`` is None.
        framing: How it is delimited.

    Attributes:
        data: See above.
        framing: See above.
        is_started: Whether it is being sent.
        is_complete: Whether all of it has been written.
    """

    __slots__ = (
        "_connection",
        "_failed",
        "_producer",
        "_task",
        "data",
        "framing",
        "is_complete",
        "is_started",
    )

    def __init__(
        self, data: bytes | None, producer: BodyProducer | None, framing: BodyFraming
    ) -> None:
        self.data = data
        self.framing = framing
        self.is_started = False
        self.is_complete = False
        self._producer = producer
        self._task: Future[Any] | None = None
        self._connection: ClientConnection | None = None
        self._failed: Callable[[BaseException], None] | None = None

    def start(
        self, connection: "ClientConnection", failed: Callable[[BaseException], None]
    ) -> None:
        """Begins to send.

        Args:
            connection: Where to.
            failed: Is called with the error if the body cannot be completed.
        """
        self.is_started = True
        self._connection = connection
        self._failed = failed
        try:
            if self._producer is None:
                if self.data:
                    self.write(self.data)
                self._finish()
                return
            result = self._producer(self.write)
            if result is None:
                self._finish()
                return
            task = self._task = convert_yielded(result)
        except Exception as error:
            self._fail(error)
        else:
            task.add_done_callback(self._produced)

    def write(self, chunk: bytes) -> "Future[None]":
        """Writes a piece; this is what a body producer is given.

        Returns:
            A future that is done when more may be written.

        Raises:
            HTTPOutputError: The body grows longer than Content-Length says.
        """
        connection = self._connection
        assert connection is not None
        return connection.write(self.framing.frame(chunk))

    def abandon(self) -> None:
        """Stops producing: the response has come, or will not come any more."""
        self._failed = None
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def _produced(self, task: "Future[Any]") -> None:
        if self._task is None:
            # Abandoned.
            if not task.cancelled():
                task.exception()
            return
        self._task = None
        try:
            task.result()
            self._finish()
        except (Exception, asyncio.CancelledError) as error:
            self._fail(error)

    def _finish(self) -> None:
        connection = self._connection
        assert connection is not None
        connection.write(self.framing.end())
        self.is_complete = True

    def _fail(self, error: BaseException) -> None:
        failed, self._failed = self._failed, None
        if failed is not None:
            failed(error)
