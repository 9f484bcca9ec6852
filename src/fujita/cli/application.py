"""Serves an application that is named as ``package.module:app``."""

import inspect
import os
import re
import sys
from importlib import import_module
from typing import Any

from fujita.cli.errors import CommandError
from fujita.cli.program import import_from_here

_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


def is_application_name(target: str) -> bool:
    """Tells ``package.module:app`` from the path of a script."""
    return _NAME.fullmatch(target) is not None and not os.path.exists(target)


def load_application(target: str, factory: bool) -> Any:
    """Imports an application.

    Args:
        target: ``package.module:app``.
        factory: Whether ``app`` is a function that makes the application.

    Raises:
        CommandError: There is no such thing, or it is none that can be served.
    """
    from fujita.httputil import HTTPServerConnectionDelegate

    module_name, _, attributes = target.partition(":")
    import_from_here()
    sys.argv[:] = [module_name]
    found = _import(module_name)
    for name in attributes.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            raise CommandError(f"module {module_name} has no {attributes!r}") from None
    if factory:
        if not callable(found):
            raise CommandError(f"--factory: {target} is no function")
        found = found()
    if isinstance(found, HTTPServerConnectionDelegate):
        return found
    raise CommandError(_refusal(target, found))


def _import(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise CommandError(f"no module named {error.name!r} in {os.getcwd()}") from None


def _refusal(target: str, found: Any) -> str:
    """Says why something cannot be served, and what to do instead."""
    if _is_asgi(found):
        return f"{target} is an ASGI application; those cannot be served yet"
    if inspect.isfunction(found):
        return f"{target} is a function; if it makes the application, add --factory"
    return f"{target} is no application: expected a web.Application, got {type(found).__name__}"


def _is_asgi(found: Any) -> bool:
    function = found if inspect.isfunction(found) else getattr(found, "__call__", None)  # noqa: B004
    if not inspect.iscoroutinefunction(function):
        return False
    return len(inspect.signature(function).parameters) == 3
