"""Tokens of sites that embed the chat with their own users."""

import time
from dataclasses import dataclass

import jwt

from fujita.chat.errors import ChatError
from fujita.chat.names import InvalidText, guest_name
from fujita.chat.storage import Person

SECRET_SHORTEST = 32

# What another site calls its users cannot be mistaken for an id of ours.
EMBEDDED_PREFIX = "e."

_SUBJECT_LONGEST = 64
_LONGEST_SECONDS = 86_400
_LEEWAY_SECONDS = 10


class InvalidToken(ValueError):
    """A token that proves nothing; the text says why."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a token says.

    Attributes:
        person: Whose it is.
        expires: When it ends, in seconds since 1970.
        rooms: The only rooms that may be entered; None for all public ones.
    """

    person: Person
    expires: float
    rooms: frozenset[str] | None

    def allows(self, room: str) -> bool:
        """Says whether a room may be entered."""
        return self.rooms is None or room in self.rooms


class Tokens:
    """Reads tokens (JWT, RFC 7519, signed with HMAC-SHA-256).

    Args:
        secret: What the site signs with.

    Raises:
        ChatError: The secret is too short to be one.
    """

    def __init__(self, secret: str) -> None:
        if len(secret.encode()) < SECRET_SHORTEST:
            raise ChatError(
                f"the secret for embedding needs at least {SECRET_SHORTEST} characters:"
                " try 'openssl rand -hex 32'"
            )
        self._secret = secret

    def read(self, token: str) -> Pass:
        """Returns what a token says.

        Raises:
            InvalidToken: It was not signed with our secret, has ended, or says too little.
        """
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=["HS256"],
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise InvalidToken(str(error)) from None
        if claims["exp"] > time.time() + _LONGEST_SECONDS + _LEEWAY_SECONDS:
            raise InvalidToken("exp: expected at most a day from now")
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= _SUBJECT_LONGEST:
            raise InvalidToken("sub: expected 1 to 64 characters")
        return Pass(
            Person(EMBEDDED_PREFIX + subject, _name(claims.get("name"), subject), "embedded"),
            float(claims["exp"]),
            _rooms(claims.get("rooms")),
        )


def _name(claim: object, subject: str) -> str:
    try:
        return guest_name(claim if isinstance(claim, str) else subject)
    except InvalidText:
        raise InvalidToken("name: expected up to 32 characters, some of them letters") from None


def _rooms(claim: object) -> frozenset[str] | None:
    if claim is None:
        return None
    if not isinstance(claim, list) or not all(isinstance(room, str) for room in claim):
        raise InvalidToken("rooms: expected a list of names")
    return frozenset(claim)
