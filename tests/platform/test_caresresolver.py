import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

import pytest

pycares: Any = pytest.importorskip("pycares", reason="pycares is not installed")

from fujita.platform.caresresolver import CaresResolver  # noqa: E402
from tests.loop_kinds import run  # noqa: E402


class NameServer(asyncio.DatagramProtocol):
    """A DNS server (RFC 1035) that knows one address for every name but ``nowhere``."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[str | Any, int]) -> None:
        question_end = data.index(b"\0", 12) + 5
        kind = struct.unpack("!H", data[question_end - 4 : question_end - 2])[0]
        code, answers = 0, b""
        if b"nowhere" in data:
            code = 3  # no such name
        elif kind == 1:
            answers = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + bytes([192, 0, 2, 1])
        header = data[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, bool(answers), 0, 0)
        self.transport.sendto(header + data[12:question_end] + answers, address)


async def resolver_of(port: int, **options: Any) -> CaresResolver:
    resolver: CaresResolver = CaresResolver()
    resolver.channel = pycares.Channel(
        servers=[f"127.0.0.1:{port}"],
        sock_state_cb=resolver._watch,
        lookups="b",
        **options,
    )
    return resolver


def test_localhost_and_literals(kind: str) -> None:
    async def main() -> None:
        resolver = CaresResolver()
        local = await resolver.resolve("localhost", 80, socket.AF_INET)
        assert local == [(socket.AF_INET, ("127.0.0.1", 80))]
        literal = await resolver.resolve("::1", 80)
        assert literal == [(socket.AF_INET6, ("::1", 80, 0, 0))]
        with pytest.raises(OSError, match=r"cannot resolve '127\.0\.0\.1': no address of family"):
            await resolver.resolve("127.0.0.1", 80, socket.AF_INET6)
        with pytest.raises(OSError, match="cannot resolve 'no name at all'"):
            await resolver.resolve("no name at all", 80)
        resolver.close()

    run(kind, main)


def test_answers_of_a_server(kind: str) -> None:
    async def main() -> None:
        make: Callable[[], NameServer] = NameServer
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            make, local_addr=("127.0.0.1", 0)
        )
        resolver = await resolver_of(transport.get_extra_info("sockname")[1])
        assert await resolver.resolve("fujita.test", 443) == [(socket.AF_INET, ("192.0.2.1", 443))]
        with pytest.raises(OSError, match=r"cannot resolve 'nowhere\.test'"):
            await resolver.resolve("nowhere.test", 443)
        resolver.close()
        assert not resolver.fds
        transport.close()

    run(kind, main)


def test_server_that_says_nothing(kind: str) -> None:
    async def main() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            resolver = await resolver_of(silent.getsockname()[1], timeout=0.05, tries=1)
            with pytest.raises(OSError, match="Timeout"):
                await resolver.resolve("fujita.test", 443)
            resolver.close()

    run(kind, main)


def test_close_fails_what_is_being_resolved(kind: str) -> None:
    async def main() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            resolver = await resolver_of(silent.getsockname()[1], timeout=30)
            waiting = asyncio.ensure_future(resolver.resolve("fujita.test", 443))
            await asyncio.sleep(0)
            assert resolver.fds
            resolver.close()
            with pytest.raises(OSError, match="cancelled"):
                await waiting
            assert not resolver.fds

    run(kind, main)
