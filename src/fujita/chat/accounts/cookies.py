"""What a guest's cookie says."""

import json
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass

from fujita.chat.names import InvalidText, default_guest_name, guest_name
from fujita.chat.storage import Person

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

    def person(self) -> Person:
        """Returns whose it is."""
        return Person(self.id, self.name)

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


def newcomer(language: str, taken: Iterable[str]) -> Identity:
    """Returns an identity for somebody who is here for the first time.

    Args:
        language: The language that they read.
        taken: Names that others have.
    """
    return Identity(secrets.token_urlsafe(_ID_BYTES), free_name(language, set(taken)), today())


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
