"""A chat room to talk in, and an example of what Fujita's public API is enough for.

``fujita chat`` calls `serve`; `make_app` returns the same as an application of a program's own. It
needs what ``pip install "fujita[chat]"`` brings.
"""

from fujita.chat.application import ChatApplication, make_app
from fujita.chat.errors import ChatError, StoreError
from fujita.chat.limits import Limits
from fujita.chat.server import Options, serve
from fujita.chat.storage import Store, open_store

__all__ = [
    "ChatApplication",
    "ChatError",
    "Limits",
    "Options",
    "Store",
    "StoreError",
    "make_app",
    "open_store",
    "serve",
]
