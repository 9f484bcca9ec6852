"""What a connection is made to, and how: the key by which connections are reused."""

import socket
from typing import NamedTuple

from fujita.netutil import Resolver, is_valid_ip
from fujita.simple_httpclient.options import Options
from fujita.simple_httpclient.target import Target
from fujita.simple_httpclient.tls import TLSChoice, choose_tls
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
    tls: TLSChoice | None
    tcp_client: TCPClient
    resolver: Resolver | None


def choose_endpoint(target: Target, options: Options, tcp_client: TCPClient) -> Endpoint:
    """Says what connection a request needs.

    Args:
        target: Where it goes to.
        options: Its options.
        tcp_client: What is to connect.

    Raises:
        ValueError: The network interface is not given by an IP address.
    """
    source = options.network_interface
    if source is not None and not is_valid_ip(source):
        raise ValueError(f"Unrecognized IPv4 or IPv6 address for network_interface, got {source!r}")
    return Endpoint(
        target.host,
        target.port,
        socket.AF_INET if options.allow_ipv6 is False else socket.AF_UNSPEC,
        source,
        choose_tls(options) if target.scheme == "https" else None,
        tcp_client,
        # A program's own need not have one.
        getattr(tcp_client, "resolver", None),
    )
