import io
import logging
import logging.config
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fujita import log
from fujita.options import OptionParser


def record(message: Any, *args: Any, level: int = logging.ERROR) -> logging.LogRecord:
    made = logging.LogRecord("name", level, "/a/module.py", 7, message, args, None)
    made.created = 0.0
    return made


@pytest.fixture
def formatter() -> log.LogFormatter:
    made = log.LogFormatter(color=False)
    made._colors = {logging.ERROR: "<red>"}
    made._normal = "</red>"
    return made


def plain(formatter: logging.Formatter, made: logging.LogRecord) -> str:
    return formatter.format(made).partition("module:7]")[2]


def test_loggers_have_tornados_names() -> None:
    assert log.access_log.name == "tornado.access"
    assert log.app_log.name == "tornado.application"
    assert log.gen_log.name == "tornado.general"


def test_a_line(formatter: log.LogFormatter) -> None:
    formatter.datefmt = "%Y"
    line = formatter.format(record("hello %s", "é"))
    assert line in (f"<red>[E {year} module:7]</red> hello é" for year in (1969, 1970))


def test_a_level_without_colour(formatter: log.LogFormatter) -> None:
    assert plain(formatter, record("hello", level=logging.INFO)) == " hello"


def test_lines_after_the_first_are_indented(formatter: log.LogFormatter) -> None:
    assert plain(formatter, record("a\nb")) == "</red> a\n    b"


@pytest.mark.parametrize(("message", "shown"), [(b"\xe9", "b'\\xe9'"), (3, "3"), (None, "None")])
def test_messages_that_are_no_strings(
    message: Any, shown: str, formatter: log.LogFormatter
) -> None:
    assert plain(formatter, record(message)) == f"</red> {shown}"


def test_a_message_that_does_not_fit_its_arguments(formatter: log.LogFormatter) -> None:
    line = formatter.format(record("%d", "x"))
    assert "Bad message (TypeError(" in line
    assert "'args': ('x',)" in line


def test_exceptions(formatter: log.LogFormatter) -> None:
    try:
        raise ValueError("a\nb")
    except ValueError:
        made = record("failed  ")
        made.exc_info = sys.exc_info()
    lines = formatter.format(made).splitlines()
    assert lines[0].endswith(" failed")
    assert lines[1] == "    Traceback (most recent call last):"
    assert lines[-2:] == ["    ValueError: a", "    b"]
    # The text is kept for other handlers, without the indentation.
    assert made.exc_text is not None
    assert made.exc_text.startswith("Traceback")


def test_stack_info(formatter: log.LogFormatter) -> None:
    made = record("here")
    made.stack_info = "Stack (most recent call last):\n  line"
    assert plain(formatter, made).endswith("here\n    Stack (most recent call last):\n      line")


@pytest.mark.parametrize(
    ("style", "fmt"),
    [
        ("%", "%(levelname)s %(message)s"),
        ("{", "{levelname} {message}"),
        ("$", "$levelname $message"),
    ],
)
def test_styles(style: Any, fmt: str) -> None:
    made = log.LogFormatter(fmt=fmt, style=style, color=False)
    assert made.format(record("hello %s", "you")) == "ERROR hello you"


def test_configuration_by_dictionary() -> None:
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "f": {"()": "fujita.log.LogFormatter", "fmt": "%(message)s!", "color": False}
            },
            "handlers": {"h": {"class": "logging.NullHandler", "formatter": "f"}},
            "loggers": {"fujita.tests.log": {"handlers": ["h"]}},
        }
    )
    (handler,) = logging.getLogger("fujita.tests.log").handlers
    assert handler.format(record("x")) == "x!"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colours_of_colorama(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(log, "curses", None)
    monkeypatch.setattr(sys, "stderr", stream)
    assert log.LogFormatter()._colors == {}
    fake = SimpleNamespace(initialise=SimpleNamespace(wrapped_stderr=stream))
    monkeypatch.setattr(log, "colorama", fake)
    made = log.LogFormatter(colors={logging.INFO: 6})
    assert (made._colors, made._normal) == ({logging.INFO: "\033[2;36m"}, "\033[0m")
    assert log.LogFormatter(color=False)._colors == {}


def test_no_colours_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (io.StringIO(), None):
        monkeypatch.setattr(sys, "stderr", stream)
        assert log.LogFormatter()._colors == {}


@pytest.mark.skipif(log.curses is None, reason="there is no curses here")
@pytest.mark.parametrize(("terminal", "coloured"), [("xterm", True), ("dumb", False), ("?", False)])
def test_colours_of_a_terminal(terminal: str, coloured: bool) -> None:
    program = (
        "from fujita.log import LogFormatter; f = LogFormatter()\n"
        "print(ascii((f._colors.get(40), f._normal)))"
    )
    master, slave = pty.openpty()
    try:
        output = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "TERM": terminal},
            stdout=subprocess.PIPE,
            stderr=slave,
            check=True,
            text=True,
        ).stdout.strip()
    finally:
        os.close(master)
        os.close(slave)
    assert output.startswith("('\\x1b[31m', '\\x1b") if coloured else output == "(None, '')"


@pytest.fixture
def options() -> OptionParser:
    made = OptionParser()
    log.define_logging_options(made)
    return made


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    made = logging.Logger("alone")
    yield made
    for handler in made.handlers:
        handler.close()


def test_options_are_defined(options: OptionParser) -> None:
    assert options.group_dict(log.__file__) == {
        "logging": "info",
        "log_to_stderr": None,
        "log_file_prefix": None,
        "log_file_max_size": 100_000_000,
        "log_file_num_backups": 10,
        "log_rotate_when": "midnight",
        "log_rotate_interval": 1,
        "log_rotate_mode": "size",
    }


@pytest.mark.parametrize("none", ["none", "None", None])
def test_logging_none_leaves_logging_alone(
    none: str | None, options: OptionParser, logger: logging.Logger
) -> None:
    options.logging = none
    log.enable_pretty_logging(options, logger)
    assert (logger.level, logger.handlers) == (logging.NOTSET, [])


def test_logging_to_stderr(options: OptionParser, logger: logging.Logger) -> None:
    options.logging = "warning"
    log.enable_pretty_logging(options, logger)
    log.enable_pretty_logging(options, logger)
    (handler,) = logger.handlers
    assert isinstance(handler.formatter, log.LogFormatter)
    assert logger.level == logging.WARNING
    options.log_to_stderr = True
    log.enable_pretty_logging(options, logger)
    assert len(logger.handlers) == 2


@pytest.mark.parametrize("mode", ["size", "time"])
def test_logging_to_a_file(
    mode: str, options: OptionParser, logger: logging.Logger, tmp_path: Path
) -> None:
    options.log_file_prefix = str(tmp_path / "log")
    options.log_rotate_mode = mode
    log.enable_pretty_logging(options, logger)
    (handler,) = logger.handlers
    assert (
        type(handler)
        is {
            "size": logging.handlers.RotatingFileHandler,
            "time": logging.handlers.TimedRotatingFileHandler,
        }[mode]
    )
    logger.error("é")
    assert (tmp_path / "log").read_text("utf-8").endswith("] é\n")


def test_wrong_values(options: OptionParser, logger: logging.Logger) -> None:
    options.log_file_prefix = "never-opened"
    options.log_rotate_mode = "moon"
    with pytest.raises(ValueError, match="'moon', expected 'size' or 'time'"):
        log.enable_pretty_logging(options, logger)
    options.logging = "loud"
    with pytest.raises(ValueError, match="'loud', expected one of none, critical"):
        log.enable_pretty_logging(options, logger)


@pytest.mark.parametrize(
    ("statement", "arguments", "logged"),
    [
        ("pass", [], False),
        ("parse_command_line()", [], True),
        ("parse_command_line()", ["--logging=none"], False),
        ("options.logging = None; parse_command_line()", [], False),
        ("options.logging = None; parse_command_line()", ["--logging=info"], True),
        ("define_logging_options(own); own.parse_command_line()", [], True),
        ("enable_pretty_logging()", [], True),
    ],
)
def test_parsing_sets_the_root_logger_up(
    statement: str, arguments: list[str], logged: bool
) -> None:
    program = (
        "import logging\n"
        "from fujita.log import define_logging_options, enable_pretty_logging\n"
        "from fujita.options import OptionParser, options, parse_command_line\n"
        f"own = OptionParser()\n{statement}\nlogging.info('hello')"
    )
    command = [sys.executable, "-c", program, *arguments]
    output = subprocess.run(command, stderr=subprocess.PIPE, check=True, text=True).stderr
    assert ("hello" in output) is logged


def test_define_logging_options_of_the_program_again_is_an_error() -> None:
    from fujita.options import Error

    with pytest.raises(Error, match="'logging' already defined"):
        log.define_logging_options()
