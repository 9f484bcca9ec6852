import copy
import io
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from fujita import options as module
from fujita.options import Error, OptionParser


class Email:
    def __init__(self, text: str) -> None:
        if "@" not in text:
            raise ValueError("no @ in it")
        self.text = text


def parsed(argument: str, **definition: Any) -> Any:
    options = OptionParser()
    options.define("x", **definition)
    assert options.parse_command_line(["program", argument]) == []
    return options.x


def from_file(source: str | bytes, path: Path, **definition: Any) -> Any:
    file = path / "program.conf"
    file.write_bytes(source.encode() if isinstance(source, str) else source)
    options = OptionParser()
    options.define("x-y", **definition)
    options.parse_config_file(str(file))
    return options.x_y


def test_types_of_the_command_line() -> None:
    assert parsed("--x=a b") == "a b"
    assert parsed("--x=") == ""
    assert parsed("--x=a=b") == "a=b"
    assert parsed("-x=4", type=int) == 4
    assert parsed("--x=4", default=5) == 4
    assert parsed("--x=1.5", type=float) == 1.5
    assert parsed("--x", type=bool) is True
    assert parsed("--x=false", default=True) is False
    assert parsed("--x=2013-04-28", type=datetime) == datetime(2013, 4, 28)
    assert parsed("--x=1h", type=timedelta) == timedelta(hours=1)
    assert parsed("--x=a@b", type=Email).text == "a@b"


def test_lists_of_the_command_line() -> None:
    assert parsed("--x=a,b", multiple=True) == ["a", "b"]
    assert parsed("--x=1,3:5", type=int, multiple=True) == [1, 3, 4, 5]
    assert parsed("--x=t,f", type=bool, multiple=True) == [True, False]


@pytest.mark.parametrize("kind", [int, float, datetime, timedelta, Email])
@pytest.mark.parametrize("multiple", [True, False])
def test_text_of_another_type(kind: type, multiple: bool) -> None:
    with pytest.raises(
        Error, match=f"Option 'x' is required to be .*{kind.__name__}, got 'z'"
    ) as e:
        parsed("--x=z", type=kind, multiple=multiple)
    # Which is what Tornado lets through from int() and the like.
    assert isinstance(e.value, ValueError)


@pytest.mark.parametrize(
    ("arguments", "remaining", "value"),
    [
        (["--x=1", "a", "--x=2"], ["a", "--x=2"], "1"),
        (["--x=1", "--", "--x=2"], ["--x=2"], "1"),
        (["--x=1", "--x=2"], [], "2"),
        (["a"], ["a"], None),
        ([], [], None),
        ([""], [""], None),
    ],
)
def test_arguments_after_the_options(
    arguments: list[str], remaining: list[str], value: str | None
) -> None:
    options = OptionParser()
    options.define("x")
    assert options.parse_command_line(["program", *arguments]) == remaining
    assert options.x == value


def test_the_programs_own_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["program", "--x=1", "rest"])
    options = OptionParser()
    options.define("x")
    assert options.parse_command_line() == ["rest"]
    assert options.x == "1"


def test_unknown_option_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    for argument in ("--un_known", "-un-known=3"):
        with pytest.raises(Error, match="Unrecognized command line option: 'un-known'"):
            OptionParser().parse_command_line(["program", argument])
        assert "show this help information" in capsys.readouterr().err


def test_option_without_its_value() -> None:
    with pytest.raises(Error, match="'x' requires a value"):
        parsed("--x", type=int)


def test_defaults() -> None:
    options = OptionParser()
    options.define("none")
    options.define("number", default=1.5)
    options.define("list", multiple=True)
    options.define("filled", default=[1], type=int, multiple=True)
    assert (options.none, options.number, options.list, options.filled) == (None, 1.5, [], [1])
    assert options._options["number"].type is float
    assert options._options["list"].type is str


def test_dashes_and_underscores_are_the_same() -> None:
    for name in ("a-b", "a_b"):
        options = OptionParser()
        options.define(name, default="1", group="g")
        assert options.a_b == options["a-b"] == options["a_b"] == "1"
        for flag in ("--a-b=2", "--a_b=2"):
            options.parse_command_line(["program", flag])
            assert options.a_b == "2"
        assert "a-b" in options
        assert "a_b" in options
        assert list(options) == ["help", name]
        assert options.group_dict("g") == {name: "2"}
        with pytest.raises(Error, match=r"Option 'a-b' already defined in .*test_parser"):
            options.define("a_b")


def test_unknown_names() -> None:
    options = OptionParser()
    assert "x" not in options
    assert not hasattr(options, "x")
    with pytest.raises(AttributeError, match="Unrecognized option 'x'"):
        options.x = 1
    with pytest.raises(AttributeError, match="Unrecognized option 'x'"):
        options["x"]
    with pytest.raises(AttributeError, match="Unrecognized option 'x'"):
        options["x"] = 1


def test_collections() -> None:
    options = OptionParser()
    options.define("a", default=1, group="g")
    options.define("b", default=2)
    expected = {"help": None, "a": 1, "b": 2}
    assert options.as_dict() == dict(options.items()) == options.group_dict("") == expected
    assert options.groups() == {"", "g", __file__}
    assert options.group_dict("g") == {"a": 1}
    assert options.group_dict(__file__) == {"b": 2}
    assert options.group_dict("h") == {}


@pytest.mark.parametrize(
    ("value", "definition"),
    [
        ("1", {"type": int}),
        (1, {"type": str}),
        (1, {"type": float}),
        (1, {"type": bool}),
        ((1,), {"type": int, "multiple": True}),
        (["1"], {"type": int, "multiple": True}),
        (None, {"type": int, "multiple": True}),
    ],
)
def test_setting_a_value_of_another_type(value: Any, definition: Any) -> None:
    options = OptionParser()
    options.define("x", **definition)
    with pytest.raises(Error, match="Option 'x' is required to be a"):
        options.x = value


def test_setting() -> None:
    values: list[Any] = []
    options = OptionParser()
    options.define("x", type=int, callback=values.append)
    options.define("y", type=int, multiple=True, callback=values.append)
    options.x = 1
    options["x"] = None
    options.y = [1, None]
    options.parse_command_line(["program", "--x=2", "--y=3,4"])
    assert values == [1, None, [1, None], 2, [3, 4]]
    assert options.x == 2


def test_config_file(tmp_path: Path) -> None:
    assert from_file("import os\nx_y = 4\nother = 5", tmp_path, type=int) == 4
    assert from_file("x_y = '4'", tmp_path, type=int) == 4
    assert from_file("x_y = '4'", tmp_path) == "4"
    assert from_file("x_y = '4,5'", tmp_path, type=int, multiple=True) == [4, 5]
    assert from_file("x_y = [4]", tmp_path, type=int, multiple=True) == [4]
    assert from_file("x_y = 'é'", tmp_path) == "é"
    assert from_file(b"\xef\xbb\xbfx_y = 'a'", tmp_path) == "a"
    assert from_file("x_y = __file__", tmp_path) == str(tmp_path / "program.conf")
    assert (
        from_file("def f(a: int): pass\nx_y = f.__annotations__['a'].__name__", tmp_path) == "int"
    )


def test_wrong_config_files(tmp_path: Path) -> None:
    with pytest.raises(Error, match=r"'x-y' is required to be a int \(<class 'float'> given\)"):
        from_file("x_y = 1.5", tmp_path, type=int)
    with pytest.raises(Error, match="'x-y' is required to be a list of int"):
        from_file("x_y = 5", tmp_path, type=int, multiple=True)
    with pytest.raises(SyntaxError, match=r"program\.conf"):
        from_file("(", tmp_path)
    with pytest.raises(FileNotFoundError):
        OptionParser().parse_config_file(str(tmp_path / "missing"))


def test_config_file_named_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "conf"
    file.write_text("a = 1\nb = 2")
    options = OptionParser()
    options.define("a", default=0)
    options.define("b", default=0)
    options.define(
        "config", type=str, callback=lambda path: options.parse_config_file(path, final=False)
    )
    options.parse_command_line(["program", "--a=7", f"--config={file}", "--b=9"])
    assert (options.a, options.b) == (1, 9)


def test_parse_callbacks(tmp_path: Path) -> None:
    calls: list[int] = []
    options = OptionParser()
    options.add_parse_callback(lambda: calls.append(1))
    options.add_parse_callback(lambda: calls.append(2))
    options.parse_command_line(["program"], final=False)
    assert calls == []
    options.parse_command_line(["program"])
    assert calls == [1, 2]
    (tmp_path / "conf").write_text("")
    options.parse_config_file(str(tmp_path / "conf"), final=False)
    options.parse_config_file(str(tmp_path / "conf"))
    assert calls == [1, 2, 1, 2]


def test_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["program"])
    options = OptionParser()
    options.define("with_underscore", default=3, help="some help", metavar="N", group="zoo")
    options.define("bare", group="zoo")
    options.define("default", default=False, group="zoo")
    options.define("n" * 30, default="", help="word " * 12, group="ape")
    buffer = io.StringIO()
    options.print_help(buffer)
    assert buffer.getvalue() == (
        "Usage: program [OPTIONS]\n"
        "\n"
        "Options:\n"
        "\n"
        "  --help                           show this help information\n"
        "\n"
        "ape options:\n"
        "\n"
        "  --nnnnnnnnnnnnnnnnnnnnnnnnnnnnnn word word word word word word word word word\n"
        "                                   word word word\n"
        "\n"
        "zoo options:\n"
        "\n"
        "  --bare\n"
        "  --default                        (default False)\n"
        "  --with-underscore=N              some help (default 3)\n"
        "\n"
    )


def test_help_of_a_long_name() -> None:
    options = OptionParser()
    options.define("n" * 31, help="word", group="g")
    buffer = io.StringIO()
    options.print_help(buffer)
    assert f"  --{'n' * 31}\n{' ' * 35}word\n" in buffer.getvalue()


def test_help_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        OptionParser().parse_command_line(["program", "--help"])
    assert stopped.value.code == 0
    assert capsys.readouterr().err.startswith("Usage:")
    assert OptionParser().parse_command_line(["program", "--help=false"]) == []


def test_mockable() -> None:
    options = OptionParser()
    options.define("x", default=1)
    with mock.patch.object(options.mockable(), "x", 2):
        assert options.x == 2
        options.x = 3
        with mock.patch.object(options.mockable(), "x", 4):
            assert options.x == 4
        assert options.x == 3
    assert options.x == 1


def test_mockable_is_used_once_at_a_time() -> None:
    options = OptionParser()
    options.define("x", default=1)
    mockable = options.mockable()
    mockable.x = 2
    with pytest.raises(AssertionError, match="don't reuse mockable"):
        mockable.x = 3
    del mockable.x
    assert options.x == mockable.x == 1
    with pytest.raises(AttributeError, match="Unrecognized option 'y'"):
        mockable.y = 1


def test_a_parser_can_be_copied() -> None:
    options = OptionParser()
    options.define("x", default=1)
    assert copy.copy(options).x == 1


def test_subcommands_have_parsers_of_their_own() -> None:
    main, sub = OptionParser(), OptionParser()
    main.define("verbose", default=False)
    sub.define("x")
    rest = main.parse_command_line(["program", "--verbose", "sub", "--x=1"])
    assert rest == ["sub", "--x=1"]
    assert sub.parse_command_line(rest) == []
    assert (main.verbose, sub.x) == (True, "1")


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> OptionParser:
    """Has the module's functions serve a parser of the test's."""
    options = OptionParser()
    monkeypatch.setattr("fujita.options.program.options", options)
    return options


def test_functions_of_the_module(
    program: OptionParser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[str] = []
    values: list[int] = []
    module.define("x", 1, int, "help of x", "N", False, None, values.append)
    assert program._options["x"].group_name == __file__
    module.add_parse_callback(lambda: calls.append("parsed"))
    assert module.parse_command_line(["program", "--x=2"], final=False) == []
    assert (program.x, values, calls) == (2, [2], [])
    (tmp_path / "conf").write_text("x = 3")
    module.parse_config_file(str(tmp_path / "conf"))
    assert (program.x, calls) == (3, ["parsed"])
    module.print_help()
    assert "--x=N" in capsys.readouterr().err


def test_the_programs_options_have_those_of_logging() -> None:
    assert "log_file_prefix" in module.options
    for name in module.__all__:
        assert hasattr(module, name)
