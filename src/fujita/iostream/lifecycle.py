"""The life of a stream: open, then closed, for a reason or without."""

import asyncio
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

from fujita.ioloop import IOLoop
from fujita.iostream.errors import StreamClosedError

ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


class StreamLifecycle:
    """What every stream is, whatever its bytes come from and go to.

    The two halves that read and write, and the driver that knows the source, build on it.

    Attributes:
        io_loop: The loop that the stream was made on.
        error: The error that closed the stream; None if there was none.
    """

    def _init_lifecycle(self) -> None:
        self.io_loop = IOLoop.current()
        self._loop = self.io_loop.asyncio_loop
        self.error: BaseException | None = None
        self._closed = False
        self._close_callback: Callable[[], None] | None = None

    def closed(self) -> bool:
        """Tells whether the stream has been closed, by either end."""
        return self._closed

    def set_close_callback(self, callback: Callable[[], None] | None) -> None:
        """Has a function called once the stream is closed, whoever closes it.

        Reads and writes that are waited for fail by themselves when the stream closes; this
        is for those who want to know while they wait for nothing. Data that has arrived and
        has not been read holds up the news of the other end's closing.

        Args:
            callback: Called without arguments, on the loop, after what waited for the stream
                has been told. It replaces an earlier one; None removes that.
        """
        self._close_callback = callback
        if callback is not None and not self._closed:
            # Only a stream that watches its source notices that the other end has gone.
            self._update_interest()

    def close(self, exc_info: bool | BaseException | ExcInfo | None = False) -> None:
        """Closes the stream; what is still to be sent is dropped. A second call does nothing.

        Args:
            exc_info: Why, if there is an error to tell of: the exception, what
                ``sys.exc_info()`` returns, or True for the exception that is being handled. It
                becomes `error`, and the ``real_error`` of operations that fail by the closing.
        """
        if self._closed:
            return
        error = _exception_of(exc_info)
        if error is not None:
            self.error = error
        self._closed = True
        self._complete_reading()
        try:
            self._disconnect()
        finally:
            self._fail_waiters()
            callback, self._close_callback = self._close_callback, None
            if callback is not None:
                self.io_loop.add_callback(callback)

    def _check_closed(self) -> None:
        if self._closed:
            raise StreamClosedError(real_error=self.error)

    def _new_future(self) -> "asyncio.Future[Any]":
        return asyncio.Future(loop=self._loop)

    def _fail(
        self, future: "asyncio.Future[Any] | None", error: BaseException | None = None
    ) -> None:
        """Fails a future, with `StreamClosedError` unless told otherwise."""
        if future is not None and not future.done():
            future.set_exception(error or StreamClosedError(real_error=self.error))
            # Nobody has to wait for a write, or look at the read that a close interrupts:
            # the exception counts as retrieved.
            future.exception()

    # What the halves add

    def _complete_reading(self) -> None:
        """Gives a read that waits for the end of the stream its data."""
        raise NotImplementedError

    def _fail_waiters(self) -> None:
        """Fails whatever is still waited for."""

    # What the driver adds

    def _pull(self) -> None:
        """Takes from the source what is there, until the pending read is satisfied."""
        raise NotImplementedError

    def _would_find_nothing(self) -> bool:
        """Tells whether `_pull` is not worth its cost, since an event will tell when it is."""
        raise NotImplementedError

    def _flush(self) -> None:
        """Gives the source what it will take."""
        raise NotImplementedError

    def _update_interest(self) -> None:
        """Sees to it that the stream is told when it can go on."""
        raise NotImplementedError

    def _disconnect(self) -> None:
        """Lets go of the source."""
        raise NotImplementedError


def _exception_of(exc_info: bool | BaseException | ExcInfo | None) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1]
    return sys.exception() if exc_info else None
