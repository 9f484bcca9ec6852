"""Addresses as text and as ``getaddrinfo`` answers."""

# A resolver may run in a worker thread while the main thread holds the import lock (a program
# that resolves at import time). getaddrinfo() imports this codec when it first sees a str host,
# and would wait for that lock for ever.
import encodings.idna  # noqa: F401
import socket
from typing import Any

AddressInfo = list[tuple[int, Any]]
"""What a resolver answers: pairs of an address family and an address to connect to."""

_LARGEST_PORT = 65535


def is_valid_ip(ip: str) -> bool:
    """Tells whether a text is an IPv4 or IPv6 address, in any form the system accepts.

    The system also accepts the short forms of ``inet_aton(3)``, such as ``127.1``.

    Args:
        ip: The text; a host name, or an address with a port, is no IP address.
    """
    if not ip or "\0" in ip:
        # getaddrinfo() takes an empty host for "any address".
        return False
    if literal_family(ip) is not None:
        return True
    try:
        socket.getaddrinfo(ip, None, flags=socket.AI_NUMERICHOST)
    except (socket.gaierror, UnicodeError):
        return False
    return True


def literal_family(host: str) -> socket.AddressFamily | None:
    """The family of an address in its standard notation, or None for anything else."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.inet_pton(family, host)
    except (OSError, ValueError):
        return None
    return family


def format_address(address: Any) -> str:
    """Writes a socket address for people: ``1.2.3.4:443``, ``[::1]:443`` or a path."""
    if not isinstance(address, tuple) or len(address) < 2:
        return str(address)
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"


def check_port(port: object) -> None:
    """Refuses a port number that TCP does not have.

    ``getaddrinfo()`` would silently take it modulo 65536.

    Raises:
        socket.gaierror: The number is not within 0 to 65535.
    """
    if isinstance(port, int) and not 0 <= port <= _LARGEST_PORT:
        raise socket.gaierror(socket.EAI_SERVICE, f"port must be 0 to {_LARGEST_PORT}, not {port}")


def resolution_error(host: object, error: socket.gaierror | UnicodeError) -> socket.gaierror:
    """The error that names the host that could not be resolved, and why."""
    if isinstance(error, socket.gaierror):
        number, reason = error.errno, error.strerror
    else:
        number, reason = socket.EAI_NONAME, f"not a host name: {error}"
    return socket.gaierror(number, f"cannot resolve {host!r}: {reason}")


def resolve_literal(host: str, port: int, family: int) -> AddressInfo | None:
    """Answers for an IP address in standard notation at once, without asking the system.

    Returns:
        None if ``host`` has to be resolved, or is not of the family asked for.
    """
    if not isinstance(host, str) or not isinstance(port, int) or not 0 <= port <= _LARGEST_PORT:
        return None
    found = literal_family(host)
    if found is None or family not in (found, socket.AF_UNSPEC):
        return None
    if found == socket.AF_INET:
        return [(found, (host, port))]
    # Two spellings of one address must give one answer, as getaddrinfo() sees to.
    normal = socket.inet_ntop(found, socket.inet_pton(found, host))
    return [(found, (normal, port, 0, 0))]


def resolve_blocking(host: str, port: int, family: int = socket.AF_UNSPEC) -> AddressInfo:
    """Resolves in the calling thread.

    Raises:
        socket.gaierror: The host cannot be resolved, or the port is no port.
    """
    check_port(port)
    try:
        # Without a socket type every address would come three times: TCP, UDP and raw.
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise resolution_error(host, error) from error
    return [(entry[0], entry[4]) for entry in found]
