"""The resolver interface, its default and the one with a table of its own."""

import asyncio
import socket
from collections.abc import Awaitable
from typing import Any

from fujita.netutil.address import AddressInfo, check_port, resolution_error, resolve_literal
from fujita.util import Configurable


class Resolver(Configurable):
    """Finds the addresses of a host name without blocking the loop.

    ``Resolver()`` makes an instance of the configured implementation, `DefaultLoopResolver` unless
    ``Resolver.configure("tornado.netutil.ThreadedResolver")`` or the like chose another. To write
    an implementation, override `resolve`, and `close` if it holds resources.
    """

    @classmethod
    def configurable_base(cls) -> type["Resolver"]:
        """The class that is configured: this one."""
        return Resolver

    @classmethod
    def configurable_default(cls) -> type["Resolver"]:
        """The implementation in use when none was configured."""
        return DefaultLoopResolver

    def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> Awaitable[AddressInfo]:
        """Finds the addresses under which a host's port can be reached.

        Args:
            host: A host name or an IP address.
            port: The port, handed on into the addresses.
            family: Restricts the answer to one address family.

        Returns:
            An awaitable of a list of pairs: the address family, and an address for
            ``socket.connect()``, which is ``(host, port)`` and more for IPv6.

        Raises:
            OSError: (when awaited) The host cannot be resolved.
        """
        raise NotImplementedError(f"{type(self).__name__} must override resolve()")

    def close(self) -> None:
        """Frees what the resolver holds; nothing, if not overridden."""


class DefaultLoopResolver(Resolver):
    """Resolves by the event loop's own ``getaddrinfo()``, which uses a thread."""

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> AddressInfo:
        """See `Resolver.resolve`; an IP address is answered without leaving this thread."""
        known = resolve_literal(host, port, family)
        if known is not None:
            return known
        check_port(port)
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise resolution_error(host, error) from error
        return [(entry[0], entry[4]) for entry in found]


class OverrideResolver(Resolver):
    """Looks hosts up in a table first and asks another resolver for what comes out.

    The table's keys may be host names, ``(host, port)`` pairs and ``(host, port, family)``
    triplets; the most exact one wins. A name stands for a name or address, the others for a
    ``(host, port)`` pair::

        {
            "api.example.com": "127.0.0.1",
            ("www.example.com", 443): ("localhost", 8443),
            ("www.example.com", 443, socket.AF_INET6): ("::1", 8443),
        }
    """

    def initialize(self, resolver: Resolver, mapping: dict[Any, Any]) -> None:
        """Takes the constructor's arguments.

        Args:
            resolver: The resolver to ask.
            mapping: The table.
        """
        self.resolver = resolver
        self.mapping = mapping

    def close(self) -> None:
        """Closes the resolver underneath."""
        self.resolver.close()

    def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> Awaitable[AddressInfo]:
        """See `Resolver.resolve`."""
        mapping = self.mapping
        exact = mapping.get((host, port, family)) or mapping.get((host, port))
        if exact is not None:
            host, port = exact
        else:
            host = mapping.get(host, host)
        return self.resolver.resolve(host, port, family)
