"""`IOLoop` on asyncio, which is the only kind there is."""

import asyncio
import os
import sys
import warnings
from collections.abc import Callable, Coroutine
from concurrent import futures
from typing import TYPE_CHECKING, Any, TypeVar

from fujita.ioloop import IOLoop
from fujita.ioloop.asyncio_loops import (
    new_asyncio_loop,
    set_new_asyncio_loop,
    thread_asyncio_loop,
)
from fujita.ioloop.loop import Selectable
from fujita.platform.selector_thread import (
    AddThreadSelectorEventLoop,
    SelectorThread,
    _atexit_callback,
    _selector_loops,
)

if TYPE_CHECKING:
    # Made on demand below: its base class is deprecated since Python 3.14, where the import warns.
    AnyThreadEventLoopPolicy: type[asyncio.AbstractEventLoopPolicy]

__all__ = [
    "AddThreadSelectorEventLoop",
    "AsyncIOLoop",
    "AsyncIOMainLoop",
    "BaseAsyncIOLoop",
    "SelectorThread",
    "_atexit_callback",
    "_selector_loops",
    "to_asyncio_future",
    "to_tornado_future",
]

Result = TypeVar("Result")


class BaseAsyncIOLoop(IOLoop):
    """The methods of `IOLoop`, spelled in those of an asyncio loop.

    Attributes:
        asyncio_loop: The asyncio loop.
        selector_loop: What watches file descriptors: the asyncio loop itself, or a thread beside
            it where that cannot.
        handlers: For each watched file descriptor what was given for it, and its handler.
        readers: The file descriptors that are watched for `READ`.
        writers: The file descriptors that are watched for `WRITE`.
        closing: Whether `close` has been called.
        closers: Coroutine functions that `close` runs first, for those who keep connections open
            without being asked to close them.
    """

    def initialize(  # type: ignore[override]
        self, asyncio_loop: asyncio.AbstractEventLoop, **kwargs: Any
    ) -> None:
        """Wraps ``asyncio_loop``.

        Raises:
            RuntimeError: It belongs to another `IOLoop` already.
        """
        self.asyncio_loop = asyncio_loop
        self.selector_loop: asyncio.AbstractEventLoop | SelectorThread = asyncio_loop
        self.handlers: dict[int, tuple[int | Selectable, Callable[..., None]]] = {}
        self.readers: set[int] = set()
        self.writers: set[int] = set()
        self.closing = False
        self.closers: set[Callable[[], Coroutine[Any, Any, None]]] = set()
        self._tasks = set()
        _register(asyncio_loop, self)
        if type(asyncio_loop).add_reader is asyncio.AbstractEventLoop.add_reader:
            self.selector_loop = SelectorThread(asyncio_loop)
        super().initialize(**kwargs)

    def close(self, all_fds: bool = False) -> None:
        """See `IOLoop.close`. A second call does nothing."""
        if self.asyncio_loop.is_running():
            raise RuntimeError("Cannot close a running event loop")
        self.closing = True
        if not self.asyncio_loop.is_closed() and asyncio._get_running_loop() is None:
            for closer in list(self.closers):
                self.asyncio_loop.run_until_complete(closer())
        for number, (watched, _) in list(self.handlers.items()):
            # What has been closed before, such as a pyzmq socket, cannot tell its number any more.
            self._watch(number, IOLoop.NONE)
            del self.handlers[number]
            if all_fds:
                self.close_fd(watched)
        if isinstance(self.selector_loop, SelectorThread):
            self.selector_loop.close()
        for task in self._tasks:
            # The program has left its callbacks' coroutines unfinished by closing the loop;
            # asyncio would call that an error when they are collected.
            task._log_destroy_pending = False  # type: ignore[attr-defined]
        self._tasks.clear()
        IOLoop._ioloop_for_asyncio.pop(self.asyncio_loop, None)
        self.asyncio_loop.close()

    def add_handler(self, fd: int | Selectable, handler: Callable[..., None], events: int) -> None:
        """See `IOLoop.add_handler`."""
        number, watched = self.split_fd(fd)
        if number in self.handlers:
            raise ValueError(f"fd {number} added twice")
        self.handlers[number] = (watched, handler)
        try:
            if number in self.readers or number in self.writers:
                # Another thread has removed the handler before, and the loop is yet to do so.
                self._watch(number, IOLoop.NONE)
            self._watch(number, events)
        except BaseException:
            del self.handlers[number]
            self._watch(number, IOLoop.NONE)
            raise

    def update_handler(self, fd: int | Selectable, events: int) -> None:
        """See `IOLoop.update_handler`."""
        number, _ = self.split_fd(fd)
        if number in self.handlers:
            self._watch(number, events)

    def remove_handler(self, fd: int | Selectable) -> None:
        """See `IOLoop.remove_handler`."""
        number, _ = self.split_fd(fd)
        if self.handlers.pop(number, None) is not None:
            self._watch(number, IOLoop.NONE)

    def _watch(self, number: int, events: int) -> None:
        """Makes the asyncio loop watch exactly for ``events``, whichever thread asks for it."""
        loop = self.asyncio_loop
        if (
            isinstance(loop, asyncio.BaseEventLoop)
            or asyncio._get_running_loop() is loop
            or not loop.is_running()
        ):
            self._watch_at_once(number, events)
            return
        # libuv, and so uvloop, tells the operating system of a change before it waits, not while
        # it does. Some programs, such as ipyparallel's engine, open a stream on a loop that waits
        # in another thread; asyncio's loop hears of its events all the same.
        if events:
            # What cannot be watched is to be said to who asks, as far as it can be told here.
            os.fstat(number)
        loop.call_soon_threadsafe(self._watch_in_turn, number, events, self.handlers.get(number))

    def _watch_in_turn(
        self,
        number: int,
        events: int,
        entry: tuple[int | Selectable, Callable[..., None]] | None,
    ) -> None:
        """Does what another thread asked for, unless the descriptor's handler has changed since."""
        if self.handlers.get(number) is entry:
            self._watch_at_once(number, events)

    def _watch_at_once(self, number: int, events: int) -> None:
        loop = self.selector_loop
        if events & IOLoop.READ:
            if number not in self.readers:
                self._begin(loop.add_reader, number, IOLoop.READ)
                self.readers.add(number)
        elif number in self.readers:
            self.readers.discard(number)
            loop.remove_reader(number)
        if events & IOLoop.WRITE:
            if number not in self.writers:
                self._begin(loop.add_writer, number, IOLoop.WRITE)
                self.writers.add(number)
        elif number in self.writers:
            self.writers.discard(number)
            loop.remove_writer(number)

    def _begin(self, add: Callable[..., None], number: int, event: int) -> None:
        """Calls ``add_reader`` or ``add_writer`` of the asyncio loop."""
        watched, handler = self.handlers[number]
        if isinstance(self.asyncio_loop, asyncio.BaseEventLoop):
            add(number, handler, watched, event)
            return
        # libuv, and so uvloop, makes non-blocking what it watches. A program that waits for its
        # terminal to become readable, and writes to it as to any file, would have that fail.
        blocking = _is_blocking(number)
        add(number, handler, watched, event)
        if blocking:
            os.set_blocking(number, True)

    def start(self) -> None:
        """See `IOLoop.start`."""
        loop = self.asyncio_loop
        if sys.version_info >= (3, 13) and isinstance(loop, asyncio.BaseEventLoop):
            # Up to 3.13.2 run_forever refuses to run inside a running loop only after it has
            # harmed that one (python/cpython#130145).
            loop._check_running()  # type: ignore[attr-defined]
        loop.run_forever()

    def stop(self) -> None:
        """See `IOLoop.stop`. A closed loop is stopped already."""
        if not self.asyncio_loop.is_closed():
            self.asyncio_loop.stop()

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> object:
        """See `IOLoop.call_at`."""
        # asyncio's clock cannot be set back or forth, ours can: the distance is what they share.
        delay = max(0, when - self.time())
        return self.asyncio_loop.call_later(delay, self._run_callback, callback, args, kwargs)

    def remove_timeout(self, timeout: object) -> None:
        """See `IOLoop.remove_timeout`."""
        timeout.cancel()  # type: ignore[attr-defined]

    def add_callback(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """See `IOLoop.add_callback`."""
        if not callable(callback):
            raise TypeError(f"expected a callable, got {callback!r}")
        loop = self.asyncio_loop
        try:
            if asyncio._get_running_loop() is loop:
                loop.call_soon(self._run_callback, callback, args, kwargs)
            else:
                loop.call_soon_threadsafe(self._run_callback, callback, args, kwargs)
        except RuntimeError:
            # The loop has been closed, perhaps by another thread a moment ago, and nobody
            # could have known: the callback is dropped.
            if not loop.is_closed():
                raise

    def add_callback_from_signal(
        self, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> None:
        """See `IOLoop.add_callback_from_signal`."""
        warnings.warn("add_callback_from_signal is deprecated", DeprecationWarning, stacklevel=2)
        try:
            # Between two steps of the loop's thread, call_soon would not wake the loop.
            self.asyncio_loop.call_soon_threadsafe(self._run_callback, callback, args, kwargs)
        except RuntimeError:
            if not self.asyncio_loop.is_closed():
                raise

    def run_in_executor(
        self,
        executor: futures.Executor | None,
        func: Callable[..., Result],
        *args: Any,
    ) -> "asyncio.Future[Result]":
        """See `IOLoop.run_in_executor`."""
        return self.asyncio_loop.run_in_executor(executor, func, *args)

    def set_default_executor(self, executor: futures.Executor) -> None:
        """See `IOLoop.set_default_executor`."""
        self.asyncio_loop.set_default_executor(executor)


class AsyncIOMainLoop(BaseAsyncIOLoop):
    """The `IOLoop` of the asyncio loop that is current in this thread.

    `IOLoop.current` makes it; there is no need to.
    """

    def initialize(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Wraps the current asyncio loop of the thread, which is made if there is none."""
        if "asyncio_loop" not in kwargs:
            kwargs["asyncio_loop"] = thread_asyncio_loop() or set_new_asyncio_loop()
        super().initialize(**kwargs)

    def _make_current(self) -> None:
        """Does nothing: the asyncio loop is current already."""


class AsyncIOLoop(BaseAsyncIOLoop):
    """An `IOLoop` on an asyncio loop of its own: what ``IOLoop()`` makes.

    Args:
        make_current: Whether both become the current ones of the thread.
        asyncio_loop: The asyncio loop to wrap, instead of a new one.

    Attributes:
        is_current: Whether this loop was made current, and has not been taken out of place.
        old_asyncio: While it is, the asyncio loop that was current before.
    """

    def initialize(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Takes the constructor's arguments."""
        self.is_current = False
        made = None
        if "asyncio_loop" not in kwargs:
            kwargs["asyncio_loop"] = made = new_asyncio_loop()
        try:
            super().initialize(**kwargs)
        except BaseException:
            if made is not None:
                IOLoop._ioloop_for_asyncio.pop(made, None)
                made.close()
            raise

    def close(self, all_fds: bool = False) -> None:
        """See `IOLoop.close`; what was current before this loop is so again."""
        if self.is_current and not self.asyncio_loop.is_running():
            self._leave_current()
        super().close(all_fds=all_fds)

    def _make_current(self) -> None:
        if not self.is_current:
            self.old_asyncio = thread_asyncio_loop()
            self.is_current = True
        asyncio.set_event_loop(self.asyncio_loop)

    def _leave_current(self) -> None:
        if self.is_current:
            asyncio.set_event_loop(self.old_asyncio)
            self.is_current = False
            self.old_asyncio = None


def _register(asyncio_loop: asyncio.AbstractEventLoop, io_loop: IOLoop) -> None:
    registry = IOLoop._ioloop_for_asyncio
    # A copy of the keys: loops of other threads come and go meanwhile.
    for known in list(registry):
        if known.is_closed():
            registry.pop(known, None)
    owner = registry.setdefault(asyncio_loop, io_loop)
    if owner is not io_loop:
        raise RuntimeError(f"IOLoop {owner} already associated with asyncio loop {asyncio_loop}")


def _is_blocking(number: int) -> bool:
    try:
        return os.get_blocking(number)
    except OSError:
        # It is not open. The loop says so in its own way.
        return False


def to_tornado_future(asyncio_future: "asyncio.Future[Result]") -> "asyncio.Future[Result]":
    """Returns ``asyncio_future``: the two kinds of future are one, and this is deprecated."""
    return asyncio_future


def to_asyncio_future(tornado_future: Any) -> "asyncio.Future[Any]":
    """Returns `fujita.gen.convert_yielded` of its argument, and is deprecated for that."""
    from fujita.gen import convert_yielded

    return convert_yielded(tornado_future)


def __getattr__(name: str) -> Any:
    if name == "AnyThreadEventLoopPolicy":
        from fujita.platform.any_thread import AnyThreadEventLoopPolicy

        return AnyThreadEventLoopPolicy
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
