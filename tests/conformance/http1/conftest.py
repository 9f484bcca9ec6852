from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loop_kinds import KINDS
from tests.programs import running_fujita

PROGRAM = Path(__file__).with_name("program.py")


@pytest.fixture(scope="module", params=KINDS)
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of the probe's program, run by ``fujita run``."""
    with running_fujita("run", "--loop", request.param, PROGRAM, cwd=PROGRAM.parent) as program:
        yield int(program.line())
