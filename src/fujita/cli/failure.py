"""How the failure of a program is told: from the program's own frames on, never from ours."""

import os
import sys
import traceback
from types import TracebackType

from fujita.cli.errors import CommandError, listening_hint

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_CLI = os.path.dirname(os.path.abspath(__file__))


def program_traceback(error: BaseException) -> TracebackType | None:
    """Gives an exception's traceback without the frames that led to the program."""
    frames = error.__traceback__
    while frames is not None and _leads_to_the_program(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    return frames


def tell_before_serving(error: Exception, show_traceback: bool) -> CommandError:
    """Says in one line why a program has not come to serve.

    Args:
        error: What the program raised.
        show_traceback: Whether the program's traceback is printed as well.
    """
    frames = program_traceback(error)
    if show_traceback:
        traceback.print_exception(type(error), error, frames)
    place = _place(error, frames)
    text = "".join(traceback.format_exception_only(type(error), error)[-1:])
    text = " ".join(text.split())
    hints = [listening_hint(error)]
    if place and not show_traceback:
        hints.append("--traceback shows more")
    hint = "; ".join(hint for hint in hints if hint)
    return CommandError(f"{place}{text}{f' ({hint})' if hint else ''}")


def tell_traceback(error: Exception) -> None:
    """Prints an exception as Python would, had it run the program."""
    frames = program_traceback(error)
    sys.excepthook(type(error), error.with_traceback(frames), frames)


def _place(error: Exception, frames: TracebackType | None) -> str:
    """Names file and line, of the program rather than of a library that it uses."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_short(error.filename)}, line {error.lineno}: "
    for frame, line in reversed(list(traceback.walk_tb(frames))):
        # The compiled parts of Fujita name their files as they were called when it was built.
        if str(frame.f_globals.get("__name__")).startswith("fujita."):
            continue
        if _is_the_programs(frame.f_code.co_filename):
            return f"{_short(frame.f_code.co_filename)}, line {line}: "
    return ""


def _short(filename: str) -> str:
    """Names a file as the user would, where that is shorter."""
    try:
        relative = os.path.relpath(filename)
    except (ValueError, OSError):
        return filename
    return relative if len(relative) < len(filename) else filename


def _leads_to_the_program(filename: str) -> bool:
    name = os.path.basename(filename)
    return (
        filename.startswith(("<frozen importlib", "<frozen runpy"))
        or os.path.dirname(os.path.abspath(filename)) == _CLI
        or (name == "runpy.py" or os.path.join("importlib", "") in filename)
    )


def _is_the_programs(filename: str) -> bool:
    absolute = os.path.abspath(filename)
    standard = os.path.dirname(os.__file__)
    libraries = (_OURS + os.sep, standard + os.sep)
    return (
        not filename.startswith("<")
        and not absolute.startswith(libraries)
        and "site-packages" not in absolute
    )
