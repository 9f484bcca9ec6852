"""Work that one process does by itself: parsing, rendering, coroutines, importing."""

import json
from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks import peers
from benchmarks.contenders import PROGRAMS
from benchmarks.figures import FUJITA, TORNADO, AtLeast, AtMost, Better, Sample, Target
from benchmarks.machine import LOAD_CORE
from benchmarks.processes import on_cores, output_of
from benchmarks.row import Measure, Row

# The package, where it is not called as the contender.
PACKAGES = {
    "Jinja2": "jinja2",
    "python-multipart": "python_multipart",
    "Starlette": "starlette",
    "Tornado": "tornado",
}
# What comes with Python needs no package.
OF_PYTHON = ("urllib", "native await")


class ProgramRow(Row):
    """The shortest time that a program needs for its work."""

    better = Better.LOWER

    def __init__(
        self,
        name: str,
        title: str,
        others: Sequence[str],
        targets: Sequence[Target],
        program: Sequence[str],
    ) -> None:
        super().__init__(name, title, "µs", others, targets)
        self._program, *self._arguments = program

    def prepare(self, contender: str, stack: ExitStack) -> Measure:
        python = peers.OWN_PYTHON if contender == FUJITA else peers.PEER_PYTHON
        if contender != FUJITA and contender not in OF_PYTHON:
            peers.need_package(PACKAGES.get(contender, contender))
        command = [*on_cores(LOAD_CORE), str(python), str(PROGRAMS / self._program), contender]

        def measure(seconds: float) -> Sample:
            output = output_of([*command, str(seconds), *self._arguments], seconds + 60)
            return Sample(json.loads(output)["microseconds"])

        return measure


def rows() -> list[Row]:
    twice = AtLeast(TORNADO, 2)
    return [
        ProgramRow(
            "gen-coroutine",
            "100 yields of a finished gen.coroutine",
            (TORNADO, "native await"),
            (AtMost(100, "µs"),),
            ("micro_coroutines.py",),
        ),
        ProgramRow(
            "gen-parallel",
            "a list of 100 finished coroutines",
            (TORNADO,),
            (AtMost(100, "µs"),),
            ("micro_coroutines.py", "parallel"),
        ),
        ProgramRow(
            "templates",
            "rendering 100 rows",
            (TORNADO, "Jinja2"),
            (twice, AtLeast("Jinja2", 0.95)),
            ("micro_templates.py",),
        ),
        ProgramRow(
            "templates-inherited",
            "50 messages, extends and includes",
            (TORNADO, "Jinja2"),
            (twice, AtLeast("Jinja2", 0.95)),
            ("micro_templates.py", "inherited"),
        ),
        ProgramRow(
            "multipart",
            "a form of 3 fields and 10 KB",
            (TORNADO, "python-multipart"),
            (twice, AtLeast("python-multipart", 0.95)),
            ("micro_multipart.py",),
        ),
        ProgramRow(
            "multipart-large",
            "a form of 10 MB",
            (TORNADO, "python-multipart"),
            (twice, AtLeast("python-multipart", 0.95)),
            ("micro_multipart.py", "large"),
        ),
        ProgramRow("headers", "parsing 12 headers", (TORNADO,), (twice,), ("micro_headers.py",)),
        ProgramRow(
            "cookies",
            "parsing 5 cookies",
            (TORNADO, "Starlette"),
            (twice, AtLeast("Starlette", 0.95)),
            ("micro_cookies.py",),
        ),
        ProgramRow(
            "url-escape",
            "url_escape of 4 texts",
            (TORNADO, "urllib"),
            (twice, AtLeast("urllib", 0.95)),
            ("micro_url_escape.py",),
        ),
        ProgramRow(
            "import",
            "import of the web module",
            (TORNADO, "aiohttp", "Starlette"),
            (AtLeast(TORNADO),),
            ("micro_import.py",),
        ),
    ]
