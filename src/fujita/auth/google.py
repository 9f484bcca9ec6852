"""Google."""

from typing import Any
from urllib.parse import urlencode

from fujita import escape
from fujita.auth.oauth2 import OAuth2Mixin
from fujita.auth.provider import handler_of


class GoogleOAuth2Mixin(OAuth2Mixin):
    """Logs users in with Google.

    Register the program at https://console.cloud.google.com/apis/credentials as a web
    application, with all URLs that its users are to come back to. What Google gives for it
    belongs in the application's settings:
    ``google_oauth={"key": CLIENT_ID, "secret": CLIENT_SECRET}``.

    The module's docstring has an example.

    Source: Tornado ``auth.GoogleOAuth2Mixin``.
    """

    _OAUTH_SETTINGS_KEY = "google_oauth"
    _OAUTH_AUTHORIZE_URL = "https://accounts.google.com/o/oauth2/v2/auth"
    _OAUTH_NO_CALLBACKS = False
    _OAUTH_ACCESS_TOKEN_URL = "https://www.googleapis.com/oauth2/v4/token"
    _OAUTH_USERINFO_URL = "https://www.googleapis.com/oauth2/v1/userinfo"

    def get_google_oauth_settings(self) -> dict[str, str]:
        """Gives the program's ``key`` and ``secret``, from the settings; to be overridden."""
        settings: dict[str, str] = handler_of(self).settings[self._OAUTH_SETTINGS_KEY]
        return settings

    async def get_authenticated_user(
        self,
        redirect_uri: str,
        code: str,
        client_id: str | None = None,
        client_secret: str | None = None,
    ) -> dict[str, Any]:
        """Turns the code that a user brought back into a token.

        Args:
            redirect_uri: Where the user came back to, exactly as it was given to
                `authorize_redirect`.
            code: The request's argument ``code``.
            client_id: The program's key, if it is not that of the settings.
            client_secret: The program's secret, if it is not that of the settings.

        Returns:
            Google's answer. With its ``access_token``, `oauth2_request` gets to know more from
            ``_OAUTH_USERINFO_URL``.

        Raises:
            KeyError: The settings have no key or no secret.
            fujita.httpclient.HTTPError: Google does not answer, or not with success.
        """
        if client_id is None:
            client_id = self.get_google_oauth_settings()["key"]
        if client_secret is None:
            client_secret = self.get_google_oauth_settings()["secret"]
        form = {
            "redirect_uri": redirect_uri,
            "code": code,
            "client_id": client_id,
            "client_secret": client_secret,
            "grant_type": "authorization_code",
        }
        response = await self.get_auth_http_client().fetch(
            self._OAUTH_ACCESS_TOKEN_URL,
            method="POST",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode(form),
        )
        token: dict[str, Any] = escape.json_decode(response.body)
        return token
