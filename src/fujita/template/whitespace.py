"""Whitespace modes: how much of a template's layout reaches its output."""

import re
from collections.abc import Callable

_BLANKS = re.compile(r"[\t ]+")
_RUN = re.compile(r"\s+")

_COMPACTED_SUFFIXES = (".html", ".js")


def _shortest_run(run: re.Match[str]) -> str:
    return "\n" if "\n" in run[0] else _BLANKS.sub(" ", run[0])


_FILTERS: dict[str, Callable[[str], str]] = {
    "all": lambda text: text,
    "single": lambda text: _RUN.sub(_shortest_run, text),
    "oneline": lambda text: _RUN.sub(" ", text),
}


def filter_whitespace(mode: str, text: str) -> str:
    """Applies a whitespace mode to a piece of text.

    Args:
        mode: ``all`` keeps everything; ``single`` leaves one newline of a run with newlines in
            it and one space of a run of blanks and tabs; ``oneline`` leaves one space of any run.
        text: What stands in the template.

    Returns:
        The text as it goes to the output.

    Raises:
        ValueError: There is no such mode.
    """
    apply = _FILTERS.get(mode)
    if apply is None:
        raise ValueError(f"invalid whitespace mode {mode}, expected one of {', '.join(_FILTERS)}")
    return apply(text)


def default_mode(name: str) -> str:
    """The mode of a template for which nobody chose one: layout seldom matters in HTML and JS."""
    return "single" if name.endswith(_COMPACTED_SUFFIXES) else "all"
