"""Which asyncio loop belongs to this thread, and of what kind a new one is.

`asyncio.get_event_loop` cannot be asked the first question: before Python 3.14 it makes a loop,
of asyncio's own kind, where it finds none.
"""

import asyncio
import os
import sys

LOOP_VARIABLE = "FUJITA_LOOP"


def thread_asyncio_loop() -> asyncio.AbstractEventLoop | None:
    """Returns the loop that runs in this thread, or else the one that is set for it, if any.

    A loop is made only where the program has put an event-loop policy of its own in place and
    that policy makes one.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        pass
    if sys.version_info < (3, 14):
        policy = asyncio.get_event_loop_policy()
        keeper = asyncio.events.BaseDefaultEventLoopPolicy
        if type(policy).get_event_loop is keeper.get_event_loop:
            loop: asyncio.AbstractEventLoop | None = policy._local._loop  # type: ignore[attr-defined]
            return loop
    try:
        return asyncio.get_event_loop()
    except RuntimeError:
        return None


def set_new_asyncio_loop() -> asyncio.AbstractEventLoop:
    """Makes a loop and sets it for this thread, as `asyncio.set_event_loop` does."""
    loop = new_asyncio_loop()
    asyncio.set_event_loop(loop)
    return loop


def new_asyncio_loop() -> asyncio.AbstractEventLoop:
    """Makes an asyncio loop of the kind that Fujita runs on.

    That is uvloop's where uvloop can be imported, else asyncio's own. A program that has set an
    event-loop policy gets what its policy makes; the environment variable ``FUJITA_LOOP``
    (``uvloop`` or ``asyncio``) decides where it is set and no such policy is.

    Raises:
        ValueError: ``FUJITA_LOOP`` has another value.
        ImportError: ``FUJITA_LOOP`` asks for uvloop, which cannot be imported.
    """
    wanted = os.environ.get(LOOP_VARIABLE) or "auto"
    if wanted not in ("auto", "asyncio", "uvloop"):
        raise ValueError(
            f"environment variable {LOOP_VARIABLE}: expected uvloop or asyncio, got {wanted!r}"
        )
    if wanted == "asyncio" or _program_has_a_policy():
        return asyncio.new_event_loop()
    try:
        import uvloop
    except ImportError:
        if wanted == "uvloop":
            raise
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _program_has_a_policy() -> bool:
    if sys.version_info >= (3, 14):
        # The public name of this function warns since 3.14, though a policy may still be set.
        policy = asyncio.events._get_event_loop_policy()
    else:
        policy = asyncio.get_event_loop_policy()
    return type(policy).__module__.partition(".")[0] != "asyncio"
