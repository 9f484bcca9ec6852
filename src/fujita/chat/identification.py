"""Who a request comes from, and in which language they read."""

from fujita import web
from fujita.chat.guests import Identity, today
from fujita.chat.language import preferred_language

GUEST_COOKIE = "chat_guest"
LANGUAGE_COOKIE = "chat_language"

# Browsers keep no cookie for longer (RFC 6265bis, section 5.5).
_COOKIE_DAYS = 400
_RENEWED_AFTER_DAYS = 30


class GuestCookie(web.RequestHandler):
    """A handler that knows its guest."""

    def language(self) -> str:
        """Returns the reader's language."""
        return preferred_language(
            self.get_cookie(LANGUAGE_COOKIE), self.request.headers.get("Accept-Language")
        )

    def identity(self) -> Identity | None:
        """Returns who the guest is, if their cookie is ours."""
        return Identity.from_cookie(self.get_signed_cookie(GUEST_COOKIE, max_age_days=_COOKIE_DAYS))

    def remember(self, identity: Identity) -> None:
        """Gives the browser a cookie that says who the guest is."""
        self.set_signed_cookie(
            GUEST_COOKIE,
            identity.to_cookie(),
            expires_days=_COOKIE_DAYS,
            httponly=True,
            samesite="Lax",
            secure=self.request.protocol == "https",
        )

    def should_renew(self, identity: Identity) -> bool:
        """Says whether the cookie has grown so old that it is time for another one."""
        return today() - identity.day > _RENEWED_AFTER_DAYS
