"""Passwords: what is taken, and their hashes."""

import asyncio
import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fujita.chat.names import InvalidText

Result = TypeVar("Result")

PASSWORD_SHORTEST = 8
PASSWORD_LONGEST = 256

_LOGIN = re.compile(r"[\w.@-]{3,32}")


class Passwords:
    """Makes and checks hashes (argon2id, RFC 9106), in threads of their own.

    A hash takes tens of milliseconds and much memory on purpose: more than two at once could be
    used to wear the server out.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="chat-password")
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        """Returns the hash of a password."""
        return await self._run(self._hasher.hash, password)

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Says whether a password is the one of a hash.

        Args:
            hashed: The hash; None takes as long as a wrong password, so that nobody learns from
                the time which logins exist.
            password: What was typed.
        """
        if hashed is None:
            if self._decoy is None:
                self._decoy = await self.hash("nobody's")
            await self._run(self._matches, self._decoy, password)
            return False
        return await self._run(self._matches, hashed, password)

    def close(self) -> None:
        """Ends the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., Result], *arguments: str) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)


def login_name(typed: str) -> str:
    """Returns a login in the form in which logins are compared.

    Raises:
        InvalidText: ``characters``.
    """
    login = unicodedata.normalize("NFKC", typed).strip().casefold()
    if not _LOGIN.fullmatch(login):
        raise InvalidText("characters")
    return login


def check_password(typed: str) -> str:
    """Returns a password in the form that is hashed: composed alike on all keyboards.

    Raises:
        InvalidText: ``short`` or ``long``.
    """
    password = unicodedata.normalize("NFC", typed)
    if len(password) < PASSWORD_SHORTEST:
        raise InvalidText("short")
    if len(password) > PASSWORD_LONGEST:
        raise InvalidText("long")
    return password
