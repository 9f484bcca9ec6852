"""Runs an application's own test suite on Tornado and on Fujita, and prints the difference.

usage: python -m tests.applications.run NAME [--on tornado|fujita|both ...] [-- pytest's arguments]

Everything is kept under ``.applications/NAME``: a virtual environment, the unpacked source
distribution, and a report in JUnit's XML for each run. On "tornado", Tornado is installed and
Fujita is not in its place. On "fujita", ``fujita shim install`` has been called and Tornado is
uninstalled; on "both", it is still there.
"""

import argparse
import os
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import fujita
from tests.applications.catalogue import APPLICATIONS, Application

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".applications"
KINDS = ("tornado", "fujita", "both")
# What a suite that hangs is stopped after, and one test of it.
SUITE_SECONDS = 3600
TEST_SECONDS = 120


class Place:
    """The folder of one application: its environment, its sources and its reports."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.folder = CACHE / application.name
        self.environment = self.folder / "venv"
        self.sources = self.folder / "source"

    def program(self, name: str) -> str:
        """The path of a program in the environment."""
        return str(self.environment / "bin" / name)

    def pip(self, *arguments: str) -> None:
        """Runs the environment's pip."""
        command = [self.program("python"), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*command, "--quiet", "--quiet", *arguments], check=True)

    def prepare(self) -> None:
        """Installs the application with its tests, unless that has been done."""
        done = self.folder / "prepared"
        wanted = repr(self.application)
        if done.exists() and done.read_text() == wanted:
            return
        subprocess.run([sys.executable, "-m", "venv", "--clear", self.environment], check=True)
        self.pip("install", self.application.requirement, *self.application.needs)
        self.pip("install", "pytest", "pytest-timeout", f"tornado=={fujita.version}")
        self.pip("install", "--editable", str(ROOT))
        if self.application.npm:
            command = ["npm", "install", "--silent", "--prefix", str(self.folder)]
            subprocess.run([*command, *self.application.npm], check=True)
        self._unpack()
        done.write_text(wanted)

    def _unpack(self) -> None:
        self.pip(
            *("download", "--no-deps", "--no-binary", self.application.name),
            *("--dest", str(self.folder), self.application.release),
        )
        (archive,) = self.folder.glob("*.tar.gz")
        with tarfile.open(archive) as members:
            members.extractall(self.folder, filter="data")
        archive.unlink()
        (unpacked,) = (path.parent for path in self.folder.glob("*/PKG-INFO"))
        unpacked.rename(self.sources)
        for name in self.application.drop:
            (self.sources / name).rename(self.folder / f"{name}.dropped")

    def switch(self, kind: str) -> None:
        """Lets ``import tornado`` give what the kind of run asks for."""
        subprocess.run(
            [self.program("fujita"), "shim", "remove" if kind == "tornado" else "install"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        if kind == "fujita":
            self.pip("uninstall", "--yes", "tornado")
        else:
            self.pip("install", f"tornado=={fujita.version}")

    def test(self, kind: str, arguments: Sequence[str]) -> None:
        """Runs the suite and leaves its report."""
        application = self.application
        report = self.report(kind)
        report.unlink(missing_ok=True)
        command = [self.program("pytest"), "-q", "--color=no", "-p", "no:cacheprovider"]
        command += [f"--timeout={TEST_SECONDS}", "--timeout-method=signal", f"--junitxml={report}"]
        command += [*application.options, *(arguments or application.tests)]
        with open(self.folder / f"{kind}.log", "w") as log:
            subprocess.run(
                command,
                cwd=self.sources,
                env=self.variables(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                timeout=SUITE_SECONDS,
            )

    def variables(self) -> dict[str, str]:
        """The process environment of a suite: the virtual one is in front."""
        paths = [self.environment / "bin", self.folder / "node_modules" / ".bin"]
        path = os.pathsep.join([*map(str, paths), os.environ["PATH"]])
        return {**os.environ, "PATH": path, "VIRTUAL_ENV": str(self.environment)}

    def report(self, kind: str) -> Path:
        """Where the report of a run is."""
        return self.folder / f"{kind}.xml"

    def outcomes(self, kind: str) -> dict[str, str]:
        """What became of each test in the last run of a kind."""
        path = self.report(kind)
        return dict(_outcomes(path)) if path.exists() else {}


def _outcomes(report: Path) -> Iterator[tuple[str, str]]:
    for case in ElementTree.parse(report).iter("testcase"):
        tags = {child.tag for child in case}
        outcome = "passed"
        if tags & {"failure", "error"}:
            outcome = "failed"
        elif "skipped" in tags:
            outcome = "skipped"
        yield f"{case.get('classname')}::{case.get('name')}", outcome


def compare(place: Place, kinds: Sequence[str]) -> int:
    """Prints what the runs came to; returns how many tests only Tornado passes."""
    expected = place.outcomes("tornado")
    worse = 0
    for kind in kinds:
        found = place.outcomes(kind)
        counts = Counter(found.values())
        total = ", ".join(f"{counts[outcome]} {outcome}" for outcome in sorted(counts))
        print(f"{place.application.release} on {kind}: {total or 'no report, see the log'}")
        for test in sorted(expected.keys() | found.keys()):
            before, now = expected.get(test, "missing"), found.get(test, "missing")
            if before != now and expected:
                print(f"  {before} on tornado, {now} on {kind}: {test}")
                worse += before == "passed"
    return worse


def main() -> int:
    """Runs what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", choices=sorted(APPLICATIONS), metavar="NAME")
    parser.add_argument("--on", nargs="+", choices=KINDS, default=["tornado", "fujita"])
    parser.add_argument("--compare", action="store_true", help="only the reports that are there")
    parser.add_argument("arguments", nargs="*", help="for pytest, in place of the whole suite")
    options = parser.parse_intermixed_args()
    place = Place(APPLICATIONS[options.name])
    if not options.compare:
        place.prepare()
        for kind in options.on:
            print(f"{options.name} on {kind}: its log is {place.folder / kind}.log", flush=True)
            place.switch(kind)
            place.test(kind, options.arguments)
    return 1 if compare(place, options.on) else 0


if __name__ == "__main__":
    sys.exit(main())
