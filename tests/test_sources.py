"""What is compiled, and that its sources can be run in its place."""

import os
import subprocess
import sys
import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from shutil import which

import pytest

from tests.programs import environment

CODE = "import fujita.wire.http1.request as parser; print(parser.__file__)"


def file_of_the_parser(**variables: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", CODE],
        env={**environment(), **variables},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def test_the_sources_run_where_they_are_asked_for() -> None:
    assert file_of_the_parser(FUJITA_PURE="1").endswith("request.py")


@pytest.mark.skipif(
    "CI" not in os.environ
    or which("cc") is None
    or not (Path(sysconfig.get_path("include")) / "Python.h").exists(),
    reason="only where CI can compile",
)
def test_what_can_be_compiled_is() -> None:
    assert file_of_the_parser(FUJITA_PURE="").endswith(tuple(EXTENSION_SUFFIXES))
