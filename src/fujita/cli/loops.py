"""Makes every event loop of a program one of the kind that was asked for."""

import asyncio
import os
import warnings
from typing import Literal

from fujita.cli.errors import CommandError
from fujita.ioloop.asyncio_loops import LOOP_VARIABLE

LoopKind = Literal["auto", "uvloop", "asyncio"]


def choose_loop(kind: LoopKind) -> None:
    """Sets what ``asyncio.run``, ``asyncio.new_event_loop`` and ``IOLoop`` make from now on.

    Child processes that run Fujita choose the same. A program that sets an event-loop policy of
    its own has the last word.

    Args:
        kind: ``auto`` is uvloop where there is one.

    Raises:
        CommandError: uvloop was asked for by name and cannot be imported.
    """
    os.environ[LOOP_VARIABLE] = kind
    if kind == "asyncio":
        return
    try:
        import uvloop
    except ImportError:
        if kind == "uvloop":
            raise CommandError(
                "--loop uvloop: uvloop is not installed (install it, or use --loop auto)"
            ) from None
        return
    with warnings.catch_warnings():
        # Policies are deprecated since Python 3.14, but nothing else reaches asyncio.run() in
        # a program that is not to be changed.
        warnings.simplefilter("ignore", DeprecationWarning)

        # uvloop's own policy differs: its get_event_loop() never makes a loop, on which programs
        # written for Python up to 3.13 rely.
        class UvloopPolicy(asyncio.DefaultEventLoopPolicy):
            """asyncio's policy, but for the kind of loop."""

            _loop_factory = staticmethod(uvloop.new_event_loop)

        asyncio.set_event_loop_policy(UvloopPolicy())
