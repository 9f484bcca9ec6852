"""Fujita's loggers, and a formatter and options that set logging up as Tornado does.

There are three loggers below ``tornado``, each of which can be configured on its own with the
standard library's ``logging``:

* ``tornado.access``: one line for each HTTP request that is served.
* ``tornado.application``: errors in the code of the application, such as exceptions that
  nothing caught.
* ``tornado.general``: all else that the library has to say.
"""

import logging
import logging.handlers
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from fujita.options import OptionParser

__all__ = [
    "LogFormatter",
    "access_log",
    "app_log",
    "define_logging_options",
    "enable_pretty_logging",
    "gen_log",
]

access_log = logging.getLogger("tornado.access")
app_log = logging.getLogger("tornado.application")
gen_log = logging.getLogger("tornado.general")


def _import_if_there(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        return None


curses = _import_if_there("curses")  # not on Windows
colorama = _import_if_there("colorama")


def _terminal_colors(colors: Mapping[int, int]) -> tuple[dict[int, str], str] | None:
    """Finds the control sequences for colours on standard error.

    Args:
        colors: Numbers of colours by key.

    Returns:
        The sequence that sets the colour of each key, and the one that ends it; ``None`` if
        standard error shows no colours.
    """
    stream = sys.stderr
    if stream is None or not hasattr(stream, "isatty") or not stream.isatty():
        return None
    if curses is not None:
        return _terminfo_colors(colors)
    # On Windows, colours are there if the program has called colorama.init().
    wrapped = getattr(getattr(colorama, "initialise", None), "wrapped_stderr", None)
    if wrapped is None or stream is not wrapped:
        return None
    return {key: f"\033[2;3{color}m" for key, color in colors.items()}, "\033[0m"


def _terminfo_colors(colors: Mapping[int, int]) -> tuple[dict[int, str], str] | None:
    try:
        curses.setupterm()
        if curses.tigetnum("colors") <= 0:
            return None
        foreground = curses.tigetstr("setaf") or curses.tigetstr("setf") or b""
        normal = curses.tigetstr("sgr0") or b""
        sequences = {key: curses.tparm(foreground, color) for key, color in colors.items()}
    except Exception:
        return None  # TERM is not set, or unknown to the terminal database
    return {key: str(value, "ascii") for key, value in sequences.items()}, str(normal, "ascii")


class LogFormatter(logging.Formatter):
    """Formats log records with time, place and, on terminals that show it, colour.

    ``parse_command_line`` and ``parse_config_file`` of ``options`` put it to use, unless the
    option ``logging`` is ``none``. It can be named in the dictionaries of ``logging.config``.

    Args:
        fmt: The format of a line. Besides the attributes of log records it can name ``color``
            and ``end_color``, between which the text has the colour of the record's level.
        datefmt: The format of ``asctime``, as for ``time.strftime``.
        style: ``%``, ``{`` or ``$``, as in ``logging.Formatter``.
        color: Whether to use colours where standard error shows them.
        colors: Numbers of terminal colours by log level.
    """

    DEFAULT_FORMAT = (
        "%(color)s[%(levelname)1.1s %(asctime)s %(module)s:%(lineno)d]%(end_color)s %(message)s"
    )
    DEFAULT_DATE_FORMAT = "%y%m%d %H:%M:%S"
    DEFAULT_COLORS = {  # noqa: RUF012 - Tornado's, a plain dictionary
        logging.DEBUG: 4,  # blue
        logging.INFO: 2,  # green
        logging.WARNING: 3,  # yellow
        logging.ERROR: 1,  # red
        logging.CRITICAL: 5,  # magenta
    }

    def __init__(
        self,
        fmt: str = DEFAULT_FORMAT,
        datefmt: str = DEFAULT_DATE_FORMAT,
        style: Literal["%", "{", "$"] = "%",
        color: bool = True,
        colors: dict[int, int] = DEFAULT_COLORS,
    ) -> None:
        # Without validation, for Tornado takes formats that have no field at all.
        super().__init__(fmt, datefmt, style, validate=False)
        found = _terminal_colors(colors) if color else None
        self._colors, self._normal = found or ({}, "")

    def format(self, record: logging.LogRecord) -> str:
        """Formats a record; the lines after the first are indented.

        A message that cannot be formatted is shown with the reason, so that no record is lost.
        """
        try:
            record.message = record.getMessage()
        except Exception as error:
            record.message = f"Bad message ({error!r}): {vars(record)!r}"
        record.asctime = self.formatTime(record, self.datefmt)
        color = self._colors.get(record.levelno, "")
        vars(record).update(color=color, end_color=self._normal if color else "")
        parts = [self.formatMessage(record)]
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            parts.append(record.exc_text)
        if record.stack_info:
            parts.append(self.formatStack(record.stack_info))
        if len(parts) > 1:
            parts[0] = parts[0].rstrip()
        return "\n".join(parts).replace("\n", "\n    ")


def enable_pretty_logging(options: Any = None, logger: logging.Logger | None = None) -> None:
    """Sets logging up as the options say; ``options`` calls it after parsing.

    Args:
        options: The options of :func:`define_logging_options`; ``None`` means the global ones.
        logger: The logger that gets the handlers; ``None`` means the root logger.

    Raises:
        ValueError: An option has a value that is not one of those it can have.
    """
    if options is None:
        options = _global_options()
    if options.logging is None or options.logging.lower() == "none":
        return
    if logger is None:
        logger = logging.getLogger()
    logger.setLevel(_level(options.logging))
    if options.log_file_prefix:
        file_handler = _rotating_handler(options)
        file_handler.setFormatter(LogFormatter(color=False))
        logger.addHandler(file_handler)
    to_stderr = options.log_to_stderr
    if to_stderr or (to_stderr is None and not logger.handlers):
        handler = logging.StreamHandler()
        handler.setFormatter(LogFormatter())
        logger.addHandler(handler)


def _global_options() -> "OptionParser":
    from fujita import options  # here, for it imports this module

    return options.options


def _level(name: str) -> int:
    levels = logging.getLevelNamesMapping()
    try:
        return levels[name.upper()]
    except KeyError:
        expected = ", ".join(["none", *levels]).lower()
        raise ValueError(f"option logging is {name!r}, expected one of {expected}") from None


def _rotating_handler(options: Any) -> logging.FileHandler:
    if options.log_rotate_mode == "size":
        return logging.handlers.RotatingFileHandler(
            options.log_file_prefix,
            maxBytes=options.log_file_max_size,
            backupCount=options.log_file_num_backups,
            encoding="utf-8",
        )
    if options.log_rotate_mode == "time":
        return logging.handlers.TimedRotatingFileHandler(
            options.log_file_prefix,
            when=options.log_rotate_when,
            interval=options.log_rotate_interval,
            backupCount=options.log_file_num_backups,
            encoding="utf-8",
        )
    raise ValueError(
        f"option log_rotate_mode is {options.log_rotate_mode!r}, expected 'size' or 'time'"
    )


def define_logging_options(options: "OptionParser | None" = None) -> None:
    """Adds the options that control logging, and sets logging up when they have been parsed.

    The global options have them already.

    Args:
        options: The options to add to; ``None`` means the global ones.
    """
    parser = _global_options() if options is None else options
    parser.define(
        "logging",
        default="info",
        metavar="debug|info|warning|error|none",
        help="The least level of what is logged. With 'none', logging is left as it is.",
    )
    parser.define(
        "log_to_stderr",
        type=bool,
        help="Log to standard error, in colour if possible. Without this option, that is done "
        "if there is no --log_file_prefix and nothing else handles logs.",
    )
    parser.define(
        "log_file_prefix",
        type=str,
        metavar="PATH",
        help="The log file; older ones get a suffix. Processes that run at the same time need "
        "different ones, for example with the port number in the name.",
    )
    parser.define("log_file_max_size", default=100_000_000, help="Bytes after which to rotate")
    parser.define("log_file_num_backups", default=10, help="Number of older log files to keep")
    parser.define(
        "log_rotate_when",
        default="midnight",
        help="The unit of --log_rotate_interval, or the time at which to rotate: 'S', 'M', 'H', "
        "'D', 'W0'-'W6' or 'midnight'",
    )
    parser.define("log_rotate_interval", default=1, help="Units of time after which to rotate")
    parser.define("log_rotate_mode", default="size", help="What decides to rotate: size or time")
    parser.add_parse_callback(lambda: enable_pretty_logging(parser))
