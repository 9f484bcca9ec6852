"""The event-loop policy that has a loop for every thread.

Kept apart because its base class is deprecated since Python 3.14: only who asks for it is warned.
"""

import asyncio
import sys
import warnings

if sys.platform == "win32":
    from asyncio import WindowsSelectorEventLoopPolicy as _Policy
else:
    from asyncio import DefaultEventLoopPolicy as _Policy


class AnyThreadEventLoopPolicy(_Policy):
    """Makes a loop in any thread that asks for one; asyncio's policy does so in the main thread.

    Deprecated: `asyncio.run` and `asyncio.new_event_loop` serve a thread better.
    """

    def __init__(self) -> None:
        super().__init__()
        warnings.warn(
            "AnyThreadEventLoopPolicy is deprecated, use asyncio.run "
            "or asyncio.new_event_loop instead",
            DeprecationWarning,
            stacklevel=2,
        )

    def get_event_loop(self) -> asyncio.AbstractEventLoop:
        """Returns the loop of this thread, after making and setting one where there is none."""
        loop: asyncio.AbstractEventLoop | None = self._local._loop  # type: ignore[attr-defined]
        if loop is None:
            loop = self.new_event_loop()
            self.set_event_loop(loop)
        return loop
