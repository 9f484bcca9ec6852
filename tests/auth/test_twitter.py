from unittest.mock import Mock
from urllib.parse import parse_qs, urlsplit

import pytest

from fujita.auth import TwitterMixin
from fujita.auth.signing import base_string, sign
from fujita.web import Application
from tests.auth.provider import Program, answer, application, seen
from tests.sites import Serve

KEYS = {"twitter_consumer_key": "program", "twitter_consumer_secret": "cs"}


class Login(Program, TwitterMixin):
    def initialize(self) -> None:
        self._OAUTH_REQUEST_TOKEN_URL = f"{self.provider}/request_token"
        self._OAUTH_ACCESS_TOKEN_URL = f"{self.provider}/access_token"
        self._OAUTH_AUTHORIZE_URL = f"{self.provider}/authorize"
        self._OAUTH_AUTHENTICATE_URL = f"{self.provider}/authenticate"
        self._TWITTER_BASE_URL = f"{self.provider}/1.1"

    async def get(self) -> None:
        if self.get_argument("oauth_token", None):
            self.write(await self.get_authenticated_user())
        else:
            await self.authenticate_redirect(self.get_argument("callback", None))

    async def post(self) -> None:
        post_args = {"status": "hä"} if self.get_argument("post", None) else None
        path = self.get_argument("path") or ""
        path = path.replace("PROVIDER", self.provider)
        token = {"key": "access", "secret": "s2"} if self.get_argument("token", None) else {}
        self.write(await self.twitter_request(path, token, post_args, count=5))


def logging_in() -> Application:
    program = application(Login, **KEYS)
    answer(program, "/request_token", "oauth_token=zx&oauth_token_secret=12")
    answer(program, "/access_token", "oauth_token=access&oauth_token_secret=s2")
    answer(program, "/1.1/account/verify_credentials.json", '{"screen_name": "jo", "name": "Jo"}')
    return program


def test_who_agreed_before_is_not_asked_again(serve: Serve) -> None:
    program = logging_in()
    site = serve(program)
    location = urlsplit(site.get("/login?callback=/back").headers["Location"])
    assert location.path == "/provider/authenticate"
    assert parse_qs(location.query) == {"oauth_token": ["zx"]}
    assert seen(program)[0][2]["oauth_callback"] == f"{site.url}/back"


def test_the_user_has_a_username(serve: Serve) -> None:
    program = logging_in()
    response = serve(program).get("/login?oauth_token=zx", Cookie="_oauth_request_token=eng=|MTI=")
    assert response.json == {
        "screen_name": "jo",
        "name": "Jo",
        "username": "jo",
        "access_token": {"key": "access", "secret": "s2"},
    }


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_requests_are_signed(serve: Serve, method: str) -> None:
    program = logging_in()
    site = serve(program)
    form = {"path": "/statuses/x", "token": "1"} | ({"post": "1"} if method == "POST" else {})
    assert site.post("/login", form).json == {}
    ((seen_method, path, arguments),) = seen(program)
    assert (seen_method, path) == (method, "/provider/1.1/statuses/x.json")
    assert arguments["count"] == "5"
    assert arguments.get("status") == ("hä" if method == "POST" else None)
    signature = arguments.pop("oauth_signature")
    base = base_string(method, f"{site.url}{path}", arguments)
    assert signature == sign(base, "cs", "s2", encode_secrets=True)


def test_requests_without_a_token_to_a_whole_url(serve: Serve) -> None:
    program = logging_in()
    serve(program).post("/login", {"path": "PROVIDER/search"})
    assert seen(program) == [("GET", "/provider/search", {"count": "5"})]


@pytest.mark.parametrize("missing", KEYS)
def test_settings_are_needed(missing: str) -> None:
    settings = {name: value for name, value in KEYS.items() if name != missing}
    login = Login(application(Login, **settings), Mock(host="h"))
    with pytest.raises(Exception, match=missing):
        login._oauth_consumer_token()
