"""Who may connect: how many connections there are, in all and from one address."""

from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Address
from typing import Protocol

try:
    import resource
except ImportError:
    # Windows, where nothing limits descriptors.
    DESCRIPTORS = 1 << 20
else:
    DESCRIPTORS = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if DESCRIPTORS == resource.RLIM_INFINITY:
        DESCRIPTORS = 1 << 20

RESERVE = 64
"""Descriptors that connections leave for files, databases and the loop itself."""

DEFAULT_MAX_CONNECTIONS = max(DESCRIPTORS - RESERVE, RESERVE)

TURNED_AWAY = 32
"""How many more may wait to be told so; beyond them, connections are closed without a word."""

SHARE = 20
"""One in so many connections is closed at once where room has to be made: to find those that have
waited longest costs a look at all."""


class Waiting(Protocol):
    """A connection that may be closed to make room."""

    def waiting_since(self) -> float | None:
        """Says since when it has been waiting for a request; ``None`` if it is serving one."""

    def abort(self) -> None:
        """Closes it."""


class Admission:
    """Counts the connections of a server.

    Args:
        maximum: How many connections there may be.
        per_address: How many from one address, ``None`` for any number. All addresses of an
            IPv6 /64 count as one: that is what one customer is given.
        candidates: Gives the connections that may be closed to make room.
    """

    def __init__(
        self,
        maximum: int,
        per_address: int | None,
        candidates: Callable[[], list[Waiting]],
    ) -> None:
        self.maximum = maximum
        self.per_address = per_address
        self._candidates = candidates
        self._counts: Counter[str] = Counter()
        self._total = 0
        self._leaving = 0
        """How many have been closed to make room and are not gone yet."""
        self._fruitless = 0
        """For how many more newcomers nobody is looked for who could go."""

    def enter(self, address: object) -> bool | None:
        """Counts a new connection.

        Returns:
            Whether it may be served; ``None`` if it is not even to be told that it is not.
        """
        self._total += 1
        excess = self._count_address(address)
        if excess <= 0:
            excess = self._total - self._leaving - self.maximum
            if excess > 0 and self._make_room():
                return True
        if excess <= 0:
            return True
        return False if excess <= TURNED_AWAY else None

    def _count_address(self, address: object) -> int:
        """Gives by how many its address has too many connections."""
        if self.per_address is None or not isinstance(address, tuple):
            return 0
        network = _network(address[0])
        self._counts[network] += 1
        return self._counts[network] - self.per_address

    def leave(self, address: object) -> None:
        """Counts a connection that has ended."""
        self._total -= 1
        if self._leaving:
            self._leaving -= 1
        if self.per_address is not None and isinstance(address, tuple):
            network = _network(address[0])
            self._counts[network] -= 1
            if self._counts[network] <= 0:
                del self._counts[network]

    def _make_room(self) -> bool:
        """Closes connections that have waited longest for a request; tells whether it could.

        Who holds connections open without using them, in good faith or as an attack, so takes no
        place away from who has something to ask.
        """
        if self._fruitless:
            self._fruitless -= 1
            return False
        waiting = [
            (since, index, connection)
            for index, connection in enumerate(self._candidates())
            if (since := connection.waiting_since()) is not None
        ]
        share = max(1, self.maximum // SHARE)
        if len(waiting) < 2:
            # The newcomer itself is waiting.
            self._fruitless = share
            return False
        waiting.sort()
        for _, _, connection in waiting[: min(share, len(waiting) - 1)]:
            connection.abort()
            self._leaving += 1
        return True


def _network(address: str) -> str:
    if ":" not in address:
        return address
    ip = IPv6Address(address)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return ip.packed[:8].hex()
