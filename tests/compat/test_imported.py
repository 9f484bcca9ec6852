"""Whatever can be imported from Tornado 6.6.1's modules can be imported from the shim's.

``tornado_names.txt`` lists the names of Tornado's modules, imported ones included, without those
that are private and its own.
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fujita.compat.imported import hand_on_imported_names, imported_names


def _listing() -> dict[str, list[str]]:
    modules: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("tornado_names.txt").read_text().splitlines():
        if line.startswith("["):
            names = modules.setdefault(line.strip("[]"), [])
        else:
            names += line.split()
    return modules


LISTING = _listing()


@pytest.fixture(params=LISTING)
def name(request: pytest.FixtureRequest) -> str:
    """The name of a module of Tornado's that can be imported here."""
    module_name = str(request.param)
    if module_name == "curl_httpclient":
        pytest.importorskip("pycurl")
    return module_name


@pytest.mark.usefixtures("shim")
def test_every_name_is_there(name: str) -> None:
    module = importlib.import_module(f"tornado.{name}")
    assert [each for each in LISTING[name] if not hasattr(module, each)] == []


@pytest.mark.usefixtures("shim")
def test_import_star(name: str) -> None:
    taken: dict[str, Any] = {}
    exec(f"from tornado.{name} import *", taken)
    public = {each for each in LISTING[name] if not each.startswith("_")}
    # Where there is no colorama, Tornado's name for it is None.
    assert public - set(taken) <= {"colorama"}


@pytest.mark.usefixtures("shim")
def test_imported_modules_are_the_shim_s() -> None:
    web = importlib.import_module("tornado.web")
    assert web.escape is importlib.import_module("tornado.escape")
    assert web.tornado is sys.modules["tornado"]
    assert web.utf8 is web.escape.utf8


@pytest.mark.usefixtures("shim")
def test_unknown_names_are_still_missing() -> None:
    web = importlib.import_module("tornado.web")
    with pytest.raises(AttributeError, match=r"module 'fujita\.web' has no attribute 'nothing'"):
        _ = web.nothing


def test_names_may_differ_from_their_origin() -> None:
    assert imported_names("web")["_websocket_mask"] == "fujita.speedups.websocket_mask"


def test_what_a_module_has_itself_stays() -> None:
    module = ModuleType("some")
    module.__dict__["asyncio"] = "its own"
    module.__dict__["__getattr__"] = {"late": "made late"}.__getitem__
    hand_on_imported_names(module, "web")
    hand_on_imported_names(module, "web")
    assert module.asyncio == "its own"
    assert module.late == "made late"
    assert module.re is sys.modules["re"]
