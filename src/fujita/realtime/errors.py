"""What can go wrong with rooms.

RealtimeError
├── HubClosedError          the hub has been closed
├── EngineUnavailableError  the engine cannot be reached; nothing was published
├── RoomNameError           (also a ValueError) no room can have this name
├── AlreadySubscribedError  the consumer is in the room already
└── SubscriptionEndedError  a listener's subscription has come to an end, and why
    ├── GapError            publications were lost that the history no longer has
    ├── SlowConsumerError   too much was waiting to be read
    └── RemovedError        somebody has removed the member from the room
"""

from fujita.realtime.position import Position


class RealtimeError(Exception):
    """What all errors of this package are."""


class HubClosedError(RealtimeError):
    """The hub has been closed."""


class EngineUnavailableError(RealtimeError):
    """The engine cannot be reached; what was asked of it has not been acknowledged."""


class RoomNameError(RealtimeError, ValueError):
    """No room can have this name."""


class AlreadySubscribedError(RealtimeError):
    """The consumer is in the room already."""


class SubscriptionEndedError(RealtimeError):
    """A listener's subscription has come to an end.

    Args:
        room: The room's name.
        reason: Why.
    """

    def __init__(self, room: str, reason: str) -> None:
        super().__init__(f"room {room!r}: {reason}")
        self.room = room
        self.reason = reason


class GapError(SubscriptionEndedError):
    """Publications were lost that the history no longer has; read the state anew.

    Args:
        room: The room's name.
        position: Where the room goes on.
    """

    def __init__(self, room: str, position: Position) -> None:
        super().__init__(room, f"some publications before {position} are lost")
        self.position = position


class SlowConsumerError(SubscriptionEndedError):
    """Too much was waiting to be read."""


class RemovedError(SubscriptionEndedError):
    """Somebody has removed the member from the room."""
