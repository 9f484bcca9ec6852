"""``add_reader`` and its family for loops that lack them, such as Windows' proactor loop.

A thread waits in `select.select` and hands what is ready to the loop, then waits no further until
the loop's callbacks have run: what is ready stays ready until they have read or written it.
"""

import asyncio
import atexit
import contextvars
import functools
import select
import socket
import threading
from collections.abc import AsyncGenerator, Callable
from typing import Any, Protocol


class HasFileno(Protocol):
    """What has a file descriptor."""

    def fileno(self) -> int:
        """Returns it."""
        ...


Watched = int | HasFileno
Interests = dict[Watched, Callable[[], object]]

_selector_loops: set["SelectorThread"] = set()


def _atexit_callback() -> None:
    """Ends the threads of loops that were never closed, or the interpreter would wait for them."""
    for selector in list(_selector_loops):
        selector.close()


atexit.register(_atexit_callback)


class SelectorThread:
    """Watches file descriptors in a thread of its own; the callbacks run on the loop.

    The thread starts with the loop's first turn, and ends with `close`, or with the loop's
    `asyncio.loop.shutdown_asyncgens`, which `asyncio.run` calls.

    Args:
        real_loop: The loop that the callbacks are run on. All methods are for its thread.
    """

    def __init__(self, real_loop: asyncio.AbstractEventLoop) -> None:
        self._real_loop = real_loop
        self._readers: Interests = {}
        self._writers: Interests = {}
        # The round of select that the thread is asked to do: set, it begins. The loop sets it
        # again only after it has dealt with the round before.
        self._round: tuple[list[Watched], list[Watched]] | None = None
        self._condition = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._thread_manager_task: asyncio.Task[None] | None = None
        self._keeper = self._keep_thread()
        self._start_handle = real_loop.call_soon(self._start_keeper)
        self._waker_r, self._waker_w = socket.socketpair()
        self._waker_r.setblocking(False)
        self._waker_w.setblocking(False)
        self.add_reader(self._waker_r, self._drain_waker)
        _selector_loops.add(self)

    def close(self) -> None:
        """Ends the thread and closes what it used; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._start_handle.cancel()
        with self._condition:
            self._condition.notify()
        self._wake()
        if self._thread is not None:
            self._thread.join()
        self._drop_task()
        _selector_loops.discard(self)
        self._readers.clear()
        self._writers.clear()
        self._waker_r.close()
        self._waker_w.close()

    def add_reader(self, fd: Watched, callback: Callable[..., object], *args: Any) -> None:
        """Calls ``callback(*args)`` on the loop whenever ``fd`` can be read."""
        self._add(self._readers, fd, callback, args)

    def add_writer(self, fd: Watched, callback: Callable[..., object], *args: Any) -> None:
        """Calls ``callback(*args)`` on the loop whenever ``fd`` can be written."""
        self._add(self._writers, fd, callback, args)

    def remove_reader(self, fd: Watched) -> bool:
        """Ends what `add_reader` began; tells whether it had begun."""
        return self._remove(self._readers, fd)

    def remove_writer(self, fd: Watched) -> bool:
        """Ends what `add_writer` began; tells whether it had begun."""
        return self._remove(self._writers, fd)

    def _add(
        self,
        interests: Interests,
        fd: Watched,
        callback: Callable[..., object],
        args: tuple[Any, ...],
    ) -> None:
        # The context of the one who asks, as asyncio does it; the thread has one of its own.
        interests[fd] = functools.partial(contextvars.copy_context().run, callback, *args)
        self._wake()

    def _remove(self, interests: Interests, fd: Watched) -> bool:
        found = interests.pop(fd, None) is not None
        if found:
            self._wake()
        return found

    # The thread's life: a task of the loop steps an asynchronous generator into its body, and
    # the loop, where it is shut down in good order, closes the generator.

    def _start_keeper(self) -> None:
        async def start() -> None:
            await anext(self._keeper)

        self._thread_manager_task = self._real_loop.create_task(start())

    async def _keep_thread(self) -> AsyncGenerator[None]:
        self._thread = threading.Thread(name="Fujita selector", target=self._run, daemon=True)
        self._thread.start()
        self._ask_for_round()
        try:
            yield
        finally:
            self.close()

    def _drop_task(self) -> None:
        task = self._thread_manager_task
        if task is not None and not task.done() and self._thread is None:
            # It has not begun and never will: asyncio must not report it when it is collected.
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            task.get_coro().close()

    # In the loop's thread

    def _wake(self) -> None:
        """Has the thread leave its select, as the loop has something new for it."""
        if self._thread is None:
            return
        try:
            self._waker_w.send(b"w")
        except BlockingIOError:
            # The pipe is full of such requests already.
            pass

    def _drain_waker(self) -> None:
        try:
            self._waker_r.recv(1024)
        except BlockingIOError:
            pass

    def _ask_for_round(self) -> None:
        with self._condition:
            self._round = (list(self._readers), list(self._writers))
            self._condition.notify()

    def _finish_round(self, readable: list[Watched], writable: list[Watched]) -> None:
        if self._closed:
            return
        try:
            for interests, ready in ((self._readers, readable), (self._writers, writable)):
                for fd in ready:
                    # An earlier callback of this round may have removed it.
                    callback = interests.get(fd)
                    if callback is not None:
                        self._call(callback)
        finally:
            if not self._closed:
                self._ask_for_round()

    def _call(self, callback: Callable[[], object]) -> None:
        try:
            callback()
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            self._real_loop.call_exception_handler(
                {"message": f"Exception in callback {callback!r}", "exception": error}
            )

    # In the thread of the selector

    def _run(self) -> None:
        while True:
            with self._condition:
                while self._round is None and not self._closed:
                    self._condition.wait()
                if self._closed or self._round is None:
                    return
                readers, writers = self._round
                self._round = None
            readable, writable = _select(readers, writers)
            try:
                self._real_loop.call_soon_threadsafe(self._finish_round, readable, writable)
            except RuntimeError:
                # The loop was closed without us; close() or the interpreter's end comes next.
                return


def _select(readers: list[Watched], writers: list[Watched]) -> tuple[list[Watched], list[Watched]]:
    try:
        # Windows tells of a failed connection in the third list only.
        readable, writable, failed = select.select(readers, writers, writers)
    except (OSError, ValueError):
        # One has been closed without having been removed. Let those that are open be served,
        # and the closed one be silent, as it is with other selectors.
        return _select_open(readers, writers)
    return readable, writable + [fd for fd in failed if fd not in writable]


def _select_open(
    readers: list[Watched], writers: list[Watched]
) -> tuple[list[Watched], list[Watched]]:
    open_readers = [fd for fd in readers if _is_open(fd)]
    open_writers = [fd for fd in writers if _is_open(fd)]
    if len(open_readers) == len(readers) and len(open_writers) == len(writers):
        return [], []
    return _select(open_readers, open_writers)


def _is_open(fd: Watched) -> bool:
    try:
        select.select([fd], [], [], 0)
    except (OSError, ValueError):
        return False
    return True


class AddThreadSelectorEventLoop(asyncio.AbstractEventLoop):
    """A loop with the ``add_reader`` family added, which a `SelectorThread` provides.

    All else is the wrapped loop's. Closing this one closes that one.

    Args:
        real_loop: The loop to wrap.
    """

    MY_ATTRIBUTES: frozenset[str] = frozenset(
        {
            "_real_loop",
            "_selector",
            "add_reader",
            "add_writer",
            "close",
            "remove_reader",
            "remove_writer",
        }
    )

    def __init__(self, real_loop: asyncio.AbstractEventLoop) -> None:
        self._real_loop = real_loop
        self._selector = SelectorThread(real_loop)

    def __getattribute__(self, name: str) -> Any:
        # AbstractEventLoop defines every method, so __getattr__ would never be asked.
        if name in AddThreadSelectorEventLoop.MY_ATTRIBUTES:
            return super().__getattribute__(name)
        return getattr(self._real_loop, name)

    def close(self) -> None:
        """Ends the thread and closes the wrapped loop."""
        self._selector.close()
        self._real_loop.close()

    def add_reader(  # type: ignore[override]
        self, fd: Watched, callback: Callable[..., object], *args: Any
    ) -> None:
        """See `asyncio.loop.add_reader`."""
        self._selector.add_reader(fd, callback, *args)

    def add_writer(  # type: ignore[override]
        self, fd: Watched, callback: Callable[..., object], *args: Any
    ) -> None:
        """See `asyncio.loop.add_writer`."""
        self._selector.add_writer(fd, callback, *args)

    def remove_reader(self, fd: Watched) -> bool:
        """See `asyncio.loop.remove_reader`."""
        return self._selector.remove_reader(fd)

    def remove_writer(self, fd: Watched) -> bool:
        """See `asyncio.loop.remove_writer`."""
        return self._selector.remove_writer(fd)
