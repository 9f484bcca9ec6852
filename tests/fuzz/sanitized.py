"""Runs tests and fuzzes with compiled parts under AddressSanitizer: ``make fuzz-asan``.

It sees what Python never would: a byte read behind the end of another, memory used after its end.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.mutation import SLOWEST, Notebook
from tests.fuzz.targets import TARGETS

COMPILER = "gcc"

TESTS = ["tests/fuzz", "tests/wire", "tests/websocket", "tests/httpserver", "tests/httputil"]
"""What works the compiled parts hardest."""

LEFT_OUT = "browser or takes_no_memory"
"""Another program is not to be sanitized; and sanitized memory is not measured."""

CHECK = """
import fujita.wire.http1.request as parser, fujita.httpserver.protocol as server
assert parser.__file__.endswith(".so") and server.__file__.endswith(".so"), parser.__file__
"""


def environment(site: Path) -> dict[str, str]:
    """Returns what Python needs to be told to run with a sanitized Fujita."""
    library = subprocess.run(
        [COMPILER, "-print-file-name=libasan.so"], check=True, capture_output=True, text=True
    ).stdout.strip()
    given = {name: value for name, value in os.environ.items() if name != "FUJITA_PURE"}
    return given | {
        "LD_PRELOAD": library,
        # Python never frees all that it has.
        "ASAN_OPTIONS": "detect_leaks=0",
        # Python's own allocator would hide the ends of its objects.
        "PYTHONMALLOC": "malloc",
        "PYTHONPATH": str(site.absolute()),
    }


def fuzz(name: str, seconds: int, seed: int, findings: Path, given: dict[str, str]) -> bool:
    """Fuzzes one target; false if something has been found."""
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder, "input")
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.fuzz.mutation", name),
                *("--seconds", str(seconds), "--seed", str(seed), "--notes", str(notes)),
            ],
            env=given,
            capture_output=True,
            text=True,
            timeout=seconds + 120,
        )
        if done.returncode == 0:
            print(f"{name}: nothing found in {seconds} s, {done.stdout.strip()} inputs", flush=True)
            return True
        place = findings / f"{name}-asan"
        place.write_bytes(Notebook.read(notes) if notes.exists() else b"")
    slow = f", took more than {SLOWEST} s" if done.returncode == -signal.SIGALRM else ""
    print(f"{name}: FOUND something, see {place}{slow}", done.stdout, done.stderr, sep="\n")
    return False


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.sanitized", description=__doc__)
    parser.add_argument("site", type=Path, help="the folder with a sanitized Fujita")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=60, help="how long each target is fuzzed")
    parser.add_argument("--seed", type=int, default=0, help="another one for other inputs")
    parser.add_argument("--findings", type=Path, default=Path(".fuzz"), help="where inputs go")
    options = parser.parse_args()
    unknown = set(options.targets) - set(TARGETS)
    if unknown:
        parser.error(f"unknown target {', '.join(sorted(unknown))}; known are {', '.join(TARGETS)}")
    options.findings.mkdir(exist_ok=True)
    given = environment(options.site)
    subprocess.run([sys.executable, "-c", CHECK], env=given, check=True)
    results = []
    if not options.targets:
        # Sanitized code is slow, and tests with clocks of their own are patient.
        tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        tests += ["-k", f"not ({LEFT_OUT})", *TESTS]
        results.append(subprocess.run(tests, env=given).returncode == 0)
    for name in options.targets or TARGETS:
        results.append(fuzz(name, options.seconds, options.seed, options.findings, given))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
