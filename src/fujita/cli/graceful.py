"""What SIGTERM and Ctrl-C do to a program that serves: it finishes, then it ends."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from fujita.httpserver.registry import serving

if TYPE_CHECKING:
    from fujita.httpserver import HTTPServer

_SIGNALS: dict[signal.Signals, Any] = {
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGINT: signal.default_int_handler,
}
"""The signals, and who handles them unless somebody has decided otherwise."""

# What was accepted last is the server's after so many turns of the loop (asyncio 3, uvloop 1).
_TURNS_TO_CONNECT = 4


class GracefulExit:
    """A handler for the signals that end a program.

    The servers stop accepting, idle connections are closed, WebSockets are told that the server
    goes away (code 1001), requests under way are finished. Then the program is ended by
    ``SystemExit`` on SIGTERM, by ``KeyboardInterrupt`` on Ctrl-C: raised where the loop runs, so
    that its ``finally`` blocks are gone through. A second signal ends the process at once.

    Args:
        grace: The most seconds that requests under way are given.
    """

    gives_way = True
    """``fork_processes`` may replace this handler, as it may the system's default."""

    def __init__(self, grace: float) -> None:
        self.grace = grace
        self.finished = False
        """Whether servers have been brought to an end."""
        self._begun = False
        self._work: asyncio.Task[None] | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Takes a signal, in the main thread."""
        if self._begun:
            _end_at_once(number)
        self._begun = True
        loop = asyncio._get_running_loop()
        if loop is None:
            self._finish_other_threads()
            raise _ending(number)
        loop.call_soon_threadsafe(self._begin, loop, number)

    def _begin(self, loop: asyncio.AbstractEventLoop, number: int) -> None:
        self._work = loop.create_task(self._finish(loop))
        self._work.add_done_callback(lambda work: self._end(work, number))

    def _end(self, work: asyncio.Task[None], number: int) -> None:
        if not work.cancelled() and (error := work.exception()) is not None:
            click.echo(f"fujita: while shutting down: {type(error).__name__}: {error}", err=True)
        raise _ending(number)

    async def _finish(self, here: asyncio.AbstractEventLoop) -> None:
        """Brings all servers to their end, on whichever loop they serve."""
        self.finished = True
        work: list[Any] = [_drain(server, self.grace) for server, loop in serving() if loop is here]
        work += [asyncio.wrap_future(future) for future in self._elsewhere(here)]
        _tell(sum(await asyncio.gather(*work)), self.grace)

    def _finish_other_threads(self) -> None:
        """Does that where this thread, the main one, runs no loop."""
        elsewhere = self._elsewhere(None)
        if elsewhere:
            self.finished = True
            done, _ = futures.wait(elsewhere, timeout=self.grace + 10)
            _tell(sum(future.result() for future in done), self.grace)

    def _elsewhere(self, here: asyncio.AbstractEventLoop | None) -> list[futures.Future[int]]:
        return [
            asyncio.run_coroutine_threadsafe(_drain(server, self.grace), loop)
            for server, loop in serving()
            if loop is not here and loop.is_running()
        ]


async def _drain(server: "HTTPServer", grace: float) -> int:
    server.stop()
    for _ in range(_TURNS_TO_CONNECT):
        await asyncio.sleep(0)
    return await server.drain(grace)


def _tell(cut: int, grace: float) -> None:
    if cut:
        connections = "1 connection was" if cut == 1 else f"{cut} connections were"
        click.echo(f"fujita: {connections} still busy after {grace:g} s and cut off", err=True)


def _ending(number: int) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else SystemExit(0)


def _end_at_once(number: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (RuntimeError, OSError, ValueError, AttributeError):
            # The signal came in the middle of a write, or there is no such stream.
            pass
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


@contextmanager
def graceful_exit(grace: float) -> Iterator[GracefulExit]:
    """Handles the signals while the context lasts, where nobody has decided otherwise before."""
    handler = GracefulExit(grace)
    replaced = [number for number, usual in _SIGNALS.items() if signal.getsignal(number) == usual]
    for number in replaced:
        signal.signal(number, handler)
    try:
        yield handler
    finally:
        for number in replaced:
            if signal.getsignal(number) is handler:
                signal.signal(number, _SIGNALS[number])


def finish_loop() -> None:
    """Ends what the loop of this thread has left unfinished, as ``asyncio.run`` does.

    A program ends with ``IOLoop.current().start()`` in most cases, which leaves tasks behind.
    """
    from fujita import tasks
    from fujita.ioloop.asyncio_loops import thread_asyncio_loop

    loop = thread_asyncio_loop()
    if loop is None or loop.is_closed() or loop.is_running():
        return
    tasks.release(loop)
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=5))
    loop.run_until_complete(loop.shutdown_asyncgens())
