"""Redis servers that tests start, kill and start again."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

PATIENCE = 10.0


def free_port() -> int:
    """Gives a port that is free, as is the one that a cluster's node adds 10,000 for."""
    while True:
        with socket.socket() as sock, socket.socket() as bus:
            sock.bind(("127.0.0.1", 0))
            port: int = sock.getsockname()[1]
            try:
                bus.bind(("127.0.0.1", port + 10000))
            except (OSError, OverflowError):
                continue
            return port


def redis_server() -> str:
    """Returns where the server is; without it tests are skipped, in CI they fail."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    reason = "needs a Redis server: apt-get install redis-server"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class RedisServer:
    """One server, which keeps what it has acknowledged on disk."""

    def __init__(self, folder: Path, *options: str, port: int = 0) -> None:
        self.folder = folder
        self.port = port or free_port()
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [redis_server(), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--dir", str(self.folder), "--save", "", "--daemonize", "no"]
        self._process = subprocess.Popen(
            [*command, *self._options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + PATIENCE
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                    connection.sendall(b"PING\r\n")
                    if connection.recv(64).startswith(b"+PONG"):
                        return
            except OSError:
                if time.monotonic() > end:
                    self.kill()
                    pytest.fail("redis-server does not start")
            time.sleep(0.02)

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()


DURABLE = ("--appendonly", "yes", "--appendfsync", "always")
