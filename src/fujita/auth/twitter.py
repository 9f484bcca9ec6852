"""Twitter."""

from typing import Any
from urllib.parse import urlencode

from fujita.auth.oauth1 import OAuthMixin
from fujita.auth.provider import handler_of


class TwitterMixin(OAuthMixin):
    """Logs users in with Twitter, version 1.1 of whose API Twitter itself has deprecated.

    The settings ``twitter_consumer_key`` and ``twitter_consumer_secret`` of the application are
    what Twitter gave when the program was registered.

        class LoginHandler(RequestHandler, TwitterMixin):
            async def get(self):
                if self.get_argument("oauth_token", None):
                    user = await self.get_authenticated_user()
                    self.set_signed_cookie("user", user["username"])
                    self.redirect("/")
                else:
                    await self.authenticate_redirect()

    Source: Tornado ``auth.TwitterMixin``.
    """

    _TWITTER_BASE_URL = "https://api.twitter.com/1.1"
    _OAUTH_REQUEST_TOKEN_URL = "https://api.twitter.com/oauth/request_token"
    _OAUTH_AUTHORIZE_URL = "https://api.twitter.com/oauth/authorize"
    _OAUTH_AUTHENTICATE_URL = "https://api.twitter.com/oauth/authenticate"
    _OAUTH_ACCESS_TOKEN_URL = "https://api.twitter.com/oauth/access_token"
    _OAUTH_NO_CALLBACKS = False

    async def authenticate_redirect(self, callback_uri: str | None = None) -> None:
        """Does as `authorize_redirect`, but a user who agreed before is not asked again.

        Args:
            callback_uri: Where the user is to come back to, relative to this request's URL;
                ``None`` is where the program said when it was registered.

        Raises:
            AuthError: Twitter's answer has no token.
            fujita.httpclient.HTTPError: Twitter does not answer.
        """
        url = self._oauth_request_token_url(callback_uri=callback_uri)
        response = await self.get_auth_http_client().fetch(url)
        # Twitter got the callback with the request for the token.
        self._on_request_token(self._OAUTH_AUTHENTICATE_URL, None, response)

    async def twitter_request(
        self,
        path: str,
        access_token: dict[str, Any],
        post_args: dict[str, Any] | None = None,
        **args: Any,
    ) -> Any:
        """Makes a request to Twitter's API.

        Args:
            path: The path below the API's version, without the format, such as
                ``/statuses/user_timeline``; or a whole URL.
            access_token: The user's token, of `get_authenticated_user`.
            post_args: What is to be posted; ``None`` makes it a GET.
            **args: The query.

        Returns:
            The decoded response.

        Raises:
            fujita.httpclient.HTTPError: Twitter does not answer, or not with success.
        """
        url = path
        if not path.startswith(("http:", "https:")):
            url = f"{self._TWITTER_BASE_URL}{path}.json"
        if access_token:
            method = "GET" if post_args is None else "POST"
            signed = {**args, **(post_args or {})}
            args.update(self._oauth_request_parameters(url, access_token, signed, method=method))
        if args:
            url = f"{url}?{urlencode(args)}"
        return await self._fetch_json(url, post_args)

    def _oauth_consumer_token(self) -> dict[str, Any]:
        handler = handler_of(self)
        token = {}
        for half in ("key", "secret"):
            setting = f"twitter_consumer_{half}"
            handler.require_setting(setting, "Twitter OAuth")
            token[half] = handler.settings[setting]
        return token

    async def _oauth_get_user_future(self, access_token: dict[str, Any]) -> dict[str, Any]:
        user: dict[str, Any] = await self.twitter_request(
            "/account/verify_credentials", access_token=access_token
        )
        if user:
            user["username"] = user["screen_name"]
        return user
