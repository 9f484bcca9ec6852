"""Runs the test suite of Tornado's own wheel against Fujita, through the shim.

usage: python -m tests.conformance.run [--loop asyncio|uvloop] [module or test ...]

Names are given as unittest takes them, the leading ``tornado.test.`` may be left out.
The wheel is fetched by pip; nothing of it but its tests is unpacked.
"""

import argparse
import asyncio
import logging
import os
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import fujita
from fujita import compat
from tests.conformance.known import KNOWN

CACHE = Path(__file__).resolve().parents[2] / ".conformance"
PREFIX = "tornado.test."
OWN = "tests.conformance.api"
"""What is tested in place of ``tornado.test.api_test``."""


def fetch_tests() -> Path:
    """Unpacks ``tornado/test`` of the wheel that Fujita matches; returns its parent folder."""
    folder = CACHE / fujita.version
    package = folder / "tornado"
    if (package / "test" / "__init__.py").exists():
        return package
    with tempfile.TemporaryDirectory() as download:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--dest", download, f"tornado=={fujita.version}"]
        subprocess.run(command, check=True)
        (wheel,) = Path(download).glob("tornado-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            tests = [name for name in archive.namelist() if name.startswith("tornado/test/")]
            archive.extractall(folder, tests)
    return package


def main() -> int:
    """Runs the named tests, or all of them, and prints one total."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--loop", choices=["asyncio", "uvloop"], default="asyncio")
    parser.add_argument("--failfast", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--fetch", action="store_true", help="fetch the tests, run none")
    options = parser.parse_args()
    package = fetch_tests()
    if options.fetch:
        return 0
    compat.install()
    # The processes that tests start need the shim and the tests, too.
    os.environ["FUJITA_CONFORMANCE"] = str(package)
    site = str(Path(__file__).with_name("site"))
    others = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([site, others] if others else [site])
    compat.install_in_children()
    sys.modules["tornado"].__path__.append(str(package))
    # For the loops that Fujita makes, here and in the processes that tests start.
    os.environ["FUJITA_LOOP"] = options.loop
    if options.loop == "uvloop":
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    # Tornado's own runner does so too: its test cases take any log entry for a failure.
    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
    names = [
        name if name.startswith((PREFIX, OWN)) else PREFIX + name
        for name in options.names or ["runtests.all", OWN]
    ]
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    runner = unittest.TextTestRunner(
        verbosity=2 if options.verbose else 1,
        failfast=options.failfast,
        buffer=True,
        resultclass=Result,  # type: ignore[arg-type]  # typeshed wants a type parameter
    )
    result = runner.run(suite)
    return report(result, KNOWN[options.loop] if not options.names else {})


class Result(unittest.TextTestResult):
    """What came of the tests, counted as Tornado's own runner does."""

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        """Leaves out the base classes of test cases, which only look like cases themselves."""
        from tornado.test.util import ABT_SKIP_MESSAGE  # type: ignore[import-not-found]

        if reason != ABT_SKIP_MESSAGE:
            super().addSkip(test, reason)


def report(result: unittest.TestResult, known: dict[str, str]) -> int:
    """Prints one total; gives the exit status.

    Args:
        result: What the run has brought.
        known: Why a test may fail, by its name.
    """
    failures = {test.id() for test, _ in [*result.failures, *result.errors]}
    failures |= {test.id() for test in result.unexpectedSuccesses}
    new = sorted(failures - set(known))
    passing = sorted(set(known) - failures)
    excused = len(failures) - len(new)
    skipped = len(result.skipped)
    passed = result.testsRun - len(failures) - skipped - len(result.expectedFailures)
    for name in new:
        print(f"FAILED {name}")
    for name in passing:
        print(f"passes, but is listed in tests/conformance/known.py: {name}")
    print(
        f"conformance: {passed} passed, {len(new)} failed, "
        f"{excused} failed as known, {skipped} skipped"
    )
    return 1 if new or passing else 0


if __name__ == "__main__":
    sys.exit(main())
