"""Workers that share listening sockets, are replaced when they die and renewed on demand."""

import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

from fujita.process import workers as numbering
from fujita.process.supervised import Child, SupervisedWorker, keep_quiet, once

_FIRST_DELAY = 0.2
_LONGEST_DELAY = 30.0

# A worker that has lived so many seconds did not die of how it was started.
_STEADY = 5.0

# Beyond their own grace, before workers that should have ended are killed.
_PATIENCE = 10.0

_HANDLED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


class Supervisor:
    """Watches over workers.

    A worker is a fork of this process, which therefore must not have touched an event loop or
    started a thread. All of them accept connections from the same listening sockets: what waits
    there to be accepted is lost with none of them. The first is started alone, so that what is
    wrong with all of them is told once.

    - SIGTERM and SIGINT (Ctrl-C) end the workers gracefully, and then this process with status
      0. A second one ends all at once.
    - SIGHUP renews the workers one after the other; each ends when its successor serves. If a
      successor fails to start, the others go on as they are.
    - A worker that dies is replaced; the wait before doubles as long as they die at once.
    - If this process dies, so do the workers, gracefully.

    Args:
        count: The number of workers.
        sockets: What they listen on. Closed here when they are to end.
        grace: How many seconds a worker may take to end before it is killed, in addition to ten.
        tell: Called with each sentence for whoever runs this.
        announce: Called when all workers serve for the first time.
    """

    def __init__(
        self,
        count: int,
        sockets: Sequence[socket.socket],
        grace: float,
        tell: Callable[[str], object],
        announce: Callable[[], object],
    ) -> None:
        self._count = count
        self._sockets = sockets
        self._patience = grace + _PATIENCE
        self._tell = tell
        self._announce: Callable[[], object] | None = announce
        self._children: dict[int, Child] = {}
        # Who serves under each number; a successor that is not ready yet does not.
        self._serving: dict[int, Child] = {}
        # When a worker is to be started under a number.
        self._due: dict[int, float] = {0: time.monotonic()}
        self._failures: dict[int, int] = {}
        self._to_renew: list[int] = []
        self._status: int | None = None
        self._signals: list[int] = []
        # Closed by the system when this process ends, however it does.
        self._lifeline = os.pipe()
        self._wakeup = os.pipe()
        for end in self._wakeup:
            os.set_blocking(end, False)

    def run(self) -> SupervisedWorker:
        """Starts the workers; returns only in them.

        Raises:
            SystemExit: In this process, when all workers have ended: with status 0 if they were
                told to, or with that of the first one if it could not start.
        """
        with _handling(self._signals.append, self._wakeup[1]) as before:
            while self._children or self._due:
                worker = self._start_what_is_due(before)
                if worker is not None:
                    return worker
                self._wait()
                self._obey()
                self._hear()
                self._reap()
                self._kill_the_late()
        sys.exit(self._status)

    # Starting.

    def _start_what_is_due(self, before: dict[int, Any]) -> SupervisedWorker | None:
        now = time.monotonic()
        for number in [number for number, when in self._due.items() if when <= now]:
            del self._due[number]
            worker = self._fork(number, before)
            if worker is not None:
                return worker
        return None

    def _fork(self, number: int, before: dict[int, Any]) -> SupervisedWorker | None:
        heard, told = os.pipe()
        # A signal that comes before the worker has its own handlers would be taken by ours.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)
        try:
            pid = os.fork()
            if pid == 0:
                os.close(heard)
                return self._become_worker(number, told, before)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.close(told)
        self._children[pid] = Child(pid, number, heard)
        return None

    def _become_worker(self, number: int, told: int, before: dict[int, Any]) -> SupervisedWorker:
        signal.set_wakeup_fd(-1)
        for child in self._children.values():
            child.close()
        for end in (*self._wakeup, self._lifeline[1]):
            os.close(end)
        signal.signal(signal.SIGCHLD, before[signal.SIGCHLD])
        signal.signal(signal.SIGTERM, once(before[signal.SIGTERM]))
        # The terminal tells all of them; this process tells the workers what it means.
        signal.signal(signal.SIGINT, keep_quiet)
        signal.signal(signal.SIGHUP, keep_quiet)
        numbering.set_task_id(number)
        return SupervisedWorker(number, told, self._lifeline[0])

    # Waiting.

    def _wait(self) -> None:
        """Returns when there may be something to do."""
        poll = select.poll()
        poll.register(self._wakeup[0], select.POLLIN)
        for child in self._children.values():
            if child.pipe is not None:
                poll.register(child.pipe, select.POLLIN)
        moments = [*self._due.values()]
        moments += [child.killed_at for child in self._children.values() if child.killed_at]
        timeout = None
        if moments:
            timeout = max(0.0, min(moments) - time.monotonic()) * 1000 + 1
        poll.poll(timeout)
        with suppress(BlockingIOError):
            os.read(self._wakeup[0], 4096)

    def _obey(self) -> None:
        """Does what signals ask for."""
        while self._signals:
            number = self._signals.pop(0)
            if number in (signal.SIGTERM, signal.SIGINT):
                if self._status is not None:
                    self._end_at_once(number)
                self._end(0)
            elif number == signal.SIGHUP and self._status is None:
                self._to_renew = sorted(self._serving)
                self._renew_next()

    def _hear(self) -> None:
        """Notes which workers serve by now."""
        for child in self._children.values():
            if child.has_become_ready():
                former = self._serving.get(child.number)
                self._serving[child.number] = child
                if self._status is not None:
                    continue
                if former is not None:
                    former.end(self._patience)
                self._one_more_serves(child)

    def _one_more_serves(self, child: Child) -> None:
        if self._announce is not None:
            if len(self._serving) == 1:
                now = time.monotonic()
                self._due.update((number, now) for number in range(1, self._count))
            if len(self._serving) == self._count:
                self._announce()
                self._announce = None
        if self._to_renew and self._to_renew[0] == child.number:
            del self._to_renew[0]
            if not self._to_renew:
                self._tell("all workers are renewed")
            self._renew_next()

    def _renew_next(self) -> None:
        if self._to_renew:
            number = self._to_renew[0]
            if not any(c.number == number and not c.is_ready for c in self._children.values()):
                self._due[number] = time.monotonic()

    # Ends.

    def _reap(self) -> None:
        for child in list(self._children.values()):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                # What it said last, it may have said since we listened.
                self._hear()
                del self._children[pid]
                child.close()
                self._has_ended(child, os.waitstatus_to_exitcode(status))

    def _has_ended(self, child: Child, code: int) -> None:
        number = child.number
        was_serving = self._serving.get(number) is child
        if was_serving:
            del self._serving[number]
        if self._status is not None or child.killed_at is not None:
            return
        fate = f"was killed by signal {-code}" if code < 0 else f"exited with status {code}"
        name = f"worker {number} (pid {child.pid})"
        if self._announce is not None and not self._serving and not child.is_ready:
            # The first one has said what is wrong.
            self._end(code if code > 0 else 1)
            if code <= 0:
                self._tell(f"{name} {fate} before it served")
            return
        if not was_serving and number in self._serving:
            self._tell(
                f"{name}, a successor, {fate} before it served; the workers stay as they are"
            )
            self._to_renew.clear()
            return
        if any(other.number == number and not other.is_ready for other in self._children.values()):
            self._tell(f"{name} {fate}; its successor is starting")
            return
        self._replace(child, f"{name} {fate}")

    def _replace(self, child: Child, what_happened: str) -> None:
        number = child.number
        if child.is_ready and child.age() >= _STEADY:
            self._failures.pop(number, None)
        failures = self._failures.get(number, 0)
        self._failures[number] = failures + 1
        delay = min(_FIRST_DELAY * 2**failures, _LONGEST_DELAY) if failures else 0.0
        more = f" ({failures + 1}. in a row, in {delay:g} s)" if failures else ""
        self._tell(f"{what_happened}; it is replaced{more}")
        self._due[number] = time.monotonic() + delay

    def _end(self, status: int) -> None:
        """Tells all workers to end."""
        self._status = status
        self._due.clear()
        self._to_renew.clear()
        # Nobody is to wait in line for those who will not come back.
        for sock in self._sockets:
            sock.close()
        for child in self._children.values():
            child.end(self._patience)

    def _end_at_once(self, number: int) -> NoReturn:
        for child in self._children.values():
            child.send(signal.SIGKILL)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        # The signal ends the process before it gets here.
        raise AssertionError(f"survived signal {number}")

    def _kill_the_late(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if child.killed_at is not None and child.killed_at <= now:
                self._tell(f"worker {child.number} (pid {child.pid}) does not end: killed")
                child.killed_at = now + _PATIENCE
                child.send(signal.SIGKILL)


@contextmanager
def _handling(take: Callable[[int], object], wakeup: int) -> Iterator[dict[int, Any]]:
    """Takes the signals while the context lasts; yields who did before."""
    parent = os.getpid()

    def handler(number: int, frame: FrameType | None) -> None:
        take(number)

    before: dict[int, Any] = {number: signal.getsignal(number) for number in _HANDLED}
    wakeup_before = signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    for number in _HANDLED:
        signal.signal(number, handler)
    try:
        yield before
    finally:
        if os.getpid() == parent:
            signal.set_wakeup_fd(wakeup_before)
            for number in _HANDLED:
                signal.signal(number, before[number])
