import importlib
import importlib.metadata
import logging
import pickle
import pkgutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

import pytest

import fujita
from fujita import compat

MODULES = [
    f"fujita.{module.name}"
    for module in pkgutil.iter_modules(fujita.__path__)
    if module.name not in {"__main__", "chat", "cli", "compat", "simple_httpclient"}
]


@pytest.fixture
def real_tornado(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on ``sys.path`` with another ``tornado`` in it."""
    package = tmp_path / "tornado"
    package.mkdir()
    (package / "__init__.py").write_text("version = 'real'\n")
    (package / "util.py").write_text("real = True\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield package
    for name in [name for name in sys.modules if name.partition(".")[0] == "tornado"]:
        del sys.modules[name]


@pytest.mark.usefixtures("shim")
@pytest.mark.parametrize("name", MODULES)
def test_every_submodule_is_the_same_object(name: str) -> None:
    alias = name.replace("fujita", "tornado", 1)
    module = importlib.import_module(name)
    assert importlib.import_module(alias) is module
    assert sys.modules[alias] is sys.modules[name] is module
    assert getattr(sys.modules["tornado"], alias.partition(".")[2]) is module


@pytest.mark.usefixtures("shim")
def test_a_module_keeps_its_own_name_and_spec() -> None:
    import fujita.gen

    importlib.import_module("tornado.gen")
    assert fujita.gen.__name__ == "fujita.gen"
    assert fujita.gen.__package__ == "fujita.gen"
    assert fujita.gen.__spec__ is not None
    assert fujita.gen.__spec__.name == "fujita.gen"
    assert fujita.gen.__loader__ is fujita.gen.__spec__.loader


@pytest.mark.usefixtures("shim")
@pytest.mark.parametrize(
    "statement",
    [
        "import tornado; module = tornado.util",
        "import tornado.util; module = tornado.util",
        "import tornado.util as module",
        "from tornado import util as module",
        "__import__('tornado.util'); import sys; module = sys.modules['tornado.util']",
    ],
)
def test_every_form_of_import_gives_it(statement: str) -> None:
    variables: dict[str, object] = {}
    exec(statement, variables)
    assert variables["module"] is importlib.import_module("fujita.util")


@pytest.mark.usefixtures("shim")
def test_packages_in_the_package() -> None:
    platform = importlib.import_module("tornado.platform.asyncio")
    import fujita.platform.asyncio

    assert platform is fujita.platform.asyncio
    tornado = importlib.import_module("tornado")
    assert tornado.platform is fujita.platform
    assert tornado.platform.asyncio is fujita.platform.asyncio


@pytest.mark.usefixtures("shim")
def test_the_package_tells_tornados_release() -> None:
    tornado = importlib.import_module("tornado")
    assert tornado.version == fujita.version
    assert tornado.version_info == fujita.version_info
    assert importlib.metadata.version("tornado") == fujita.version
    assert importlib.metadata.metadata("Tornado")["Name"] == "tornado"
    assert "tornado" in {each.name for each in importlib.metadata.distributions()}


@pytest.mark.usefixtures("shim")
def test_metadata_of_others_is_found_as_ever() -> None:
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("fujita-no-such-distribution")
    assert importlib.metadata.version("pytest") == pytest.__version__


@pytest.mark.usefixtures("shim")
def test_a_folder_appended_to_its_path_adds_submodules(tmp_path: Path) -> None:
    (tmp_path / "extra_of_a_program.py").write_text("from tornado import util\n")
    package = importlib.import_module("tornado")
    assert isinstance(package.__path__, list)
    package.__path__.append(str(tmp_path))
    extra = importlib.import_module("tornado.extra_of_a_program")
    assert extra.util is importlib.import_module("fujita.util")


@pytest.mark.usefixtures("shim")
def test_what_is_not_there() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"tornado\.no_such_module"):
        importlib.import_module("tornado.no_such_module")
    with pytest.raises(ModuleNotFoundError, match=r"tornado\.util\.no_such_module"):
        importlib.import_module("tornado.util.no_such_module")
    tornado = importlib.import_module("tornado")
    assert not hasattr(tornado, "no_such_module")
    assert not hasattr(tornado, "_private")
    with pytest.raises(ImportError, match="no_such_module"):
        exec("from tornado import no_such_module")


@pytest.mark.usefixtures("shim")
def test_a_missing_dependency_is_told_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "needy.py").write_text("import no_such_dependency\n")
    monkeypatch.setattr(fujita, "__path__", [*fujita.__path__, str(tmp_path)])
    tornado = importlib.import_module("tornado")
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency"):
        _ = tornado.needy


@pytest.mark.usefixtures("shim")
def test_reload_reloads_our_module() -> None:
    util = importlib.import_module("tornado.lazy")
    assert importlib.reload(util) is util
    assert util.__spec__ is not None
    assert util.__spec__.name == "fujita.lazy"


@pytest.mark.usefixtures("shim")
def test_pickle() -> None:
    headers = importlib.import_module("tornado.httputil").HTTPHeaders({"A": "b"})
    again = pickle.loads(pickle.dumps(headers))
    assert again == headers
    assert type(again) is type(headers)
    # As the real Tornado would have written it.
    written = b"ctornado.httputil\nHTTPHeaders\n."
    assert pickle.loads(written) is type(headers)


@pytest.mark.usefixtures("shim")
def test_patching_by_a_dotted_string() -> None:
    from fujita import process

    before = process.fork_processes
    with mock.patch("tornado.process.fork_processes") as patched:
        assert process.fork_processes is patched
    assert process.fork_processes is before


@pytest.mark.usefixtures("shim")
def test_specs_can_be_asked_for() -> None:
    assert find_spec("tornado") is not None
    for known in ["tornado.util", "tornado.gen", "tornado.platform.asyncio"]:
        spec = find_spec(known)
        assert spec is not None
        assert spec.origin is not None
    assert find_spec("tornado.no_such_module") is None


@pytest.mark.usefixtures("shim")
def test_loggers_keep_tornados_names() -> None:
    log = importlib.import_module("tornado.log")
    assert log.access_log is logging.getLogger("tornado.access")
    assert log.app_log is logging.getLogger("tornado.application")
    assert log.gen_log is logging.getLogger("tornado.general")


def test_ours_wins_over_a_real_one(real_tornado: Path) -> None:
    compat.install()
    try:
        tornado = importlib.import_module("tornado")
        assert tornado.version == fujita.version
        assert not hasattr(importlib.import_module("tornado.util"), "real")
    finally:
        compat.uninstall()
    assert importlib.import_module("tornado").version == "real"


def test_a_real_one_that_is_imported_already_is_an_error(real_tornado: Path) -> None:
    importlib.import_module("tornado")
    with pytest.raises(RuntimeError, match="imported already"):
        compat.install()
    assert not compat.installed()


def test_installing_twice_and_uninstalling_twice() -> None:
    assert not compat.installed()
    compat.install()
    tornado = importlib.import_module("tornado")
    compat.install()
    assert compat.installed()
    assert importlib.import_module("tornado") is tornado
    compat.uninstall()
    compat.uninstall()
    assert not compat.installed()
    assert "tornado" not in sys.modules
    assert find_spec("tornado") is None
    assert "fujita.util" in sys.modules
