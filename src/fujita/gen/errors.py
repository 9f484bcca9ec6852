"""What the coroutines of `fujita.gen` raise, and `Return`, which ends one of them."""

from typing import Any


class BadYieldError(Exception):
    """A coroutine yielded something that cannot be waited for, or awaited the like."""


class Return(Exception):
    """Ends a coroutine with a result: ``raise Return(value)`` means ``return value``.

    Python 2 did not let generators return values. Programs that were written then say it this
    way, and may go on doing so.

    Args:
        value: The result of the coroutine.
    """

    def __init__(self, value: Any = None) -> None:
        super().__init__(value)
        self.value = value


class KeyReuseError(Exception):
    """Kept for programs that name it: nothing raises it any more."""


class UnknownKeyError(Exception):
    """Kept for programs that name it: nothing raises it any more."""


class LeakedCallbackError(Exception):
    """Kept for programs that name it: nothing raises it any more."""


class ReturnValueIgnoredError(Exception):
    """Kept for programs that name it: nothing raises it any more."""
