"""The event loop in Tornado's words: `IOLoop` over an asyncio loop, and `PeriodicCallback`."""

from builtins import TimeoutError

from fujita.concurrent import (
    Future,
    chain_future,
    future_add_done_callback,
    future_set_exc_info,
    is_future,
)
from fujita.ioloop.loop import IOLoop
from fujita.ioloop.periodic import PeriodicCallback
from fujita.log import app_log
from fujita.util import Configurable, import_object

__all__ = [
    "Configurable",
    "Future",
    "IOLoop",
    "PeriodicCallback",
    "TimeoutError",
    "app_log",
    "chain_future",
    "future_add_done_callback",
    "future_set_exc_info",
    "import_object",
    "is_future",
]
