"""Fujita's public names and signatures against the listing in Tornado's own test suite.

``tornado.test.api_test`` reads the source file of each public module to tell constants from
imports, and to find the attributes of instances. It can only pass where each class stands in one
piece in the file of its module, and those of Fujita do not. This takes its listing, ``api.txt``,
and looks every entry up in the imported modules, wherever a name is defined or inherited.
"""

import ast
import importlib
import inspect
import sys
import unittest
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from fujita.compat.imported import imported_names
from tests.conformance.run import fetch_tests

UNLIKE = {
    "iostream.SSLIOStream.__init__": "takes the same arguments, and names them",
    "platform.asyncio.AnyThreadEventLoopPolicy": "lazy here, too, which cannot be seen",
    "template.Template.file": "the tree of a template is of another make",
    "websocket.WebSocketClientConnection": "connects without simple_httpclient's connection",
    "websocket.WebSocketProtocol": "is an asyncio protocol",
    "websocket.WebSocketProtocol13": "frames are parsed elsewhere",
}
"""Why entries are not as Tornado's; the reason for a module or class holds for its members.

An entry that is as Tornado's and is listed all the same makes the test fail.
"""


class NamesTest(unittest.TestCase):
    """Every public name of Tornado is there, is of its kind and takes its arguments."""

    def test_names(self) -> None:
        """Nothing is missing, nothing is different, nothing is added."""
        listing = _listing()
        elsewhere = {name.rpartition(".")[2] for entries in listing.values() for name in entries}
        found = [
            line
            for module_name, entries in listing.items()
            for line in _differences(module_name, entries, elsewhere)
        ]
        unlike = {name for name in UNLIKE if any(_is_of(line, name) for line in found)}
        new = [line for line in found if not any(_is_of(line, name) for name in unlike)]
        new += [f"{name}: as Tornado's, but listed in UNLIKE" for name in set(UNLIKE) - unlike]
        if new:
            self.fail("\n" + "\n".join(new))


def _listing() -> dict[str, dict[str, str]]:
    """Gives what Tornado says of each name, by module, without the prefix ``tornado.``."""
    modules: dict[str, dict[str, str]] = {}
    for line in (fetch_tests() / "test" / "api.txt").read_text().splitlines():
        if line.startswith("["):
            entries = modules.setdefault(_inner(line.strip("[]")), {})
        elif line:
            name, _, description = line.partition(": ")
            entries[_inner(name)] = description
    return modules


def _inner(name: str) -> str:
    return name.removeprefix("tornado.")


def _differences(module_name: str, entries: dict[str, str], elsewhere: set[str]) -> Iterator[str]:
    """Gives a line for each name of a module that is not as Tornado's."""
    try:
        module = _module(module_name)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("fujita"):
            yield f"{module_name}: missing"
        # Else the optional dependency of a module is missing; Tornado's test skips it, too.
        return
    for name, wanted in entries.items():
        found = _describe(module, name.removeprefix(f"{module_name}."), wanted)
        # Arguments of ours may follow, which can only be named, so that no call means another.
        if found != wanted and not found.startswith(f"{wanted.removesuffix(')')}, *, "):
            yield f"{name}: {found}; Tornado's: {wanted}"
    # Programs take names from modules that have only imported them, so these are handed on.
    known = elsewhere | set(imported_names(module_name))
    for name in getattr(module, "__all__", ()):
        if not name.startswith("_") and name not in known:
            yield f"{module_name}.{name}: not in Tornado"


def _module(name: str) -> ModuleType:
    return importlib.import_module("fujita" if name == "tornado" else f"fujita.{name}")


def _is_of(difference: str, name: str) -> bool:
    """Tells whether a line is about a name, or about a member of what it names."""
    return difference.startswith((f"{name}: ", f"{name}."))


def _describe(module: ModuleType, path: str, wanted: str) -> str:
    """Describes a name of ours in the words of the listing."""
    *owners, last = path.split(".")
    owner: object = module
    for part in owners:
        owner = getattr(owner, part, None)
    if not isinstance(owner, type):
        return _describe_value(getattr(owner, last), wanted) if hasattr(owner, last) else "missing"
    for ancestor in owner.__mro__:
        if last in vars(ancestor):
            return _describe_member(vars(ancestor)[last], wanted)
    return "attribute" if any(last in _set_here(kind) for kind in owner.__mro__) else "missing"


def _describe_value(value: object, wanted: str) -> str:
    if wanted.startswith(("alias of ", "import of ")):
        same = getattr(value, "__name__", None) == wanted.rpartition(".")[2]
        return wanted if same else "another object"
    if inspect.isclass(value):
        return _describe_class(value, wanted)
    if _is_function(value):
        return f"function{_signature(value)}"
    return "data"


def _describe_class(owner: type, wanted: str) -> str:
    """Describes a class; others of ours may stand between it and the bases that it must have."""
    names = {ancestor.__name__ for ancestor in owner.__mro__}
    bases = wanted.removeprefix("class(").removesuffix(")")
    if wanted.startswith("class(") and names.issuperset(_last_names(bases)):
        return wanted
    return f"class({', '.join(sorted(names - {owner.__name__, 'object'}))})"


def _last_names(bases: str) -> set[str]:
    return {base.rpartition(".")[2] for base in bases.split(", ") if base}


def _describe_member(value: object, wanted: str) -> str:
    if isinstance(value, (classmethod, staticmethod)):
        return f"{type(value).__name__}{_signature(value.__func__)}"
    if _is_function(value):
        return f"method{_signature(value)}"
    if inspect.isclass(value):
        return _describe_class(value, wanted)
    # Of a compiled class, properties are what inspect calls getset descriptors.
    is_property = isinstance(value, property) or inspect.isgetsetdescriptor(value)
    return "property" if is_property and wanted == "property" else "attribute"


def _is_function(value: object) -> bool:
    return inspect.isfunction(value) or type(value).__name__ == "cython_function_or_method"


def _signature(function: object) -> str:
    from tornado.test.api_test import (  # type: ignore[import-not-found]
        _format_signature,
    )

    return str(_format_signature(function))


def _set_here(owner: type) -> set[str]:
    """Finds the attributes that a class annotates in its body, or sets on ``self``."""
    names = set(vars(owner).get("__annotations__", ()))
    tree = _source_of(owner)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and ast.unparse(node.value) == "self"
        ):
            names.add(node.attr)
    return names


def _source_of(owner: type) -> ast.ClassDef | None:
    """Finds the source of a class, also of a compiled one: it lies beside the machine code."""
    file = getattr(sys.modules.get(owner.__module__), "__file__", None)
    if file is None:
        return None
    path = Path(file)
    source = path.with_name(f"{path.name.partition('.')[0]}.py")
    if not source.exists():
        return None
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef) and node.name == owner.__name__:
            return node
    return None
