"""Installs the shim as Python starts; see ``fujita.compat.install_in_children``.

Python imports the first ``sitecustomize`` that it finds, which is to be this one; the one that it
would have found otherwise is run as well.
"""

import os
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec

_FOLDER = os.path.dirname(os.path.abspath(__file__))


def _install() -> None:
    if os.environ.get("FUJITA_SHIM") != "1":
        return
    try:
        from fujita import compat
    except ImportError:
        # Another environment's Python, in which Fujita is not installed.
        return
    compat.install()


def _run_the_other() -> None:
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != _FOLDER]
    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None:
        return
    module = sys.modules["sitecustomize"] = module_from_spec(spec)
    spec.loader.exec_module(module)


_install()
_run_the_other()
