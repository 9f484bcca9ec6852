"""Starts the program again when one of its files changes; for development.

`Application` does it by itself with ``debug=True``. ``python -m fujita.autoreload server.py``
also comes through errors that keep the program from starting. It does not go together with
several processes: in workers of `fork_processes` it does nothing.
"""

import signal

from fujita.autoreload.command import main
from fujita.autoreload.restart import add_reload_hook
from fujita.autoreload.restart import restart as _reload
from fujita.autoreload.watching import start, wait, watch

__all__ = ["_reload", "add_reload_hook", "main", "signal", "start", "wait", "watch"]
