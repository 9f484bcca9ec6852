"""What proxies say of the clients that they stand before."""

import ipaddress
from collections.abc import Iterable

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxies:
    """The proxies whose word is taken; whoever else sends such headers is not believed.

    Args:
        places: Their addresses, or networks of them (``10.0.0.0/8``).

    Raises:
        ValueError: One of them is neither.
    """

    def __init__(self, places: Iterable[str] = ()) -> None:
        self._networks: list[_Network] = [
            ipaddress.ip_network(place, strict=False) for place in places
        ]

    def client(self, peer: str, forwarded: str) -> str:
        """Returns a client's address.

        Args:
            peer: Where the connection comes from.
            forwarded: ``X-Forwarded-For``: each proxy appends the address that it was called from.
        """
        client = peer
        for claimed in reversed(forwarded.split(",")):
            # Whoever it is up to here was told to us by a proxy of ours, or is one.
            if not self._trusts(client):
                break
            if not _is_address(claimed.strip()):
                break
            client = claimed.strip()
        return client

    def scheme(self, peer: str, scheme: str, forwarded: str) -> str:
        """Returns ``http`` or ``https``, as the client has it.

        Args:
            peer: Where the connection comes from.
            scheme: That of the connection.
            forwarded: ``X-Forwarded-Proto``, of which the last entry is that of the peer.
        """
        claimed = forwarded.rpartition(",")[2].strip()
        return claimed if claimed in ("http", "https") and self._trusts(peer) else scheme

    def _trusts(self, place: str) -> bool:
        if not self._networks:
            return False
        try:
            address = ipaddress.ip_address(place)
        except ValueError:
            return False
        # As which IPv4 appears on a socket that listens for both.
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
