"""Worker processes: forked, watched and started again by their parent."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

from fujita.log import gen_log

_Handler = Callable[[int, FrameType | None], object] | int

_DEFAULT_MAX_RESTARTS = 100

_task_id: int | None = None


def cpu_count() -> int:
    """The number of processors of this machine."""
    return os.cpu_count() or 1


def task_id() -> int | None:
    """The number that `fork_processes` gave this process; None in any other process."""
    return _task_id


def set_task_id(number: int) -> None:
    """Makes this process the worker of that number."""
    global _task_id
    _task_id = number


def fork_processes(num_processes: int | None, max_restarts: int | None = None) -> int:
    """Forks worker processes and watches over them.

    Only the workers return from this. The parent stays, starts a worker again that failed, and
    exits with status 0 when all have ended well. A SIGTERM to the parent is handed to the workers
    and ends it when they have ended. Unix only.

    Call it before anything touches an event loop: a loop cannot be shared by processes. For the
    same reason it does not go together with `fujita.autoreload`.

    Args:
        num_processes: The number of workers; None or 0 for one per processor.
        max_restarts: How many times in all a failed worker is started again; 100 if not given.

    Returns:
        The worker's number, from 0. A worker started again has the number of its predecessor.

    Raises:
        RuntimeError: Called in a worker or in a running loop; in the parent, the workers have
            failed too often.
    """
    if _task_id is not None:
        raise RuntimeError(f"fork_processes() called in a worker process (number {_task_id})")
    if asyncio._get_running_loop() is not None:
        raise RuntimeError("fork_processes() must be called before the event loop runs")
    count = num_processes if num_processes is not None and num_processes > 0 else cpu_count()
    gen_log.info("Starting %d processes", count)
    workers: dict[int, int] = {}
    for number in range(count):
        if _fork(number, workers):
            return number
    with _SigtermRelay(workers) as relay:
        restarted = _supervise(
            workers, relay, _DEFAULT_MAX_RESTARTS if max_restarts is None else max_restarts
        )
    if restarted is not None:
        return restarted
    sys.exit(0)


def _fork(number: int, workers: dict[int, int]) -> bool:
    """Starts a worker; tells whether this process is it."""
    # A SIGTERM between the two lines would not reach the new worker.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        pid = os.fork()
        if pid:
            workers[pid] = number
            return False
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    set_task_id(number)
    return True


def _supervise(workers: dict[int, int], relay: "_SigtermRelay", restarts: int) -> int | None:
    """Waits for the workers and starts failed ones again.

    Returns:
        None in the parent, when all have ended; in a worker that was started again, its number.
    """
    while workers:
        pid, status = os.wait()
        number = workers.pop(pid, None)
        if number is None:
            # A process that somebody else started.
            continue
        failure = _failure(status)
        if failure is None:
            gen_log.info("child %d (pid %d) exited normally", number, pid)
            continue
        if relay.received:
            continue
        gen_log.warning("child %d (pid %d) %s, restarting", number, pid, failure)
        restarts -= 1
        if restarts < 0:
            # Left alone, the others would keep the port from whoever starts the program anew.
            relay.send()
            raise RuntimeError("Too many child restarts, giving up")
        if _fork(number, workers):
            return number
    return None


def _failure(status: int) -> str | None:
    """Says how a process failed, or None if it did not."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return f"killed by signal {-code}"
    return f"exited with status {code}" if code else None


class _SigtermRelay:
    """Hands a SIGTERM to the workers and, once they have ended, lets it end this process.

    The signal would otherwise kill only the parent, and the workers serve on, out of reach.
    """

    def __init__(self, workers: dict[int, int]) -> None:
        self.workers = workers
        self.received = False
        self.parent = os.getpid()

    def send(self) -> None:
        """Ends all workers."""
        for pid in self.workers:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass

    def __enter__(self) -> Self:
        self.replaced = _replace_sigterm(self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # In a worker that was started again, too: a SIGTERM is to end it.
        if self.replaced is not None:
            signal.signal(signal.SIGTERM, self.replaced)
            if self.received and os.getpid() == self.parent:
                os.kill(self.parent, signal.SIGTERM)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self.parent:
            # A worker just started again, which has not got its own handler back yet.
            signal.signal(number, self.replaced)
            os.kill(os.getpid(), number)
            return
        self.received = True
        self.send()


def _replace_sigterm(handler: _Handler) -> _Handler | None:
    """Handles SIGTERM if the program does not, and may be told to; returns who did before."""
    before = signal.getsignal(signal.SIGTERM)
    # That of ``fujita run`` says that it gives way.
    if before != signal.SIG_DFL and not getattr(before, "gives_way", False):
        return None
    try:
        signal.signal(signal.SIGTERM, handler)
    except ValueError:
        # Only the main thread can.
        return None
    return before
