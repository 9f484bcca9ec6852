import asyncio
from typing import Any
from unittest.mock import Mock
from urllib.parse import parse_qs, urlsplit

import pytest

from fujita.auth import AuthError, OAuthMixin
from fujita.auth.signing import base_string, sign
from fujita.web import Application
from tests.auth.provider import Program, answer, application, seen
from tests.sites import Serve

TOKEN = "oauth_token=request%2Bkey&oauth_token_secret=secret%26&oauth_callback_confirmed=true"
COOKIE = '_oauth_request_token="cmVxdWVzdCtrZXk=|c2VjcmV0Jg=="'


class Login(Program, OAuthMixin):
    def initialize(self) -> None:
        self._OAUTH_REQUEST_TOKEN_URL = f"{self.provider}/request"
        self._OAUTH_AUTHORIZE_URL = f"{self.provider}/authorize?app=1"
        self._OAUTH_ACCESS_TOKEN_URL = f"{self.provider}/access"
        for name, value in self.settings.get("attributes", {}).items():
            setattr(self, name, value)

    async def get(self) -> None:
        try:
            if self.get_argument("oauth_token", None):
                self.write(await self.get_authenticated_user())
            else:
                await self.authorize_redirect(
                    callback_uri=self.get_argument("callback", None), extra_params={"x y": "1 2"}
                )
        except (AuthError, ValueError) as error:
            self.set_status(403)
            self.finish(f"{type(error).__name__}: {error}")

    def _oauth_consumer_token(self) -> dict[str, Any]:
        return {"key": "program", "secret": "s&cret"}

    async def _oauth_get_user_future(self, access_token: dict[str, Any]) -> dict[str, Any]:
        return {"name": access_token["nick"]} if "nick" in access_token else {}


def logging_in(**attributes: Any) -> Application:
    site = application(Login, attributes=attributes)
    answer(site, "/request", TOKEN)
    answer(site, "/access", "oauth_token=access&oauth_token_secret=s2&nick=jo&nick=no")
    return site


def signed_correctly(
    url: str, arguments: dict[str, str], token_secret: str = "", encode: bool = True
) -> bool:
    rest = {name: value for name, value in arguments.items() if name != "oauth_signature"}
    wanted = sign(base_string("GET", url, rest), "s&cret", token_secret, encode)
    return arguments["oauth_signature"] == wanted


def test_the_user_is_sent_away_with_a_token(serve: Serve) -> None:
    program = logging_in()
    site = serve(program)
    response = site.get("/login?callback=/back")
    assert response.status == 302
    location = urlsplit(response.headers["Location"])
    assert location.path == "/provider/authorize"
    assert parse_qs(location.query) == {
        "app": ["1"],
        "oauth_token": ["request+key"],
        "oauth_callback": [f"{site.url}/back"],
    }
    assert COOKIE in response.headers["Set-Cookie"]
    ((method, path, arguments),) = seen(program)
    assert (method, path) == ("GET", "/provider/request")
    assert arguments["oauth_consumer_key"] == "program"
    assert arguments["oauth_callback"] == f"{site.url}/back"
    assert arguments["x y"] == "1 2"
    assert "oauth_token" not in arguments
    assert signed_correctly(f"{site.url}/provider/request", arguments)


def test_version_1_0_tells_the_callback_later(serve: Serve) -> None:
    program = logging_in(_OAUTH_VERSION="1.0")
    site = serve(program)
    location = site.get("/login?callback=/back").headers["Location"]
    assert parse_qs(urlsplit(location).query)["oauth_callback"] == [f"{site.url}/back"]
    ((_, _, arguments),) = seen(program)
    assert "oauth_callback" not in arguments
    assert "x y" not in arguments
    assert signed_correctly(f"{site.url}/provider/request", arguments, encode=False)


def test_a_program_without_a_page_shows_the_url(serve: Serve) -> None:
    program = logging_in()
    response = serve(program).get("/login?callback=oob")
    assert response.status == 200
    assert response.text.endswith("/provider/authorize?app=1&oauth_token=request%2Bkey")
    assert seen(program)[0][2]["oauth_callback"] == "oob"


def test_a_provider_without_callbacks(serve: Serve) -> None:
    program = logging_in(_OAUTH_NO_CALLBACKS=True)
    site = serve(program)
    response = site.get("/login?callback=/back")
    assert response.status == 403
    assert "'/back'" in response.text
    assert seen(program) == []
    assert "oauth_callback" not in site.get("/login").headers["Location"]


def test_the_user_comes_back(serve: Serve) -> None:
    program = logging_in()
    site = serve(program)
    response = site.get("/login?oauth_token=request%2Bkey&oauth_verifier=v%201", Cookie=COOKIE)
    assert response.json == {
        "name": "jo",
        "access_token": {"key": "access", "secret": "s2", "nick": "jo"},
    }
    assert response.headers["Set-Cookie"].startswith('_oauth_request_token="";')
    ((_, _, arguments),) = seen(program)
    assert arguments["oauth_token"] == "request+key"
    assert arguments["oauth_verifier"] == "v 1"
    assert signed_correctly(f"{site.url}/provider/access", arguments, "secret&")


@pytest.mark.parametrize(
    ("key", "cookie", "error"),
    [
        ("request%2Bkey", "", "Missing OAuth request token cookie"),
        ("another", COOKIE, "Request token does not match cookie"),
        ("request%2Bkey", "_oauth_request_token=one", "Invalid OAuth request token cookie"),
        ("request%2Bkey", "_oauth_request_token=a|b", "Invalid OAuth request token cookie"),
        ("request%2Bkey", "_oauth_request_token=/w==|YQ==", "Invalid OAuth request token cookie"),
    ],
)
def test_not_the_user_who_was_sent(serve: Serve, key: str, cookie: str, error: str) -> None:
    program = logging_in()
    response = serve(program).get(f"/login?oauth_token={key}", Cookie=cookie)
    assert response.status == 403
    assert response.text.startswith(f"AuthError: {error}")
    assert seen(program) == []


def test_a_user_without_data(serve: Serve) -> None:
    program = logging_in()
    answer(program, "/access", "oauth_token=access&oauth_token_secret=s2")
    response = serve(program).get("/login?oauth_token=request%2Bkey", Cookie=COOKIE)
    assert response.text == "AuthError: Error getting user"


def test_an_answer_without_a_token_tells_no_secrets(serve: Serve) -> None:
    program = logging_in()
    answer(program, "/request", "oauth_token_secret=hidden&oauth_problem=no")
    response = serve(program).get("/login")
    assert response.text.startswith("AuthError: Invalid OAuth response: no 'oauth_token'")
    assert "hidden" not in response.text


def test_a_client_can_be_given() -> None:
    class Failed(Exception):
        pass

    async def main() -> None:
        client = Mock()
        client.fetch.side_effect = Failed
        login = Login(logging_in(), Mock(host="h", arguments={}))
        with pytest.raises(Failed):
            await login.authorize_redirect(http_client=client)

    asyncio.run(main())


def test_parameters_of_a_request_on_behalf() -> None:
    login = Login(logging_in(), Mock(host="h"))
    token = {"key": "access", "secret": "s2", "nick": "jo"}
    oauth = login._oauth_request_parameters("http://h/api", token, {"text": "é ~"}, method="POST")
    assert oauth["oauth_token"] == "access"
    assert "text" not in oauth
    assert int(oauth["oauth_timestamp"]) > 0
    signature = oauth.pop("oauth_signature")
    base = base_string("POST", "http://h/api", {**oauth, "text": "é ~"})
    assert signature == sign(base, "s&cret", "s2", encode_secrets=True)
    again = login._oauth_request_parameters("http://h/api", token)
    assert again["oauth_nonce"] != oauth["oauth_nonce"]


def test_what_a_subclass_must_have() -> None:
    class Bare(Program, OAuthMixin):
        pass

    bare = Bare(Application(), Mock(host="h"))
    with pytest.raises(NotImplementedError, match="Bare must override _oauth_consumer_token"):
        bare._oauth_consumer_token()
    with pytest.raises(NotImplementedError, match="Bare must override _oauth_get_user_future"):
        asyncio.run(bare._oauth_get_user_future({}))
