import json
from dataclasses import replace

import pytest

from fujita.chat.limits import Rate
from fujita.httpclient import HTTPResponse
from tests.chat.api.asking import run
from tests.chat.running import QUICK, Chat

PASSWORD = "correct horse"
ALICE = {"login": "Alice@Fuji.example", "password": PASSWORD}


def cookies(response: HTTPResponse) -> dict[str, str]:
    pairs = [each.partition(";")[0] for each in response.headers.get_list("Set-Cookie")]
    return dict(pair.split("=", 1) for pair in pairs)


async def post(chat: Chat, path: str, body: object, cookie: str = "") -> HTTPResponse:
    headers = {"Content-Type": "application/json", **({"Cookie": cookie} if cookie else {})}
    return await chat.fetch(path, method="POST", headers=headers, body=json.dumps(body))


async def register(chat: Chat, id: str = "alice", **members: str) -> str:
    """Gives a guest an account, and returns the cookie of the session."""
    response = await post(chat, "/api/register", {**ALICE, **members}, chat.cookie(id))
    assert response.code == 201, response.body
    return f"chat_session={cookies(response)['chat_session']}"


def test_a_guest_takes_an_account_and_stays_the_same_person() -> None:
    async def work(chat: Chat) -> None:
        client = await chat.connect("alice")
        await client.join("design")
        await client.say("before", "k1", "design")
        response = await post(chat, "/api/register", ALICE, chat.cookie("alice"))
        assert response.code == 201
        account = {
            "id": "alice",
            "name": "Alice",
            "kind": "account",
            "login": "alice@fuji.example",
        }
        assert json.loads(response.body) == account
        set_cookies = response.headers.get_list("Set-Cookie")
        session = next(each for each in set_cookies if each.startswith("chat_session="))
        assert "HttpOnly" in session
        assert "SameSite=Lax" in session
        assert PASSWORD not in str(response.headers)
        # Elsewhere, with login and password.
        response = await post(chat, "/api/login", {"login": "ALICE@fuji.example", **ALICE})
        response = await post(chat, "/api/login", ALICE)
        assert json.loads(response.body) == account
        cookie = f"chat_session={cookies(response)['chat_session']}"
        elsewhere = await chat.connect(Cookie=cookie)
        assert elsewhere.welcome["you"] == account
        assert {room["name"]: room["role"] for room in elsewhere.welcome["yours"]} == {
            "design": "owner"
        }

    run(work)


def test_the_former_guests_cookie_opens_no_door() -> None:
    async def work(chat: Chat) -> None:
        await register(chat)
        status, answer = await chat.api("alice", "GET", "/api/me")
        assert (status, answer) == (403, {"error": "no-cookie"})
        someone = await chat.connect("alice")
        assert someone.welcome["you"]["id"] != "alice"

    run(work)


def test_sessions_end_with_a_logout_and_with_another_password() -> None:
    async def work(chat: Chat) -> None:
        cookie = await register(chat)
        other = await post(chat, "/api/login", ALICE)
        other_cookie = f"chat_session={cookies(other)['chat_session']}"

        async def who(cookie: str) -> int:
            return (await chat.fetch("/api/me", headers={"Cookie": cookie})).code

        assert [await who(cookie), await who(other_cookie)] == [200, 200]
        logout = await post(chat, "/api/logout", {}, cookie)
        assert logout.code == 204
        assert "chat_guest" in cookies(logout)
        assert [await who(cookie), await who(other_cookie)] == [403, 200]
        third = f"chat_session={cookies(await post(chat, '/api/login', ALICE))['chat_session']}"
        wrong = await post(chat, "/api/password", {"old": "wrong one", "new": "new one!"}, third)
        assert (wrong.code, json.loads(wrong.body)) == (403, {"error": "wrong-password"})
        changed = await post(chat, "/api/password", {"old": PASSWORD, "new": "new one!"}, third)
        assert changed.code == 204
        fourth = f"chat_session={cookies(changed)['chat_session']}"
        assert [await who(other_cookie), await who(third), await who(fourth)] == [403, 403, 200]
        assert (await post(chat, "/api/login", ALICE)).code == 403
        assert (await post(chat, "/api/login", {**ALICE, "password": "new one!"})).code == 200

    run(work)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"login": "ab", "password": PASSWORD}, "login-characters"),
        ({"login": "a b c", "password": PASSWORD}, "login-characters"),
        ({"login": "alice", "password": "short"}, "password-short"),
        ({"login": "alice", "password": "x" * 257}, "password-long"),
        ({"login": "alice"}, "bad-command"),
        ({"password": PASSWORD}, "bad-command"),
    ],
)
def test_an_account_may_be_refused(body: dict[str, str], error: str) -> None:
    async def work(chat: Chat) -> None:
        response = await post(chat, "/api/register", body, chat.cookie("alice"))
        assert (response.code, json.loads(response.body)) == (400, {"error": error})

    run(work)


def test_a_login_is_taken_once_and_nobody_registers_twice() -> None:
    async def work(chat: Chat) -> None:
        cookie = await register(chat)
        assert (await post(chat, "/api/register", ALICE, chat.cookie("bob"))).code == 409
        twice = await post(chat, "/api/register", {**ALICE, "login": "other"}, cookie)
        assert (twice.code, json.loads(twice.body)) == (409, {"error": "already-registered"})
        assert (await post(chat, "/api/register", ALICE)).code == 403

    run(work)


def test_passwords_cannot_be_guessed_all_the_time() -> None:
    async def work(chat: Chat) -> None:
        answers = [
            (await post(chat, "/api/login", {"login": f"nobody{n}", "password": "x"})).code
            for n in range(4)
        ]
        assert answers == [403, 403, 403, 429]

    run(work, replace(QUICK, logins=Rate(3, 0.001)))


def test_an_accounts_name_is_kept() -> None:
    async def work(chat: Chat) -> None:
        cookie = await register(chat)
        response = await post(chat, "/api/name", {"name": "愛麗絲"}, cookie)
        assert json.loads(response.body) == {"id": "alice", "name": "愛麗絲"}
        assert "chat_guest" not in cookies(response)
        assert (await chat.connect(Cookie=cookie)).welcome["you"]["name"] == "愛麗絲"

    run(work)


def test_an_admin_owns_the_lobby_and_public_rooms() -> None:
    async def work(chat: Chat) -> None:
        bob = await chat.connect("bob")
        assert (await bob.join())["role"] == "member"
        await chat.api("bob", "POST", "/api/rooms", {"name": "open"})
        await chat.api("bob", "POST", "/api/rooms", {"name": "den", "private": True})
        alice = await chat.connect(Cookie=await register(chat))
        assert (await alice.join())["role"] == "owner"
        assert (await alice.join("open"))["role"] == "owner"
        assert (await alice.join("den"))["code"] == "private"
        assert (await alice.join("new"))["role"] == "owner"
        said = await bob.say("spam", "k")
        assert (await alice.ask(type="delete", room="lobby", id=said["id"]))["type"] == "done"

    run(work, admins=("alice@fuji.example",))
