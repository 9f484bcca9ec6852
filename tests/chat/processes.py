"""The chat room as a process of its own."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = """
import sys
from fujita.chat import Limits, Options, serve
from fujita.chat.limits import Rate
options = eval(sys.argv[1])
limits = Limits(**options.pop("limits"))
serve(Options(limits=limits, **options))
"""


@contextmanager
def served(
    database: Path | str, port: int = 0, limits: dict[str, object] | None = None, **options: object
) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """Runs the chat room, and yields the process and its port."""
    if isinstance(database, Path):
        options.setdefault("data", str(database.parent / "files"))
    options = {"port": port, "database": str(database), "limits": limits or {}, **options}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, repr(options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        match = re.fullmatch(
            r"Fujita chat is open on http://127\.0\.0\.1:(\d+) \((.+); Ctrl-C ends it\)\n", line
        )
        assert match, line or process.stderr.read()
        yield process, int(match[1])
    finally:
        # The workers, too, if there are any: they end with the process that watches over them.
        if options.get("workers", 1) != 1 and process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                pass
        process.kill()
        process.communicate()
