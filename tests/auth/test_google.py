from typing import Any
from unittest.mock import Mock

import pytest

from fujita.auth import GoogleOAuth2Mixin
from tests.auth.provider import Program, answer, application, seen
from tests.sites import Serve


class Login(Program, GoogleOAuth2Mixin):
    def initialize(self) -> None:
        self._OAUTH_ACCESS_TOKEN_URL = f"{self.provider}/token"

    async def get(self) -> None:
        given = self.settings.get("given", {})
        self.write(await self.get_authenticated_user("http://h/back?a", "the code", **given))


@pytest.mark.parametrize(
    ("settings", "key", "secret"),
    [
        ({"google_oauth": {"key": "k", "secret": "s"}}, "k", "s"),
        ({"google_oauth": {"key": "k", "secret": "s"}, "given": {"client_id": "k2"}}, "k2", "s"),
        ({"google_oauth": {"key": "k"}, "given": {"client_secret": "s2"}}, "k", "s2"),
        ({"given": {"client_id": "k2", "client_secret": "s2"}}, "k2", "s2"),
    ],
)
def test_a_code_becomes_a_token(
    serve: Serve, settings: dict[str, Any], key: str, secret: str
) -> None:
    program = application(Login, **settings)
    answer(program, "/token", '{"access_token": "t", "id_token": "i"}')
    assert serve(program).get("/login").json == {"access_token": "t", "id_token": "i"}
    form = {
        "redirect_uri": "http://h/back?a",
        "code": "the code",
        "client_id": key,
        "client_secret": secret,
        "grant_type": "authorization_code",
    }
    assert seen(program) == [("POST", "/provider/token", form)]


def test_a_subclass_keeps_its_settings_elsewhere() -> None:
    class Intranet(Login):
        _OAUTH_SETTINGS_KEY = "intranet_oauth"

    secrets = {"key": "k", "secret": "s"}
    intranet = Intranet(application(Intranet, intranet_oauth=secrets), Mock(host="h"))
    assert intranet.get_google_oauth_settings() == secrets
    with pytest.raises(KeyError, match="google_oauth"):
        Login(application(Login), Mock(host="h")).get_google_oauth_settings()
