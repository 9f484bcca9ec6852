"""Who is here: a guest is a person in a browser, however many tabs and rooms are open in it."""

import json
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from fujita.chat.limits import Limits, TokenBucket
from fujita.chat.names import InvalidText, default_guest_name, guest_name

if TYPE_CHECKING:
    from fujita.chat.room import Connection

_ID_BYTES = 9
_SECONDS_IN_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Identity:
    """What a guest's signed cookie says.

    Attributes:
        id: Tells guests apart; it is shown to others and proves nothing without the signature.
        name: What the guest is called.
        day: The day (since 1970) on which the cookie was written.
    """

    id: str
    name: str
    day: int

    def to_cookie(self) -> str:
        """Returns the text that is to be signed."""
        return json.dumps([self.id, self.name, self.day], ensure_ascii=False)

    @classmethod
    def from_cookie(cls, value: bytes | None) -> "Identity | None":
        """Returns what a cookie, whose signature was checked, says; None if it says nothing."""
        if value is None:
            return None
        try:
            match json.loads(value):
                case [str(id), str(name), int(day)] if id:
                    return cls(id, guest_name(name), day)
        except (ValueError, InvalidText):
            pass
        return None


class GuestJson(TypedDict):
    """A guest as others see them."""

    id: str
    name: str


@dataclass(slots=True, eq=False)
class Guest:
    """A guest with at least one open connection."""

    id: str
    name: str
    renames: TokenBucket
    connections: "set[Connection]" = field(default_factory=set)

    def to_json(self) -> GuestJson:
        """Returns the guest as others see them."""
        return {"id": self.id, "name": self.name}


class Guests:
    """All guests with an open connection."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._guests: dict[str, Guest] = {}

    def __len__(self) -> int:
        return len(self._guests)

    def get(self, id: str) -> Guest | None:
        """Returns the guest of that id if they are connected."""
        return self._guests.get(id)

    def attach(self, connection: "Connection", identity: Identity) -> Guest:
        """Notes a connection of a guest.

        The name under which they are here already wins over the cookie's: a page that was loaded
        while the name was being changed still has the former one.
        """
        guest = self._guests.get(identity.id)
        if guest is None:
            renames = TokenBucket(
                self._limits.rename_burst, self._limits.renames_per_second, time.monotonic()
            )
            guest = self._guests[identity.id] = Guest(identity.id, identity.name, renames)
        guest.connections.add(connection)
        return guest

    def detach(self, connection: "Connection") -> None:
        """Forgets a connection, and with the last one its guest."""
        guest = connection.guest
        guest.connections.discard(connection)
        if not guest.connections:
            self._guests.pop(guest.id, None)

    def is_taken(self, name: str, *, by_another_than: str) -> bool:
        """Says whether another guest who is here goes by that name, whatever its case."""
        folded = name.casefold()
        return any(
            guest.name.casefold() == folded
            for guest in self._guests.values()
            if guest.id != by_another_than
        )

    def newcomer(self, language: str) -> Identity:
        """Returns an identity for somebody who is here for the first time."""
        taken = {guest.name for guest in self._guests.values()}
        return Identity(secrets.token_urlsafe(_ID_BYTES), free_name(language, taken), today())


def free_name(language: str, taken: Iterable[str]) -> str:
    """Returns a generated name that is not taken: four digits, more where these are crowded."""
    digits = 4
    while True:
        for _ in range(20):
            number = 10 ** (digits - 1) + secrets.randbelow(9 * 10 ** (digits - 1))
            name = default_guest_name(language, number)
            if name not in taken:
                return name
        digits += 1


def today() -> int:
    """Returns the number of days since 1970."""
    return int(time.time()) // _SECONDS_IN_A_DAY
