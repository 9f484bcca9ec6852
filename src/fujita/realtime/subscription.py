"""A consumer's place in a room."""

from typing import TYPE_CHECKING, Self

from fujita.realtime.events import Member
from fujita.realtime.position import Position

if TYPE_CHECKING:
    from fujita.realtime.consumer import Consumer
    from fujita.realtime.room import Room


class Subscription:
    """A consumer's place in a room, made by `Hub.subscribe`.

    Attributes:
        room: The room's name.
        consumer: Who gets the publications.
        member: Who it is to the others; None for somebody who only reads.
        position: Where it began: publications after it are handed over as they come.
        recovered: Whether it got everything that it had missed. False without ``since``, as
            there was nothing to compare with.
    """

    __slots__ = ("_room", "consumer", "member", "position", "recovered", "room")

    def __init__(self, room: "Room", consumer: "Consumer", member: Member | None) -> None:
        self.room = room.name
        self._room: Room | None = room
        self.consumer = consumer
        self.member = member
        self.position = Position(0, "")
        self.recovered = False

    @classmethod
    def of_nobody(cls, room: "Room", consumer: "Consumer", member: Member | None) -> Self:
        """Makes a subscription that has ended before it began."""
        subscription = cls(room, consumer, member)
        subscription._room = None
        return subscription

    @property
    def active(self) -> bool:
        """Whether it has not been left yet."""
        return self._room is not None

    async def leave(self) -> None:
        """Leaves the room; a second time does nothing.

        Nothing more is handed over from the moment of the call.
        """
        room, self._room = self._room, None
        if room is not None:
            await room.leave(self)
