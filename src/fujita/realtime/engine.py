"""What keeps rooms, and carries their events between nodes."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from fujita.realtime.broadcast import Broadcast
from fujita.realtime.events import EngineEvent, Member
from fujita.realtime.options import RoomOptions
from fujita.realtime.position import Position
from fujita.realtime.publication import Publication


class History(NamedTuple):
    """Some of a room's stream.

    Attributes:
        publications: In their order.
        position: Where the stream ends now.
        complete: Whether nothing after the asked-for position is missing.
    """

    publications: list[Publication]
    position: Position
    complete: bool


class Presence(NamedTuple):
    """One connection of a member, as engines keep it.

    Attributes:
        room: The room's name.
        user: The user's id.
        connection: The connection's id.
    """

    room: str
    user: str
    connection: str


class Receiver(Protocol):
    """What an engine tells of what happens: a hub. It is called on the engine's loop."""

    def receive(self, room: str, event: EngineEvent) -> None:
        """Takes an event of a room that has been subscribed to."""

    def receive_broadcast(self, broadcast: Broadcast) -> None:
        """Takes what is for everybody."""

    def resumed(self) -> None:
        """Told that the engine was away and is back, so that events may have been missed."""


class Engine(ABC):
    """Keeps streams and members of rooms for one or many nodes.

    Every method may raise `EngineUnavailableError`, which promises nothing about whether the
    request was carried out; a publication is sent again with the same key.

    An engine hands a room's publications over in the order of their offsets. It may leave some
    out when a connection breaks, and it may hand one over twice; hubs notice both.
    """

    @abstractmethod
    async def start(self, receiver: Receiver) -> None:
        """Gets ready; what happens is told to ``receiver`` from now on."""

    @abstractmethod
    async def close(self) -> None:
        """Lets go of connections and timers."""

    # Streams.

    @abstractmethod
    async def publish(
        self, room: str, payload: bytes, options: RoomOptions, key: str = "", exclude: str = ""
    ) -> Position:
        """Appends to a room's stream, and hands the publication to all nodes, in one step.

        Args:
            room: The room's name.
            payload: The data as JSON.
            options: The room's.
            key: Idempotency key: with one that the room has seen within ``key_age``, nothing is
                published, and the position is that of the first time.
            exclude: Id of a consumer that is not to get it.

        Returns:
            The position of the publication.
        """

    @abstractmethod
    async def send(self, room: str, payload: bytes, exclude: str = "") -> None:
        """Hands an ephemeral publication to all nodes."""

    @abstractmethod
    async def broadcast(self, payload: bytes) -> None:
        """Hands what is for everybody to all nodes that have started."""

    @abstractmethod
    async def history(
        self,
        room: str,
        options: RoomOptions,
        since: Position | None,
        limit: int | None = None,
        witness: float | None = None,
    ) -> History:
        """Reads a room's stream.

        Args:
            room: The room's name.
            options: The room's.
            since: Where to begin; None for the beginning of what is kept.
            limit: Publications at most; with None as ``since`` the latest, else the first
                after it. It makes the answer incomplete if there are more.
            witness: Given by a node that has itself been where ``since`` is: the time of the
                publication there, 0 if it has forgotten. An engine whose stream has another one
                there, or ends before, has lost something, and begins another epoch.

        Returns:
            The publications; none, and not complete, if ``since`` belongs to another epoch or
            lies ahead of the stream.
        """

    @abstractmethod
    async def subscribe(self, room: str, options: RoomOptions) -> Position:
        """Begins to hand over a room's events.

        Returns:
            A position whose later publications are all handed over.
        """

    @abstractmethod
    async def unsubscribe(self, room: str) -> None:
        """Hands over no more events of a room."""

    @abstractmethod
    async def remove(self, room: str, user: str, reason: str) -> None:
        """Tells all nodes that a user is to leave a room."""

    # Presence.

    @abstractmethod
    async def join(self, room: str, member: Member, connection: str, options: RoomOptions) -> int:
        """Adds a connection of a user to a room, and tells all nodes if it is the first.

        They are told by `Joined` as long as there are no more users than ``presence_cap``, and by
        `Counted` when there is one more; so nobody is left out of both.

        Returns:
            The users in the room now.
        """

    @abstractmethod
    async def leave(self, presence: Presence, options: RoomOptions) -> int:
        """Takes a connection out of a room, and tells all nodes if it was the user's last.

        They are not told if there were more users than ``presence_cap``: those count.

        Returns:
            The users in the room now.
        """

    @abstractmethod
    async def members(self, room: str) -> dict[str, Any]:
        """Gives the data of all users in a room by user id."""

    @abstractmethod
    async def count(self, room: str) -> int:
        """Gives the number of users in a room."""

    @property
    def refresh_interval(self) -> float | None:
        """Seconds after which presence has to be refreshed; None if it never has to be."""
        return None

    async def refresh(
        self, room: str, options: RoomOptions, members: Iterable[tuple[Member, str]]
    ) -> Position | None:
        """Says that a room is held, and which members are still there with which connection.

        Returns:
            Where the stream ends, for the node to compare; None if it cannot have missed anything.
        """
        return None
