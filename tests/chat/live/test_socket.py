import asyncio
import base64
import os
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fujita.chat import Limits
from fujita.chat.limits import Rate
from tests.chat.running import Chat, running


def run(work: Callable[[Chat], Awaitable[None]], limits: Limits | None = None, **s: Any) -> None:
    async def main() -> None:
        async with running(limits=limits, **s) as chat:
            await work(chat)

    asyncio.run(main())


def test_two_guests_talk() -> None:
    async def work(chat: Chat) -> None:
        alice, bob = await chat.connect("alice"), await chat.connect("bob")
        assert alice.welcome["you"] == {"id": "alice", "name": "Alice", "kind": "guest"}
        assert (await alice.join())["online"] == 1
        assert (await bob.join())["online"] == 2
        assert (await alice.next("presence"))["arrived"][-1]["name"] in ("Alice", "Bob")
        said = await alice.say("你好 🌪\n<b>", "k1")
        assert (said["type"], said["number"]) == ("said", 1)
        heard = await bob.next("message")
        assert (heard["id"], heard["position"]) == (said["id"], said["position"])
        assert heard["text"] == "你好 🌪\n<b>"
        await bob.send(type="ping")
        assert await bob.next("pong") == {"type": "pong"}
        await bob.send(type="leave", room="lobby")
        assert await bob.next("left") == {"type": "left", "room": "lobby"}
        assert (await bob.say("still here?", "k2"))["code"] == "not-joined"

    run(work)


def test_who_has_no_cookie_is_a_guest_for_as_long_as_the_connection_lasts() -> None:
    async def work(chat: Chat) -> None:
        english = await chat.connect()
        chinese = await chat.connect(**{"Accept-Language": "zh-CN"})
        forged = await chat.connect(Cookie='chat_guest="2|1:0|10:1|10:chat_guest|4:AAAA|0000"')
        assert english.welcome["you"]["name"].startswith("Guest ")
        assert chinese.welcome["you"]["name"].startswith("访客 ")
        assert len({c.welcome["you"]["id"] for c in (english, chinese, forged)}) == 3
        await english.join()
        await english.say("hello", "k")
        author = (await english.next("message"))["author"]
        assert author["id"] == english.welcome["you"]["id"]

    run(work)


def test_a_bad_message_gets_an_error_and_nothing_worse() -> None:
    async def work(chat: Chat) -> None:
        client = await chat.connect("alice")
        for frame in ("", "{", "[]", '{"type": 1}', b"\x00", '{"type":"join","room":"\\ud800"}'):
            await client.connection.send(frame)
            error = await client.next("error")
            assert error["code"] in ("bad-command", "room-characters")
            assert error["detail"]
        await client.join()
        assert (await client.say("x" * 4001, "k1"))["code"] == "text-too-long"
        assert (await client.say("\ud800", "k2"))["code"] == "text-empty"
        assert (await client.say("x" * 4000, "k3"))["type"] == "said"

    run(work)


def test_a_frame_that_is_too_big_ends_the_connection() -> None:
    async def work(chat: Chat) -> None:
        client = await chat.connect("alice")
        await client.connection.send("x" * 70_000)
        with pytest.raises(ConnectionClosed) as raised:
            await client.next("error")
        assert raised.value.rcvd is None or raised.value.rcvd.code == 1009

    run(work)


def test_the_longest_text_fits_into_a_frame_however_it_is_written() -> None:
    async def work(chat: Chat) -> None:
        client = await chat.connect("alice")
        await client.join()
        await client.say("🌪" * 4000, "k1")
        assert (await client.next("message"))["text"] == "🌪" * 4000

    run(work)


def test_after_a_burst_one_is_asked_to_wait_and_can_go_on() -> None:
    async def work(chat: Chat) -> None:
        client = await chat.connect("alice")
        await client.join()
        assert [(await client.say("hi", f"k{n}"))["type"] for n in range(3)] == ["said"] * 3
        refused = await client.say("hi", "k3")
        assert (refused["code"], refused["key"], refused["room"]) == ("too-fast", "k3", "lobby")
        assert 0 < refused["retry_after"] <= 0.1
        await asyncio.sleep(refused["retry_after"])
        assert (await client.say("hi", "k3"))["type"] == "said"
        # Another tab of the same person has no more rights; another person has their own.
        other, bob = await chat.connect("alice"), await chat.connect("bob")
        await other.join()
        await bob.join()
        assert (await other.say("hi", "k4"))["code"] == "too-fast"
        assert (await bob.say("hi", "k4"))["type"] == "said"

    run(work, Limits(messages=Rate(3, 10.0)))


def test_a_flood_of_commands_ends_the_connection() -> None:
    async def work(chat: Chat) -> None:
        client = await chat.connect("alice")
        for _ in range(21):
            await client.send(type="ping")
        for _ in range(20):
            await client.next("pong")
        with pytest.raises(ConnectionClosed) as raised:
            await client.next("pong")
        assert raised.value.rcvd is not None
        assert raised.value.rcvd.code == 1008

    run(work, Limits(commands=Rate(20, 0.001)))


def test_nothing_is_lost_or_doubled_over_a_break() -> None:
    async def work(chat: Chat) -> None:
        alice, bob = await chat.connect("alice"), await chat.connect("bob")
        await alice.join()
        await bob.join()
        first = await alice.say("before", "k0")
        assert (await bob.next("message"))["id"] == first["id"]
        # The connection breaks without a goodbye, and with a message under way.
        await bob.send(type="say", room="lobby", text="under way", key="b0")
        bob.connection.transport.abort()
        for number in range(5):
            await alice.say(f"missed {number}", f"k{number + 1}")
        back = await chat.connect("bob")
        joined = await back.join(after=first["position"])
        assert not joined["fresh"]
        await back.say("under way", "b0")
        ids = [message["id"] for message in joined["messages"]]
        assert ids == sorted(set(ids))
        texts = [message["text"] for message in joined["messages"]]
        assert [text for text in texts if text != "under way"] == [f"missed {n}" for n in range(5)]
        late = await chat.connect("late")
        everything = [message["text"] for message in (await late.join())["messages"]]
        assert everything.count("under way") == 1

    run(work)


def test_who_talks_at_once_is_heard_by_all_in_the_same_order() -> None:
    async def work(chat: Chat) -> None:
        clients = [await chat.connect(f"guest-{number}") for number in range(8)]
        for client in clients:
            await client.join()

        async def talk(number: int) -> None:
            for turn in range(10):
                await clients[number].send(
                    type="say", room="lobby", text=f"{number} {turn}", key=f"k{turn}"
                )

        async def listen(number: int) -> list[int]:
            return [(await clients[number].next("message"))["id"] for _ in range(80)]

        heard = await asyncio.gather(*map(listen, range(8)), *map(talk, range(8)))
        orders = [ids for ids in heard if ids is not None]
        assert len(orders) == 8
        assert all(ids == sorted(orders[0]) for ids in orders)

    run(work)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "{own}"}, None),
        ({"Origin": "{own}"}, None),
    ],
)
def test_only_our_own_pages_may_connect(headers: dict[str, str], status: int | None) -> None:
    async def work(chat: Chat) -> None:
        own = {name: value.format(own=chat.url) for name, value in headers.items()}
        if status is None:
            assert (await chat.connect("alice", **own)).welcome["you"]["id"] == "alice"
            return
        with pytest.raises(InvalidStatus) as raised:
            await chat.connect("alice", **own)
        assert raised.value.response.status_code == status

    run(work)


def test_who_does_not_read_is_disconnected_and_the_others_are_not_held_up() -> None:
    async def work(chat: Chat) -> None:
        loop = asyncio.get_running_loop()
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", chat.port))
        key = base64.b64encode(os.urandom(16)).decode()
        deaf.sendall(
            f"GET /socket HTTP/1.1\r\nHost: 127.0.0.1:{chat.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            f"Cookie: {chat.cookie('deaf', 'Deaf')}\r\n\r\n".encode()
        )
        command = b'{"type":"join","room":"lobby"}'
        mask = bytes(4)
        deaf.sendall(bytes([0x81, 0x80 | len(command)]) + mask + command)
        speaker = await chat.connect("speaker")
        await speaker.join()
        rooms = chat.application.rooms
        while rooms.guests.get("deaf") is None:
            await asyncio.sleep(0)
        sent = 0
        while rooms.guests.get("deaf") is not None:
            sent += 1
            assert sent < 5000, "a reader who does not read is never given up"
            assert (await speaker.say("x" * 4000, f"k{sent}"))["type"] == "said"
        departed = await speaker.next("presence")
        while departed["departed"] != ["deaf"]:
            departed = await speaker.next("presence")
        assert (await speaker.say("and on it goes", "last"))["type"] == "said"
        # What had gone out can still be read; then comes the Close frame: "try again later".
        deaf.setblocking(False)
        read = b""
        while (1013).to_bytes(2, "big") + b"too much was waiting" not in read:
            chunk = await loop.sock_recv(deaf, 1 << 20)
            assert chunk, "the connection ended without a Close frame"
            read = read[-100:] + chunk
        deaf.close()

    limits = Limits(
        messages=Rate(10_000, 1000.0),
        messages_per_address=Rate(10_000, 1000.0),
        commands=Rate(10_000, 1000.0),
        outgoing_bytes=50_000,
        departure_grace=0.0,
        presence_interval=0.0,
    )
    run(work, limits)


def test_a_store_that_fails_is_an_error_that_names_the_message() -> None:
    async def work(chat: Chat) -> None:
        client = await chat.connect("alice")
        await client.join()
        await chat.application.services.store.close()
        error = await client.say("hi", "k1")
        assert (error["code"], error["room"], error["key"]) == ("storage", "lobby", "k1")
        assert (await client.join("other"))["code"] == "storage"

    run(work)


def test_the_end_is_told_to_everybody() -> None:
    async def main() -> None:
        async with running() as chat:
            client = await chat.connect("alice")
            await client.join()
            await client.say("last words", "k1")
        with pytest.raises(ConnectionClosed) as raised:
            await client.next("nothing")
        assert raised.value.rcvd is not None
        assert raised.value.rcvd.code == 1001

    asyncio.run(main())
