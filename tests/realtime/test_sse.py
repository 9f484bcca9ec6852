"""Rooms as server-sent events."""

import asyncio
import json
from typing import Any

import pytest

from fujita import httpclient
from fujita.realtime import Position
from tests.realtime.running import run
from tests.realtime.sites import RoomSite


class Reader:
    """A reader of server-sent events."""

    def __init__(self, port: int, room: str, last: str = "") -> None:
        self.port, self.room, self.last = port, room, last

    async def __aenter__(self) -> "Reader":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        last = f"Last-Event-ID: {self.last}\r\n" if self.last else ""
        self.writer.write(f"GET /events/{self.room} HTTP/1.1\r\nHost: x\r\n{last}\r\n".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        assert b"200 OK" in head
        assert b"text/event-stream" in head
        return self

    async def __aexit__(self, *error: object) -> None:
        self.writer.close()

    async def next(self) -> tuple[str, Any]:
        """Gives the id and the data of the next event."""
        name = ""
        while True:
            line = (await self.reader.readline()).decode().strip()
            if line.startswith("id: "):
                name = line[4:]
            elif line.startswith("data: "):
                return name, json.loads(line[6:])


def test_a_reader_that_comes_back_gets_what_it_missed() -> None:
    async def main() -> None:
        async with RoomSite() as site:
            async with Reader(site.port, "lobby") as reader:
                name, started = await reader.next()
                assert started["type"] == "subscribed"
                position = await site.hub.publish("lobby", "one\ntwo")
                name, event = await reader.next()
                assert (name, event["data"]) == (str(position), "one\ntwo")
            for number in range(3):
                await site.hub.publish("lobby", number)
            async with Reader(site.port, "lobby", name) as reader:
                first, started = await reader.next()
                assert first == name
                assert started["recovered"] is True
                assert [(await reader.next())[1]["data"] for _ in range(3)] == [0, 1, 2]
            lost = str(Position(1, "gone"))
            async with Reader(site.port, "lobby", lost) as reader:
                assert (await reader.next())[1]["recovered"] is False
            while site.hub.rooms:
                await asyncio.sleep(0.005)

    run(main)


def test_what_the_server_says_to_everybody() -> None:
    async def main() -> None:
        async with RoomSite() as site, Reader(site.port, "lobby") as reader:
            assert (await reader.next())[1]["type"] == "subscribed"
            await site.hub.broadcast("to all")
            name, said = await reader.next()
            assert (name, said["type"], said["data"]) == ("", "broadcast", "to all")

    run(main)


@pytest.mark.parametrize(("path", "status"), [("secret", 403), ("lobby?since=x", 400)])
def test_what_is_refused(path: str, status: int) -> None:
    async def main() -> None:
        async with RoomSite() as site:
            client = httpclient.AsyncHTTPClient(force_instance=True)
            url = f"http://127.0.0.1:{site.port}/events/{path}"
            response = await client.fetch(url, raise_error=False)
            assert response.code == status
            client.close()

    run(main)
