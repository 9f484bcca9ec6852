"""Listening TCP sockets, and the handler that accepts their connections."""

import errno
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from fujita.ioloop import IOLoop
from fujita.log import app_log
from fujita.netutil.address import check_port, format_address, resolution_error

DEFAULT_BACKLOG = 128

# One turn of the loop accepts at most so many connections, then others get their turn.
_ACCEPTS_PER_TURN = DEFAULT_BACKLOG
# Two sockets of one automatic port: another program may take the second one first.
_AUTOMATIC_PORT_ATTEMPTS = 5
_OUT_OF_RESOURCES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_PAUSE_WHEN_OUT_OF_RESOURCES = 1.0

_Endpoint = tuple[int, int, int, str, tuple[Any, ...]]


def bind_sockets(
    port: int,
    address: str | None = None,
    family: socket.AddressFamily = socket.AF_UNSPEC,
    backlog: int = DEFAULT_BACKLOG,
    flags: int | None = None,
    reuse_port: bool = False,
) -> list[socket.socket]:
    """Opens the non-blocking sockets that listen on a port of an address.

    There may be several: a name can have several addresses, and IPv4 and IPv6 get a socket each.

    Args:
        port: The port; 0 picks a free one, the same for all sockets.
        address: An IP address, or a host name, all of whose addresses are listened on; empty or
            None for all interfaces.
        family: ``socket.AF_INET`` or ``socket.AF_INET6`` to have only that.
        backlog: The number of connections that may wait to be accepted, as in
            ``socket.listen()``.
        flags: ``AI_*`` flags for ``getaddrinfo()``; ``AI_PASSIVE`` if not given.
        reuse_port: Sets ``SO_REUSEPORT``, so that several processes can listen on one port.

    Raises:
        OSError: An address cannot be listened on; the text names it, ``errno`` is the system's.
        socket.gaierror: The name cannot be resolved, or the port is out of range.
        ValueError: ``reuse_port`` is asked for and the platform has no ``SO_REUSEPORT``.
    """
    if reuse_port and not hasattr(socket, "SO_REUSEPORT"):
        raise ValueError("reuse_port needs SO_REUSEPORT, which this platform does not have")
    endpoints = _endpoints(port, address or None, family, flags)
    for _ in range(_AUTOMATIC_PORT_ATTEMPTS - 1):
        try:
            return _listen_on_all(endpoints, address, backlog, reuse_port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or endpoints[0][4][1] != 0:
                raise
    return _listen_on_all(endpoints, address, backlog, reuse_port)


def add_accept_handler(
    sock: socket.socket, callback: Callable[[socket.socket, Any], None]
) -> Callable[[], None]:
    """Has the current `IOLoop` accept the connections of a listening socket.

    Args:
        sock: A non-blocking listening socket.
        callback: Called with each new connection (a socket) and its peer's address.

    Returns:
        A function that ends the accepting; the socket stays open.
    """
    return _Acceptor(sock, callback).remove


def _endpoints(
    port: int, address: str | None, family: socket.AddressFamily, flags: int | None
) -> list[_Endpoint]:
    """What ``getaddrinfo()`` knows of an address to listen on: distinct, IPv4 first."""
    check_port(port)
    if family == socket.AF_UNSPEC and not socket.has_ipv6:
        family = socket.AF_INET
    try:
        found = socket.getaddrinfo(
            address,
            port,
            family,
            socket.SOCK_STREAM,
            flags=socket.AI_PASSIVE if flags is None else flags,
        )
    except (socket.gaierror, UnicodeError) as error:
        raise resolution_error(address, error) from error
    return sorted(
        endpoint
        for endpoint in set(found)
        # macOS gives localhost a second, link-local address that nobody connects to.
        if not (sys.platform == "darwin" and address == "localhost" and _has_scope(endpoint))
    )


def _has_scope(endpoint: _Endpoint) -> bool:
    return endpoint[0] == socket.AF_INET6 and endpoint[4][3] != 0


def _listen_on_all(
    endpoints: list[_Endpoint], address: str | None, backlog: int, reuse_port: bool
) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    absent: OSError | None = None
    try:
        for endpoint in endpoints:
            try:
                sockets.append(_listen(endpoint, sockets, backlog, reuse_port))
            except OSError as error:
                if not _is_absent_ipv6(error, endpoint, address):
                    raise
                absent = error
        if absent is not None and not sockets:
            raise absent
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def _is_absent_ipv6(error: OSError, endpoint: _Endpoint, address: str | None) -> bool:
    """Whether the failure only says that this machine runs without IPv6."""
    if endpoint[0] != socket.AF_INET6:
        return False
    if error.errno == errno.EAFNOSUPPORT:
        return True
    # Containers often list ::1 for localhost in /etc/hosts without having the address.
    return error.errno == errno.EADDRNOTAVAIL and address == "localhost"


def _listen(
    endpoint: _Endpoint, earlier: list[socket.socket], backlog: int, reuse_port: bool
) -> socket.socket:
    family, kind, protocol, _, place = endpoint
    if place[1] == 0 and earlier:
        place = (place[0], earlier[0].getsockname()[1], *place[2:])
    sock: socket.socket | None = None
    try:
        sock = socket.socket(family, kind, protocol)
        if os.name != "nt":
            # On Windows this option lets two programs share a port, each getting some connections.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if reuse_port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            # IPv4 has a socket of its own; one that takes both would be in its way.
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.setblocking(False)
        sock.bind(place)
        sock.listen(backlog)
    except OSError as error:
        if sock is not None:
            sock.close()
        text = f"cannot listen on {format_address(place)}: {error.strerror}"
        raise OSError(error.errno, text) from error
    return sock


class _Acceptor:
    """Accepts connections as a handler of the loop; rests while the process is out of files."""

    __slots__ = ("_callback", "_io_loop", "_removed", "_resumption", "_socket")

    def __init__(self, sock: socket.socket, callback: Callable[[socket.socket, Any], None]) -> None:
        self._socket = sock
        self._callback = callback
        self._io_loop = IOLoop.current()
        self._removed = False
        self._resumption: object | None = None
        self._resume()

    def remove(self) -> None:
        """Stops accepting; a second call does nothing."""
        if self._removed:
            return
        self._removed = True
        if self._resumption is not None:
            self._io_loop.remove_timeout(self._resumption)
        else:
            self._io_loop.remove_handler(self._socket)

    def _resume(self) -> None:
        self._resumption = None
        self._io_loop.add_handler(self._socket, self._on_readable, IOLoop.READ)

    def _on_readable(self, fd: Any, events: int) -> None:
        for _ in range(_ACCEPTS_PER_TURN):
            # A callback may have stopped the server and closed the socket.
            if self._removed:
                return
            try:
                connection, address = self._socket.accept()
            except BlockingIOError:
                return
            except ConnectionAbortedError:
                # The client went away while it waited.
                continue
            except OSError as error:
                if error.errno not in _OUT_OF_RESOURCES:
                    raise
                self._rest(error)
                return
            self._callback(connection, address)

    def _rest(self, error: OSError) -> None:
        # The connection stays in the queue and the socket readable: trying again at once would
        # keep the loop spinning until some other connection closes.
        app_log.error(
            "cannot accept connections on %s: %s; trying again in %g s",
            format_address(self._socket.getsockname()),
            error.strerror,
            _PAUSE_WHEN_OUT_OF_RESOURCES,
        )
        self._io_loop.remove_handler(self._socket)
        self._resumption = self._io_loop.call_later(_PAUSE_WHEN_OUT_OF_RESOURCES, self._resume)
