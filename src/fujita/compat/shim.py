"""The ``tornado`` package that stands in for Tornado: every submodule is Fujita's."""

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

import fujita
from fujita.compat.imported import hand_on_imported_names

if TYPE_CHECKING:
    from importlib.metadata import Distribution, DistributionFinder

PREFIX = "tornado."

# What Tornado's ``from tornado import *`` gives.
_PUBLIC = [
    *("auth", "autoreload", "concurrent", "curl_httpclient", "escape", "gen", "http1connection"),
    *("httpclient", "httpserver", "httputil", "ioloop", "iostream", "locale", "locks", "log"),
    *("netutil", "options", "platform", "process", "queues", "routing", "simple_httpclient"),
    *("tcpclient", "tcpserver", "template", "testing", "util", "web"),
]


class _AliasLoader(Loader):
    """Answers the import of ``tornado.x`` with the module object ``fujita.x``."""

    def __init__(self, target: str) -> None:
        self.target = target

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(self.target)
        # The import system is about to write the alias's spec into the module. The module
        # keeps its own, or reload() and pickle would look for it under another name.
        self._own = (module.__spec__, module.__loader__, module.__package__, module.__name__)
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__, module.__loader__, module.__package__, module.__name__ = self._own
        hand_on_imported_names(module, module.__name__.partition(".")[2])

    def get_code(self, fullname: str) -> CodeType | None:
        """Serves ``python -m tornado.x``."""
        spec = find_spec(self.target)
        code: CodeType | None = spec.loader.get_code(self.target)  # type: ignore[union-attr]
        return code


class _AliasFinder(MetaPathFinder):
    """Finds ``tornado.x`` wherever ``fujita.x`` is; all else is left to ``tornado.__path__``."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if not fullname.startswith(PREFIX):
            return None
        name = "fujita." + fullname[len(PREFIX) :]
        try:
            found = find_spec(name)
        except ModuleNotFoundError:
            return None
        if found is None:
            return None
        return ModuleSpec(
            fullname,
            _AliasLoader(name),
            # What python -m makes sys.argv[0].
            origin=found.origin,
            is_package=found.submodule_search_locations is not None,
        )

    @staticmethod
    def find_distributions(context: "DistributionFinder.Context") -> Iterator["Distribution"]:
        """Answers ``importlib.metadata.version("tornado")``."""
        if context.name is None or context.name.lower() == "tornado":
            from fujita.compat.distribution import TornadoDistribution

            yield TornadoDistribution()


_finder = _AliasFinder()


def _package() -> ModuleType:
    package = ModuleType("tornado", "Tornado's API, served by Fujita.")
    package.__path__ = []
    package.__file__ = fujita.__file__
    package.__spec__ = ModuleSpec("tornado", None, origin=fujita.__file__, is_package=True)
    package.__spec__.submodule_search_locations = package.__path__
    package.__package__ = "tornado"
    package.__dict__.update(
        __all__=_PUBLIC, version=fujita.version, version_info=fujita.version_info
    )

    def __getattr__(name: str) -> ModuleType:
        """Imports a submodule on first use, as Tornado does since 6.2."""
        if name.startswith("_"):
            raise AttributeError(f"module 'tornado' has no attribute {name!r}")
        try:
            return import_module(PREFIX + name)
        except ModuleNotFoundError as error:
            if error.name != PREFIX + name:
                raise
            raise AttributeError(f"module 'tornado' has no attribute {name!r}") from None

    package.__dict__["__getattr__"] = __getattr__
    return package


def installed() -> bool:
    """Tells whether ``import tornado`` gives Fujita."""
    return _finder in sys.meta_path


def install() -> None:
    """Makes ``import tornado`` and every ``tornado.*`` import give Fujita's modules.

    Call it before the program's first import of Tornado. A second call does nothing.

    Raises:
        RuntimeError: The real Tornado has been imported already; its classes would live on
            beside Fujita's.
    """
    if installed():
        return
    if "tornado" in sys.modules:
        raise RuntimeError(
            "the real tornado package is imported already "
            f"({getattr(sys.modules['tornado'], '__file__', 'unknown file')}): "
            "call fujita.compat.install() before the first 'import tornado'"
        )
    sys.modules["tornado"] = _package()
    sys.meta_path.insert(0, _finder)


def uninstall() -> None:
    """Takes the ``tornado`` alias away again; Fujita's own modules stay imported."""
    if not installed():
        return
    sys.meta_path.remove(_finder)
    for name in [name for name in sys.modules if name == "tornado" or name.startswith(PREFIX)]:
        del sys.modules[name]
