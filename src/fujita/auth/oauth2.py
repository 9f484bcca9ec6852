"""OAuth 2.0."""

import warnings
from typing import Any

from fujita.auth.provider import ProviderClient, handler_of
from fujita.httputil import url_concat


class OAuth2Mixin(ProviderClient):
    """Sends users to a provider of OAuth 2.0, and makes requests on their behalf.

    A subclass has the attributes ``_OAUTH_AUTHORIZE_URL`` and ``_OAUTH_ACCESS_TOKEN_URL``, the
    provider's URLs. How a code becomes a token differs from one provider to the next, and is a
    method ``get_authenticated_user`` of the subclass.

    Source: Tornado ``auth.OAuth2Mixin``; RFC 6749.
    """

    _OAUTH_AUTHORIZE_URL: str
    _OAUTH_ACCESS_TOKEN_URL: str

    def authorize_redirect(
        self,
        redirect_uri: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        extra_params: dict[str, Any] | None = None,
        scope: list[str] | None = None,
        response_type: str = "code",
    ) -> None:
        """Sends the user to the provider (RFC 6749, 4.1.1).

        Args:
            redirect_uri: Where the user is to come back to; not needed if the provider has only
                the one that was registered.
            client_id: What the provider calls the program.
            client_secret: Never used, and deprecated.
            extra_params: Further parameters for the provider.
            scope: What the program asks to be allowed.
            response_type: What the user is to bring back.
        """
        if client_secret is not None:
            warnings.warn(
                "client_secret argument is deprecated",
                DeprecationWarning,
                stacklevel=2,
            )
        parameters: dict[str, Any] = {"response_type": response_type}
        if redirect_uri is not None:
            parameters["redirect_uri"] = redirect_uri
        if client_id is not None:
            parameters["client_id"] = client_id
        parameters.update(extra_params or {})
        if scope:
            parameters["scope"] = " ".join(scope)
        handler_of(self).redirect(url_concat(self._OAUTH_AUTHORIZE_URL, parameters))

    async def oauth2_request(
        self,
        url: str,
        access_token: str | None = None,
        post_args: dict[str, Any] | None = None,
        **args: Any,
    ) -> Any:
        """Makes a request on a user's behalf.

        Args:
            url: The URL.
            access_token: The user's token, which becomes part of the query.
            post_args: What is to be posted; ``None`` makes it a GET.
            **args: The query.

        Returns:
            The decoded JSON.

        Raises:
            fujita.httpclient.HTTPError: The provider does not answer, or not with success.
            ValueError: The response is no JSON.
        """
        if access_token:
            args = {"access_token": access_token, **args}
        return await self._fetch_json(url_concat(url, args) if args else url, post_args)

    def _oauth_request_token_url(
        self,
        redirect_uri: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        code: str | None = None,
        extra_params: dict[str, Any] | None = None,
    ) -> str:
        """Gives the URL of a token, for providers that take a GET for it."""
        parameters = {
            "redirect_uri": redirect_uri,
            "code": code,
            "client_id": client_id,
            "client_secret": client_secret,
        }
        given = {name: value for name, value in parameters.items() if value is not None}
        return url_concat(self._OAUTH_ACCESS_TOKEN_URL, given | (extra_params or {}))
