"""``/api/me``, names and accounts."""

from dataclasses import replace

from fujita.chat.accounts.cookies import Identity, today
from fujita.chat.accounts.passwords import check_password, login_name
from fujita.chat.api.base import ApiHandler, Refusal, text_member
from fujita.chat.live import events
from fujita.chat.names import InvalidText, guest_name
from fujita.chat.requests import GUEST_COOKIE, SESSION_COOKIE, SESSION_SECONDS
from fujita.chat.storage import Person, milliseconds


class AccountHandler(ApiHandler):
    """What the handlers of accounts have in common."""

    def limit_logins(self, login: str = "") -> None:
        """Limits how often passwords can be guessed, or accounts be made.

        Raises:
            Refusal: It was too often.
        """
        logins = self.services.throttle.logins
        # By address and login too: nobody locks somebody else out from afar.
        wait = logins.take(f"from {self.address()}") or (
            logins.take(f"as {login} from {self.address()}") if login else 0.0
        )
        if wait:
            raise Refusal("too-often", wait)

    def password(self, name: str) -> str:
        """Returns a new password in the body.

        Raises:
            Refusal: It is too short or too long.
        """
        try:
            return check_password(text_member(self.body(), name))
        except InvalidText as error:
            raise Refusal(f"password-{error.code}") from None

    async def begin(self, account: Person) -> None:
        """Begins a session of an account."""
        people = self.services.store.people
        self.remember_session(
            await people.begin_session(account.id, milliseconds(), SESSION_SECONDS)
        )
        self.clear_cookie(GUEST_COOKIE)


class MeHandler(ApiHandler):
    """``/api/me``: who asks."""

    async def get(self) -> None:
        """Says who asks."""
        self.finish(dict(events.personal(await self.somebody())))


class NameHandler(ApiHandler):
    """``/api/name``: what somebody is called.

    This goes by HTTP, and not over the WebSocket, because only an answer to a request can set a
    cookie.
    """

    async def post(self) -> None:
        """Gives who asks the name of the body, ``{"name": …}``."""
        typed = text_member(self.body(), "name")
        try:
            name = guest_name(typed)
        except InvalidText as error:
            raise Refusal(f"name-{error.code}") from None
        who = await self.somebody()
        rooms = self.services.rooms
        if rooms.is_name_taken(name, who.id):
            raise Refusal("name-taken", status=409)
        known = rooms.guests.get(who.id)
        if name != (known.person.name if known is not None else who.name):
            wait = self.services.throttle.renames.take(who.id)
            if wait:
                raise Refusal("name-too-often", wait, status=429)
        renamed = replace(who, name=name)
        await self.services.store.people.note(renamed, milliseconds())
        rooms.rename(renamed)
        if who.kind == "guest":
            self.remember(Identity(who.id, name, today()))
        self.finish({"id": who.id, "name": name})


class RegisterHandler(AccountHandler):
    """``/api/register``: a guest takes an account."""

    async def post(self) -> None:
        """Makes an account of the body, ``{"login": …, "password": …}``."""
        members = self.body()
        try:
            login = login_name(text_member(members, "login"))
        except InvalidText as error:
            raise Refusal(f"login-{error.code}") from None
        password = self.password("password")
        who = await self.somebody()
        if who.kind != "guest":
            raise Refusal("already-registered", status=409)
        self.limit_logins()
        known = self.services.rooms.guests.get(who.id)
        who = known.person if known is not None else who
        hashed = await self.services.passwords.hash(password)
        account = await self.services.store.people.register(who, login, hashed, milliseconds())
        if account is None:
            raise Refusal("login-taken")
        if known is not None:
            known.person = account
        await self.begin(account)
        self.set_status(201)
        self.finish(dict(events.personal(account)))


class LoginHandler(AccountHandler):
    """``/api/login``."""

    async def post(self) -> None:
        """Checks the body's ``{"login": …, "password": …}``."""
        members = self.body()
        password = text_member(members, "password")
        typed = text_member(members, "login")
        try:
            login = login_name(typed)
        except InvalidText:
            raise Refusal("wrong-password") from None
        self.limit_logins(login)
        found = await self.services.store.people.password(login)
        account, hashed = found if found is not None else (None, None)
        fits = await self.services.passwords.verify(hashed, password[:1000])
        if not fits or account is None:
            raise Refusal("wrong-password")
        await self.begin(account)
        self.finish(dict(events.personal(account)))


class LogoutHandler(ApiHandler):
    """``/api/logout``."""

    async def post(self) -> None:
        """Ends the session; the browser is a new guest."""
        token = self.session_token()
        if token is not None:
            await self.services.store.people.end_session(token)
        self.clear_cookie(SESSION_COOKIE)
        self.remember(self.newcomer())
        self.set_status(204)
        self.finish()


class PasswordHandler(AccountHandler):
    """``/api/password``."""

    async def post(self) -> None:
        """Changes the password by the body's ``{"old": …, "new": …}``."""
        old = text_member(self.body(), "old")
        new = self.password("new")
        who = await self.somebody()
        if who.kind != "account" or who.login is None:
            raise Refusal("not-allowed")
        self.limit_logins(who.login)
        people = self.services.store.people
        found = await people.password(who.login)
        hashed = found[1] if found is not None else None
        if not await self.services.passwords.verify(hashed, old[:1000]):
            raise Refusal("wrong-password")
        await people.set_password(who.id, await self.services.passwords.hash(new))
        await self.begin(who)
        self.set_status(204)
        self.finish()
