"""Sockets to listen on, host names to resolve, TLS settings to build."""

import socket

from fujita.netutil.address import is_valid_ip
from fujita.netutil.executor_resolvers import (
    BlockingResolver,
    DefaultExecutorResolver,
    ExecutorResolver,
    ThreadedResolver,
)
from fujita.netutil.listening import add_accept_handler, bind_sockets
from fujita.netutil.resolver import DefaultLoopResolver, OverrideResolver, Resolver
from fujita.netutil.tls import (
    _client_ssl_defaults,
    _server_ssl_defaults,
    ssl_options_to_context,
    ssl_wrap_socket,
)

__all__ = [
    "BlockingResolver",
    "DefaultExecutorResolver",
    "DefaultLoopResolver",
    "ExecutorResolver",
    "OverrideResolver",
    "Resolver",
    "ThreadedResolver",
    "_client_ssl_defaults",
    "_server_ssl_defaults",
    "add_accept_handler",
    "bind_sockets",
    "is_valid_ip",
    "ssl_options_to_context",
    "ssl_wrap_socket",
]

# Programs ask hasattr(netutil, "bind_unix_socket") to learn whether the platform has them.
if hasattr(socket, "AF_UNIX"):
    from fujita.netutil.unix import bind_unix_socket

    __all__ += ["bind_unix_socket"]
