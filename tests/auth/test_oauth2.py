from typing import Any
from unittest.mock import Mock

import pytest

from fujita import httpclient
from fujita.auth import OAuth2Mixin
from fujita.web import Application, RequestHandler
from tests.auth.provider import Program, answer, application, seen
from tests.sites import Serve


class Login(Program, OAuth2Mixin):
    _OAUTH_AUTHORIZE_URL = "https://provider.example/authorize?tenant=1"
    _OAUTH_ACCESS_TOKEN_URL = "https://provider.example/token?"

    async def get(self) -> None:
        try:
            url = f"{self.provider}/me?v=2"
            self.write(await self.oauth2_request(url, **self.settings["call"]))
        except httpclient.HTTPError as error:
            self.write(f"failed with {error.code}")


def location(**arguments: Any) -> str:
    """Gives where a handler redirects to."""
    login = Login(Application(), Mock(host="h"))
    login.redirect = Mock()  # type: ignore[method-assign]
    login.authorize_redirect(**arguments)
    (url,) = login.redirect.call_args.args
    assert isinstance(url, str)
    return url.removeprefix("https://provider.example/authorize?tenant=1&")


def test_where_the_user_is_sent() -> None:
    assert location() == "response_type=code"
    assert location(redirect_uri="http://h/b?c", client_id="id") == (
        "response_type=code&redirect_uri=http%3A%2F%2Fh%2Fb%3Fc&client_id=id"
    )
    assert location(scope=["email", "profile"], response_type="token") == (
        "response_type=token&scope=email+profile"
    )
    assert location(client_id="id", extra_params={"client_id": "other", "é": 1}) == (
        "response_type=code&client_id=other&%C3%A9=1"
    )
    assert location(scope=["a"], extra_params={"scope": "b"}) == "response_type=code&scope=a"


def test_the_secret_is_not_wanted() -> None:
    with pytest.warns(DeprecationWarning, match="client_secret argument is deprecated") as caught:
        assert location(client_secret="secret") == "response_type=code"
    assert caught[0].filename == __file__


def test_the_url_of_a_token() -> None:
    login = Login(Application(), Mock(host="h"))
    url = "https://provider.example/token"
    assert login._oauth_request_token_url() == url
    assert login._oauth_request_token_url("/b", "id", "s", "c 1", {"grant_type": "x"}) == (
        f"{url}?redirect_uri=%2Fb&code=c+1&client_id=id&client_secret=s&grant_type=x"
    )


@pytest.mark.parametrize(
    ("call", "method", "arguments"),
    [
        ({}, "GET", {"v": "2"}),
        ({"access_token": "a b"}, "GET", {"v": "2", "access_token": "a b"}),
        ({"fields": "é"}, "GET", {"v": "2", "fields": "é"}),
        ({"access_token": "t", "q": 1}, "GET", {"v": "2", "access_token": "t", "q": "1"}),
        ({"post_args": {"m": "1 é"}, "q": 1}, "POST", {"v": "2", "q": "1", "m": "1 é"}),
        ({"post_args": {}}, "POST", {"v": "2"}),
    ],
)
def test_requests(
    serve: Serve, call: dict[str, Any], method: str, arguments: dict[str, str]
) -> None:
    program = application(Login, call=call)
    answer(program, "/me", '{"name": "Jo"}')
    assert serve(program).get("/login").json == {"name": "Jo"}
    assert seen(program) == [(method, "/provider/me", arguments)]


def test_a_provider_that_refuses(serve: Serve) -> None:
    program = application(Login, call={})
    answer(program, "/me", "{}", status=401)
    assert serve(program).get("/login").text == "failed with 401"


def test_the_client_is_that_of_the_loop(serve: Serve) -> None:
    class Plain(RequestHandler, OAuth2Mixin):
        def get(self) -> None:
            client = self.get_auth_http_client()
            self.write(str(client is httpclient.AsyncHTTPClient()))

    assert serve(Application([("/", Plain)])).get("/").text == "True"
