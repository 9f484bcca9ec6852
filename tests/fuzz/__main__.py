"""Fuzzes the targets, one after the other, each in a process of its own: ``make fuzz``."""

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"

MEGABYTES = 1024
"""How much memory a target may take, with what atheris itself needs."""

SLOWEST = 5
"""How long one input may take, in seconds; instrumented code is several times slower."""

LONGEST = 4096
"""The longest input, in bytes."""


def fuzz(name: str, seconds: int, findings: Path) -> bool:
    """Fuzzes one target; false if something has been found."""
    with tempfile.TemporaryDirectory() as found:
        arguments = [
            f"-max_total_time={seconds}",
            f"-timeout={SLOWEST}",
            f"-rss_limit_mb={MEGABYTES}",
            f"-max_len={LONGEST}",
            f"-artifact_prefix={findings}/{name}-",
            "-print_final_stats=1",
            "-verbosity=0",
            found,
            str(CORPUS / name),
        ]
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.harness", name, *arguments],
            capture_output=True,
            text=True,
            timeout=seconds + 120,
        )
    executed = [line.split()[-1] for line in done.stderr.splitlines() if "executed_units" in line]
    if done.returncode == 0:
        print(f"{name}: nothing found in {seconds} s, {executed[0] if executed else '?'} inputs")
        return True
    print(f"{name}: FOUND something, see {findings}/{name}-*", done.stdout, done.stderr, sep="\n")
    return False


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=60, help="how long each target is fuzzed")
    parser.add_argument("--findings", type=Path, default=Path(".fuzz"), help="where inputs go")
    options = parser.parse_args()
    unknown = set(options.targets) - set(TARGETS)
    if unknown:
        parser.error(f"unknown target {', '.join(sorted(unknown))}; known are {', '.join(TARGETS)}")
    if importlib.util.find_spec("atheris") is None:
        parser.error("atheris is missing: pip install --group fuzz")
    options.findings.mkdir(exist_ok=True)
    names = options.targets or list(TARGETS)
    results = [fuzz(name, options.seconds, options.findings) for name in names]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
