from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests import loop_kinds
from tests.loop_kinds import KINDS

Run = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]


@pytest.fixture(params=KINDS)
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine function on each kind of loop."""

    def run_on_loop(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
        loop_kinds.run(request.param, main)

    return run_on_loop
