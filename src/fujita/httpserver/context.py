"""Who is at the other end of a connection, as far as sockets and proxies tell."""

import asyncio
import ssl
from typing import Any

from fujita.httputil import HTTPHeaders
from fujita.netutil import is_valid_ip


class ConnectionContext:
    """The peer's address and the protocol, with what a trusted proxy says about them.

    Attributes:
        address: The peer's address as the socket gives it.
        remote_ip: The peer's IP address, ``0.0.0.0`` on a Unix socket.
        protocol: ``http`` or ``https``.
    """

    __slots__ = ("address", "protocol", "remote_ip", "trusted_downstream", "xheaders")

    def __init__(
        self,
        transport: asyncio.BaseTransport,
        protocol: str | None,
        xheaders: bool,
        trusted_downstream: frozenset[str],
    ) -> None:
        self.address: Any = transport.get_extra_info("peername")
        self.xheaders = xheaders
        self.trusted_downstream = trusted_downstream
        # IPv4 and IPv6 addresses are tuples, those of Unix sockets are strings. Programs count
        # on an address that can be parsed, so Tornado gives them one.
        self.remote_ip = self.address[0] if isinstance(self.address, tuple) else "0.0.0.0"
        if protocol is not None:
            self.protocol = protocol
        else:
            tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
            self.protocol = "http" if tls is None else "https"

    def __str__(self) -> str:
        if isinstance(self.address, tuple):
            return str(self.remote_ip)
        return str(self.address or "a Unix socket")

    def remote_ip_for(self, headers: HTTPHeaders) -> str:
        """Gives the client's address for a request with these headers."""
        if not self.xheaders:
            return self.remote_ip
        claimed = self.remote_ip
        # Each proxy appends the address that it was called from: the last one that is not a
        # proxy of ours is the client, what stands before it is hearsay.
        for address in reversed(headers.get("X-Forwarded-For", self.remote_ip).split(",")):
            claimed = address.strip()
            if claimed not in self.trusted_downstream:
                break
        claimed = headers.get("X-Real-Ip", claimed)
        return claimed if is_valid_ip(claimed) else self.remote_ip

    def protocol_for(self, headers: HTTPHeaders) -> str:
        """Gives ``http`` or ``https`` for a request with these headers."""
        if not self.xheaders:
            return self.protocol
        claimed = headers.get("X-Scheme", headers.get("X-Forwarded-Proto", self.protocol))
        # The last entry is from the proxy next to us, the only one that we know.
        claimed = claimed.rpartition(",")[2].strip()
        return claimed if claimed in ("http", "https") else self.protocol
