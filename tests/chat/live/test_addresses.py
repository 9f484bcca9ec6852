"""What one address may do, however many guests come from it."""

from dataclasses import replace

import pytest
from websockets.exceptions import InvalidStatus

from fujita.chat.limits import Rate
from fujita.chat.proxies import Proxies
from tests.chat.api.asking import run
from tests.chat.api.test_files import PNG, upload
from tests.chat.running import QUICK, Chat

ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}
HERE = Proxies(["127.0.0.1"])


def test_messages() -> None:
    async def work(chat: Chat) -> None:
        alice, bob = await chat.connect("alice"), await chat.connect("bob")
        carol = await chat.connect("carol", **ELSEWHERE)
        for client in (alice, bob, carol):
            await client.join()
        assert (await alice.say("1", "k"))["type"] == "said"
        assert (await bob.say("2", "k"))["type"] == "said"
        refused = await bob.say("3", "k3")
        assert (refused["code"], refused["retry_after"] > 0) == ("too-fast", True)
        assert (await alice.say("3", "k3"))["code"] == "too-fast"
        assert (await carol.say("3", "k3"))["type"] == "said"

    run(work, replace(QUICK, messages_per_address=Rate(2, 0.001)), proxies=HERE)


def test_connections() -> None:
    async def work(chat: Chat) -> None:
        alice = await chat.connect("alice")
        await chat.connect("bob")
        with pytest.raises(InvalidStatus) as refused:
            await chat.connect("carol")
        assert refused.value.response.status_code == 429
        await chat.connect("carol", **ELSEWHERE)
        await alice.close()
        counted = chat.application.services.connections
        while counted.of("127.0.0.1") > 1:
            await chat.fetch("/healthz")
        await chat.connect("dave")

    run(work, replace(QUICK, connections_per_address=2), proxies=HERE)


def test_new_rooms() -> None:
    async def work(chat: Chat) -> None:
        alice, bob = await chat.connect("alice"), await chat.connect("bob")
        assert (await alice.join("one"))["type"] == "joined"
        assert (await bob.join("two"))["code"] == "too-often"
        assert (await (await chat.connect("carol", **ELSEWHERE)).join("two"))["type"] == "joined"

    run(work, replace(QUICK, rooms_made_per_address=Rate(1, 0.001)), proxies=HERE)


def test_files_of_a_person() -> None:
    async def work(chat: Chat) -> None:
        for who in ("alice", "bob"):
            await (await chat.connect(who)).join()
        assert (await upload(chat, "alice", PNG))[0] == 201
        status, answer = await upload(chat, "alice", PNG)
        assert (status, answer["error"]) == (429, "too-often")
        assert (await upload(chat, "bob", PNG))[0] == 201

    run(work, replace(QUICK, uploads=Rate(1, 0.001)))
