"""What happens in a room besides publications."""

from dataclasses import dataclass
from typing import Any

from fujita.realtime.broadcast import Broadcast
from fujita.realtime.publication import Publication


@dataclass(frozen=True, slots=True)
class Member:
    """Who a subscriber is.

    Attributes:
        user: The user's id; the same for all of a user's devices.
        data: What other members are shown, anything that JSON has.
    """

    user: str
    data: Any = None


@dataclass(frozen=True, slots=True)
class Joined:
    """A user has come, with the first of maybe several connections.

    Attributes:
        room: The room's name.
        user: The user's id.
        data: What the user's first connection has brought.
        count: The users in the room now.
    """

    room: str
    user: str
    data: Any
    count: int


@dataclass(frozen=True, slots=True)
class Left:
    """A user has gone, with the last of maybe several connections.

    Attributes:
        room: The room's name.
        user: The user's id.
        count: The users in the room now.
    """

    room: str
    user: str
    count: int


@dataclass(frozen=True, slots=True)
class Counted:
    """How many users there are, told from time to time where there are too many to name.

    Attributes:
        room: The room's name.
        count: The users in the room.
        named: Whether `Joined` and `Left` are told again from now on, so that who shows a
            list should ask for it anew.
    """

    room: str
    count: int
    named: bool


@dataclass(frozen=True, slots=True)
class Dropped:
    """Events were left out because the consumer was too slow for them.

    Attributes:
        room: The room's name.
        count: How many, ephemeral ones aside.
        offset: The offset of the last publication among them; 0 if there is none.
    """

    room: str
    count: int
    offset: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A publication that this consumer was excluded from; its offset is used up.

    Attributes:
        room: The room's name.
        offset: The offset.
    """

    room: str
    offset: int


@dataclass(frozen=True, slots=True)
class Removal:
    """A user is to leave the room, with all connections.

    Attributes:
        room: The room's name.
        user: The user's id.
        reason: What the user is told.
    """

    room: str
    user: str
    reason: str


RoomEvent = Publication | Joined | Left | Counted | Dropped | Skipped | Broadcast
"""What consumers can get."""

EngineEvent = Publication | Joined | Left | Counted | Removal
"""What an engine tells every node that holds a room; `Counted`, when it has come to hold one user
more than are told by name."""
