"""The chat room as a process of its own."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = """
import sys
from fujita.chat import Limits, serve
limits = Limits(**eval(sys.argv[3]))
serve(int(sys.argv[1]), "127.0.0.1", sys.argv[2], limits=limits)
"""


@contextmanager
def served(
    database: Path, port: int = 0, **limits: float
) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """Runs the chat room, and yields the process and its port."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port), str(database), repr(limits)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        match = re.fullmatch(
            r"Fujita chat is open on http://127\.0\.0\.1:(\d+)"
            r" \(history in (.+); Ctrl-C ends it\)\n",
            line,
        )
        assert match, line or process.stderr.read()
        assert match[2] == str(database)
        yield process, int(match[1])
    finally:
        process.kill()
        process.communicate()
