from typing import Any

import pytest

from tests.chat.api.asking import run
from tests.chat.running import Chat


async def make(chat: Chat, name: str = "den", owner: str = "alice", **members: Any) -> None:
    status, answer = await chat.api(owner, "POST", "/api/rooms", {"name": name, **members})
    assert status == 201, answer


def test_a_room_is_made_and_listed() -> None:
    async def work(chat: Chat) -> None:
        bob = await chat.connect("bob")
        body = {"name": " Release Notes", "title": "Release  notes"}
        status, room = await chat.api("alice", "POST", "/api/rooms", body)
        assert status == 201
        assert (room["name"], room["title"]) == ("release-notes", "Release notes")
        assert (room["role"], room["private"], room["slow"]) == ("owner", False, 0)
        (listed,) = (await bob.next("rooms"))["rooms"]
        assert listed == {
            "name": "release-notes",
            "title": "Release notes",
            "topic": "",
            "online": 0,
            "used": True,
        }
        status, answer = await chat.api("bob", "POST", "/api/rooms", body)
        assert (status, answer) == (409, {"error": "room-taken"})
        _, answer = await chat.api("alice", "GET", "/api/rooms")
        assert [room["name"] for room in answer["yours"]] == ["release-notes"]
        assert (await chat.api("bob", "GET", "/api/rooms/nowhere"))[0] == 404
        assert (await chat.api(None, "POST", "/api/rooms", {"name": "x"}))[0] == 403

    run(work)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"name": ""}, "room-empty"),
        ({"name": "x" * 33}, "room-too-long"),
        ({"name": "a/b"}, "room-characters"),
        ({"name": "a", "title": "x" * 65}, "text-too-long"),
        ({"name": "a", "private": "yes"}, "bad-command"),
        ({}, "bad-command"),
    ],
)
def test_a_room_may_be_refused(body: dict[str, Any], error: str) -> None:
    async def work(chat: Chat) -> None:
        assert await chat.api("alice", "POST", "/api/rooms", body) == (400, {"error": error})

    run(work)


def test_settings_reach_everybody() -> None:
    async def work(chat: Chat) -> None:
        await make(chat)
        bob = await chat.connect("bob")
        await bob.join("den")
        change = {"title": "The den", "topic": "Bears <b>", "slow": 30}
        assert (await chat.api("bob", "PATCH", "/api/rooms/den", change))[0] == 403
        status, room = await chat.api("alice", "PATCH", "/api/rooms/den", change)
        assert (status, room["slow"]) == (200, 30)
        event = await bob.next("room")
        assert (event["title"], event["topic"], event["slow"]) == ("The den", "Bears <b>", 30)
        assert (await bob.say("one", "k1", "den"))["type"] == "said"
        refused = await bob.say("two", "k2", "den")
        assert refused["code"] == "slow-mode"
        assert 29 < refused["retry_after"] <= 30
        for bad in ({"slow": -1}, {"slow": 21_601}, {"slow": True}, {"topic": "x" * 201}):
            assert (await chat.api("alice", "PATCH", "/api/rooms/den", bad))[0] == 400

    run(work)


def test_a_private_room_is_closed_but_for_the_invited() -> None:
    async def work(chat: Chat) -> None:
        await make(chat, private=True)
        bob = await chat.connect("bob")
        assert (await bob.join("den"))["code"] == "private"
        for path in ("", "/messages", "/members"):
            assert (await chat.api("bob", "GET", f"/api/rooms/den{path}"))[0] == 403
        assert (await chat.api("bob", "POST", "/api/rooms/den/invitations", {}))[0] == 403
        _, listed = await chat.api("bob", "GET", "/api/rooms")
        assert [room["name"] for room in listed["rooms"]] == ["lobby"]
        status, invitation = await chat.api(
            "alice", "POST", "/api/rooms/den/invitations", {"uses": 1, "hours": 1}
        )
        assert status == 201
        assert invitation["url"] == f"{chat.url}/invite/{invitation['token']}"
        response = await chat.fetch(f"/invite/{invitation['token']}")
        assert response.headers["Location"] == f"/room/den?invite={invitation['token']}"
        assert (await chat.fetch("/invite/guess")).code == 404
        joined = await bob.join("den", invite=invitation["token"])
        assert (joined["type"], joined["role"], joined["private"]) == ("joined", "member", True)
        carol = await chat.connect("carol")
        assert (await carol.join("den", invite=invitation["token"]))["code"] == "no-invitation"
        # It is neither in the list nor in what is told of it.
        assert all(room["name"] == "lobby" for room in carol.welcome["rooms"])

    run(work)


def test_owners_mute_ban_and_put_out() -> None:
    async def work(chat: Chat) -> None:
        await make(chat)
        bob = await chat.connect("bob")
        await bob.join("den")
        path = "/api/rooms/den/members/bob"
        status, member = await chat.api("alice", "PUT", path, {"muted": 60})
        assert (status, member["role"]) == (200, "member")
        told = await bob.next("role")
        assert (told["role"], told["muted"]) == ("member", member["muted"])
        refused = await bob.say("hi", "k1", "den")
        assert refused["code"] == "muted"
        assert 50 < refused["retry_after"] <= 60
        await chat.api("alice", "PUT", path, {"muted": 0})
        assert (await bob.next("role"))["muted"] == 0
        assert (await bob.say("hi", "k1", "den"))["type"] == "said"
        # Put out, one may come back; banned, one may not.
        assert (await chat.api("alice", "DELETE", path))[0] == 204
        assert (await bob.next("removed"))["reason"] == "removed"
        assert (await bob.say("hi", "k2", "den"))["code"] == "not-joined"
        assert (await bob.join("den"))["type"] == "joined"
        assert (await chat.api("alice", "PUT", path, {"banned": -1}))[0] == 200
        assert (await bob.next("removed"))["reason"] == "banned"
        assert (await bob.join("den"))["code"] == "banned"
        assert (await chat.api("bob", "GET", "/api/rooms/den/messages"))[0] == 403
        status, _ = await chat.api("bob", "POST", "/api/rooms/den/messages", {"text": "hi"})
        assert status == 403
        await chat.api("alice", "PUT", path, {"banned": 0})
        assert (await bob.join("den"))["type"] == "joined"

    run(work)


def test_moderators_have_rights_but_not_over_owners() -> None:
    async def work(chat: Chat) -> None:
        await make(chat)
        clients = {name: await chat.connect(name) for name in ("alice", "bob", "carol")}
        for client in clients.values():
            await client.join("den")

        async def put(who: str, whom: str, **members: Any) -> int:
            path = f"/api/rooms/den/members/{whom}"
            return (await chat.api(who, "PUT", path, members))[0]

        assert await put("bob", "carol", muted=60) == 403
        assert await put("alice", "bob", role="moderator") == 200
        assert (await clients["bob"].next("role"))["role"] == "moderator"
        assert await put("bob", "carol", muted=60) == 200
        assert await put("bob", "alice", muted=60) == 403
        assert await put("bob", "bob", role="moderator") == 403
        assert await put("bob", "carol", role="moderator") == 403
        assert await put("alice", "alice", role="member") == 403
        assert await put("alice", "carol", role="owner") == 403
        assert await put("alice", "nobody", muted=1) == 404
        assert await put("alice", "carol", muted="long") == 400
        assert await put("alice", "carol") == 400
        _, answer = await chat.api("carol", "GET", "/api/rooms/den/members")
        roles = {each["id"]: each["role"] for each in answer["members"]}
        assert roles == {"alice": "owner", "bob": "moderator", "carol": "member"}
        assert not any("muted" in each for each in answer["members"])
        _, answer = await chat.api("bob", "GET", "/api/rooms/den/members")
        assert [each["id"] for each in answer["members"] if "muted" in each] == ["carol"]
        assert (await chat.api("bob", "DELETE", "/api/rooms/den"))[0] == 403

    run(work)


def test_a_deleted_room_is_gone_for_everybody() -> None:
    async def work(chat: Chat) -> None:
        await make(chat)
        bob = await chat.connect("bob")
        await bob.join("den")
        assert (await chat.api("alice", "DELETE", "/api/rooms/den"))[0] == 204
        assert (await bob.next("removed"))["reason"] == "deleted"
        assert (await bob.say("hi", "k", "den"))["code"] == "not-joined"
        assert (await bob.join("den", create=False))["code"] == "no-room"
        assert (await chat.api("alice", "GET", "/api/rooms/den"))[0] == 404
        # Others' methods of this address delete nothing.
        await make(chat, "other")
        for path in ("/invitations", "/members", "/messages", "/files"):
            assert (await chat.api("alice", "DELETE", f"/api/rooms/other{path}"))[0] == 405
        assert (await chat.api("alice", "DELETE", "/api/rooms/lobby"))[0] == 403

    run(work)


def test_programs_join_and_leave_without_a_connection() -> None:
    async def work(chat: Chat) -> None:
        await make(chat)
        say = {"text": "built", "key": "build-7"}
        assert (await chat.api("bot", "POST", "/api/rooms/den/messages", say))[0] == 403
        status, room = await chat.api("bot", "PUT", "/api/rooms/den/join")
        assert (status, room["role"]) == (200, "member")
        alice = await chat.connect("alice")
        await alice.join("den")
        status, message = await chat.api("bot", "POST", "/api/rooms/den/messages", say)
        assert (status, message["text"]) == (201, "built")
        assert (await alice.next("message"))["id"] == message["id"]
        status, again = await chat.api("bot", "POST", "/api/rooms/den/messages", say)
        assert (status, again) == (200, message)
        assert (await chat.api("bot", "DELETE", "/api/rooms/den/join"))[0] == 204
        status, _ = await chat.api("bot", "POST", "/api/rooms/den/messages", {"text": "x"})
        assert status == 403

    run(work)


def test_cross_site_requests_are_refused() -> None:
    async def work(chat: Chat) -> None:
        for headers in (
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            status, _ = await chat.api("alice", "POST", "/api/rooms", {"name": "x"}, **headers)
            assert status == 403

    run(work)
