"""Replacing the process by a new one with the same command line."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import NoReturn

_hooks: list[Callable[[], None]] = []


def _current_directory() -> str | None:
    try:
        return os.getcwd()
    except OSError:
        # It has been removed.
        return None


# The command line may hold relative paths, and the program may go elsewhere later.
_start_directory = _current_directory()


def add_reload_hook(fn: Callable[[], None]) -> None:
    """Has a function called before the program is started again.

    Open files and sockets need no hook: Python's do not outlive the process, unless they were made
    inheritable.

    Args:
        fn: Called without arguments.
    """
    _hooks.append(fn)


def restart() -> NoReturn:
    """Starts the program again, in this process where the system can do that.

    It is started by the command line that it was started by itself: the same interpreter with the
    same options, and also the same wrapper, such as ``python -m fujita.autoreload`` or
    ``fujita run``.
    """
    for hook in _hooks:
        hook()
    if hasattr(signal, "setitimer"):
        # A timer outlives exec, its handler does not: the signal would kill the new program.
        signal.setitimer(signal.ITIMER_REAL, 0)
    for stream in (sys.stdout, sys.stderr):
        # The new program does not inherit what is still in the buffers. Under pythonw there are
        # no streams.
        if stream is not None:
            stream.flush()
    if _start_directory is not None:
        os.chdir(_start_directory)
    program = sys.executable or sys.orig_argv[0]
    command = [program, *sys.orig_argv[1:]]
    if os.name == "nt":
        # There, exec() means a new process too, and the shell takes the old one's end for the
        # program's.
        subprocess.Popen(command)
        os._exit(0)
    os.execv(program, command)
