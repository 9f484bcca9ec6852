"""How much of everything: what a guest may send, and what a slow or busy one may cost."""

import time
from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and how fast that right comes back.

    Attributes:
        burst: How many at once.
        per_second: How many more each second.
    """

    burst: int
    per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of a chat room; the defaults suit people, not load tests."""

    text_length: int = 4000
    """Characters in one message."""

    mentions: int = 20
    """People who are mentioned in one message."""

    frame_size: int = 64 * 1024
    """Bytes in one command: the longest text with every character escaped fits in."""

    edit_seconds: float = 86_400.0
    """Seconds in which a message may be edited."""

    file_size: int = 10 * 1024 * 1024
    files_per_message: int = 10

    files_waiting: int = 100 * 1024 * 1024
    """Bytes that one person may have uploaded and not sent."""

    file_patience: float = 86_400.0
    """Seconds after which an uploaded file that was not sent is deleted."""

    messages: Rate = Rate(10, 1.0)
    """Messages of one person…"""

    messages_per_address: Rate = Rate(100, 20.0)
    """…and of all people behind one address."""

    commands: Rate = Rate(100, 20.0)
    """Commands of any kind of one connection; more is a broken program and is disconnected."""

    changes: Rate = Rate(30, 2.0)
    """Edits, deletions and reactions of one person."""

    renames: Rate = Rate(5, 0.1)

    rooms_made: Rate = Rate(5, 1 / 60)
    """Rooms that one person makes…"""

    rooms_made_per_address: Rate = Rate(20, 1 / 10)
    """…and all people behind one address."""

    uploads: Rate = Rate(20, 0.2)
    searches: Rate = Rate(20, 1.0)
    logins: Rate = Rate(10, 1 / 30)
    """Attempts to log in, per login and per address; and new accounts per address."""

    requests_per_address: Rate = Rate(300, 50.0)
    """Requests to the HTTP API."""

    connections_per_person: int = 20
    connections_per_address: int = 500

    rooms_per_connection: int = 64

    page: int = 50
    """Messages in one page of history."""

    kept_in_memory: int = 200
    """Messages of each open room that need no look into the database."""

    replay: int = 500
    """Missed messages sent after a break; who missed more starts from the latest page."""

    members_named: int = 200
    """Members up to which a room tells who came and went; above, only how many are there."""

    departure_grace: float = 5.0
    """Seconds in which a broken connection or a reload is not yet a departure."""

    crowd_interval: float = 5.0
    """Seconds between two counts of a crowd."""

    presence_interval: float = 0.2
    """Seconds for which a room gathers who came and went."""

    directory_interval: float = 1.0
    """Seconds for which changes of the list of rooms are gathered."""

    rooms_listed: int = 100

    outgoing_bytes: int = 1024 * 1024
    """What may wait for one reader before the connection is closed (1013)."""

    quiet_start: float = 60.0
    """Seconds after the start in which those who come back are not announced again."""

    gap_patience: float = 0.05
    """Seconds that a message which has overtaken another one waits for it."""

    reconcile_interval: float = 1.0
    """Seconds between two looks at the database for what nobody has told us."""

    store_patience: float = 5.0
    """Seconds that a message waits for a database that is away."""

    hello_seconds: float = 10.0
    """Seconds in which a connection without cookies says who it is."""


class TokenBucket:
    """Allows a burst, then a steady rate.

    Args:
        rate: The burst and the rate.
        now: The time of a monotonic clock, in seconds.
    """

    __slots__ = ("_rate", "_tokens", "_updated")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = float(rate.burst)
        self._updated = now

    def take(self, now: float) -> float:
        """Takes one, or returns the seconds until there is one; 0 means that it was taken."""
        rate = self._rate
        self._tokens = min(
            float(rate.burst), self._tokens + (now - self._updated) * rate.per_second
        )
        self._updated = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / rate.per_second


class Buckets:
    """A bucket for each person, address or whatever has a name.

    Args:
        rate: The burst and the rate of each.
        most: How many buckets are kept. The one that was used longest ago goes first: in a flood of
            names that is likelier a full one than one that holds somebody back.
    """

    def __init__(self, rate: Rate, most: int = 100_000) -> None:
        self._rate = rate
        self._most = most
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def take(self, name: str, now: float | None = None) -> float:
        """Takes one from a bucket, or returns the seconds until there is one; 0: taken."""
        moment = time.monotonic() if now is None else now
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = TokenBucket(self._rate, moment)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(name)
        return bucket.take(moment)


class Throttle:
    """All buckets of a node.

    Args:
        limits: The rates.
    """

    def __init__(self, limits: Limits) -> None:
        self.messages = Buckets(limits.messages)
        self.messages_per_address = Buckets(limits.messages_per_address)
        self.changes = Buckets(limits.changes)
        self.renames = Buckets(limits.renames)
        self.rooms_made = Buckets(limits.rooms_made)
        self.rooms_made_per_address = Buckets(limits.rooms_made_per_address)
        self.uploads = Buckets(limits.uploads)
        self.searches = Buckets(limits.searches)
        self.logins = Buckets(limits.logins)
        self.requests = Buckets(limits.requests_per_address)

    def say(self, person: str, address: str) -> float:
        """Takes the right to one message; returns the seconds to wait, or 0."""
        return self.messages.take(person) or self.messages_per_address.take(address)

    def make_room(self, person: str, address: str) -> float:
        """Takes the right to make a room; returns the seconds to wait, or 0."""
        return self.rooms_made.take(person) or self.rooms_made_per_address.take(address)


def address_of(ip: str) -> str:
    """Returns what counts as one address: of IPv6 the first 64 bits, which are one household."""
    if ":" not in ip:
        return ip
    import ipaddress

    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return ip
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(getattr(address, "ipv4_mapped", address))
