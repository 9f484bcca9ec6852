"""Logging users in through other sites: OpenID 2.0, OAuth 1.0 and 2.0, and some providers.

Everything here is to be mixed into a `fujita.web.RequestHandler`. A login handler sends the user
to the provider (``authorize_redirect``, ``authenticate_redirect``), and when the user comes back
it asks the provider who that is (``get_authenticated_user``). Other handlers then make requests
to the provider on the user's behalf (``oauth2_request``, ``facebook_request``,
``twitter_request``).

    class LoginHandler(RequestHandler, GoogleOAuth2Mixin):
        async def get(self):
            # Google compares this with what was registered, letter by letter.
            back = self.settings["base_url"] + self.reverse_url("login")
            code = self.get_argument("code", None)
            if code is None:
                self.authorize_redirect(
                    redirect_uri=back,
                    client_id=self.get_google_oauth_settings()["key"],
                    scope=["profile", "email"],
                )
                return
            token = await self.get_authenticated_user(redirect_uri=back, code=code)
            user = await self.oauth2_request(
                self._OAUTH_USERINFO_URL, access_token=token["access_token"]
            )
            self.set_signed_cookie("user", user["id"])
            self.redirect("/")

Source: Tornado ``auth``.
"""

from fujita.auth.errors import AuthError
from fujita.auth.facebook import FacebookGraphMixin
from fujita.auth.google import GoogleOAuth2Mixin
from fujita.auth.oauth1 import OAuthMixin
from fujita.auth.oauth2 import OAuth2Mixin
from fujita.auth.openid import OpenIdMixin
from fujita.auth.twitter import TwitterMixin

__all__ = [
    "AuthError",
    "FacebookGraphMixin",
    "GoogleOAuth2Mixin",
    "OAuth2Mixin",
    "OAuthMixin",
    "OpenIdMixin",
    "TwitterMixin",
]
