"""What all requests have in common: what the application hands them, and who they come from."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from fujita import web
from fujita.chat.accounts.cookies import Identity, newcomer, today
from fujita.chat.accounts.passwords import Passwords
from fujita.chat.accounts.tokens import InvalidToken, Pass, Tokens
from fujita.chat.assets import Assets
from fujita.chat.figures import Figures
from fujita.chat.language import preferred_language
from fujita.chat.limits import Limits, Throttle, address_of
from fujita.chat.live.rooms import Rooms
from fujita.chat.proxies import Proxies
from fujita.chat.storage import Person, Store, milliseconds
from fujita.chat.uploads.folder import Folder

GUEST_COOKIE = "chat_guest"
SESSION_COOKIE = "chat_session"
LANGUAGE_COOKIE = "chat_language"

# Browsers keep no cookie for longer (RFC 6265bis, section 5.5).
COOKIE_DAYS = 400
_RENEWED_AFTER_DAYS = 30

SESSION_SECONDS: Final = 90 * 86_400.0

SECURITY_HEADERS: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

# Nothing from another host, nothing inline, nothing that turns text into markup or script.
CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'; "
)


class ConnectionCounter:
    """Counts the open connections of each address.

    Args:
        most: How many one address may have.
        figures: Where all of them together are counted.
    """

    def __init__(self, most: int, figures: Figures) -> None:
        self._most = most
        self._figures = figures
        self._counts: Counter[str] = Counter()

    def of(self, address: str) -> int:
        """Returns how many an address has."""
        return self._counts.get(address, 0)

    def is_full(self, address: str) -> bool:
        """Says whether an address has all the connections that it may have."""
        return self.of(address) >= self._most

    def add(self, address: str) -> None:
        """Notes a connection."""
        self._counts[address] += 1
        self._figures.connections += 1

    def remove(self, address: str) -> None:
        """Notes that a connection has ended."""
        self._counts[address] -= 1
        self._figures.connections -= 1
        if self._counts[address] <= 0:
            del self._counts[address]


@dataclass(slots=True, eq=False)
class Services:
    """What the application hands to every request."""

    rooms: Rooms
    store: Store
    limits: Limits
    folder: Folder
    passwords: Passwords
    assets: Assets
    figures: Figures
    tokens: Tokens | None = None
    embed_origins: tuple[str, ...] = ()
    proxies: Proxies = field(default_factory=Proxies)
    connections: ConnectionCounter = field(init=False)

    def __post_init__(self) -> None:
        self.connections = ConnectionCounter(self.limits.connections_per_address, self.figures)

    @property
    def throttle(self) -> Throttle:
        """The token buckets."""
        return self.rooms.throttle

    def store_failed(self) -> None:
        """Counts a request that the store could not serve."""
        self.figures.store_failures += 1


class ChatRequest(web.RequestHandler):
    """A handler that knows who asks."""

    services: Services

    def initialize(self, services: Services) -> None:
        """Takes what the application hands to every request."""
        self.services = services

    def set_default_headers(self) -> None:
        """Sets the security headers."""
        for name, value in SECURITY_HEADERS.items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", CONTENT_POLICY + "frame-ancestors 'none'")
        self.set_header("X-Frame-Options", "DENY")

    def language(self) -> str:
        """Returns the reader's language."""
        return preferred_language(
            self.get_cookie(LANGUAGE_COOKIE), self.request.headers.get("Accept-Language")
        )

    def address(self) -> str:
        """Returns what counts as the address that the request comes from."""
        forwarded = self.request.headers.get("X-Forwarded-For", "")
        return address_of(self.services.proxies.client(self.request.remote_ip or "", forwarded))

    def scheme(self) -> str:
        """Returns ``http`` or ``https``, as the browser sees it."""
        request = self.request
        forwarded = request.headers.get("X-Forwarded-Proto", "")
        return self.services.proxies.scheme(request.remote_ip or "", request.protocol, forwarded)

    # Who asks

    def bearer(self) -> Pass | None:
        """Returns what the token in the request says, if there is one.

        Raises:
            InvalidToken: It proves nothing.
        """
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        if self.services.tokens is None:
            raise InvalidToken("tokens are not taken here")
        return self.services.tokens.read(token.strip())

    def identity(self) -> Identity | None:
        """Returns what the guest's cookie says, if it is ours."""
        return Identity.from_cookie(self.get_signed_cookie(GUEST_COOKIE, max_age_days=COOKIE_DAYS))

    def session_token(self) -> str | None:
        """Returns the token of an account's session, if there is a cookie of ours."""
        token = self.get_signed_cookie(SESSION_COOKIE, max_age_days=COOKIE_DAYS)
        return None if token is None else token.decode("ascii", "replace")

    async def person(self) -> Person | None:
        """Returns who asks; None if they have shown nothing that says it.

        Raises:
            StoreError: The store cannot be read.
            InvalidToken: There is a token, and it proves nothing.
        """
        found = self.bearer()
        if found is not None:
            return found.person
        token = self.session_token()
        if token is not None:
            account = await self.services.store.people.of_session(token, milliseconds())
            if account is not None:
                return account
        identity = self.identity()
        if identity is None:
            return None
        known = await self.services.store.people.find(identity.id)
        if known is not None and known.kind != "guest":
            # Since this person took an account, the guest's cookie opens no door any more.
            return None
        return identity.person()

    async def person_or_newcomer(self) -> Person:
        """Returns who asks, or a new guest.

        Raises:
            StoreError: The store cannot be read.
            InvalidToken: There is a token, and it proves nothing.
        """
        return await self.person() or self.newcomer().person()

    def newcomer(self) -> Identity:
        """Returns an identity for somebody who is here for the first time."""
        return newcomer(self.language(), self.services.rooms.guests.names())

    # What the browser keeps

    def remember(self, identity: Identity) -> None:
        """Gives the browser a cookie that says who the guest is."""
        self._keep(GUEST_COOKIE, identity.to_cookie(), COOKIE_DAYS)

    def remember_session(self, token: str) -> None:
        """Gives the browser the token of an account's session."""
        self._keep(SESSION_COOKIE, token, SESSION_SECONDS / 86_400)

    def should_renew(self, identity: Identity) -> bool:
        """Says whether the cookie has grown so old that it is time for another one."""
        return today() - identity.day > _RENEWED_AFTER_DAYS

    def _keep(self, name: str, value: str, days: float) -> None:
        self.set_signed_cookie(
            name,
            value,
            expires_days=days,
            httponly=True,
            samesite="Lax",
            secure=self.scheme() == "https",
        )
