"""The two constants that a coroutine may yield in place of a future."""

from typing import Any


class _NullFuture:
    """Looks like a future that is done and holds None, but belongs to no event loop.

    An `asyncio.Future` is bound to the loop it was made for, so it could not be a constant.
    """

    __slots__ = ()

    def done(self) -> bool:
        """Returns True."""
        return True

    def cancelled(self) -> bool:
        """Returns False."""
        return False

    def result(self) -> None:
        """Returns None."""

    def exception(self) -> None:
        """Returns None."""


_null_future: Any = _NullFuture()
"""Yielded where nothing is left to wait for: the coroutine goes on at once."""

moment: Any = _NullFuture()
"""Yielded to let everything else run that is ready: the coroutine goes on in the loop's next turn.

A bare ``yield`` (or ``yield None``) does the same. Native coroutines ``await asyncio.sleep(0)``.
"""
