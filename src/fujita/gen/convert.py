"""Makes a future of whatever a coroutine may yield."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent import futures
from functools import partial, singledispatch
from inspect import isawaitable
from types import UnionType
from typing import Any

from fujita.concurrent import Future, is_future
from fujita.gen.errors import BadYieldError
from fujita.gen.moment import _NullFuture, moment
from fujita.ioloop import IOLoop

Yieldable = Awaitable[Any] | list[Any] | dict[Any, Any] | futures.Future[Any] | None
"""What every coroutine can wait for. Other types can be registered, see `convert_yielded`."""

READY_MADE: set[type] = {Future, asyncio.Task, _NullFuture}
"""Types that `convert_yielded` would return as they are.

Asking a set costs a tenth of a dispatch, and nearly everything that is yielded is one of these.
"""


@singledispatch
def convert_yielded(yielded: Any) -> "Future[Any]":
    """Returns a future for something that may be yielded in a coroutine.

    Futures of asyncio and of `concurrent.futures` are returned as they are, `moment` stands for
    None, other awaitables are started as tasks, and lists and dicts of such objects are waited
    for in parallel, as `multi` does.

    This is a `functools.singledispatch` function: ``convert_yielded.register(SomeType)`` teaches
    every coroutine to wait for objects of one more type.

    Raises:
        BadYieldError: Objects of this type cannot be waited for.
    """
    if yielded is None:
        return moment  # type: ignore[no-any-return]
    if is_future(yielded) or isinstance(yielded, _NullFuture):
        return yielded  # type: ignore[no-any-return]
    if isawaitable(yielded):
        return _start(yielded)
    raise BadYieldError(f"yielded unknown object {yielded!r}")


def _start(awaitable: Awaitable[Any]) -> "Future[Any]":
    """Starts an awaitable as a task, also where the loop is there but does not run yet."""
    loop = asyncio._get_running_loop()
    if loop is None:
        loop = IOLoop.current().asyncio_loop
    return asyncio.ensure_future(awaitable, loop=loop)


def _watch_registrations() -> None:
    """Lets a converter for futures take effect: from then on they are dispatched like the rest."""
    as_is = convert_yielded.dispatch(object)
    plain_register: Callable[..., Any] = convert_yielded.register

    def register(cls: Any, func: Callable[..., Any] | None = None) -> Any:
        if func is None and isinstance(cls, type | UnionType):
            return partial(register, cls)
        converter = plain_register(cls, func)
        READY_MADE.difference_update(
            [known for known in READY_MADE if convert_yielded.dispatch(known) is not as_is]
        )
        return converter

    convert_yielded.register = register  # type: ignore[method-assign]


_watch_registrations()


def maybe_future(x: Any) -> "Future[Any]":
    """Returns ``x`` if it is a future, else a future that is done and holds ``x``.

    Deprecated since Tornado 4.3, as it knows futures only: a coroutine object, say, becomes the
    *result* of the future. Compare with what you expect (None, mostly), and yield the rest.
    """
    if is_future(x):
        return x  # type: ignore[no-any-return]
    future: Future[Any] = Future()
    future.set_result(x)
    return future
