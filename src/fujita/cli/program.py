"""Runs a program in this process as the interpreter would."""

import builtins
import os
import runpy
import sys
from importlib.machinery import SourceFileLoader
from types import ModuleType

from fujita.cli.errors import CommandError


def check_script(path: str) -> None:
    """Sees whether there is something to run.

    Raises:
        CommandError: There is not.
    """
    if os.path.isdir(path) and not os.path.exists(os.path.join(path, "__main__.py")):
        raise CommandError(f"{path} is a folder without a __main__.py (expected a script)")
    if not os.path.exists(path):
        hint = f"in {os.getcwd()}"
        if not path.endswith(".py"):
            hint = (
                f"a module is run by 'fujita run -m {path}', an application is package.module:app"
            )
        raise CommandError(f"no such file: {path} ({hint})")


def run_script(path: str, arguments: list[str]) -> None:
    """Runs a script, or a folder or zip file that has a ``__main__``.

    Args:
        path: Its path; what the program finds in ``sys.argv[0]``.
        arguments: The rest of ``sys.argv``.
    """
    sys.argv[:] = [path, *arguments]
    absolute = os.path.abspath(path)
    if os.path.isdir(absolute) or not absolute.endswith((".py", ".pyw")):
        _set_first_path("")
        runpy.run_path(path, run_name="__main__")
        return
    _set_first_path(os.path.dirname(os.path.realpath(absolute)))
    # Not run_path(): it takes the module "__main__" away again when the script has ended, while
    # its threads and exit handlers may still run.
    loader = SourceFileLoader("__main__", absolute)
    module = ModuleType("__main__")
    module.__dict__.update(
        __file__=absolute, __loader__=loader, __builtins__=builtins, __cached__=None
    )
    sys.modules["__main__"] = module
    exec(loader.source_to_code(loader.get_data(absolute), absolute), module.__dict__)


def run_module(name: str, arguments: list[str]) -> None:
    """Runs a module as ``python -m`` does."""
    sys.argv[:] = [name, *arguments]
    _set_first_path(os.getcwd())
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def import_from_here() -> None:
    """Makes modules in the current folder importable."""
    _set_first_path(os.getcwd())


def _set_first_path(folder: str) -> None:
    """Puts a folder where the one of the command ``fujita`` was."""
    if not sys.flags.safe_path and sys.path:
        del sys.path[0]
    if folder:
        sys.path.insert(0, folder)
