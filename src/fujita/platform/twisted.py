"""Lets coroutines wait for Twisted's Deferreds: importing this module is enough.

Needs the package ``twisted``.
"""

import asyncio
from typing import Any

from twisted.internet.defer import (
    Deferred,
)

from fujita.gen import convert_yielded
from fujita.ioloop import IOLoop


def install() -> None:
    """Makes Twisted's default reactor one that runs on the current loop; deprecated.

    ``twisted.internet.asyncioreactor.install`` does the same.
    """
    from twisted.internet.asyncioreactor import (
        install,
    )

    install(IOLoop.current().asyncio_loop)


@convert_yielded.register(Deferred)
def _future_of(deferred: Any) -> "asyncio.Future[Any]":
    future: asyncio.Future[Any] = deferred.asFuture(IOLoop.current().asyncio_loop)
    return future
