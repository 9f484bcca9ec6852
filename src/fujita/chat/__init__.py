"""A chat room to talk in, and an example of what Fujita's public API is enough for.

``fujita chat`` calls `serve`; `make_app` returns the same as an application of a program's own.
"""

from fujita.chat.application import ChatApplication, make_app
from fujita.chat.errors import ChatError, StoreError
from fujita.chat.limits import Limits
from fujita.chat.server import serve
from fujita.chat.sqlite import SqliteStore
from fujita.chat.store import Store

__all__ = [
    "ChatApplication",
    "ChatError",
    "Limits",
    "SqliteStore",
    "Store",
    "StoreError",
    "make_app",
    "serve",
]
