from collections.abc import Iterator

import pytest

from fujita.ioloop import IOLoop
from fujita.ioloop.asyncio_loops import LOOP_VARIABLE
from tests.loop_kinds import KINDS


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The kind of loop that Fujita makes in this test."""
    name = str(request.param)
    monkeypatch.setenv(LOOP_VARIABLE, name)
    return name


@pytest.fixture
def io_loop(kind: str) -> Iterator[IOLoop]:
    """A loop that is not current until it runs."""
    loop = IOLoop(make_current=False)
    yield loop
    loop.close()
