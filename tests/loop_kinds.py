"""The kinds of asyncio loop that tests of the loop run on."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import uvloop

Result = TypeVar("Result")

FACTORIES: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
if sys.platform != "win32":
    FACTORIES["uvloop"] = uvloop.new_event_loop

KINDS = list(FACTORIES)


def run(kind: str, main: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Runs ``main`` as `asyncio.run` does, on a loop of that kind."""
    with asyncio.Runner(loop_factory=FACTORIES[kind]) as runner:
        return runner.run(main())
