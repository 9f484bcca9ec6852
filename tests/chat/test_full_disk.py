"""A chat room whose disk is full: it says so, keeps its connections, and goes on afterwards."""

import asyncio
import errno
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from websockets.asyncio.client import ClientConnection, connect

from fujita import web
from fujita.chat.accounts.cookies import Identity, today
from fujita.chat.limits import Rate
from fujita.chat.requests import GUEST_COOKIE
from fujita.httpclient import AsyncHTTPClient, HTTPResponse
from tests.chat.processes import served
from tests.chat.running import Client

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's limits and mounts"),
    pytest.mark.timeout(120),
]

SECRET = "these guests have the cookies that they want"
ENDLESS = Rate(10**9, 10**9)
LIMITS: dict[str, object] = {"messages": ENDLESS, "messages_per_address": ENDLESS}
FILE = b"\x89PNG\r\n\x1a\n" + bytes(200_000)
LONG = "long " * 700


class Disk(Protocol):
    """A disk that a test fills, and makes room on again."""

    def fill(self, process: int) -> None: ...
    def make_room(self, process: int) -> None: ...


class SmallDisk:
    """A file system of a few megabytes, whose rest somebody else takes."""

    def __init__(self, path: Path) -> None:
        self._path = path / "somebody else's"

    def fill(self, process: int) -> None:
        with open(self._path, "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError as error:
                assert error.errno == errno.ENOSPC

    def make_room(self, process: int) -> None:
        self._path.unlink()


class LimitedFiles:
    """No byte of any file may be written any more: for who may not mount anything."""

    def fill(self, process: int) -> None:
        self._limit(process, 0)

    def make_room(self, process: int) -> None:
        self._limit(process, resource.RLIM_INFINITY)

    def _limit(self, process: int, size: int) -> None:
        most = resource.prlimit(process, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, most))


@contextmanager
def mounted(path: Path) -> Iterator[SmallDisk]:
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(path)]
    if os.geteuid() or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


@contextmanager
def a_disk(kind: str, path: Path) -> Iterator[Disk]:
    if kind == "small disk":
        with mounted(path) as disk:
            yield disk
    else:
        path.mkdir()
        yield LimitedFiles()


class Guest:
    """Somebody who talks, sends files, and remembers what was acknowledged."""

    def __init__(self, id: str, connection: ClientConnection, port: int) -> None:
        self.client = Client(connection)
        self.acknowledged: list[int] = []
        self._cookie = cookie(id)
        self._port = port

    async def say(self, key: str, text: str) -> bool:
        """Returns whether it was stored."""
        answer = await self.client.say(text, key)
        if answer["type"] == "said":
            self.acknowledged.append(answer["id"])
            return True
        assert answer["code"] == "storage"
        return False

    async def ask(self, method: str, path: str, body: bytes | None = None) -> HTTPResponse:
        http = AsyncHTTPClient(force_instance=True)
        try:
            return await http.fetch(
                f"http://127.0.0.1:{self._port}/api/rooms/lobby/{path}",
                method=method,
                headers={"Cookie": self._cookie, "Content-Type": "image/png"},
                body=body,
                raise_error=False,
            )
        finally:
            http.close()

    async def send_file(self) -> int:
        """Returns the status of the answer."""
        return (await self.ask("POST", "files", FILE)).code

    async def hears(self, count: int) -> list[int]:
        """Returns the ids of that many messages."""
        return [(await self.client.next("message"))["id"] for _ in range(count)]


def cookie(id: str) -> str:
    value = web.create_signed_value(SECRET, GUEST_COOKIE, Identity(id, id, today()).to_cookie())
    return f'{GUEST_COOKIE}="{value.decode()}"'


@asynccontextmanager
async def guest(id: str, port: int) -> AsyncIterator[Guest]:
    url = f"ws://127.0.0.1:{port}/socket"
    async with connect(url, additional_headers={"Cookie": cookie(id)}) as connection:
        yield Guest(id, connection, port)


async def talk(disk: Disk, process: int, port: int) -> list[int]:
    """Talks before, while and after the disk is full; returns what was acknowledged."""
    async with guest("alice", port) as alice, guest("bob", port) as bob:
        await alice.client.join()
        await bob.client.join()
        assert await alice.say("before", "before")
        assert await alice.send_file() == 201

        disk.fill(process)
        number = 0
        # What SQLite has taken of the disk already, it goes on using.
        while await alice.say(f"k{number}", LONG):
            number += 1
            assert number < 2000
        assert not await bob.say("bobs", LONG)
        for _ in range(3):
            assert await alice.send_file() == 507
        assert not await alice.say(f"k{number}", LONG)
        # What there is can still be read.
        messages = json.loads((await bob.ask("GET", "messages")).body)["messages"]
        assert messages[-1]["id"] == alice.acknowledged[-1]

        disk.make_room(process)
        # The same connections, and the same messages again.
        assert await alice.say(f"k{number}", LONG)
        assert await bob.say("bobs", LONG)
        assert await alice.send_file() == 201
        acknowledged = alice.acknowledged + bob.acknowledged
        assert await bob.hears(len(acknowledged)) == acknowledged
        return acknowledged


async def look(port: int) -> list[int]:
    """Returns the ids of all messages that are known."""
    async with guest("carol", port) as carol:
        found: list[int] = []
        before = ""
        while True:
            answer = json.loads((await carol.ask("GET", f"messages?limit=100{before}")).body)
            if not answer["messages"]:
                return found
            found[:0] = [message["id"] for message in answer["messages"]]
            before = f"&before={found[0]}"


@pytest.mark.parametrize("kind", ["small disk", "limited files"])
def test_a_full_disk_loses_nothing_that_was_acknowledged(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "disk"
    options: dict[str, Any] = {"limits": LIMITS, "secret": SECRET}
    with a_disk(kind, place) as disk:
        database = place / "chat.db"
        with served(database, **options) as (process, port):
            acknowledged = asyncio.run(talk(disk, process.pid, port))
            process.send_signal(signal.SIGKILL)
            process.wait()
        with served(database, **options) as (process, port):
            assert asyncio.run(look(port)) == acknowledged
        # Two were kept, and of the others nothing is left.
        files = [path for path in (place / "files").rglob("*") if path.is_file()]
        assert [path.stat().st_size for path in files] == 2 * [len(FILE)]
