"""What the chat room asks of whatever keeps its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypedDict

from fujita.chat.guests import GuestJson


class MessageJson(TypedDict):
    """A message as the page gets it."""

    id: int
    time: int
    author: GuestJson
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is not stored yet.

    Attributes:
        room: The room's name.
        time: When the server took it, in milliseconds since 1970.
        author_id: The guest's id.
        author_name: What the guest was called at the time.
        text: What they said.
        key: What the client calls this message: the same one sent twice has the same key.
    """

    room: str
    time: int
    author_id: str
    author_name: str
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message. Ids grow: in each room, a later message has a higher one."""

    id: int
    room: str
    time: int
    author_id: str
    author_name: str
    text: str
    key: str

    def to_json(self) -> MessageJson:
        """Returns the message as the page gets it."""
        return {
            "id": self.id,
            "time": self.time,
            "author": {"id": self.author_id, "name": self.author_name},
            "text": self.text,
            "key": self.key,
        }


class Stored(NamedTuple):
    """What became of a draft: the message, and whether it was not in the store before."""

    message: Message
    fresh: bool


class Store(Protocol):
    """Keeps messages, by room and in order.

    Attributes:
        place: Where the history is, for people to read.
        secret: What cookies are signed with; the same at every start.
        epoch: Names this history: ids that a client remembers from another one mean nothing here.
        rooms: The rooms that had messages when the store was opened, the latest used first.
    """

    place: str
    secret: str
    epoch: str
    rooms: Sequence[str]

    async def append(self, draft: Draft) -> Stored:
        """Stores a message, or finds it: author, room and key name it.

        Returns when the message is safe from the end of this process. Waiting callers are
        resumed in the order of the ids that their messages were given.

        Raises:
            StoreError: It could not be stored.
        """
        ...

    async def latest(self, room: str, limit: int, before: int | None = None) -> list[Message]:
        """Returns the last messages of a room (with ids below ``before``), the oldest first.

        Raises:
            StoreError: They could not be read.
        """
        ...

    async def after(self, room: str, id: int, limit: int) -> list[Message]:
        """Returns the first messages of a room with higher ids than ``id``, the oldest first.

        Raises:
            StoreError: They could not be read.
        """
        ...

    async def close(self) -> None:
        """Finishes what was begun and lets go of the history."""
        ...
