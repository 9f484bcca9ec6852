"""OAuth 1.0 and 1.0a."""

import base64
import binascii
import time
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin

from fujita.auth.errors import AuthError
from fujita.auth.provider import ProviderClient, handler_of
from fujita.auth.signing import base_string, sign
from fujita.httpclient import AsyncHTTPClient, HTTPResponse
from fujita.httputil import url_concat

COOKIE = "_oauth_request_token"
"""Keeps the request token while the user is at the provider's."""

OUT_OF_BAND = "oob"
"""The callback of a program that no provider can send its user back to (RFC 5849, 2.1)."""


class OAuthMixin(ProviderClient):
    """Logs users in with OAuth 1.0.

    A subclass has the attributes

    - ``_OAUTH_REQUEST_TOKEN_URL``, ``_OAUTH_AUTHORIZE_URL``, ``_OAUTH_ACCESS_TOKEN_URL``:
      the provider's URLs,
    - ``_OAUTH_VERSION``: "1.0" or "1.0a", which it is if there is none,
    - ``_OAUTH_NO_CALLBACKS``: whether the provider sends users nowhere but to where the program
      said when it was registered,

    and the methods ``_oauth_consumer_token`` and ``_oauth_get_user_future``.

    Source: Tornado ``auth.OAuthMixin``; RFC 5849.
    """

    _OAUTH_REQUEST_TOKEN_URL: str
    _OAUTH_AUTHORIZE_URL: str
    _OAUTH_ACCESS_TOKEN_URL: str
    # Without values, so that a class that stands after this one can have them.
    _OAUTH_VERSION: str
    _OAUTH_NO_CALLBACKS: bool

    async def authorize_redirect(
        self,
        callback_uri: str | None = None,
        extra_params: dict[str, Any] | None = None,
        http_client: AsyncHTTPClient | None = None,
    ) -> None:
        """Gets a request token, and sends the user with it to the provider.

        The response is finished when this returns. It sets a cookie, which
        `get_authenticated_user` needs.

        Args:
            callback_uri: Where the user is to come back to, relative to this request's URL;
                ``None`` is where the program said when it was registered, and "oob" is nowhere:
                the response then is the URL that the user has to open.
            extra_params: Further parameters of the request for the token (1.0a only).
            http_client: The client to use instead of that of `get_auth_http_client`.

        Raises:
            ValueError: A ``callback_uri`` for a provider that takes none.
            AuthError: The provider's answer has no token.
            fujita.httpclient.HTTPError: The provider does not answer.
        """
        if callback_uri and getattr(self, "_OAUTH_NO_CALLBACKS", False):
            raise ValueError(
                "This service does not support oauth_callback: expected no callback_uri, "
                f"got {callback_uri!r}"
            )
        client = http_client or self.get_auth_http_client()
        url = self._oauth_request_token_url(callback_uri=callback_uri, extra_params=extra_params)
        response = await client.fetch(url)
        self._on_request_token(self._OAUTH_AUTHORIZE_URL, callback_uri, response)

    async def get_authenticated_user(
        self, http_client: AsyncHTTPClient | None = None
    ) -> dict[str, Any]:
        """Finds out who the user is that has come back from the provider.

        Args:
            http_client: The client to use instead of that of `get_auth_http_client`.

        Returns:
            What ``_oauth_get_user_future`` gives, and ``access_token``, a dictionary with
            ``key``, ``secret`` and what else the provider sent with them.

        Raises:
            AuthError: Not the user who was sent there, or a provider who does not know them.
            fujita.web.MissingArgumentError: The request has no ``oauth_token``.
            fujita.httpclient.HTTPError: The provider does not answer.
        """
        handler = handler_of(self)
        key = handler.get_argument("oauth_token")
        verifier = handler.get_argument("oauth_verifier", None)
        cookie = handler.get_cookie(COOKIE)
        if not cookie:
            raise AuthError("Missing OAuth request token cookie")
        handler.clear_cookie(COOKIE)
        token = _read_cookie(cookie)
        if token["key"] != key:
            raise AuthError("Request token does not match cookie")
        if verifier:
            token["verifier"] = verifier
        client = http_client or self.get_auth_http_client()
        response = await client.fetch(self._oauth_access_token_url(token))
        access_token = _parse_token(response.body)
        user = await self._oauth_get_user_future(access_token)
        if not user:
            raise AuthError("Error getting user")
        user["access_token"] = access_token
        return user

    def _oauth_consumer_token(self) -> dict[str, Any]:
        """Gives the program's own token, a dictionary with ``key`` and ``secret``."""
        raise NotImplementedError(f"{type(self).__name__} must override _oauth_consumer_token()")

    async def _oauth_get_user_future(self, access_token: dict[str, Any]) -> dict[str, Any]:
        """Fetches what the provider knows of the user; none of it means that it failed."""
        raise NotImplementedError(f"{type(self).__name__} must override _oauth_get_user_future()")

    def _oauth_request_parameters(
        self,
        url: str,
        access_token: dict[str, Any],
        parameters: Mapping[str, Any] = {},
        method: str = "GET",
    ) -> dict[str, Any]:
        """Gives the parameters that a request on a user's behalf needs, signature included.

        Args:
            url: The URL of the request.
            access_token: The token of `get_authenticated_user`.
            parameters: All parameters that the request has in its query and its body.
            method: The HTTP method of the request.
        """
        oauth = self._oauth_parameters(access_token)
        signed = {**oauth, **parameters}
        oauth["oauth_signature"] = self._signature(method, url, signed, access_token)
        return oauth

    def _oauth_request_token_url(
        self, callback_uri: str | None = None, extra_params: dict[str, Any] | None = None
    ) -> str:
        """Gives the URL of a request token (RFC 5849, 2.1)."""
        parameters = self._oauth_parameters(None)
        if self._is_version_1_0a():
            if callback_uri == OUT_OF_BAND:
                parameters["oauth_callback"] = OUT_OF_BAND
            elif callback_uri:
                parameters["oauth_callback"] = self._absolute(callback_uri)
            parameters.update(extra_params or {})
        return self._signed_url(self._OAUTH_REQUEST_TOKEN_URL, parameters, None)

    def _on_request_token(
        self, authorize_url: str, callback_uri: str | None, response: HTTPResponse
    ) -> None:
        """Sends the user to the provider, with the token of a response (RFC 5849, 2.2)."""
        handler = handler_of(self)
        token = _parse_token(response.body)
        halves = (base64.b64encode(token[half].encode()) for half in ("key", "secret"))
        handler.set_cookie(COOKIE, b"|".join(halves))
        arguments = {"oauth_token": token["key"]}
        if callback_uri == OUT_OF_BAND:
            handler.finish(url_concat(authorize_url, arguments))
            return
        if callback_uri:
            arguments["oauth_callback"] = self._absolute(callback_uri)
        handler.redirect(url_concat(authorize_url, arguments))

    def _oauth_access_token_url(self, request_token: dict[str, Any]) -> str:
        """Gives the URL of an access token (RFC 5849, 2.3)."""
        parameters = self._oauth_parameters(request_token)
        if "verifier" in request_token:
            parameters["oauth_verifier"] = request_token["verifier"]
        return self._signed_url(self._OAUTH_ACCESS_TOKEN_URL, parameters, request_token)

    def _oauth_parameters(self, token: Mapping[str, Any] | None) -> dict[str, Any]:
        """Gives the parameters that any signed request has, but for the signature."""
        parameters = {"oauth_consumer_key": self._oauth_consumer_token()["key"]}
        if token is not None:
            parameters["oauth_token"] = token["key"]
        parameters["oauth_signature_method"] = "HMAC-SHA1"
        parameters["oauth_timestamp"] = str(int(time.time()))
        parameters["oauth_nonce"] = uuid.uuid4().hex
        parameters["oauth_version"] = "1.0"
        return parameters

    def _signed_url(
        self, url: str, parameters: dict[str, Any], token: Mapping[str, Any] | None
    ) -> str:
        signature = self._signature("GET", url, parameters, token)
        return f"{url}?{urlencode({**parameters, 'oauth_signature': signature})}"

    def _signature(
        self, method: str, url: str, parameters: Mapping[str, Any], token: Mapping[str, Any] | None
    ) -> str:
        return sign(
            base_string(method, url, parameters),
            self._oauth_consumer_token()["secret"],
            token["secret"] if token else "",
            encode_secrets=self._is_version_1_0a(),
        )

    def _is_version_1_0a(self) -> bool:
        return getattr(self, "_OAUTH_VERSION", "1.0a") == "1.0a"

    def _absolute(self, callback_uri: str) -> str:
        return urljoin(handler_of(self).request.full_url(), callback_uri)


def _parse_token(body: bytes) -> dict[str, Any]:
    """Reads a token, and what else a provider sends with it."""
    values: dict[str, str] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace")):
        values.setdefault(name, value)
    try:
        key, secret = values.pop("oauth_token"), values.pop("oauth_token_secret")
    except KeyError as error:
        # Without values: one of them may be a secret.
        raise AuthError(f"Invalid OAuth response: no {error}, only {sorted(values)}") from None
    return {"key": key, "secret": secret, **values}


def _read_cookie(cookie: str) -> dict[str, Any]:
    """Reads a request token that `_on_request_token` wrote."""
    try:
        key, secret = (base64.b64decode(half).decode() for half in cookie.split("|"))
    except (binascii.Error, ValueError):
        raise AuthError(
            "Invalid OAuth request token cookie: expected two parts in base64"
        ) from None
    return {"key": key, "secret": secret}
