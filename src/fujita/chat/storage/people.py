"""People, their accounts and their sessions."""

import hashlib
import secrets
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from fujita.chat.storage.database import Database
from fujita.chat.storage.records import Person
from fujita.chat.storage.schema import account, person, session

_TOKEN_BYTES = 32


class People:
    """Everybody who was ever in a room or has an account.

    Args:
        database: Where they are noted.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, who: Person, now: int) -> None:
        """Notes a person, or the name that they have now.

        Raises:
            StoreError: The database is not there, or refuses.
        """
        dialect: Any = sqlite if self._database.is_sqlite else postgresql
        statement = dialect.insert(person).values(
            id=who.id, name=who.name, kind=who.kind, created=now
        )
        statement = statement.on_conflict_do_update(
            index_elements=[person.c.id], set_={"name": statement.excluded.name}
        )
        async with self._database.writing() as connection:
            await connection.execute(statement)

    async def find(self, id: str) -> Person | None:
        """Returns somebody.

        Raises:
            StoreError: The database cannot be read.
        """
        return await self._one(person.c.id == id)

    async def register(self, who: Person, login: str, password: str, now: int) -> Person | None:
        """Gives a person an account: they stay who they are.

        Args:
            who: The person.
            login: What they log in with, in the form in which logins are compared.
            password: The hash of the password.
            now: Now, in milliseconds since 1970.

        Returns:
            The person with the account; None if the login is taken, or the person has an account.

        Raises:
            StoreError: The database is not there, or refuses.
        """
        await self.note(who, now)
        values = {"person_id": who.id, "login": login, "password": password, "created": now}
        async with self._database.writing() as connection:
            try:
                async with connection.begin_nested():
                    await connection.execute(insert(account).values(values))
            except IntegrityError:
                return None
            await connection.execute(
                update(person).where(person.c.id == who.id).values(kind="account")
            )
        return replace(who, kind="account", login=login)

    async def password(self, login: str) -> tuple[Person, str] | None:
        """Returns the person of a login, and the hash of their password.

        Raises:
            StoreError: The database cannot be read.
        """
        query = (
            select(person.c.id, person.c.name, person.c.kind, account.c.login, account.c.password)
            .join(account, account.c.person_id == person.c.id)
            .where(account.c.login == login)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return (
            None if row is None else (Person(row.id, row.name, row.kind, row.login), row.password)
        )

    async def set_password(self, person_id: str, password: str) -> None:
        """Changes a password's hash, and ends all sessions of the account.

        Raises:
            StoreError: The database is not there, or refuses.
        """
        async with self._database.writing() as connection:
            await connection.execute(
                update(account).where(account.c.person_id == person_id).values(password=password)
            )
            await connection.execute(delete(session).where(session.c.person_id == person_id))

    async def begin_session(self, person_id: str, now: int, seconds: float) -> str:
        """Returns a new token by which an account is known; only its digest is kept.

        Raises:
            StoreError: The database is not there, or refuses.
        """
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        async with self._database.writing() as connection:
            await connection.execute(delete(session).where(session.c.expires < now))
            await connection.execute(
                insert(session).values(
                    digest=_digest(token),
                    person_id=person_id,
                    created=now,
                    expires=now + int(seconds * 1000),
                )
            )
        return token

    async def of_session(self, token: str, now: int) -> Person | None:
        """Returns the account of a token.

        Raises:
            StoreError: The database cannot be read.
        """
        return await self._one(
            person.c.id.in_(
                select(session.c.person_id).where(
                    session.c.digest == _digest(token), session.c.expires > now
                )
            )
        )

    async def end_session(self, token: str) -> None:
        """Makes a token worthless.

        Raises:
            StoreError: The database is not there, or refuses.
        """
        async with self._database.writing() as connection:
            await connection.execute(delete(session).where(session.c.digest == _digest(token)))

    async def _one(self, condition: Any) -> Person | None:
        query = (
            select(person.c.id, person.c.name, person.c.kind, account.c.login)
            .outerjoin(account, account.c.person_id == person.c.id)
            .where(condition)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Person(*row)


def _digest(token: str) -> str:
    # The token is random and long: there is nothing that a slow hash would protect.
    return hashlib.sha256(token.encode()).hexdigest()
