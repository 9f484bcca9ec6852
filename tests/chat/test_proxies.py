import asyncio

import pytest

from fujita.chat.proxies import Proxies
from tests.chat.running import running


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.5", "203.0.113.7", "203.0.113.7"),
        ("::ffff:10.0.0.5", "203.0.113.7", "203.0.113.7"),
        # A proxy before ours, and a lie before that.
        ("10.0.0.5", "198.51.100.1, 203.0.113.7, 192.168.3.4", "203.0.113.7"),
        ("10.0.0.5", "192.168.3.4", "192.168.3.4"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", "203.0.113.7, unknown", "10.0.0.5"),
        # Not a proxy of ours: nothing that it says is believed.
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("0.0.0.0", "198.51.100.1", "0.0.0.0"),
    ],
)
def test_who_the_client_is(peer: str, forwarded: str, client: str) -> None:
    proxies = Proxies(["10.0.0.5", "192.168.0.0/16"])
    assert proxies.client(peer, forwarded) == client
    assert Proxies().client(peer, forwarded) == peer


def test_how_the_client_came() -> None:
    proxies = Proxies(["10.0.0.5"])
    assert proxies.scheme("10.0.0.5", "http", "https") == "https"
    assert proxies.scheme("10.0.0.5", "http", "https, http") == "http"
    assert proxies.scheme("10.0.0.5", "http", "javascript") == "http"
    assert proxies.scheme("10.0.0.6", "http", "https") == "http"


def test_what_is_no_address() -> None:
    with pytest.raises(ValueError, match="nginx"):
        Proxies(["nginx"])


@pytest.mark.parametrize(("trusted", "shown"), [("127.0.0.1", True), ("127.0.0.2", False)])
def test_only_a_proxy_of_ours_says_who_is_there(trusted: str, shown: bool) -> None:
    async def main() -> None:
        async with running(proxies=Proxies([trusted])) as chat:
            page = await chat.fetch("/", headers={"X-Forwarded-Proto": "https"})
            assert ("Secure" in page.headers["Set-Cookie"]) == shown
            headers = {"X-Forwarded-For": "203.0.113.7", "X-Real-Ip": "198.51.100.1"}
            await chat.connect("alice", **headers)
            connections = chat.application.services.connections
            assert connections.of("203.0.113.7" if shown else "127.0.0.1") == 1
            assert connections.of("198.51.100.1") == 0

    asyncio.run(main())
