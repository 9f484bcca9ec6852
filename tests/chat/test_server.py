import asyncio
import os
import re
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from fujita.chat import ChatError, Options, serve
from tests.chat.processes import served
from tests.chat.running import Client


@asynccontextmanager
async def client_of(port: int) -> AsyncIterator[Client]:
    async with connect(f"ws://127.0.0.1:{port}/socket") as connection:
        client = Client(connection)
        client.welcome = await client.next("welcome")
        yield client


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_what_was_acknowledged_is_there(
    tmp_path: Path, number: signal.Signals
) -> None:
    database = tmp_path / "chat.db"

    async def talk(port: int, process: "subprocess.Popen[str]") -> dict[str, object]:
        async with client_of(port) as client:
            await client.join()
            said = await client.say("remember me", "k1")
            process.send_signal(number)
            with pytest.raises(ConnectionClosed) as raised:
                await client.next("nothing")
            assert raised.value.rcvd is not None
            assert raised.value.rcvd.code == 1001
            return {**said, "epoch": client.welcome["epoch"]}

    async def look(port: int, said: dict[str, object]) -> None:
        async with client_of(port) as client:
            assert client.welcome["epoch"] == said["epoch"]
            (message,) = (await client.join())["messages"]
            assert (message["id"], message["text"]) == (said["id"], "remember me")
            (lobby,) = client.welcome["rooms"]
            assert (lobby["name"], lobby["online"]) == ("lobby", 0)

    with served(database) as (process, port):
        said = asyncio.run(talk(port, process))
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    with served(database, port) as (process, port):
        asyncio.run(look(port, said))


def test_what_was_acknowledged_survives_a_crash(tmp_path: Path) -> None:
    database = tmp_path / "chat.db"

    async def talk(port: int) -> list[object]:
        async with client_of(port) as client:
            await client.join()
            return [(await client.say(f"text {n}", f"k{n}"))["id"] for n in range(5)]

    async def look(port: int) -> list[object]:
        async with client_of(port) as client:
            return [message["id"] for message in (await client.join())["messages"]]

    with served(database) as (process, port):
        ids = asyncio.run(talk(port))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with served(database) as (process, port):
        assert asyncio.run(look(port)) == ids


def refusal(**options: Any) -> str:
    options = {"port": 0, "limits": None, **options}
    with pytest.raises(ChatError) as raised:
        serve(Options(**options))
    text = str(raised.value)
    assert "\n" not in text
    return text


def test_a_port_that_is_taken_is_one_clear_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = refusal(port=port, database=tmp_path / "chat.db")
    assert text == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use"
        " (another program listens there: stop it, or choose another --port)"
    )


@pytest.mark.parametrize(("port", "address"), [(70_000, "127.0.0.1"), (0, "no.such.host.invalid")])
def test_a_place_that_does_not_exist_is_one_clear_error(port: int, address: str) -> None:
    text = refusal(port=port, address=address)
    assert re.fullmatch(f"cannot listen on {address}:{port}: .+", text)
    assert text.count("cannot listen on") == 1


def test_what_cannot_be_opened_is_one_clear_error(tmp_path: Path) -> None:
    data = tmp_path / "files"
    lost = tmp_path / "no" / "chat.db"
    assert refusal(database=lost, data=data) == (
        f"cannot open the history {lost}: there is no folder {tmp_path / 'no'}"
    )
    text = tmp_path / "text"
    text.write_text("x")
    assert refusal(database=tmp_path / "chat.db", data=text) == (
        f"cannot keep files in {text}: File exists"
    )
    assert "at least 32 characters" in refusal(
        database=tmp_path / "chat.db", data=data, embed_secret="short"
    )
    assert refusal(database="postgresql+asyncpg://host:hidden/x") == (
        "cannot open the history: expected a file or postgresql+asyncpg://host/name"
    )
    assert "expected 10.0.0.5 or 10.0.0.0/8" in refusal(trusted_proxies=("nginx",))
    assert "expected an origin" in refusal(embed_origins=("https://a.example/; script-src *",))


def test_workers_without_redis_are_refused() -> None:
    assert refusal(workers=2) == (
        "2 workers need Redis, by which one tells the others what is said:"
        " start it (redis-server) and add --redis redis://127.0.0.1"
    )


def test_a_redis_that_cannot_be_reached_is_one_clear_error(tmp_path: Path) -> None:
    place = {"database": tmp_path / "chat.db", "data": tmp_path / "files"}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = refusal(redis=f"redis://:hidden@127.0.0.1:{port}", **place)
    assert f"127.0.0.1:{port}" in text
    assert "(redis-server starts one)" in text
    assert "hidden" not in text
    text = refusal(redis="http://:hidden@example.org", **place)
    assert text.startswith("--redis http: no engine")
    assert "hidden" not in text
