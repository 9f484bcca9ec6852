import json
import time
from typing import Any

import jwt
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from fujita.chat.accounts.tokens import Tokens
from fujita.chat.errors import ChatError
from tests.chat.api.asking import run
from tests.chat.running import Chat, Client

SECRET = "0123456789abcdef0123456789abcdef"


def token(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    usual = {"sub": "4711", "name": "Alice", "exp": time.time() + 60}
    members = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return jwt.encode(members, secret, algorithm=algorithm)


async def arrive(chat: Chat, token: str) -> Client:
    connection = await connect(f"ws://127.0.0.1:{chat.port}/socket?auth=token")
    client = Client(connection)
    await client.send(type="hello", token=token)
    client.welcome = await client.next("welcome")
    return client


def test_a_sites_user_comes_in_by_token() -> None:
    async def work(chat: Chat) -> None:
        client = await arrive(chat, token())
        assert client.welcome["you"] == {"id": "e.4711", "name": "Alice", "kind": "embedded"}
        assert (await client.join())["type"] == "joined"
        assert (await client.say("hi", "k"))["type"] == "said"
        bearer = {"Authorization": f"Bearer {token()}"}
        status, me = await chat.api(None, "GET", "/api/me", **bearer)
        assert (status, me["id"]) == (200, "e.4711")
        status, _ = await chat.api(None, "POST", "/api/rooms", {"name": "x"}, **bearer)
        assert status == 403

    run(work, tokens=Tokens(SECRET))


def test_a_token_may_name_the_rooms() -> None:
    async def work(chat: Chat) -> None:
        status, _ = await chat.api("bob", "POST", "/api/rooms", {"name": "vip", "private": True})
        assert status == 201
        client = await arrive(chat, token(rooms=["vip"]))
        assert (await client.join("vip"))["type"] == "joined"
        assert (await client.join("lobby"))["code"] == "not-allowed"
        bearer = {"Authorization": f"Bearer {token(rooms=['vip'])}"}
        assert (await chat.api(None, "GET", "/api/rooms/lobby", **bearer))[0] == 403
        assert (await chat.api(None, "GET", "/api/rooms/vip/messages", **bearer))[0] == 200
        assert (await chat.api(None, "GET", "/api/search?q=x", **bearer))[0] == 403
        # Without that, a private room stays closed.
        other = await arrive(chat, token(sub="8"))
        assert (await other.join("vip"))["code"] == "private"

    run(work, tokens=Tokens(SECRET))


@pytest.mark.parametrize(
    "bad",
    [
        token("another secret that is long enough!"),
        token(exp=time.time() - 3600),
        token(exp=time.time() + 7 * 86_400),
        token(exp=None),
        token(sub=None),
        token(sub=""),
        token(sub="x" * 65),
        token(name="..."),
        token(rooms="lobby"),
        "nonsense",
        jwt.encode({"sub": "1", "exp": time.time() + 60}, None, algorithm="none"),
    ],
)
def test_a_bad_token_opens_nothing(bad: str) -> None:
    async def work(chat: Chat) -> None:
        with pytest.raises(ConnectionClosed) as raised:
            await arrive(chat, bad)
        assert raised.value.rcvd is not None
        assert raised.value.rcvd.code == 4401
        status, answer = await chat.api(None, "GET", "/api/me", Authorization=f"Bearer {bad}")
        assert (status, answer["error"]) == (401, "token")
        assert (await chat.fetch(f"/embed?token={bad}")).code == 403

    run(work, tokens=Tokens(SECRET))


def test_only_the_sites_that_were_named_may_show_the_frame() -> None:
    async def work(chat: Chat) -> None:
        response = await chat.fetch(f"/embed?token={token()}")
        assert response.code == 200
        policy = response.headers["Content-Security-Policy"]
        assert "frame-ancestors https://example.org https://other.example" in policy
        assert "X-Frame-Options" not in response.headers
        assert "Set-Cookie" not in response.headers
        assert response.headers["Referrer-Policy"] == "no-referrer"
        page = await chat.fetch("/")
        assert page.headers["X-Frame-Options"] == "DENY"

    origins = ("https://example.org", "https://other.example")
    run(work, tokens=Tokens(SECRET), embed_origins=origins)


def test_without_a_secret_nobody_embeds() -> None:
    async def work(chat: Chat) -> None:
        assert (await chat.fetch(f"/embed?token={token()}")).code == 404
        status, _ = await chat.api(None, "GET", "/api/me", Authorization=f"Bearer {token()}")
        assert status == 401
        with pytest.raises(ConnectionClosed):
            await arrive(chat, token())

    run(work)
    with pytest.raises(ChatError, match="at least 32"):
        Tokens("short")


def test_who_says_nothing_is_sent_away() -> None:
    async def work(chat: Chat) -> None:
        async with connect(f"ws://127.0.0.1:{chat.port}/socket?auth=token") as connection:
            await connection.send(json.dumps({"type": "join", "room": "lobby"}))
            with pytest.raises(ConnectionClosed) as raised:
                await connection.recv()
            assert raised.value.rcvd is not None
            assert raised.value.rcvd.code == 1008

    run(work, tokens=Tokens(SECRET))
