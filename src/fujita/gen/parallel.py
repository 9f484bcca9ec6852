"""`multi`: waits for several things at once."""

from asyncio import CancelledError
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, overload

from fujita.concurrent import Future
from fujita.gen.convert import READY_MADE, Yieldable, convert_yielded
from fujita.gen.outcome import call_when_done, drop_frame, keep, let_go
from fujita.log import app_log

Key = TypeVar("Key")
QuietExceptions = type[Exception] | tuple[type[Exception], ...]


@overload
def multi(  # type: ignore[overload-overlap]
    children: Mapping[Key, Yieldable], quiet_exceptions: QuietExceptions = ()
) -> "Future[dict[Key, Any]]": ...


@overload
def multi(
    children: Iterable[Yieldable], quiet_exceptions: QuietExceptions = ()
) -> "Future[list[Any]]": ...


def multi(
    children: Mapping[Any, Yieldable] | Iterable[Yieldable],
    quiet_exceptions: QuietExceptions = (),
) -> "Future[Any]":
    """Waits for several yieldable objects in parallel.

    A coroutine that yields a list or a dict has it passed through this function; calling it is
    for native coroutines, and for ``quiet_exceptions``. `asyncio.gather` differs: it cancels
    its children when it is cancelled itself.

    Args:
        children: What to wait for. Awaitables among it are started.
        quiet_exceptions: Types of exceptions that need no line in the log. Only the first
            exception, in the order of the children, can be raised. The others are logged,
            unless they are of these types, or `asyncio.CancelledError`.

    Returns:
        A future for the list of the results, in the order of ``children``, or, where that is a
        dict, for a dict of the results with the same keys. It ends when all children have ended.

    Raises:
        BadYieldError: One of the children is nothing to wait for.
    """
    keys: list[Any] | None = None
    values: Any = children
    if isinstance(children, Mapping):
        keys = list(children)
        values = children.values()
    futures = [child if type(child) in READY_MADE else convert_yielded(child) for child in values]
    # A child may be given twice, and must not be counted twice.
    pending = {future for future in futures if not future.done()}
    family = _Family(futures, keys, quiet_exceptions, len(pending))
    if not pending:
        family.settle()
    else:
        keep(family.result, family)
        for future in pending:
            call_when_done(future, family.child_done)
    return family.result


multi_future = multi


class _Family:
    """Futures, of which the last one to end ends the future of all."""

    __slots__ = ("futures", "keys", "quiet_exceptions", "result", "unfinished")

    def __init__(
        self,
        futures: list[Any],
        keys: list[Any] | None,
        quiet_exceptions: QuietExceptions,
        unfinished: int,
    ) -> None:
        self.futures = futures
        self.keys = keys
        self.quiet_exceptions = quiet_exceptions
        self.unfinished = unfinished
        self.result: Future[Any] = Future()

    def child_done(self, _: Any) -> None:
        self.unfinished -= 1
        if not self.unfinished:
            let_go(self.result)
            self.settle()

    def settle(self) -> None:
        results: list[Any] = []
        errors: list[BaseException] = []
        for future in self.futures:
            try:
                results.append(future.result())
            except (Exception, CancelledError) as error:
                errors.append(drop_frame(error))
        if errors:
            self._fail(errors)
        elif not self.result.cancelled():
            keys = self.keys
            self.result.set_result(
                results if keys is None else dict(zip(keys, results, strict=True))
            )

    def _fail(self, errors: list[BaseException]) -> None:
        if not self.result.cancelled():
            self.result.set_exception(errors.pop(0))
        for error in errors:
            if not isinstance(error, (CancelledError, self.quiet_exceptions)):
                app_log.error("Multiple exceptions in yield list", exc_info=error)


convert_yielded.register(list, multi)
convert_yielded.register(dict, multi)
