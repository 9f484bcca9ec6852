"""Renders the same pages with Fujita's, Tornado's and Jinja2's templates and compares the times.

usage: python benchmarks/templates.py [--rounds N]

Tornado and Jinja2 take part if they can be imported. Every engine's output is checked against
Fujita's first. The engines take turns in each round, and of all rounds the best time counts, so
that other work on the machine disturbs them alike. Jinja2 renders to text; encoding it is
included, since the others render to bytes.
"""

import argparse
import html
import sys
import timeit
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from fujita.template import DictLoader

ENOUGH_SECONDS = 0.02  # what one measurement of one engine lasts at least


@dataclass(frozen=True)
class Case:
    """One page: its templates in Tornado's language, in which ``end`` closes, and its variables.

    Attributes:
        tornado: The templates by name; ``page`` is the one to render.
        jinja2: The same in Jinja2's language.
        variables: What is to be shown.
    """

    name: str
    tornado: dict[str, str]
    jinja2: dict[str, str]
    variables: dict[str, Any]


def rows(name: str, values: list[Any]) -> Case:
    row = "<li>{{ row }}</li>\n"
    return Case(
        name,
        {"page": f"<ul>{{% for row in rows %}}{row}{{% end %}}</ul>"},
        {"page": f"<ul>{{% for row in rows %}}{row}{{% endfor %}}</ul>"},
        {"rows": values},
    )


def inheritance() -> Case:
    base = "<title>{% block title %}Chat{% END %}</title><body>{% block body %}{% END %}</body>"
    page = (
        "{% extends 'base' %}{% block title %}{{ room }}{% END %}{% block body %}"
        "{% for who, text in messages %}{% include 'message' %}{% END %}{% END %}"
    )
    message = (
        "{% if who == me %}<b class=me>{% else %}<b>{% END %}{{ who }}</b> <p>{{ text }}</p>\n"
    )
    files = {"base": base, "page": page, "message": message}
    people = ["Ann", "Bob", "张伟"]
    messages = [(people[i % 3], f"message {i}, 你好 & welcome") for i in range(50)]
    return Case(
        "50 messages, extends and includes",
        {name: text.replace("END", "end") for name, text in files.items()},
        {
            "base": base.replace("END", "endblock"),
            "page": page.replace("{% END %}{% END %}", "{% endfor %}{% endblock %}").replace(
                "END", "endblock"
            ),
            "message": message.replace("END", "endif"),
        },
        {"room": "Fujita", "me": "Ann", "messages": messages},
    )


CASES = [
    rows("100 rows of text", [f"row number {i}" for i in range(100)]),
    rows("100 rows that need escaping", [f"<row {i}> & 'more'" for i in range(100)]),
    rows("100 rows of numbers", list(range(100))),
    inheritance(),
    Case(
        "hello, one variable",
        {"page": "<h1>Hello, {{ name }}!</h1>"},
        {"page": "<h1>Hello, {{ name }}!</h1>"},
        {"name": "world"},
    ),
]

Renderer = Callable[[], bytes]


def fujita(case: Case) -> Renderer:
    page = DictLoader(case.tornado).load("page")
    return lambda: page.generate(**case.variables)


def tornado(case: Case) -> Renderer:
    template = import_module("tornado.template")
    page = template.DictLoader(case.tornado).load("page")
    return lambda: page.generate(**case.variables)


def jinja2(case: Case) -> Renderer:
    package = import_module("jinja2")
    environment = package.Environment(
        autoescape=True, keep_trailing_newline=True, loader=package.DictLoader(case.jinja2)
    )
    page = environment.get_template("page")
    return lambda: page.render(**case.variables).encode()


ENGINES = {"fujita": fujita, "tornado": tornado, "jinja2": jinja2}


def engines_for(case: Case) -> dict[str, Renderer]:
    """The engines that can be imported, each ready to render the case."""
    ready: dict[str, Renderer] = {}
    for name, make in ENGINES.items():
        try:
            ready[name] = make(case)
        except ImportError:
            continue
        # The engines agree on the page, not on which character reference to write.
        if html.unescape(ready[name]().decode()) != html.unescape(ready["fujita"]().decode()):
            sys.exit(f"{name} renders another page for {case.name!r}")
    return ready


def best_times(renderers: dict[str, Renderer], rounds: int) -> dict[str, float]:
    """The shortest time of one rendering by each engine, in seconds."""
    timers = {name: timeit.Timer(render) for name, render in renderers.items()}
    counts: dict[str, int] = {}
    for name, timer in timers.items():
        number, took = timer.autorange()
        counts[name] = max(1, round(number * ENOUGH_SECONDS / took))
    best = dict.fromkeys(timers, float("inf"))
    for _ in range(rounds):
        for name, timer in timers.items():
            best[name] = min(best[name], timer.timeit(counts[name]) / counts[name])
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    for number, case in enumerate(CASES, 1):
        progress = f"[{number}/{len(CASES)}] {case.name}"
        print(f"{progress} ...", end="\r", flush=True)
        times = best_times(engines_for(case), options.rounds)
        own = times["fujita"]
        shown = [f"{name} {seconds * 1e6:.1f} us" for name, seconds in times.items()]
        ratios = [f"{times[name] / own:.1f}x {name}" for name in times if name != "fujita"]
        print(f"{progress}: {', '.join(shown)}" + (f"  ({', '.join(ratios)})" if ratios else ""))


if __name__ == "__main__":
    main()
