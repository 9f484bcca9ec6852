from typing import Any
from unittest.mock import Mock
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from fujita.auth import AuthError, OpenIdMixin
from fujita.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from fujita.web import Application
from tests.auth.provider import Program, answer, application, seen
from tests.sites import Serve

# Each instance of the mixin warns.
pytestmark = pytest.mark.filterwarnings("ignore:OpenIdMixin is deprecated:DeprecationWarning")

EXCHANGE = "http://openid.net/srv/ax/1.0"
TYPES = {
    "first": "http://axschema.org/namePerson/first",
    "full": "http://axschema.org/namePerson",
    "last": "http://axschema.org/namePerson/last",
    "lang": "http://axschema.org/pref/language",
    "nick": "http://axschema.org/namePerson/friendly",
    "mail": "http://axschema.org/contact/email",
}


class Login(Program, OpenIdMixin):
    def initialize(self) -> None:
        self._OPENID_ENDPOINT = f"{self.provider}/openid?for=1"

    async def get(self) -> None:
        try:
            self.write(await self.get_authenticated_user())
        except AuthError as error:
            self.write({"error": str(error)})


def returning(**attributes: str) -> dict[str, str]:
    """Gives the arguments of a user with attributes, under aliases of the provider's choice."""
    arguments = {"openid.mode": "id_res", "openid.ns.ext1": EXCHANGE}
    for alias, value in attributes.items():
        arguments[f"openid.ext1.type.{alias}"] = TYPES[alias]
        arguments[f"openid.ext1.value.{alias}"] = value
    return arguments


def login(target: str = "/login?a=b") -> Login:
    request = HTTPServerRequest(
        start_line=RequestStartLine("GET", target, "HTTP/1.1"),
        headers=HTTPHeaders({"Host": "example.com:8000"}),
        connection=Mock(context=Mock(protocol="http")),
    )
    return Login(Application(), request)


def location(**arguments: Any) -> dict[str, str]:
    """Gives the arguments that a user is sent to the provider with."""
    handler = login()
    handler.redirect = Mock()  # type: ignore[method-assign]
    handler.authenticate_redirect(**arguments)
    (url,) = handler.redirect.call_args.args
    parts = urlsplit(url)
    assert parts.path == "/provider/openid"
    return dict(parse_qsl(parts.query))


def test_where_the_user_is_sent() -> None:
    everything = location()
    identity = "http://specs.openid.net/auth/2.0/identifier_select"
    nothing = {
        "for": "1",
        "openid.ns": "http://specs.openid.net/auth/2.0",
        "openid.claimed_id": identity,
        "openid.identity": identity,
        "openid.return_to": "http://example.com:8000/login?a=b",
        "openid.realm": "http://example.com:8000/",
        "openid.mode": "checkid_setup",
    }
    assert location(ax_attrs=[]) == nothing
    assert everything.items() >= nothing.items()
    assert everything["openid.ns.ax"] == EXCHANGE
    assert everything["openid.ax.mode"] == "fetch_request"
    required = everything["openid.ax.required"].split(",")
    types = {everything[f"openid.ax.type.{alias}"] for alias in required}
    assert types == set(TYPES.values())
    assert len(required) == len(TYPES)


def test_where_the_user_comes_back_to() -> None:
    elsewhere = location(callback_uri="https://other.example/back", ax_attrs=["email", "email"])
    assert elsewhere["openid.return_to"] == "https://other.example/back"
    assert elsewhere["openid.realm"] == "https://other.example/"
    assert elsewhere["openid.ax.required"] == "email"
    assert location(callback_uri="/b")["openid.return_to"] == "http://example.com:8000/b"


def test_an_unknown_attribute() -> None:
    with pytest.raises(KeyError, match="unknown attribute 'shoe size'"):
        location(ax_attrs=["shoe size"])


def test_a_token_of_oauth_can_be_asked_for() -> None:
    arguments = login()._openid_args("/b", oauth_scope="photos")
    assert arguments["openid.ns.oauth"] == "http://specs.openid.net/extensions/oauth/1.0"
    assert arguments["openid.oauth.consumer"] == "example.com"
    assert arguments["openid.oauth.scope"] == "photos"


@pytest.mark.parametrize(
    ("attributes", "user"),
    [
        (
            {"first": "Jo ", "last": "Li", "full": "Jo X. Li", "mail": "jo@h", "lang": "DE-ch"},
            {
                "first_name": "Jo",
                "last_name": "Li",
                "name": "Jo X. Li",
                "email": "jo@h",
                "locale": "de-ch",
            },
        ),
        ({"first": "Jo"}, {"first_name": "Jo", "name": "Jo"}),
        ({"first": "Jo", "last": "Li"}, {"first_name": "Jo", "last_name": "Li", "name": "Jo Li"}),
        ({"mail": "jo@h", "nick": "j"}, {"name": "jo", "email": "jo@h", "username": "j"}),
        ({"mail": ""}, {}),
        ({}, {}),
    ],
)
@pytest.mark.parametrize("verdict", ["is_valid:true\nns:x\n", "ns:x\nis_valid:true"])
def test_the_user_comes_back(
    serve: Serve, attributes: dict[str, str], user: dict[str, str], verdict: str
) -> None:
    program = application(Login)
    answer(program, "/openid", verdict)
    arguments = returning(**attributes)
    assert serve(program).get(f"/login?{urlencode(arguments)}").json == user
    ((method, path, checked),) = seen(program)
    assert (method, path) == ("POST", "/provider/openid")
    # An argument without a value is none, for our parser.
    sent = {name: value for name, value in arguments.items() if value}
    expected = {**sent, "openid.mode": "check_authentication", "for": "1"}
    assert {name: value for name, value in checked.items() if value} == expected


def test_what_is_not_of_the_exchange_does_not_count(serve: Serve) -> None:
    program = application(Login)
    answer(program, "/openid", "is_valid:true")
    arguments = returning(mail="jo@h")
    del arguments["openid.ns.ext1"]
    arguments["openid.claimed_id"] = "http://jo.example/"
    target = f"/login?{urlencode(arguments)}"
    assert serve(program).get(target).json == {"claimed_id": "http://jo.example/"}


@pytest.mark.parametrize("verdict", ["is_valid:false", "is_valid:trueish", "not_is_valid:true", ""])
def test_a_user_who_is_not(serve: Serve, verdict: str) -> None:
    program = application(Login)
    answer(program, "/openid", verdict)
    error = serve(program).get(f"/login?{urlencode(returning(mail='jo@h'))}").json["error"]
    assert error.startswith("Invalid OpenID response")


def test_it_warns() -> None:
    with pytest.warns(DeprecationWarning, match="OpenIdMixin is deprecated"):
        login()
