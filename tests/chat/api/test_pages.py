import asyncio
import gzip
import json
import re
from collections.abc import Awaitable, Callable

import pytest

from fujita.chat import Limits
from fujita.chat.limits import Rate
from fujita.httpclient import HTTPResponse
from tests.chat.running import Chat, running

Fetch = Callable[..., Awaitable[HTTPResponse]]


def run(work: Callable[[Chat, Fetch], Awaitable[None]], limits: Limits | None = None) -> None:
    async def main() -> None:
        async with running(limits=limits) as chat:
            await work(chat, chat.fetch)

    asyncio.run(main())


async def rename(fetch: Fetch, name: object, cookie: str | None, **headers: str) -> HTTPResponse:
    headers = {"Content-Type": "application/json", **headers}
    if cookie is not None:
        headers["Cookie"] = cookie
    body = json.dumps({"name": name})
    return await fetch("/api/name", method="POST", headers=headers, body=body)


def test_the_page_comes_with_a_cookie_and_without_anything_inline() -> None:
    async def work(chat: Chat, fetch: Fetch) -> None:
        response = await fetch("/")
        page = response.body.decode()
        assert response.code == 200
        cookie = response.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert '<html lang="en"' in page
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"<style|\sstyle=|\son\w+=", page)
        assert set(re.findall(r'(?:src|href)="(https?:)?//', page)) == set()
        again = await fetch("/", headers={"Cookie": cookie.partition(";")[0]})
        assert "Set-Cookie" not in again.headers
        old = await fetch("/", headers={"Cookie": chat.cookie("alice", "Alice", day=0)})
        assert "chat_guest" in old.headers["Set-Cookie"]

    run(work)


@pytest.mark.parametrize("path", ["/", "/nowhere", "/api/rooms", "/static/x/chat.js"])
def test_every_answer_has_the_security_headers(path: str) -> None:
    async def work(chat: Chat, fetch: Fetch) -> None:
        headers = (await fetch(path)).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"

    run(work)


def test_the_page_speaks_the_readers_language() -> None:
    async def work(chat: Chat, fetch: Fetch) -> None:
        chinese = await fetch("/", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
        assert '<html lang="zh-Hans"' in chinese.body.decode()
        assert "聊天室" in chinese.body.decode()
        chosen = await fetch(
            "/", headers={"Accept-Language": "zh", "Cookie": "chat_language=en; chat_theme=dark"}
        )
        assert '<html lang="en" data-language="en" data-theme="dark"' in chosen.body.decode()
        missing = await fetch("/nowhere", headers={"Accept-Language": "zh"})
        assert missing.code == 404
        assert "这里没有这个页面" in missing.body.decode()

    run(work)


def test_what_a_cookie_says_is_not_put_into_the_page() -> None:
    async def work(chat: Chat, fetch: Fetch) -> None:
        cookie = 'chat_theme="><script>x</script>; chat_language=<b>'
        page = (await fetch("/", headers={"Cookie": cookie})).body.decode()
        assert 'data-language="en" data-theme="auto"' in page
        assert "<script>x" not in page

    run(work)


@pytest.mark.parametrize(
    ("path", "code", "location"),
    [
        ("/room/design", 200, None),
        ("/room/%E4%B8%AD%E6%96%87", 200, None),
        ("/room/Release%20Notes", 302, "/room/release-notes"),
        ("/room/%23Caf%C3%89", 302, "/room/caf%C3%A9"),
        ("/room/a%3Cb", 404, None),
        ("/room/" + "x" * 33, 404, None),
        ("/room/", 404, None),
        ("/room/a/b", 404, None),
    ],
)
def test_a_room_has_an_address(path: str, code: int, location: str | None) -> None:
    async def work(chat: Chat, fetch: Fetch) -> None:
        response = await fetch(path)
        assert response.code == code
        assert response.headers.get("Location") == location

    run(work)


def test_files_are_compressed_and_kept_for_good() -> None:
    async def work(chat: Chat, fetch: Fetch) -> None:
        page = (await fetch("/")).body.decode()
        addresses = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))
        assert len(addresses) > 15
        for address in addresses:
            plain = await fetch(address, decompress_response=False)
            packed = await fetch(
                address, decompress_response=False, headers={"Accept-Encoding": "gzip, br"}
            )
            assert plain.code == 200
            assert "immutable" in plain.headers["Cache-Control"]
            assert packed.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(packed.body) == plain.body
        script = next(address for address in addresses if address.endswith("/chat.js"))
        assert (await fetch(script)).headers["Content-Type"].startswith("text/javascript")
        other = re.sub(r"/static/\w+/", "/static/0000/", script)
        assert (await fetch(other)).headers["Cache-Control"] == "no-cache"
        assert (await fetch("/static/0000/../../secret")).code == 404
        assert (await fetch("/static/0000/%2e%2e/application.py")).code == 404
        icon = await fetch("/favicon.ico")
        assert icon.headers["Location"].endswith("/favicon.svg")

    run(work)


def test_a_guest_gets_another_name() -> None:
    async def work(chat: Chat, fetch: Fetch) -> None:
        alice, bob = await chat.connect("alice"), await chat.connect("bob")
        await alice.join()
        await bob.join()
        response = await rename(fetch, " 梅琳  <b> ", chat.cookie("alice", "Alice"))
        assert response.code == 200
        assert json.loads(response.body) == {"id": "alice", "name": "梅琳 <b>"}
        assert (await alice.next("named"))["name"] == "梅琳 <b>"
        renamed = await bob.next("renamed")
        assert (renamed["id"], renamed["former"], renamed["name"]) == ("alice", "Alice", "梅琳 <b>")
        cookie = response.headers["Set-Cookie"].partition(";")[0]
        again = await chat.connect(Cookie=cookie)
        assert again.welcome["you"] == {"id": "alice", "name": "梅琳 <b>", "kind": "guest"}

    run(work)


@pytest.mark.parametrize(
    ("name", "code", "error"),
    [
        ("", 400, "name-empty"),
        ("x" * 33, 400, "name-too-long"),
        ("...", 400, "name-characters"),
        ("bob", 409, "name-taken"),
        (7, 400, "bad-command"),
        (None, 400, "bad-command"),
    ],
)
def test_a_name_may_be_refused(name: object, code: int, error: str) -> None:
    async def work(chat: Chat, fetch: Fetch) -> None:
        await chat.connect("bob")
        response = await rename(fetch, name, chat.cookie("alice", "Alice"))
        assert response.code == code
        assert json.loads(response.body) == {"error": error}
        assert "Set-Cookie" not in response.headers

    run(work)


def test_names_cannot_be_changed_all_the_time() -> None:
    async def work(chat: Chat, fetch: Fetch) -> None:
        await chat.connect("alice")
        cookie = chat.cookie("alice", "Alice")
        assert (await rename(fetch, "One", cookie)).code == 200
        assert (await rename(fetch, "Two", cookie)).code == 200
        refused = await rename(fetch, "Three", cookie)
        assert refused.code == 429
        assert json.loads(refused.body)["error"] == "name-too-often"
        assert int(refused.headers["Retry-After"]) > 0

    run(work, Limits(renames=Rate(2, 0.01)))


def test_only_the_guest_from_our_own_page_can_change_the_name() -> None:
    async def work(chat: Chat, fetch: Fetch) -> None:
        cookie = chat.cookie("alice", "Alice")
        assert (await rename(fetch, "X", None)).code == 403
        assert (await rename(fetch, "X", "chat_guest=forged")).code == 403
        assert (await rename(fetch, "X", cookie, Origin="https://evil.example")).code == 403
        assert (await rename(fetch, "X", cookie, **{"Content-Type": "text/plain"})).code == 415
        assert (await rename(fetch, "X", cookie, Origin=chat.url)).code == 200

    run(work)


def test_the_body_of_a_new_name_may_be_nonsense() -> None:
    async def work(chat: Chat, fetch: Fetch) -> None:
        headers = {"Content-Type": "application/json", "Cookie": chat.cookie("alice", "Alice")}
        for body in ("", "{", "[]", "[" * 50_000, '{"name":"\\ud800"}'):
            response = await fetch("/api/name", method="POST", headers=headers, body=body)
            assert response.code == 400

    run(work)


def test_programs_can_list_the_rooms() -> None:
    async def work(chat: Chat, fetch: Fetch) -> None:
        alice = await chat.connect("alice")
        await alice.join("design")
        response = await fetch("/api/rooms")
        rooms = json.loads(response.body)["rooms"]
        assert [(room["name"], room["online"]) for room in rooms] == [("lobby", 0), ("design", 1)]

    run(work)
