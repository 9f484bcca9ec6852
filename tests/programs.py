"""Programs that tests run in processes of their own, through the command ``fujita``."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 20
"""Seconds after which a test that waits for a program fails."""


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without settings of Fujita's; output is not held back."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("FUJITA_") or name == "FUJITA_PURE"
    }
    return {**kept, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", **variables}


def fujita(
    *arguments: str | Path, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs ``fujita`` with arguments to its end."""
    return subprocess.run(
        [sys.executable, "-m", "fujita", *map(str, arguments)],
        cwd=cwd,
        env=environment(**variables),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )


class Program:
    """A program that runs."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def line(self) -> str:
        """Waits for a line that it prints."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            assert self.process.stderr is not None
            raise AssertionError(f"the program has ended: {self.process.stderr.read()}")
        return line.rstrip("\n")

    def error_line(self) -> str:
        """Waits for a line that it writes to standard error."""
        assert self.process.stderr is not None
        return self.process.stderr.readline().rstrip("\n")

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Sends a signal; returns exit status, and the rest of what it wrote on both streams."""
        self.send(number)
        return self.wait()

    def wait(self) -> tuple[int, str, str]:
        """Waits for its end; returns what ``end`` returns."""
        output, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output, errors


@contextmanager
def running(
    command: Sequence[str | Path], variables: Mapping[str, str], cwd: Path
) -> Iterator[Program]:
    """Runs a Python program while the context lasts."""
    process = subprocess.Popen(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield Program(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@contextmanager
def running_fujita(*arguments: str | Path, cwd: Path, **variables: str) -> Iterator[Program]:
    """Runs ``fujita`` with arguments while the context lasts."""
    with running(["-m", "fujita", *arguments], variables, cwd) as program:
        yield program
