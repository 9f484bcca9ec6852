"""`IOLoop`: an asyncio event loop with Tornado's methods."""

import asyncio
import datetime
import functools
import numbers
import os
import time
import warnings
from collections.abc import Callable, Coroutine
from concurrent import futures
from types import CoroutineType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeVar, cast, overload

from fujita.concurrent import Future, is_future
from fujita.ioloop.asyncio_loops import set_new_asyncio_loop, thread_asyncio_loop
from fujita.ioloop.sync import SyncRun
from fujita.log import app_log
from fujita.util import Configurable, import_object

Result = TypeVar("Result")


class Selectable(Protocol):
    """What can be watched besides a bare file descriptor: a socket, a pipe's file object."""

    def fileno(self) -> int:
        """Returns the file descriptor."""
        ...

    def close(self) -> None:
        """Closes it."""
        ...


class IOLoop(Configurable):
    """An event loop: one thread's callbacks, timers and watched file descriptors.

    It is a view of an asyncio loop, which ``asyncio_loop`` holds; programs may use both
    side by side. `IOLoop.current` is how to come by one: in a coroutine it wraps the loop that runs
    it. A program needs a loop object of its own only where it runs a second loop in
    another thread, and makes that one with ``IOLoop(make_current=False)``.

    Only `add_callback`, `add_callback_from_signal` and `spawn_callback` may be called from other
    threads. A loop does not survive a fork: each process makes its own, after the fork.

    Args:
        make_current: Whether the new loop becomes the current one of this thread.
        asyncio_loop: The asyncio loop to wrap; without it a new one is made.
    """

    # What a handler waits for and is told; the values are those of epoll.
    NONE = 0
    READ = 0x001
    WRITE = 0x004
    ERROR = 0x018

    # One IOLoop for each asyncio loop. Entries go when the IOLoop is closed; one whose asyncio
    # loop was closed behind its back goes when the next IOLoop is made.
    _ioloop_for_asyncio: ClassVar[dict[asyncio.AbstractEventLoop, "IOLoop"]] = {}

    # Tasks that nobody else may hold: asyncio has but a weak reference to them.
    _tasks: set[asyncio.Task[Any]]

    if TYPE_CHECKING:
        asyncio_loop: asyncio.AbstractEventLoop

        def __init__(
            self,
            make_current: bool = True,
            *,
            asyncio_loop: asyncio.AbstractEventLoop | None = None,
        ) -> None: ...

    @classmethod
    def configure(cls, impl: str | type[Configurable] | None, **kwargs: Any) -> None:
        """Chooses the class that ``IOLoop()`` makes: asyncio's, for there is no other any more.

        Raises:
            RuntimeError: The class is not an asyncio one.
        """
        from fujita.platform.asyncio import BaseAsyncIOLoop

        if isinstance(impl, str):
            impl = cast(type[Configurable], import_object(impl))
        if isinstance(impl, type) and not issubclass(impl, BaseAsyncIOLoop):
            raise RuntimeError(
                f"only AsyncIOLoop is allowed when asyncio is available, got {impl.__name__}"
            )
        super().configure(impl, **kwargs)

    @classmethod
    def configurable_base(cls) -> type[Configurable]:
        """Returns `IOLoop`."""
        return IOLoop

    @classmethod
    def configurable_default(cls) -> type[Configurable]:
        """Returns `fujita.platform.asyncio.AsyncIOLoop`."""
        from fujita.platform.asyncio import AsyncIOLoop

        return AsyncIOLoop

    def initialize(self, make_current: bool = True) -> None:
        """Takes the constructor's arguments."""
        if make_current:
            self._make_current()

    # Which loop is the current one

    @overload
    @staticmethod
    def current() -> "IOLoop": ...

    @overload
    @staticmethod
    def current(instance: Literal[True]) -> "IOLoop": ...

    @overload
    @staticmethod
    def current(instance: bool) -> "IOLoop | None": ...

    @staticmethod
    def current(instance: bool = True) -> "IOLoop | None":
        """Returns the loop that runs in this thread, or else the one that is set for it.

        Args:
            instance: Whether one is made where there is none; without it the answer is then None.
        """
        # Asked for once and more per request: a running loop is found without another call.
        asyncio_loop = asyncio._get_running_loop() or thread_asyncio_loop()
        if asyncio_loop is not None:
            io_loop = IOLoop._ioloop_for_asyncio.get(asyncio_loop)
            if io_loop is not None:
                return io_loop
        if not instance:
            return None
        from fujita.platform.asyncio import AsyncIOMainLoop

        return AsyncIOMainLoop(
            make_current=False, asyncio_loop=asyncio_loop or set_new_asyncio_loop()
        )

    @staticmethod
    def instance() -> "IOLoop":
        """Returns `IOLoop.current`; the name dates from when there was one loop a process."""
        return IOLoop.current()

    def make_current(self) -> None:
        """Makes this the current loop of the thread; deprecated, a running loop is current."""
        _warn_deprecated("make_current is deprecated; start the event loop first")
        self._make_current()

    def install(self) -> None:
        """Does what `make_current` does; deprecated."""
        _warn_deprecated("make_current is deprecated; start the event loop first")
        self._make_current()

    @staticmethod
    def clear_current() -> None:
        """Takes the current loop of the thread out of place, if there is one; deprecated."""
        _warn_deprecated("clear_current is deprecated")
        IOLoop._clear_current()

    @staticmethod
    def clear_instance() -> None:
        """Does what `clear_current` does; deprecated."""
        _warn_deprecated("clear_current is deprecated")
        IOLoop._clear_current()

    def _make_current(self) -> None:
        raise NotImplementedError

    @staticmethod
    def _clear_current() -> None:
        io_loop = IOLoop.current(instance=False)
        if io_loop is not None:
            io_loop._leave_current()

    def _leave_current(self) -> None:
        """Undoes `_make_current`, where this loop did more then than nothing."""

    # The loop's life

    def start(self) -> None:
        """Runs the loop until `stop`; an interrupt ends it too, and it may be started again.

        Raises:
            RuntimeError: This loop or another one runs in the thread, or this one is closed.
        """
        raise NotImplementedError

    def stop(self) -> None:
        """Ends `start` after the present turn of the loop, or the next `start` after one turn."""
        raise NotImplementedError

    def close(self, all_fds: bool = False) -> None:
        """Closes the loop and its asyncio loop; it must not be running.

        Args:
            all_fds: Whether what the loop watches is closed too.

        Raises:
            RuntimeError: The loop is running.
        """
        raise NotImplementedError

    def run_sync(self, func: Callable[..., Any], timeout: float | None = None) -> Any:
        """Starts the loop, calls ``func`` on it, waits for what that returns, stops the loop.

        Args:
            func: A function without arguments; it returns an awaitable (or another thing that a
                coroutine may yield), or None.
            timeout: The longest time to wait, in seconds; then what ``func`` returned is cancelled.

        Returns:
            What the awaitable gave.

        Raises:
            TimeoutError: The time is over.
            RuntimeError: The loop was stopped, or the awaitable cancelled, before it was done.
            BadYieldError: ``func`` returned something else, of `fujita.gen`.
        """
        return SyncRun(self, func).run(timeout)

    def time(self) -> float:
        """Returns the time that `call_at` and deadlines are measured by: `time.time`."""
        return time.time()

    # File descriptors

    def add_handler(self, fd: int | Selectable, handler: Callable[..., None], events: int) -> None:
        """Calls ``handler(fd, events)`` whenever one of ``events`` holds for ``fd``.

        Args:
            fd: A file descriptor, or an object with ``fileno`` and ``close``; the handler is
                given the same thing.
            handler: What to call, as long as the event lasts and the handler is not removed.
            events: `READ`, `WRITE` and `ERROR` joined by ``|``. An error shows as readable or
                writable.

        Raises:
            ValueError: ``fd`` has a handler already.
        """
        raise NotImplementedError

    def update_handler(self, fd: int | Selectable, events: int) -> None:
        """Changes the events that the handler of ``fd`` waits for; without a handler, nothing."""
        raise NotImplementedError

    def remove_handler(self, fd: int | Selectable) -> None:
        """Ends the watch of ``fd``; without a handler, nothing."""
        raise NotImplementedError

    def split_fd(self, fd: int | Selectable) -> tuple[int, int | Selectable]:
        """Returns the file descriptor of ``fd`` as a number, and ``fd`` itself."""
        if isinstance(fd, int):
            return fd, fd
        return fd.fileno(), fd

    def close_fd(self, fd: int | Selectable) -> None:
        """Closes a file descriptor, or the object of one; one that is closed already is fine."""
        try:
            if isinstance(fd, int):
                os.close(fd)
            else:
                fd.close()
        except OSError:
            pass

    # Timers

    def add_timeout(
        self,
        deadline: float | datetime.timedelta,
        callback: Callable[..., Any],
        *args: Any,
        **kwargs: Any,
    ) -> object:
        """Calls ``callback`` at a time of `time`, or after a `datetime.timedelta`.

        Returns:
            A handle for `remove_timeout`.

        Raises:
            TypeError: ``deadline`` is neither.
        """
        if isinstance(deadline, datetime.timedelta):
            return self.call_later(deadline.total_seconds(), callback, *args, **kwargs)
        if not isinstance(deadline, (float, int, numbers.Real)):
            raise TypeError(
                f"Unsupported deadline {deadline!r}: expected a number or a datetime.timedelta"
            )
        return self.call_at(deadline, callback, *args, **kwargs)

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> object:
        """Calls ``callback`` after ``delay`` seconds; returns a handle for `remove_timeout`."""
        return self.call_at(self.time() + delay, callback, *args, **kwargs)

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> object:
        """Calls ``callback`` when `time` is ``when``; returns a handle for `remove_timeout`."""
        raise NotImplementedError

    def remove_timeout(self, timeout: object) -> None:
        """Cancels a timer; one that has fired is fine."""
        raise NotImplementedError

    # Callbacks

    def add_callback(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Calls ``callback`` on the next turn of the loop. Any thread may ask for that.

        What it raises is logged; where it returns an awaitable, that is awaited, and its exception
        logged. On a closed loop nothing happens.
        """
        raise NotImplementedError

    def add_callback_from_signal(
        self, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> None:
        """Does what `add_callback` does, and is safe in a handler of `signal.signal`; deprecated.

        `asyncio.loop.add_signal_handler` is the way to handle signals.
        """
        raise NotImplementedError

    def spawn_callback(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Does what `add_callback` does."""
        self.add_callback(callback, *args, **kwargs)

    def add_future(
        self,
        future: "asyncio.Future[Result] | futures.Future[Result]",
        callback: Callable[[Any], Any],
    ) -> None:
        """Calls ``callback(future)`` on this loop once the future is done.

        The callback runs as one of `add_callback` does. What the future raised is the callback's
        to look at.
        """
        if isinstance(future, Future):
            future.add_done_callback(functools.partial(self._run_with_future, callback))
        else:
            assert is_future(future), f"expected a future, got {future!r}"
            future.add_done_callback(functools.partial(self.add_callback, callback))

    def run_in_executor(
        self,
        executor: futures.Executor | None,
        func: Callable[..., Result],
        *args: Any,
    ) -> "asyncio.Future[Result]":
        """Calls ``func(*args)`` on an executor, or on the default one.

        Returns:
            A future of this loop.
        """
        raise NotImplementedError

    def set_default_executor(self, executor: futures.Executor) -> None:
        """Sets the executor that `run_in_executor` uses where it is given None."""
        raise NotImplementedError

    # How a callback is run

    def _run_callback(
        self, callback: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        try:
            result = callback(*args, **kwargs)
            if result is not None:
                self._follow(result, callback)
        except asyncio.CancelledError:
            pass
        except Exception:
            _log_failure(callback, True)

    def _run_with_future(self, callback: Callable[[Any], Any], future: Any) -> None:
        self._run_callback(callback, (future,), {})

    def _follow(self, result: Any, callback: Callable[..., Any]) -> None:
        """Waits for what a callback returned, if that can be waited for."""
        if isinstance(result, CoroutineType):
            future: Any = self._create_task(result)
        elif isinstance(result, Future):
            future = result
        else:
            from fujita.gen import BadYieldError, convert_yielded

            try:
                future = convert_yielded(result)
            except BadYieldError:
                return
        future.add_done_callback(functools.partial(_log_failure_of, callback))

    def _create_task(self, coroutine: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Starts a coroutine that nobody but this loop may hold on to."""
        task = self.asyncio_loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _log_failure(callback: Callable[..., Any], error: BaseException | Literal[True]) -> None:
    app_log.error("Exception in callback %r", callback, exc_info=error)


def _log_failure_of(
    callback: Callable[..., Any], future: "asyncio.Future[Any] | futures.Future[Any]"
) -> None:
    if future.cancelled():
        return
    error = future.exception()
    # An interrupt has come out of the loop by itself.
    if error is not None and not isinstance(error, (KeyboardInterrupt, SystemExit)):
        _log_failure(callback, error)


def _warn_deprecated(message: str) -> None:
    warnings.warn(message, DeprecationWarning, stacklevel=3)
