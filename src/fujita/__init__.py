"""Tornado's public API on a fast, modern core.

Import what you would from ``tornado``: ``from fujita import web, ioloop, websocket``.
"""

from importlib import import_module
from types import ModuleType

from fujita import _sources
from fujita._version import TORNADO_VERSION as version
from fujita._version import TORNADO_VERSION_INFO as version_info
from fujita._version import __version__

_sources.choose()

__all__ = ["__version__", "version", "version_info"]


def __getattr__(name: str) -> ModuleType:
    """Imports a submodule on first use, as ``fujita.web`` after a bare ``import fujita``."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
