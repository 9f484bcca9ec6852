"""Three nodes behind nginx, with the very configuration that is in deploy/."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from fujita.httpclient import AsyncHTTPClient
from tests.chat.processes import served
from tests.chat.redis_server import redis_server
from tests.chat.test_server import client_of

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx.conf"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextmanager
def nginx(folder: Path, nodes: list[int]) -> Iterator[int]:
    """Runs nginx in front of nodes, and yields its port."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        assert not os.environ.get("CI"), "CI tests with nginx, which is not installed"
        pytest.skip("nginx is not installed")
    port = free_port()
    text = CONFIGURATION.read_text()
    for number, node in enumerate(nodes, 1):
        assert f"node{number}:8888" in text
        text = text.replace(f"node{number}:8888", f"127.0.0.1:{node}")
    text = text.replace("listen 8080", f"listen 127.0.0.1:{port}")
    text = text.replace("pid /tmp/nginx.pid", f"pid {folder}/nginx.pid")
    text = text.replace("access_log /dev/stdout", f"access_log {folder}/access.log")
    text = text.replace("error_log /dev/stderr", f"error_log {folder}/error.log")
    (folder / "nginx.conf").write_text(text)
    process = subprocess.Popen(
        [program, "-c", str(folder / "nginx.conf"), "-g", "daemon off;"],
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 10
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            assert process.poll() is None, "nginx does not take its configuration"
            assert time.monotonic() < end, "nginx does not start"
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def test_three_nodes_are_one_chat(tmp_path: Path) -> None:
    async def work(port: int, nodes: list["subprocess.Popen[str]"]) -> None:
        url = f"http://127.0.0.1:{port}"
        http = AsyncHTTPClient(force_instance=True)
        for path, code in [("/", 200), ("/api/rooms", 200), ("/metrics", 404), ("/readyz", 404)]:
            assert (await http.fetch(url + path, raise_error=False)).code == code
        forged = {"X-Forwarded-Proto": "https"}
        page = await http.fetch(url + "/", headers=forged)
        assert "Secure" not in page.headers["Set-Cookie"]
        http.close()
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(client_of(port)) for _ in range(6)]
            for client in clients:
                await client.join()
            said = await clients[0].say("through nginx", "k")
            for client in clients:
                assert (await client.next("message"))["id"] == said["id"]
            # A node goes: those who were there come back, to the others.
            nodes[0].send_signal(signal.SIGTERM)
            gone = 0
            for client in clients:
                with contextlib.suppress(TimeoutError, ConnectionClosed):
                    async with asyncio.timeout(0.5):
                        await client.next("nothing")
                gone += client.connection.close_code is not None
            assert 0 < gone < 6
            async with client_of(port) as client:
                joined = await client.join()
                assert [message["id"] for message in joined["messages"]] == [said["id"]]

    with redis_server() as redis, ExitStack() as stack:
        nodes = [
            stack.enter_context(
                served(tmp_path / "chat.db", redis=redis.url, trusted_proxies=("127.0.0.1",))
            )
            for _ in range(3)
        ]
        port = stack.enter_context(nginx(tmp_path, [port for _, port in nodes]))
        asyncio.run(work(port, [process for process, _ in nodes]))
    errors = (tmp_path / "error.log").read_text().splitlines()
    assert all("Connection refused" in line for line in errors), errors
    # The log has addresses and no queries: tokens are in them.
    assert "/socket" in (tmp_path / "access.log").read_text()


def test_the_compose_file_fits_the_command_and_nginx() -> None:
    """Docker is not there to ask; what is written twice is compared."""
    from fujita.cli.chat import chat

    compose = CONFIGURATION.with_name("compose.yaml").read_text()
    configuration = CONFIGURATION.read_text()
    known = {option.envvar for option in chat.params}
    used = re.findall(r"^    (FUJITA_\w+):", compose, re.MULTILINE)
    assert len(used) >= 5
    assert set(used) <= known
    nodes = re.findall(r"^  (node\d+): \*node", compose, re.MULTILINE)
    assert re.findall(r"server (\w+):8888 ", configuration) == nodes
    (trusted,) = re.findall(r"FUJITA_TRUST_PROXY: (\S+)", compose)
    assert re.findall(r"ipv4_address: (\S+)", compose) == [trusted]
    (listening,) = re.findall(r"listen (\d+);", configuration)
    assert f'"{listening}:{listening}"' in compose
