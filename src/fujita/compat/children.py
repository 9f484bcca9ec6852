"""Python processes that a program starts find ``tornado`` as the program did."""

import os
from collections.abc import MutableMapping
from pathlib import Path

SHIM_VARIABLE = "FUJITA_SHIM"
"""Set to ``1`` where Python processes are to call ``install()`` as they start."""

_FOLDER = str(Path(__file__).with_name("site"))


def install_in_children(environment: MutableMapping[str, str] = os.environ) -> None:
    """Makes ``import tornado`` give Fujita in the Python processes started from now on.

    Python imports ``sitecustomize`` as it starts; this puts ours in front. It hands on to any
    other one, and does nothing where Fujita cannot be imported. A process that is started with
    ``-I``, ``-E`` or ``-S`` looks for none.

    Args:
        environment: The environment that the processes will have.
    """
    environment[SHIM_VARIABLE] = "1"
    environment["PYTHONPATH"] = os.pathsep.join([_FOLDER, *_others(environment)])


def uninstall_in_children(environment: MutableMapping[str, str] = os.environ) -> None:
    """Undoes ``install_in_children``."""
    environment.pop(SHIM_VARIABLE, None)
    others = _others(environment)
    if others:
        environment["PYTHONPATH"] = os.pathsep.join(others)
    else:
        environment.pop("PYTHONPATH", None)


def _others(environment: MutableMapping[str, str]) -> list[str]:
    """The entries of ``PYTHONPATH`` that are not ours."""
    entries = environment.get("PYTHONPATH")
    return [entry for entry in entries.split(os.pathsep) if entry != _FOLDER] if entries else []
