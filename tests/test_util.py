import gc
import gzip
import random
import re
import sys
import unittest
import weakref
import zlib
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita import util
from fujita.util import ArgReplacer, Configurable, GzipDecompressor, ObjectDict


class Shape(Configurable):
    sides: int
    colour: str | None

    @classmethod
    def configurable_base(cls) -> type[Configurable]:
        return Shape

    @classmethod
    def configurable_default(cls) -> type[Configurable]:
        return Square

    def initialize(self, colour: str | None = None) -> None:
        self.colour = colour


class Square(Shape):
    sides = 4


class Triangle(Shape):
    """An implementation that opens a hierarchy of its own."""

    sides = 3

    @classmethod
    def configurable_base(cls) -> type[Configurable]:
        return Triangle

    @classmethod
    def configurable_default(cls) -> type[Configurable]:
        return Equilateral


class Equilateral(Triangle):
    pass


class Isosceles(Triangle):
    pass


@pytest.fixture(autouse=True)
def _unconfigured() -> Iterator[None]:
    saved = Shape._save_configuration(), Triangle._save_configuration()
    yield
    Shape._restore_configuration(saved[0])
    Triangle._restore_configuration(saved[1])


def test_configurable_makes_the_default() -> None:
    shape = Shape(colour="red")
    assert type(shape) is Square
    assert shape.colour == "red"
    assert Shape.configured_class() is Square


@pytest.mark.parametrize("implementation", [Triangle, f"{__name__}.Triangle"])
def test_configurable_makes_what_is_configured(
    implementation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, __name__, sys.modules[Shape.__module__])
    Shape.configure(implementation)
    assert type(Shape()) is Equilateral
    assert Shape.configured_class() is Triangle
    Shape.configure(None)
    assert type(Shape()) is Square


def test_configured_arguments_hold_for_the_base_only() -> None:
    Shape.configure(None, colour="blue")
    assert Shape().colour == "blue"
    assert Shape(colour="red").colour == "red"
    assert Square().colour is None


def test_configuration_of_nested_hierarchies() -> None:
    Shape.configure(Triangle, colour="outer")
    Triangle.configure(Isosceles, colour="inner")
    assert type(Shape()) is Isosceles
    assert Shape().colour == "outer"
    assert Triangle().colour == "inner"
    Shape.configure(Square)
    assert type(Triangle()) is Isosceles


def test_an_outer_configuration_is_not_inherited() -> None:
    Shape.configure(Square, colour="blue")
    triangle = Triangle()
    assert type(triangle) is Equilateral
    assert triangle.colour is None


def test_configure_by_a_subclass_sets_the_base() -> None:
    Isosceles.configure(Isosceles)
    assert type(Triangle()) is Isosceles


def test_a_base_can_be_its_own_default() -> None:
    class Alone(Configurable):
        @classmethod
        def configurable_base(cls) -> type[Configurable]:
            return Alone

        configurable_default = configurable_base

        def initialize(self, size: int = 1) -> None:
            self.size = size

    assert Alone(2).size == 2
    Alone.configure(None, size=3)
    assert Alone().size == 3


def test_configure_refuses_strangers() -> None:
    with pytest.raises(ValueError, match=r"Invalid subclass of .*Shape.*int"):
        Shape.configure(int)  # type: ignore[arg-type]
    with pytest.raises(ImportError):
        Shape.configure("no_such_module.Shape")


def test_save_and_restore_configuration() -> None:
    saved = Shape._save_configuration()
    Shape.configure(Triangle, colour="green")
    Shape._restore_configuration(saved)
    assert type(Shape()) is Square
    assert Shape().colour is None


def test_configurable_itself_has_no_hierarchy() -> None:
    with pytest.raises(NotImplementedError, match="configurable_base"):
        Configurable()
    with pytest.raises(NotImplementedError, match="configurable_default"):
        Configurable.configurable_default()


def test_object_dict() -> None:
    record = ObjectDict(a=1)
    record.b = 2
    assert record == {"a": 1, "b": 2}
    assert record.a == 1
    assert not hasattr(record, "c")
    with pytest.raises(AttributeError, match="missing"):
        _ = record.missing


def test_import_object() -> None:
    assert util.import_object("logging") is sys.modules["logging"]
    assert util.import_object("xml.dom.minidom") is sys.modules["xml.dom.minidom"]
    assert util.import_object("fujita.util.ArgReplacer") is ArgReplacer
    with pytest.raises(ImportError, match=r"missing.*fujita"):
        util.import_object("fujita.missing")
    with pytest.raises(ModuleNotFoundError):
        util.import_object("no_such_module.part.name")


def test_import_object_reports_what_a_submodule_failed_to_import(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "fujita_test_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "part.py").write_text("import no_such_dependency")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency"):
        util.import_object("fujita_test_package.part")


def test_exec_in_ignores_the_callers_future_imports() -> None:
    output: list[Any] = []
    code = "def f(x: int): pass\noutput.append(f.__annotations__)"
    caller = "from __future__ import annotations\nexec_in(code, {'output': output})"
    util.exec_in(caller, {"exec_in": util.exec_in, "code": code, "output": output})
    assert output == [{"x": int}]


def test_exec_in_uses_the_given_namespaces() -> None:
    spaces: tuple[dict[str, Any], dict[str, Any]] = ({"a": 1}, {})
    util.exec_in(compile("b = a + 1", "x", "exec"), *spaces)
    assert spaces[1] == {"b": 2}


def test_raise_exc_info_keeps_the_traceback_and_leaves_no_cycle() -> None:
    class Unpicklable(Exception):
        def __init__(self, one: int, two: int) -> None:
            super().__init__()

    def fail() -> None:
        raise Unpicklable(1, 2)

    class Witness:
        pass

    def again() -> "weakref.ref[Witness]":
        witness = Witness()
        try:
            try:
                fail()
            except Unpicklable:
                util.raise_exc_info(sys.exc_info())
        except Unpicklable as error:
            names = []
            traceback = error.__traceback__
            while traceback is not None:
                names.append(traceback.tb_frame.f_code.co_name)
                traceback = traceback.tb_next
            assert names == ["again", "raise_exc_info", "again", "fail"]
        return weakref.ref(witness)

    gc.disable()
    try:
        assert again()() is None
    finally:
        gc.enable()


def test_raise_exc_info_wants_an_exception() -> None:
    with pytest.raises(TypeError, match="no exception"):
        util.raise_exc_info((None, None, None))


def test_errno_from_exception() -> None:
    assert util.errno_from_exception(OSError(13, "denied")) == 13
    assert util.errno_from_exception(Exception(7)) == 7
    assert util.errno_from_exception(Exception()) is None


@given(st.text())
def test_re_unescape_undoes_escape(text: str) -> None:
    assert util.re_unescape(re.escape(text)) == text


@pytest.mark.parametrize("pattern", [r"\d", r"a\b", r"\1"])
def test_re_unescape_refuses_other_escapes(pattern: str) -> None:
    with pytest.raises(ValueError, match="cannot unescape"):
        util.re_unescape(pattern)


def test_timedelta_to_seconds() -> None:
    assert util.timedelta_to_seconds(timedelta(minutes=1, milliseconds=500)) == 60.5


def called(first: int, second: int, hook: Any = None, *, only: Any = None) -> None:
    """Gives ArgReplacer a signature."""


def test_arg_replacer_by_position() -> None:
    replacer = ArgReplacer(called, "hook")
    assert (replacer.name, replacer.arg_pos) == ("hook", 2)
    assert replacer.get_old_value((1, 2, "old"), {}) == "old"
    assert replacer.replace("new", (1, 2, "old"), {}) == ("old", [1, 2, "new"], {})


def test_arg_replacer_by_keyword() -> None:
    replacer = ArgReplacer(called, "hook")
    assert replacer.replace("new", (1,), {"hook": "old"}) == ("old", (1,), {"hook": "new"})
    only = ArgReplacer(called, "only")
    assert only.arg_pos is None
    assert only.replace("new", (1, 2, 3), {}) == (None, (1, 2, 3), {"only": "new"})


def test_arg_replacer_when_absent() -> None:
    replacer = ArgReplacer(called, "hook")
    assert replacer.get_old_value((1,), {}, default="none") == "none"
    assert replacer.replace("new", (1, 2), {}) == (None, (1, 2), {"hook": "new"})


def decompress(pieces: list[bytes], max_length: int) -> bytes:
    decompressor = GzipDecompressor()
    output = bytearray()
    for piece in pieces:
        while piece:
            part = decompressor.decompress(piece, max_length)
            assert len(part) <= max_length
            assert part or len(decompressor.unconsumed_tail) < len(piece)
            output += part
            piece = decompressor.unconsumed_tail
    assert decompressor.flush() == b""
    return bytes(output)


@given(
    st.lists(st.binary(max_size=3000), max_size=4),
    st.integers(1, 4000),
    st.lists(st.integers(0, 9000), max_size=5),
)
def test_gzip_members_in_any_pieces(members: list[bytes], room: int, cuts: list[int]) -> None:
    stream = b"".join(gzip.compress(member, mtime=0) for member in members)
    bounds = [0, *sorted(cuts), len(stream)]
    pieces = [stream[start:end] for start, end in pairwise(bounds)]
    assert decompress(pieces, room) == b"".join(members)


def test_gzip_member_that_just_fills_the_room() -> None:
    first = random.Random(1).randbytes(600)
    stream = gzip.compress(first) + gzip.compress(b"second")
    assert decompress([stream], 600) == first + b"second"


@pytest.mark.parametrize("trailer", [b"\0", b"x", b"\r\n", b"\x1f", b"\x1f\0", b"\0" * 20])
@pytest.mark.parametrize("size", [1, 100])
def test_gzip_refuses_what_follows_a_member(trailer: bytes, size: int) -> None:
    stream = gzip.compress(b"hello") + trailer
    pieces = [stream[i : i + size] for i in range(0, len(stream), size)]
    with pytest.raises(zlib.error):
        decompress(pieces, 100)


def test_gzip_refuses_a_wrong_first_byte_at_once() -> None:
    with pytest.raises(zlib.error, match="gzip member starts with"):
        GzipDecompressor().decompress(b"<", 10)


def test_gzip_refuses_every_truncation() -> None:
    stream = gzip.compress(b"hello, hello, hello")
    for end in range(1, len(stream)):
        with pytest.raises(zlib.error):
            decompress([stream[:end]], 10)


def test_gzip_flush_does_not_decompress_the_rest() -> None:
    decompressor = GzipDecompressor()
    assert decompressor.decompress(gzip.compress(bytes(1_000_000)), 10) == bytes(10)
    with pytest.raises(ValueError, match="unconsumed_tail"):
        decompressor.flush()


def test_gzip_without_a_bound_is_deprecated() -> None:
    data = gzip.compress(b"one ") + gzip.compress(b"two")
    with pytest.warns(DeprecationWarning, match="max_length") as caught:
        assert GzipDecompressor().decompress(data) == b"one two"
    assert caught[0].filename == __file__


@given(st.binary(min_size=4, max_size=4), st.binary(max_size=300))
def test_websocket_mask(mask: bytes, data: bytes) -> None:
    expected = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
    assert util._websocket_mask_python(mask, data) == expected
    assert util._websocket_mask_python(mask, bytearray(data)) == expected


def test_websocket_mask_wants_four_bytes() -> None:
    with pytest.raises(ValueError, match="4 bytes, got 3"):
        util._websocket_mask_python(b"abc", b"data")


def test_one_timeout_error() -> None:
    assert util.TimeoutError is TimeoutError


def test_old_type_names() -> None:
    assert (util.bytes_type, util.unicode_type, util.basestring_type) == (bytes, str, str)


def test_doctests() -> None:
    suite = util.doctests()
    result = unittest.TestResult()
    suite.run(result)
    assert result.testsRun > 0
    assert result.wasSuccessful()


def test_all_names_exist() -> None:
    module: ModuleType = util
    for name in util.__all__:
        assert hasattr(module, name)
