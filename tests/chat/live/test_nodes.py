"""Several nodes with one database, whether or not they hear of each other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from tests.chat.redis_server import Redis, redis_server
from tests.chat.running import QUICK, Chat, Client, running

# Buses in memory reach nobody else: all that a node learns of others is in the database.
DEAF = replace(QUICK, reconcile_interval=0.05, gap_patience=0.01)


@asynccontextmanager
async def nodes(folder: Path, count: int = 3) -> AsyncIterator[list[Chat]]:
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(running(folder / "chat.db", DEAF)) for _ in range(count)
        ]


async def texts(client: Client, count: int) -> list[str]:
    return [(await client.next("message"))["text"] for _ in range(count)]


def test_what_no_node_was_told_of_comes_by_the_database(tmp_path: Path) -> None:
    async def main() -> None:
        async with nodes(tmp_path) as chats:
            clients = [await chat.connect(f"guest{n}") for n, chat in enumerate(chats)]
            for client in clients:
                await client.join()
            for turn in range(5):
                for number, client in enumerate(clients):
                    answer = await client.say(f"{turn} {number}", f"k{turn}")
                    assert answer["type"] == "said"
            expected = [f"{turn} {number}" for turn in range(5) for number in range(3)]
            for client in clients:
                assert await texts(client, 15) == expected

    asyncio.run(main())


def test_a_client_moves_from_node_to_node_without_loss(tmp_path: Path) -> None:
    async def main() -> None:
        async with nodes(tmp_path) as (one, other, _):
            alice, bob = await one.connect("alice"), await one.connect("bob")
            await alice.join()
            joined = await bob.join()
            await alice.say("a", "k1")
            heard = await bob.next("message")
            await bob.close()
            await alice.say("b", "k2")
            await alice.say("c", "k3")
            # The other node has the room open and may not have noticed yet.
            await (await other.connect("carol")).join()
            back = await other.connect("bob")
            rejoined = await back.join(after=heard["position"])
            assert [message["text"] for message in rejoined["messages"]] == ["b", "c"]
            assert not rejoined["fresh"]
            assert rejoined["position"] == joined["position"] + 3
            # Sent again over there, it is the same message.
            move = await other.connect("alice")
            await move.join()
            again = await move.say("c", "k3")
            assert again["id"] == rejoined["messages"][-1]["id"]

    asyncio.run(main())


def test_bans_and_deletions_reach_other_nodes(tmp_path: Path) -> None:
    async def main() -> None:
        async with nodes(tmp_path, 2) as (one, other):
            await one.api("alice", "POST", "/api/rooms", {"name": "den"})
            bob, carol = await other.connect("bob"), await other.connect("carol")
            await bob.join("den")
            await carol.join("den")
            await one.api("alice", "PUT", "/api/rooms/den/members/bob", {"banned": 60})
            assert (await bob.next("removed"))["reason"] == "banned"
            await one.api("alice", "PATCH", "/api/rooms/den", {"topic": "bears"})
            assert (await carol.next("room"))["topic"] == "bears"
            await one.api("alice", "DELETE", "/api/rooms/den")
            assert (await carol.next("removed"))["reason"] == "deleted"

    asyncio.run(main())


@asynccontextmanager
async def connected_nodes(folder: Path, redis: Redis) -> AsyncIterator[list[Chat]]:
    """Nodes that look at the database by themselves too seldom for it to help."""
    limits = replace(QUICK, reconcile_interval=60.0, gap_patience=0.2)
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(running(folder / "chat.db", limits, redis=redis.url))
            for _ in range(2)
        ]


def test_nodes_on_one_redis_hear_of_everything_at_once(tmp_path: Path) -> None:
    async def main(redis: Redis) -> None:
        async with connected_nodes(tmp_path, redis) as (one, other):
            alice, bob = await one.connect("alice"), await other.connect("bob")
            await alice.join()
            joined = await bob.join()
            assert {person["id"] for person in joined["members"]} == {"alice", "bob"}
            arrived = await alice.next("presence")
            while "bob" not in [person["id"] for person in arrived["arrived"]]:
                arrived = await alice.next("presence")
            assert arrived["online"] == 2
            said = await alice.say("over there", "k1")
            assert (await bob.next("message"))["id"] == said["id"]
            await bob.ask(type="react", room="lobby", id=said["id"], emoji="👍", on=True)
            changed = await alice.next("changed")
            assert changed["reactions"] == [{"emoji": "👍", "users": ["bob"]}]
            await bob.send(type="typing", room="lobby")
            assert (await alice.next("typing"))["name"] == "Bob"
            # Renamed at the node where they are not connected.
            await one.api("bob", "POST", "/api/name", {"name": "Robert"})
            assert (await bob.next("named"))["name"] == "Robert"
            assert (await alice.next("renamed"))["former"] == "Bob"
            status, _ = await other.api(
                "alice", "POST", "/api/rooms/lobby/messages", {"text": "by HTTP"}
            )
            assert status == 201
            assert (await bob.next("message"))["text"] == "by HTTP"
            await one.api("alice", "POST", "/api/rooms", {"name": "den", "title": "The den"})
            listed = await bob.next("rooms")
            while all(room["name"] != "den" for room in listed["rooms"]):
                listed = await bob.next("rooms")
            # Left at the node where they are not connected.
            assert (await one.api("bob", "DELETE", "/api/rooms/lobby/join"))[0] == 204
            assert (await bob.next("left"))["room"] == "lobby"
            departed = await alice.next("presence")
            while departed["departed"] != ["bob"]:
                departed = await alice.next("presence")

    with redis_server() as redis:
        asyncio.run(main(redis))


def test_a_chat_goes_on_without_redis(tmp_path: Path) -> None:
    async def main(redis: Redis) -> None:
        limits = replace(QUICK, reconcile_interval=0.1)
        async with AsyncExitStack() as stack:
            one, other = [
                await stack.enter_async_context(
                    running(tmp_path / "chat.db", limits, redis=redis.url)
                )
                for _ in range(2)
            ]
            alice, bob = await one.connect("alice"), await other.connect("bob")
            await alice.join()
            await bob.join()
            await asyncio.to_thread(redis.stop)
            assert (await one.fetch("/readyz")).code == 503
            assert (await one.fetch("/healthz")).code == 200
            for number in range(3):
                answer = await alice.say(f"{number}", f"k{number}")
                assert answer["type"] == "said"
            assert await texts(bob, 3) == ["0", "1", "2"]
            # Also those who come now, into a room that nobody here is in yet.
            carol = await other.connect("carol")
            assert (await carol.join("den"))["type"] == "joined"
            await asyncio.to_thread(redis.start)
            await alice.say("back", "k9")
            assert await texts(bob, 1) == ["back"]
            while (await one.fetch("/readyz")).code != 200:
                await asyncio.sleep(0.05)

    with redis_server() as redis:
        asyncio.run(main(redis))
