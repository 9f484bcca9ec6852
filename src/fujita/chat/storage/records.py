"""What the store hands out: plain values that never change."""

from dataclasses import dataclass, replace
from typing import Any, Literal, NotRequired, TypedDict

Role = Literal["owner", "moderator", "member", "none"]
Kind = Literal["guest", "account", "embedded"]


class PersonJson(TypedDict):
    """A person as others see them."""

    id: str
    name: str


class FileJson(TypedDict):
    """A file as the page gets it."""

    id: str
    name: str
    type: str
    size: int
    url: str


class ReactionJson(TypedDict):
    """An emoji under a message, and whose it is."""

    emoji: str
    users: list[str]


class MessageJson(TypedDict):
    """A message as the page gets it."""

    id: int
    number: int
    time: int
    author: PersonJson
    text: str
    key: str
    edited: NotRequired[int]
    deleted: NotRequired[bool]
    reactions: NotRequired[list[ReactionJson]]
    files: NotRequired[list[FileJson]]
    mentions: NotRequired[list[str]]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may come in.

    Attributes:
        id: Tells people apart; others see it, and it proves nothing.
        name: What they are called.
        kind: A guest with a cookie, an account with a password, or another site's user.
        login: The account's login, if there is one.
    """

    id: str
    name: str
    kind: Kind = "guest"
    login: str | None = None

    def to_json(self) -> PersonJson:
        """Returns the person as others see them."""
        return {"id": self.id, "name": self.name}


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is not stored yet.

    Attributes:
        room: The room's name.
        time: When the server took it, in milliseconds since 1970.
        author_id: The person's id.
        author_name: What the person was called at the time.
        text: What they said.
        key: What the client calls this message: the same one sent twice has the same key.
        files: The ids of files that the author has uploaded to the room.
        mentions: The ids of people who are addressed.
    """

    room: str
    time: int
    author_id: str
    author_name: str
    text: str
    key: str
    files: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message in its present state.

    Attributes:
        id: Grows with every message; in one room a later message has a higher one.
        room: The room's name.
        number: Counts the room's messages from 1 on.
        position: The room's position when it was said.
        changed: The room's position when it changed last.
    """

    id: int
    room: str
    number: int
    position: int
    changed: int
    time: int
    author_id: str
    author_name: str
    text: str
    key: str
    edited: int = 0
    deleted: int = 0
    reactions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    files: tuple[FileJson, ...] = ()
    mentions: tuple[str, ...] = ()

    def to_json(self) -> MessageJson:
        """Returns the message as the page gets it: what is usual is left out."""
        members: MessageJson = {
            "id": self.id,
            "number": self.number,
            "time": self.time,
            "author": {"id": self.author_id, "name": self.author_name},
            "text": self.text,
            "key": self.key,
        }
        if self.edited:
            members["edited"] = self.edited
        if self.deleted:
            members["deleted"] = True
        if self.reactions:
            members["reactions"] = [
                {"emoji": emoji, "users": list(users)} for emoji, users in self.reactions
            ]
        if self.files:
            members["files"] = list(self.files)
        if self.mentions:
            members["mentions"] = list(self.mentions)
        return members

    def pack(self) -> list[Any]:
        """Returns the message as it travels from node to node: as what JSON has."""
        return [getattr(self, name) for name in _FIELDS]

    @classmethod
    def unpack(cls, packed: list[Any]) -> "Message":
        """Returns the message that another node has packed."""
        return cls(*packed).frozen()

    def frozen(self) -> "Message":
        """Returns the same with tuples where JSON has lists."""
        return replace(
            self,
            reactions=tuple((emoji, tuple(users)) for emoji, users in self.reactions),
            files=tuple(self.files),
            mentions=tuple(self.mentions),
        )


_FIELDS = tuple(Message.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a draft that is in the store.

    Attributes:
        message: The message.
        fresh: Whether it was not there before.
    """

    message: Message
    fresh: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """What became of a draft or a change that is not allowed.

    Attributes:
        code: Why, in one word that the page has a sentence for.
        retry_after: Seconds after which it is allowed; 0 if time does not help.
    """

    code: str
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """A room: its settings, and how far it has come."""

    name: str
    title: str
    topic: str
    private: bool
    slow: int
    created: int
    used: int
    position: int
    last: int
    changed: int


@dataclass(frozen=True, slots=True)
class Membership:
    """What a person is in a room.

    Attributes:
        role: ``none`` is somebody who left, or never came, and is muted or banned.
        read: The number of the last message that they have read.
        mentioned: How often they were mentioned after that.
        muted: Until when they may not speak, in milliseconds since 1970.
        banned: Until when they may not come in.
    """

    person: Person
    role: Role = "none"
    read: int = 0
    mentioned: int = 0
    muted: int = 0
    banned: int = 0

    @property
    def moderates(self) -> bool:
        """Whether they may delete others' messages, mute and ban."""
        return self.role in ("owner", "moderator")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was uploaded.

    Attributes:
        room: The name of the room that it belongs to.
        message_id: The message that it is part of, if it was sent.
    """

    id: str
    room: str
    person_id: str
    name: str
    type: str
    size: int
    message_id: int | None = None

    def to_json(self) -> FileJson:
        """Returns the file as the page gets it."""
        from urllib.parse import quote

        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "size": self.size,
            "url": f"/files/{self.id}/{quote(self.name)}",
        }
