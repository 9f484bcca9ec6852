"""One call of `IOLoop.run_sync`."""

import asyncio
from collections.abc import Callable
from concurrent import futures
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from fujita.concurrent import chain_future

if TYPE_CHECKING:
    from fujita.ioloop.loop import IOLoop


class SyncRun:
    """Runs a loop for as long as one function and the awaitable that it returns take."""

    def __init__(self, io_loop: "IOLoop", func: Callable[[], Any]) -> None:
        self._io_loop = io_loop
        self._func = func
        self._outcome: asyncio.Future[Any] = io_loop.asyncio_loop.create_future()
        self._work: asyncio.Future[Any] | futures.Future[Any] | None = None
        self._timed_out = False

    def run(self, timeout: float | None) -> Any:
        """Runs the loop; returns what the awaitable gave, or raises what it raised."""
        loop = self._io_loop.asyncio_loop
        handles: list[asyncio.Handle] = [loop.call_soon(self._begin)]
        if timeout is not None:
            handles.append(loop.call_later(timeout, self._expire))
        try:
            return loop.run_until_complete(self._outcome)
        except asyncio.CancelledError as error:
            self._raise_if_timed_out(timeout, error)
            # Tornado's word for it, which programs know: a caller of run_sync is no task that
            # could be cancelled.
            raise RuntimeError("Event loop stopped before Future completed.") from error
        except RuntimeError as error:
            if not self._outcome.done():
                self._raise_if_timed_out(timeout, error)
            raise
        except (KeyboardInterrupt, SystemExit):
            self._retrieve()
            raise
        finally:
            # Nobody waits for it any more, if the loop has ended before the work.
            self._outcome.cancel()
            for handle in handles:
                handle.cancel()

    def _begin(self) -> None:
        try:
            result = self._func()
            if isinstance(result, CoroutineType):
                self._work = self._io_loop._create_task(result)
            elif result is not None:
                from fujita.gen import convert_yielded

                self._work = convert_yielded(result)
        except (KeyboardInterrupt, SystemExit):
            raise
        except asyncio.CancelledError:
            self._outcome.cancel()
        except BaseException as error:
            self._outcome.set_exception(error)
        else:
            if self._work is None:
                self._outcome.set_result(None)
            else:
                chain_future(self._work, self._outcome)

    def _expire(self) -> None:
        self._timed_out = True
        if self._work is None or not self._work.cancel():
            # A job that runs in an executor's thread cannot be cancelled, but be left behind.
            self._io_loop.stop()

    def _raise_if_timed_out(self, timeout: float | None, error: BaseException) -> None:
        if self._timed_out:
            raise TimeoutError(f"Operation timed out after {timeout} seconds") from error

    def _retrieve(self) -> None:
        """Marks the work's exception as seen, which has come out of the loop by itself."""
        work = self._work
        if isinstance(work, asyncio.Future) and work.done() and not work.cancelled():
            work.exception()
