"""Runs Fujita from its Python sources where there are compiled parts too."""

import os
import sys
from collections.abc import Sequence
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from types import ModuleType


class SourceFinder:
    """Finds the ``.py`` of a module where the ordinary finder prefers the extension beside it."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Finds a module of Fujita; see ``importlib.abc.MetaPathFinder``."""
        if path is None or not name.startswith("fujita."):
            return None
        for entry in path:
            finder = FileFinder(entry, (SourceFileLoader, SOURCE_SUFFIXES))
            spec = finder.find_spec(name, target)
            if spec is not None and spec.loader is not None:
                return spec
        return None


def choose() -> None:
    """Prefers the sources if ``FUJITA_PURE`` is set in the environment."""
    if os.environ.get("FUJITA_PURE"):
        sys.meta_path.insert(0, SourceFinder)
