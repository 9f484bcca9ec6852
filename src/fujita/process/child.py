"""Subprocesses in terms of streams and futures."""

import asyncio
import contextlib
import os
import subprocess
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from fujita.ioloop import IOLoop

if TYPE_CHECKING:
    from fujita.iostream import PipeIOStream

# The constructor's argument, and which end of its pipe the child gets.
_CHILD_READS = {"stdin": True, "stdout": False, "stderr": False}


class Subprocess:
    """A ``subprocess.Popen`` that an event loop can talk to and wait for.

    Takes what ``Popen`` takes, files and pipes by keyword. Where one of them is
    ``Subprocess.STREAM``, the attribute of that name is a `PipeIOStream`, to be closed by the
    caller. Streams and exit callbacks are for Unix only.

    Attributes:
        proc: The ``Popen`` object.
        pid: The process's id.
        returncode: The exit status, negative if a signal ended the process; None until a callback
            or `wait_for_exit` has told of the end.
        stdin: The stream or file to write to, or None.
        stdout: The stream or file to read from, or None.
        stderr: The stream or file to read from, or None.
        io_loop: The loop that runs the callbacks.
    """

    STREAM: ClassVar[object] = object()

    # Those that somebody waits for: keeps them alive until they have ended.
    _waiting: ClassVar[dict[int, "Subprocess"]] = {}

    stdin: Any
    stdout: Any
    stderr: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.io_loop = IOLoop.current()
        self.returncode: int | None = None
        self._callbacks: list[Callable[[int], Any]] = []
        self._descriptor: _ProcessDescriptor | None = None
        with contextlib.ExitStack() as opened, contextlib.ExitStack() as given:
            streams = {
                name: _open_pipe(child_reads, kwargs, name, opened, given)
                for name, child_reads in _CHILD_READS.items()
                if kwargs.get(name) is Subprocess.STREAM
            }
            self.proc = subprocess.Popen(*args, **kwargs)
            # Started: the streams are the caller's to close now.
            opened.pop_all()
        self.pid = self.proc.pid
        for name in _CHILD_READS:
            setattr(self, name, streams.get(name) or getattr(self.proc, name))

    def set_exit_callback(self, callback: Callable[[int], Any]) -> None:
        """Has a function called when the process ends.

        Where the system has process descriptors (Linux), no SIGCHLD handler and no thread is
        needed, so this works on any loop and beside other libraries. Elsewhere a thread waits.

        Args:
            callback: Called on `io_loop` with the exit status.
        """
        if self.returncode is not None:
            self.io_loop.add_callback(callback, self.returncode)
            return
        self._callbacks.append(callback)
        if len(self._callbacks) == 1:
            Subprocess._waiting[self.pid] = self
            self._watch()

    def wait_for_exit(self, raise_error: bool = True) -> "asyncio.Future[int]":
        """Waits for the process to end, without blocking the loop.

        Args:
            raise_error: Whether an exit status other than 0 is an error.

        Returns:
            A future of the exit status.

        Raises:
            subprocess.CalledProcessError: (when awaited) The exit status is not 0.
        """
        future: asyncio.Future[int] = asyncio.Future(loop=self.io_loop.asyncio_loop)

        def on_exit(returncode: int) -> None:
            if future.cancelled():
                return
            if returncode and raise_error:
                future.set_exception(subprocess.CalledProcessError(returncode, self.proc.args))
            else:
                future.set_result(returncode)

        self.set_exit_callback(on_exit)
        return future

    @classmethod
    def initialize(cls) -> None:
        """Does nothing: waiting for a process needs no preparation here.

        Tornado installs its SIGCHLD handler by it.
        """

    @classmethod
    def uninitialize(cls) -> None:
        """Ends all waiting; exit callbacks that have not been called will not be."""
        for process in list(cls._waiting.values()):
            process._end_watch()

    def _watch(self) -> None:
        if self.proc.poll() is not None:
            self.io_loop.add_callback(self._on_exit)
            return
        try:
            self._descriptor = _ProcessDescriptor(self.pid)
        except (AttributeError, OSError):
            # Not Linux, or a sandbox forbids it.
            threading.Thread(target=self._wait_in_thread, daemon=True).start()
        else:
            self.io_loop.add_handler(self._descriptor, self._on_readable, IOLoop.READ)

    def _wait_in_thread(self) -> None:
        self.proc.wait()
        self.io_loop.add_callback(self._on_exit)

    def _on_readable(self, fd: Any, events: int) -> None:
        self._on_exit()

    def _on_exit(self) -> None:
        if Subprocess._waiting.get(self.pid) is not self:
            # uninitialize() was quicker.
            return
        callbacks = self._callbacks
        self._end_watch()
        self.returncode = self.proc.wait()
        for callback in callbacks:
            self.io_loop.add_callback(callback, self.returncode)

    def _end_watch(self) -> None:
        del Subprocess._waiting[self.pid]
        self._callbacks = []
        if self._descriptor is not None:
            if not self.io_loop.asyncio_loop.is_closed():
                self.io_loop.remove_handler(self._descriptor)
            self._descriptor.close()
            self._descriptor = None


class _ProcessDescriptor:
    """A Linux pidfd: readable when the process has ended."""

    __slots__ = ("_number",)

    def __init__(self, pid: int) -> None:
        self._number = os.pidfd_open(pid)

    def fileno(self) -> int:
        return self._number

    def close(self) -> None:
        # IOLoop.close(all_fds=True) may have come first; the number may be another file's by now.
        if self._number >= 0:
            os.close(self._number)
            self._number = -1


def _open_pipe(
    child_reads: bool,
    kwargs: dict[str, Any],
    name: str,
    opened: contextlib.ExitStack,
    given: contextlib.ExitStack,
) -> "PipeIOStream":
    """Makes a pipe: one end becomes Popen's argument, the other a stream.

    Args:
        child_reads: Whether the child gets the end to read from.
        kwargs: Popen's arguments.
        name: The argument's name.
        opened: Closes the stream.
        given: Closes the child's end, which the parent has no use for.
    """
    from fujita.iostream import PipeIOStream  # Windows has none.

    read_end, write_end = os.pipe()
    kwargs[name], ours = (read_end, write_end) if child_reads else (write_end, read_end)
    given.callback(os.close, kwargs[name])
    stream = PipeIOStream(ours)
    opened.callback(stream.close)
    return stream
