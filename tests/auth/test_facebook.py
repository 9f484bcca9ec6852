import hmac
from typing import Any

import pytest

from fujita.auth import AuthError, FacebookGraphMixin
from fujita.web import Application
from tests.auth.provider import Program, answer, application, seen
from tests.sites import Serve

FIELDS = {"id", "name", "first_name", "last_name", "locale", "picture", "link"}


class Login(Program, FacebookGraphMixin):
    def initialize(self) -> None:
        self._OAUTH_ACCESS_TOKEN_URL = f"{self.provider}/token?"
        self._FACEBOOK_BASE_URL = self.provider

    async def get(self) -> None:
        fields = self.settings.get("extra_fields")
        try:
            user = await self.get_authenticated_user("http://h/b", "id", "sécret", "c", fields)
        except AuthError as error:
            self.write(f"AuthError: {error}")
        else:
            self.write({"user": user})

    async def post(self) -> None:
        message = {"message": "hi"}
        self.write(await self.facebook_request("/me/feed", "t", message, fields="id"))


def logging_in(user: str = '{"id": 1, "name": "Jo"}', **settings: Any) -> Application:
    program = application(Login, **settings)
    answer(program, "/token", '{"access_token": "t", "expires_in": 60}')
    answer(program, "/me", user)
    return program


def test_the_user_comes_back(serve: Serve) -> None:
    program = logging_in()
    user = serve(program).get("/login").json["user"]
    assert user == {
        **dict.fromkeys(FIELDS),
        "id": 1,
        "name": "Jo",
        "access_token": "t",
        "session_expires": "60",
    }
    token_request, user_request = seen(program)
    code = {"redirect_uri": "http://h/b", "code": "c", "client_id": "id", "client_secret": "sécret"}
    assert token_request == ("GET", "/provider/token", code)
    arguments = user_request[2]
    assert set(arguments.pop("fields").split(",")) == FIELDS
    proof = hmac.new("sécret".encode(), b"t", "sha256").hexdigest()
    assert arguments == {"access_token": "t", "appsecret_proof": proof}


@pytest.mark.parametrize("extra", [{"email"}, ["email", "id"], {"email": True}])
def test_further_fields(serve: Serve, extra: Any) -> None:
    program = logging_in('{"id": 1, "email": "jo@h"}', extra_fields=extra)
    user = serve(program).get("/login").json["user"]
    assert (user["email"], user["name"]) == ("jo@h", None)
    assert sorted(seen(program)[1][2]["fields"].split(",")) == sorted(FIELDS | {"email"})


def test_no_user(serve: Serve) -> None:
    assert serve(logging_in("null")).get("/login").json == {"user": None}


def test_no_token(serve: Serve) -> None:
    program = logging_in()
    answer(program, "/token", '{"secret": "hidden"}')
    text = serve(program).get("/login").text
    assert text == "AuthError: Invalid Facebook response: no 'access_token', only ['secret']"


def test_requests(serve: Serve) -> None:
    program = application(Login)
    assert serve(program).post("/login").json == {}
    arguments = {"access_token": "t", "fields": "id", "message": "hi"}
    assert seen(program) == [("POST", "/provider/me/feed", arguments)]
