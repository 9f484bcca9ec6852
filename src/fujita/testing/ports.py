"""Ports for servers under test."""

import socket

from fujita.netutil import bind_sockets


def bind_unused_port(
    reuse_port: bool = False, address: str = "127.0.0.1"
) -> tuple[socket.socket, int]:
    """Opens a listening socket on a port that nobody uses.

    Args:
        reuse_port: Sets ``SO_REUSEPORT``.
        address: The local IPv4 address.

    Returns:
        The socket, which is non-blocking, and the port.
    """
    (sock,) = bind_sockets(0, address, family=socket.AF_INET, reuse_port=reuse_port)
    return sock, sock.getsockname()[1]
