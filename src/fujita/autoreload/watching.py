"""Noticing that a file of the program has changed."""

import os
import sys
import time
import weakref
from types import ModuleType

from fujita import process
from fujita.autoreload import restart
from fujita.ioloop import IOLoop, PeriodicCallback
from fujita.log import gen_log

_WAIT_INTERVAL = 0.5

_more_files: set[str] = set()
_watched_loops: "weakref.WeakKeyDictionary[IOLoop, PeriodicCallback]" = weakref.WeakKeyDictionary()


def start(check_time: int = 500) -> None:
    """Begins to watch the program's files, on the current loop.

    Args:
        check_time: How often to look, in milliseconds.
    """
    io_loop = IOLoop.current()
    if io_loop in _watched_loops:
        return
    if _watched_loops:
        gen_log.warning("fujita.autoreload is running on several loops of this process")
    changes = Changes()

    def look() -> None:
        # The parent of workers cannot be started again by one of them.
        if process.task_id() is None:
            restart_if_changed(changes)

    callback = PeriodicCallback(look, check_time)
    _watched_loops[io_loop] = callback
    callback.start()


def wait() -> None:
    """Waits until a watched file changes, then starts the program again.

    For the end of a script, such as one that runs tests. (``python -m fujita.autoreload`` does
    the same from outside.)
    """
    changes = Changes()
    while True:
        restart_if_changed(changes)
        time.sleep(_WAIT_INTERVAL)


def watch(filename: str) -> None:
    """Watches one more file. Imported modules are watched anyway.

    Args:
        filename: Its path.
    """
    _more_files.add(os.path.abspath(filename))


class Changes:
    """The state of the watched files as it was last seen."""

    __slots__ = ("_states",)

    def __init__(self) -> None:
        self._states: dict[str, tuple[int, int]] = {}

    def first(self) -> str | None:
        """Returns a file that has changed since it was last seen, or None."""
        for path in _watched_files():
            try:
                status = os.stat(path)
            except OSError:
                # An editor may be replacing it just now.
                continue
            state = (status.st_mtime_ns, status.st_size)
            if self._states.setdefault(path, state) != state:
                self._states[path] = state
                return path
        return None


def restart_if_changed(changes: Changes) -> None:
    """Starts the program again if a file has changed."""
    path = changes.first()
    if path is not None:
        gen_log.info("%s modified; restarting server", path)
        restart.restart()


def _watched_files() -> set[str]:
    files = set(_more_files)
    # Other threads may be importing.
    for module in list(sys.modules.values()):
        # Some programs put other objects there, with attributes of their own making.
        path = module.__dict__.get("__file__") if isinstance(module, ModuleType) else None
        if isinstance(path, str):
            files.add(path.removesuffix("c") if path.endswith(".pyc") else path)
    return files
