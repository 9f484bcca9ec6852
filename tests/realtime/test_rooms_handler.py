"""The protocol of docs/realtime-protocol.md, over real WebSockets."""

import asyncio
from typing import Any

import pytest
from benchmarks.load.idle import handshake, masked

from tests.realtime.running import run
from tests.realtime.sites import Rooms, RoomSite


def test_a_conversation() -> None:
    async def main() -> None:
        async with RoomSite() as site:
            ada = await site.connect("/realtime?user=ada")
            assert ada.welcome["type"] == "welcome"
            assert ada.welcome["user"] == "ada"
            started = await ada.ask(type="subscribe", id=1, room="lobby", presence=True)
            epoch = started["epoch"]
            assert started == {
                "type": "subscribed",
                "id": 1,
                "room": "lobby",
                "offset": 0,
                "epoch": epoch,
                "recovered": False,
                "publications": [],
            }
            rest = {message["type"]: message for message in (await ada.read(), await ada.read())}
            assert rest["members"]["members"] == {"ada": {"name": "Ada"}}
            assert rest["join"]["user"] == "ada"
            bob = await site.connect()
            await bob.say(type="publish", id="p", room="lobby", data={"text": "hi"}, key="k")
            expected = {"room": "lobby", "offset": 1, "epoch": epoch}
            assert await bob.read() == {"type": "published", "id": "p", **expected}
            published = await ada.read()
            assert published["data"] == {"text": "hi"}
            assert published["offset"] == 1
            again = await bob.ask(type="publish", id=3, room="lobby", data=1, key="k")
            assert again["offset"] == 1
            missed = await bob.ask(
                type="subscribe", id=4, room="lobby", since={"offset": 0, "epoch": epoch}
            )
            assert missed["recovered"] is True
            assert [one["data"] for one in missed["publications"]] == [{"text": "hi"}]
            history = await bob.ask(type="history", id=5, room="lobby", limit=5)
            assert history["complete"] is True
            assert [one["offset"] for one in history["publications"]] == [1]
            assert await bob.ask(type="leave", id=6, room="lobby") == {
                "type": "left",
                "id": 6,
                "room": "lobby",
            }
            assert (await bob.ask(type="ping", id=7)) == {"type": "pong", "id": 7}
            await ada.say(type="publish", room="lobby", data=2, echo=False)
            messages = [await ada.read(), await ada.read()]
            assert sorted(message["type"] for message in messages) == ["published", "skip"]
            await site.hub.remove("lobby", "ada", "enough")
            assert await ada.read() == {"type": "removed", "room": "lobby", "reason": "enough"}

    run(main)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"type": "dance"}, "bad-request"),
        ({"type": "subscribe"}, "bad-request"),
        ({"type": "subscribe", "room": "x" * 256}, "bad-request"),
        ({"type": "subscribe", "room": "a\nb"}, "bad-request"),
        ({"type": "subscribe", "room": 5}, "bad-request"),
        ({"type": "subscribe", "room": "a", "since": {"offset": -1, "epoch": "x"}}, "bad-request"),
        ({"type": "subscribe", "room": "a", "since": "x"}, "bad-request"),
        ({"type": "subscribe", "room": "secret"}, "forbidden"),
        ({"type": "history", "room": "secret"}, "forbidden"),
        ({"type": "history", "room": "a", "limit": "x"}, "bad-request"),
        ({"type": "presence", "room": "secret"}, "forbidden"),
        ({"type": "publish", "room": "a"}, "bad-request"),
        ({"type": "publish", "room": "a", "data": 1, "key": 5}, "bad-request"),
        ({"type": "publish", "room": "news", "data": 1}, "forbidden"),
    ],
)
def test_what_is_refused(command: dict[str, Any], code: str) -> None:
    async def main() -> None:
        async with RoomSite() as site:
            client = await site.connect()
            answer = await client.ask(id=9, **command)
            assert (answer["type"], answer["code"], answer["id"]) == ("error", code, 9)
            assert answer["message"]
            assert (await client.ask(type="ping", id=1))["type"] == "pong"

    run(main)


def test_what_is_no_command_at_all() -> None:
    async def main() -> None:
        async with RoomSite() as site:
            client = await site.connect()
            for text in ("{", "[]", '"x"', "[" * 30000, "\x00"):
                await client.connection.write_message(text)
                assert (await client.read())["code"] == "bad-request"

    run(main)


def test_limits() -> None:
    async def main() -> None:
        async with RoomSite() as site:
            client = await site.connect()
            for room in "abc":
                assert (await client.ask(type="subscribe", room=room))["type"] == "subscribed"
            assert (await client.ask(type="subscribe", room="d"))["code"] == "too-many-rooms"
            twice = await site.connect()
            await twice.ask(type="subscribe", room="a")
            assert (await twice.ask(type="subscribe", room="a"))["code"] == "already-subscribed"
            hurried = await site.connect("/hurried")
            answers = [await hurried.ask(type="ping") for _ in range(3)]
            assert [answer["type"] for answer in answers] == ["pong", "pong", "error"]
            assert answers[2]["code"] == "too-fast"
            assert answers[2]["retry_after"] > 1
            await client.say(type="publish", room="a", data="x" * 70000)
            assert await client.read() is None
            assert client.connection.close_code == 1009

    run(main)


def test_who_is_not_let_in() -> None:
    async def main() -> None:
        async with RoomSite() as site:
            client = await site.connect("/realtime?user=mallory")
            assert client.welcome is None
            assert client.connection.close_code == 1008

    run(main)


def test_leaving_the_page_is_leaving_the_rooms() -> None:
    async def main() -> None:
        async with RoomSite() as site:
            ada, bob = await site.connect("/realtime?user=ada"), await site.connect()
            await bob.ask(type="subscribe", room="lobby")
            await ada.say(type="subscribe", room="lobby")
            assert (await bob.read())["type"] == "join"
            ada.connection.close()
            assert (await bob.read()) == {
                "type": "leave",
                "room": "lobby",
                "user": "ada",
                "count": 0,
            }

    run(main)


def test_who_is_in_no_room_gets_what_is_for_everybody() -> None:
    async def main() -> None:
        async with RoomSite() as site:
            ada, bob = await site.connect("/realtime?user=ada"), await site.connect()
            await site.hub.broadcast({"text": "hello all"})
            for client in (ada, bob):
                said = await client.read()
                assert said == {
                    "type": "broadcast",
                    "time": said["time"],
                    "data": {"text": "hello all"},
                }
            bob.connection.close()
            while len(site.hub._everyone._connected) > 1:
                await asyncio.sleep(0.005)

    run(main)


@pytest.mark.parametrize(
    ("one", "its_key", "other", "other_key"),
    [("a", "b:c", "a:b", "c"), ("ada", "k", "", "ada:k"), ("ada", "k", "", "3:ada:k")],
)
def test_nobody_uses_up_the_keys_of_somebody_else(
    one: str, its_key: str, other: str, other_key: str
) -> None:
    async def main() -> None:
        async with RoomSite() as site:
            offsets = []
            for user, key in ((one, its_key), (other, other_key)):
                client = await site.connect(f"/realtime?user={user}")
                answer = await client.ask(type="publish", room="lobby", data=user, key=key)
                offsets.append(answer["offset"])
            assert offsets == [1, 2]

    run(main)


def test_who_goes_while_it_is_asked_whether_it_may_come_in_leaves_nothing_behind() -> None:
    entering, may = asyncio.Event(), asyncio.Event()

    class Slow(Rooms):
        async def on_subscribe(self, room: str) -> None:
            entering.set()
            await may.wait()

    async def main() -> None:
        async with RoomSite() as site:
            site.application.add_handlers(".*", [("/slow", Slow, {"hub": site.hub})])
            _, writer = await asyncio.open_connection("127.0.0.1", site.port)
            command = masked(b'{"type": "subscribe", "room": "lobby"}')
            writer.write(handshake("/slow?user=ada") + command)
            await entering.wait()
            writer.transport.abort()
            may.set()
            while site.hub._everyone._connected or site.hub.rooms:
                await asyncio.sleep(0.005)
            assert await site.hub.members("lobby") == {}

    run(main)
