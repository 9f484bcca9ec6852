"""The servers of this process, for whoever wants to end them all."""

from asyncio import AbstractEventLoop
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from fujita.httpserver.server import HTTPServer

_serving: "WeakKeyDictionary[HTTPServer, AbstractEventLoop]" = WeakKeyDictionary()


def add(server: "HTTPServer", loop: AbstractEventLoop) -> None:
    """Notes that a server serves on a loop.

    It is never taken off: also a server that accepts no more may have connections. It goes when
    nothing refers to it any more.
    """
    _serving[server] = loop


def serving() -> "list[tuple[HTTPServer, AbstractEventLoop]]":
    """Gives the servers of this process, each with its loop; those of closed loops not."""
    return [(server, loop) for server, loop in _serving.items() if not loop.is_closed()]
