"""Coroutines made of generators, and what native coroutines use of them.

`coroutine` makes a generator wait where it yields. New programs use ``async def``; `multi`,
`sleep`, `with_timeout` and `WaitIterator` serve those just as well.
"""

from builtins import TimeoutError

from fujita.concurrent import (
    Future,
    chain_future,
    future_add_done_callback,
    future_set_exc_info,
    future_set_result_unless_cancelled,
    is_future,
)
from fujita.gen.convert import convert_yielded, maybe_future
from fujita.gen.decorator import coroutine, is_coroutine_function
from fujita.gen.errors import (
    BadYieldError,
    KeyReuseError,
    LeakedCallbackError,
    Return,
    ReturnValueIgnoredError,
    UnknownKeyError,
)
from fujita.gen.moment import _null_future, _NullFuture, moment
from fujita.gen.parallel import multi, multi_future
from fujita.gen.runner import Runner
from fujita.gen.wait_iterator import WaitIterator
from fujita.gen.waiting import sleep, with_timeout
from fujita.ioloop import IOLoop
from fujita.log import app_log

Multi = multi

__all__ = [
    "BadYieldError",
    "Future",
    "IOLoop",
    "KeyReuseError",
    "LeakedCallbackError",
    "Multi",
    "Return",
    "ReturnValueIgnoredError",
    "Runner",
    "TimeoutError",
    "UnknownKeyError",
    "WaitIterator",
    "_NullFuture",
    "_null_future",
    "app_log",
    "chain_future",
    "convert_yielded",
    "coroutine",
    "future_add_done_callback",
    "future_set_exc_info",
    "future_set_result_unless_cancelled",
    "is_coroutine_function",
    "is_future",
    "maybe_future",
    "moment",
    "multi",
    "multi_future",
    "sleep",
    "with_timeout",
]
