"""Facebook."""

import hmac
from collections.abc import Iterable
from typing import Any

from fujita.auth.errors import AuthError
from fujita.auth.oauth2 import OAuth2Mixin

FIELDS = ("id", "name", "first_name", "last_name", "locale", "picture", "link")
"""What every program gets to know of a user."""


class FacebookGraphMixin(OAuth2Mixin):
    """Logs users in with Facebook, and makes requests to its Graph API.

    Source: Tornado ``auth.FacebookGraphMixin``.
    """

    _OAUTH_ACCESS_TOKEN_URL = "https://graph.facebook.com/oauth/access_token?"
    _OAUTH_AUTHORIZE_URL = "https://www.facebook.com/dialog/oauth?"
    _OAUTH_NO_CALLBACKS = False
    _FACEBOOK_BASE_URL = "https://graph.facebook.com"

    async def get_authenticated_user(
        self,
        redirect_uri: str,
        client_id: str,
        client_secret: str,
        code: str,
        extra_fields: Iterable[str] | None = None,
    ) -> dict[str, Any] | None:
        """Finds out who the user is that has come back from Facebook.

        Args:
            redirect_uri: Where the user came back to, exactly as it was given to
                `authorize_redirect`.
            client_id: The program's id.
            client_secret: The program's secret.
            code: The request's argument ``code``.
            extra_fields: Names of further fields of Facebook's user that are wanted.

        Returns:
            The fields ``id``, ``name``, ``first_name``, ``last_name``, ``locale``, ``picture``,
            ``link`` and the extra ones, each ``None`` if Facebook does not tell; ``access_token``
            for `facebook_request`; and ``session_expires``, the seconds that it is good for, as a
            string of digits. ``None`` if Facebook has no such user.

        Raises:
            AuthError: Facebook's answer has no token.
            fujita.httpclient.HTTPError: Facebook does not answer, or not with success.
        """
        session = await self._fetch_json(
            self._oauth_request_token_url(redirect_uri, client_id, client_secret, code)
        )
        token = session.get("access_token")
        if token is None:
            raise AuthError(f"Invalid Facebook response: no 'access_token', only {sorted(session)}")
        fields = dict.fromkeys([*FIELDS, *(extra_fields or ())])
        # https://developers.facebook.com/docs/graph-api/securing-requests: proof that the token
        # was not stolen.
        proof = hmac.digest(client_secret.encode(), token.encode(), "sha256").hex()
        answer = await self.facebook_request(
            "/me", access_token=token, appsecret_proof=proof, fields=",".join(fields)
        )
        if answer is None:
            return None
        user = {field: answer.get(field) for field in fields}
        user["access_token"] = token
        user["session_expires"] = str(session.get("expires_in"))
        return user

    async def facebook_request(
        self,
        path: str,
        access_token: str | None = None,
        post_args: dict[str, Any] | None = None,
        **args: Any,
    ) -> Any:
        """Makes a request to the Graph API; see `oauth2_request`.

        Args:
            path: The path, such as ``/me/feed``, below ``_FACEBOOK_BASE_URL``.
            access_token: The user's token.
            post_args: What is to be posted; ``None`` makes it a GET.
            **args: The query.
        """
        url = f"{self._FACEBOOK_BASE_URL}{path}"
        return await self.oauth2_request(url, access_token, post_args, **args)
