"""A worker under a supervisor: as the supervisor sees it, and as it sees itself."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any


class Child:
    """A worker, to its supervisor.

    Attributes:
        pid: Its process id.
        number: The number that it has among the workers, as its successors will have.
        pipe: Where it tells that it serves; None when there is no more to hear.
        is_ready: Whether it has.
        killed_at: When it is killed unless it has ended; None if it is not to end.
    """

    def __init__(self, pid: int, number: int, pipe: int) -> None:
        self.pid = pid
        self.number = number
        self.pipe: int | None = pipe
        self.is_ready = False
        self.killed_at: float | None = None
        self._started = time.monotonic()
        os.set_blocking(pipe, False)

    def age(self) -> float:
        """Gives the seconds since it was started."""
        return time.monotonic() - self._started

    def has_become_ready(self) -> bool:
        """Tells, once, that it serves."""
        if self.pipe is None:
            return False
        try:
            said = os.read(self.pipe, 1)
        except BlockingIOError:
            return False
        self.close()
        self.is_ready = bool(said)
        return self.is_ready

    def end(self, patience: float) -> None:
        """Asks it to end; to be killed if it has not in so many seconds."""
        if self.killed_at is None:
            self.killed_at = time.monotonic() + patience
            self.send(signal.SIGTERM)

    def send(self, number: int) -> None:
        """Sends it a signal."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def close(self) -> None:
        """Stops listening to it."""
        if self.pipe is not None:
            os.close(self.pipe)
            self.pipe = None


class SupervisedWorker:
    """This process, where it is a worker.

    Attributes:
        number: Its number among the workers, from 0.
    """

    def __init__(self, number: int, told: int, lifeline: int) -> None:
        self.number = number
        self._told = told
        self._lifeline = lifeline

    def ready(self) -> None:
        """Tells the supervisor that this worker serves; called where its loop runs.

        From now on it ends, as by SIGTERM, when the supervisor has died.
        """
        with suppress(BrokenPipeError):
            os.write(self._told, b"1")
        os.close(self._told)
        loop = asyncio.get_running_loop()
        loop.add_reader(self._lifeline, self._orphaned, loop)

    def _orphaned(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.remove_reader(self._lifeline)
        os.kill(os.getpid(), signal.SIGTERM)


def once(handler: Any) -> Callable[[int, FrameType | None], None]:
    """Makes a signal handler that passes on the first signal only.

    A service manager may signal all processes of a service, and then the supervisor does too.
    """
    taken = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal taken
        if taken:
            return
        taken = True
        if callable(handler):
            handler(number, frame)
        elif handler == signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    return handle


def keep_quiet(number: int, frame: FrameType | None) -> None:
    """Takes a signal and does nothing; unlike an ignored one, child processes get it again."""
