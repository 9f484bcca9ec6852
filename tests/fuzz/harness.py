"""One target under atheris; ``tests.fuzz`` starts it as a process of its own."""

import logging
import os
import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path

import atheris


def sources_only(path: str) -> FileFinder:
    """Finds Fujita's sources where there are compiled parts beside them; a path hook."""
    if "fujita" not in Path(path).parts:
        raise ImportError("not Fujita's")
    return FileFinder(path, (SourceFileLoader, SOURCE_SUFFIXES))


# FUJITA_PURE would do so, too, but by a finder that atheris never gets to see the modules of.
os.environ.pop("FUJITA_PURE", None)
sys.path_hooks.insert(0, sources_only)
sys.path_importer_cache.clear()

with atheris.instrument_imports(include=["fujita"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    # Errors are looked at by the targets.
    logging.disable(logging.WARNING)
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
