"""Asks a socket whether something has come."""

import select
from collections.abc import Callable
from functools import partial
from typing import Any


def probe_of(sock: Any) -> Callable[[], object] | None:
    """Gives a function that tells, at once, whether there is something to be read.

    Args:
        sock: A socket or an asyncio transport's view of it; None where there is none.
    """
    descriptor = -1 if sock is None else sock.fileno()
    if descriptor < 0:
        return None
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return partial(poll.poll, 0)
    return lambda: select.select([descriptor], [], [], 0)[0]
