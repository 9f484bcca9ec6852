"""A member's network is cut for a while; ``make chat-offline`` cuts it for the full 30 seconds."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fujita.chat.limits import Rate
from tests.chat.browsers import Browser
from tests.chat.members import Member
from tests.chat.processes import served
from tests.chat.relay import Relay

SECONDS = float(os.environ.get("FUJITA_CUT_SECONDS", "2"))
MISSED = 8
SECRET = "both members' cookies are signed with it"

pytestmark = pytest.mark.timeout(60 + 2 * SECONDS)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[int]:
    limits: dict[str, object] = {"messages": Rate(100, 100)}
    with served(tmp_path / "chat.db", secret=SECRET, limits=limits) as (_, port):
        yield port


@pytest.fixture
def relay(server: int) -> Iterator[Relay]:
    with Relay(server) as relay:
        yield relay


def goes_offline(browser: Browser, is_offline: bool) -> None:
    browser.cdp("Network.enable")
    browser.cdp(
        "Network.emulateNetworkConditions",
        offline=is_offline,
        latency=0,
        downloadThroughput=-1,
        uploadThroughput=-1,
    )


def talk_meanwhile(browser: Browser) -> list[str]:
    """Says something now and then, until the time is over; returns what."""
    texts = [f"meanwhile {number}" for number in range(MISSED)]
    begin = time.monotonic()
    for number, text in enumerate(texts, 1):
        browser.say(text)
        time.sleep(max(0.0, begin + SECONDS * number / MISSED - time.monotonic()))
    return texts


def test_a_browser_without_a_network_comes_back_with_everything(
    alice: Browser, bob: Browser, server: int, relay: Relay
) -> None:
    alice.open(server)
    bob.open(relay.port)
    alice.say("before")
    bob.wait_for(bob.messages, ["before"])
    goes_offline(bob, True)
    # A WebSocket that is open already outlives this in Chromium.
    relay.cut()
    bob.wait(lambda: bob.is_shown("#banner"), "the banner")
    bob.say("written in the dark")
    missed = talk_meanwhile(alice)
    alice.wait_for(lambda: len(alice.all(".message.sent")), 1 + MISSED)
    assert bob.messages() == ["before", "written in the dark"]
    assert len(bob.all(".message.sending")) == 1
    goes_offline(bob, False)
    everything = ["before", *missed, "written in the dark"]
    bob.wait_for(bob.messages, everything)
    alice.wait_for(alice.messages, everything)
    bob.wait_for(lambda: bob.is_shown("#banner"), False)
    bob.wait_for(lambda: len(bob.all(".message.sent")), 1)
    # The browser's console notes each attempt.
    assert all("ERR_INTERNET_DISCONNECTED" in line for line in bob.complaints())


def test_a_browser_on_a_network_that_has_fallen_silent_comes_back_with_everything(
    alice: Browser, bob: Browser, server: int, relay: Relay
) -> None:
    """Nobody is told: the page itself has to notice that nothing comes any more."""
    alice.open(server)
    bob.open(relay.port)
    alice.say("before")
    bob.wait_for(bob.messages, ["before"])
    relay.silence()
    bob.say("into the void")
    missed = talk_meanwhile(alice)
    alice.wait_for(lambda: len(alice.all(".message.sent")), 1 + MISSED)
    assert bob.messages() == ["before", "into the void"]
    relay.resume()
    everything = ["before", *missed, "into the void"]
    bob.wait_for(bob.messages, everything)
    alice.wait_for(alice.messages, everything)
    bob.wait_for(lambda: bob.is_shown("#banner"), False)


def test_a_client_comes_back_with_everything(server: int, relay: Relay) -> None:
    async def main() -> None:
        talker = Member("talker", "tunnel", [server], SECRET, MISSED)
        hearer = Member("hearer", "tunnel", [relay.port], SECRET, 1)
        tasks = [asyncio.create_task(member.live()) for member in (talker, hearer)]
        await hearer.is_in.wait()
        await talker.is_in.wait()
        relay.silence()
        talker.may_talk.set()
        hearer.may_talk.set()
        await talker.until(lambda: len(talker.acknowledged) == MISSED)
        await asyncio.sleep(SECONDS)
        assert hearer.heard == []
        relay.resume()
        for member in (talker, hearer):
            await member.until(lambda member=member: len(member.heard) == MISSED + 1)  # type: ignore[misc]
            assert [id for _, id in member.heard] == list(range(1, MISSED + 2))
            assert member.problems == []
        assert len(hearer.acknowledged) == 1
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    asyncio.run(main())
