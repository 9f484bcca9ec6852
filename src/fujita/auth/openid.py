"""OpenID 2.0 with attribute exchange."""

import warnings
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode, urljoin

from fujita.auth.errors import AuthError
from fujita.auth.provider import ProviderClient, handler_of
from fujita.httpclient import AsyncHTTPClient, HTTPResponse
from fujita.httputil import HTTPServerRequest, url_concat

OPENID = "http://specs.openid.net/auth/2.0"
ATTRIBUTE_EXCHANGE = "http://openid.net/srv/ax/1.0"
OAUTH_EXTENSION = "http://specs.openid.net/extensions/oauth/1.0"

ATTRIBUTES = {
    "firstname": "http://axschema.org/namePerson/first",
    "fullname": "http://axschema.org/namePerson",
    "lastname": "http://axschema.org/namePerson/last",
    "language": "http://axschema.org/pref/language",
    "username": "http://axschema.org/namePerson/friendly",
    "email": "http://axschema.org/contact/email",
}
"""The types of attributes, by the aliases that we give them."""

NAME = ("firstname", "fullname", "lastname")
"""What is asked for to know a name: providers have one part of it or the other."""


class OpenIdMixin(ProviderClient):
    """Logs users in with OpenID 2.0, of which hardly a provider is left.

    A subclass has the attribute ``_OPENID_ENDPOINT``, the URL of its provider. Making an instance
    warns of deprecation, as Tornado does.

    Source: Tornado ``auth.OpenIdMixin``; OpenID Authentication 2.0, OpenID Attribute Exchange 1.0.
    """

    _OPENID_ENDPOINT: str

    def __init__(self) -> None:
        super().__init__()
        warnings.warn(
            "OpenIdMixin is deprecated and will be removed in Tornado 6.7",
            DeprecationWarning,
            stacklevel=2,
        )

    def authenticate_redirect(
        self,
        callback_uri: str | None = None,
        ax_attrs: Sequence[str] = ("name", "email", "language", "username"),
    ) -> None:
        """Sends the user to the provider, who will send them back.

        Args:
            callback_uri: Where the user is to come back to, relative to this request's URL;
                ``None`` stands for that URL itself. The argument ``openid.mode`` tells that
                somebody has come back.
            ax_attrs: What to ask about the user.

        Raises:
            KeyError: An attribute is none of ``name``, ``email``, ``language``, ``username``.
        """
        handler = handler_of(self)
        uri = callback_uri if callback_uri is not None else handler.request.uri
        assert uri is not None
        arguments = self._openid_args(uri, ax_attrs=ax_attrs)
        handler.redirect(url_concat(self._OPENID_ENDPOINT, arguments))

    async def get_authenticated_user(
        self, http_client: AsyncHTTPClient | None = None
    ) -> dict[str, Any]:
        """Asks the provider whether what this request says of the user is true.

        Args:
            http_client: The client to use instead of that of `get_auth_http_client`.

        Returns:
            What is known of ``first_name``, ``last_name``, ``name``, ``email``, ``locale``,
            ``username``, ``claimed_id``.

        Raises:
            AuthError: It is not.
            fujita.httpclient.HTTPError: The provider does not answer.
        """
        request = handler_of(self).request
        # OpenID 2.0, 11.4.2.1: "Exact copies of all fields from the authentication response,
        # except for 'openid.mode'."
        assertion: dict[str, str | bytes] = {
            name: values[-1] for name, values in request.arguments.items()
        }
        assertion["openid.mode"] = "check_authentication"
        client = http_client or self.get_auth_http_client()
        response = await client.fetch(
            self._OPENID_ENDPOINT, method="POST", body=urlencode(assertion)
        )
        return self._on_authentication_verified(response)

    def _openid_args(
        self, callback_uri: str, ax_attrs: Iterable[str] = (), oauth_scope: str | None = None
    ) -> dict[str, str]:
        """Gives the arguments for the provider; ``oauth_scope`` asks for an OAuth token, too."""
        request = handler_of(self).request
        back = urljoin(request.full_url(), callback_uri)
        arguments = {
            "openid.ns": OPENID,
            "openid.claimed_id": f"{OPENID}/identifier_select",
            "openid.identity": f"{OPENID}/identifier_select",
            "openid.return_to": back,
            "openid.realm": urljoin(back, "/"),
            "openid.mode": "checkid_setup",
        }
        aliases = _aliases(ax_attrs)
        if aliases:
            arguments["openid.ns.ax"] = ATTRIBUTE_EXCHANGE
            arguments["openid.ax.mode"] = "fetch_request"
            for alias in aliases:
                arguments[f"openid.ax.type.{alias}"] = ATTRIBUTES[alias]
            arguments["openid.ax.required"] = ",".join(aliases)
        if oauth_scope:
            arguments["openid.ns.oauth"] = OAUTH_EXTENSION
            arguments["openid.oauth.consumer"] = request.host_name
            arguments["openid.oauth.scope"] = oauth_scope
        return arguments

    def _on_authentication_verified(self, response: HTTPResponse) -> dict[str, Any]:
        """Reads the provider's verdict and, if it is good, who the user is."""
        # OpenID 2.0, 4.1.1: "Each line begins with a key, followed by a colon, and the value".
        if b"is_valid:true" not in response.body.split(b"\n"):
            raise AuthError(
                f"Invalid OpenID response: no line 'is_valid:true' in {response.body!r}"
            )
        request = handler_of(self).request
        user = _describe(_exchanged_attributes(request))
        claimed_id = _argument(request, "openid.claimed_id")
        if claimed_id:
            user["claimed_id"] = claimed_id
        return user


def _aliases(names: Iterable[str]) -> list[str]:
    """Gives the aliases of the attributes that a program names."""
    aliases: list[str] = []
    for name in dict.fromkeys(names):
        if name == "name":
            aliases += NAME
        elif name in ATTRIBUTES:
            aliases.append(name)
        else:
            raise KeyError(f"unknown attribute {name!r}, expected name, email, language, username")
    return aliases


def _argument(request: HTTPServerRequest, name: str) -> str:
    """Gives an argument of the request without the blanks around it, "" if it is not there."""
    values = request.arguments.get(name)
    return values[-1].decode("utf-8", "replace").strip() if values else ""


def _exchanged_attributes(request: HTTPServerRequest) -> dict[str, str]:
    """Finds the attributes that the provider sends, by our aliases.

    The provider has aliases of its own for the extension and for each attribute.
    """
    extension = next(
        (
            name.removeprefix("openid.ns.")
            for name in request.arguments
            if name.startswith("openid.ns.") and _argument(request, name) == ATTRIBUTE_EXCHANGE
        ),
        None,
    )
    if extension is None:
        return {}
    prefix = f"openid.{extension}.type."
    theirs = {
        _argument(request, name): name.removeprefix(prefix)
        for name in request.arguments
        if name.startswith(prefix)
    }
    return {
        alias: _argument(request, f"openid.{extension}.value.{theirs[kind]}")
        for alias, kind in ATTRIBUTES.items()
        if kind in theirs
    }


def _describe(attributes: dict[str, str]) -> dict[str, Any]:
    """Gives what Tornado's programs find in a user."""
    first, last = attributes.get("firstname", ""), attributes.get("lastname", "")
    email = attributes.get("email", "")
    name = attributes.get("fullname") or f"{first} {last}".strip() or email.partition("@")[0]
    user = {
        "first_name": first,
        "last_name": last,
        "name": name,
        "email": email,
        "locale": attributes.get("language", "").lower(),
        "username": attributes.get("username", ""),
    }
    return {key: value for key, value in user.items() if value}
