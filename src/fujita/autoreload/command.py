"""The command line: runs a program, and runs it again when its files change."""

import argparse
import os
import runpy
import sys
from collections.abc import Iterator
from typing import Any

from fujita.autoreload.watching import wait, watch
from fujita.log import gen_log

_USAGE = """\
  python -m fujita.autoreload [--until-success] -m module [arguments ...]
  python -m fujita.autoreload [--until-success] script.py [arguments ...]"""


def main() -> None:
    """Runs the program that the command line names, then waits for its files to change.

    ::

        python -m fujita.autoreload -m package.tests
        python -m fujita.autoreload server.py --port=8000

    The program's end, by whatever error, does not end this; the next version may do better. With
    ``--until-success``, its success does.
    """
    until_success, module, argv = _parse(sys.argv[1:])
    sys.argv = argv
    succeeded = _run(module, argv[0])
    if succeeded and until_success:
        return
    try:
        wait()
    except KeyboardInterrupt:
        # What a shell expects of a program that ctrl-c ended.
        sys.exit(130)


def _parse(arguments: list[str]) -> tuple[bool, str | None, list[str]]:
    """Returns whether to end at a success, the module if it is one, and the program's argv."""
    parser = argparse.ArgumentParser(
        prog="python -m fujita.autoreload",
        usage="\n" + _USAGE,
        allow_abbrev=False,
        description="Run a program; when one of its files changes, run it again.",
    )
    parser.add_argument(
        "--until-success", action="store_true", help="end when the program ends with status 0"
    )
    parser.add_argument("-m", dest="module", nargs=argparse.REMAINDER, help="module to run")
    parser.add_argument("script", nargs=argparse.REMAINDER, help="file or folder to run")
    chosen = parser.parse_args(arguments)
    program: list[str] = chosen.module or chosen.script
    if not program:
        parser.error("expected -m and a module, or the path of a script")
    if chosen.module:
        return chosen.until_success, program[0], program
    if not os.path.exists(program[0]):
        parser.error(f"no such file: {program[0]}")
    return chosen.until_success, None, program


def _run(module: str | None, path: str) -> bool:
    """Runs the program as the interpreter would and sees that its files are watched.

    Returns:
        Whether it ended with status 0.
    """
    directory = os.getcwd()
    failure: BaseException | None = None
    try:
        if module is not None:
            variables = runpy.run_module(module, run_name="__main__", alter_sys=True)
        else:
            if os.path.isfile(path):
                watch(path)
            variables = runpy.run_path(path, run_name="__main__")
        files = {variables.get("__file__")}
    except (Exception, SystemExit) as error:
        failure = error
        # It is no module any more, and what it was importing has not become one.
        files = set(_files_of(error))
    for file in files:
        # Names such as "<frozen runpy>" are none.
        if file and os.path.exists(file := os.path.join(directory, file)):
            watch(file)
    return _report(failure)


def _report(failure: BaseException | None) -> bool:
    """Logs how the program ended; returns whether that was a success."""
    if failure is not None and not isinstance(failure, SystemExit):
        gen_log.warning("The program ended with an uncaught exception", exc_info=failure)
        return False
    status: Any = None if failure is None else failure.code
    if not status:
        gen_log.info("The program ended normally")
        return True
    # A status that is no number is a message, which the interpreter would print.
    gen_log.warning("The program ended with status %s", status)
    return False


def _files_of(error: BaseException | None) -> Iterator[str]:
    """The source files that an exception came through, and its causes."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, SyntaxError) and error.filename:
            yield error.filename
        traceback = error.__traceback__
        while traceback is not None:
            yield traceback.tb_frame.f_code.co_filename
            traceback = traceback.tb_next
        error = error.__cause__ or error.__context__
