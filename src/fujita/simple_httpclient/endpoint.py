"""What a connection is made to, and how: the key by which connections are reused."""

import socket
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fujita.netutil import Resolver
    from fujita.simple_httpclient.tls import TLSChoice
    from fujita.tcpclient import TCPClient


class Endpoint(NamedTuple):
    """Everything in which two connections can differ.

    Attributes:
        host: The host's name or address.
        port: The port.
        family: The family of addresses to which the host's are restricted.
        source_ip: The local address to connect from, or None.
        tls: The TLS options, or None for a connection without TLS.
        tcp_client: What connects.
        resolver: What it finds addresses with.
    """

    host: str
    port: int
    family: socket.AddressFamily
    source_ip: str | None
    tls: "TLSChoice | None"
    tcp_client: "TCPClient"
    resolver: "Resolver | None"
