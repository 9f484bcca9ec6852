"""A PostgreSQL server of the tests' own, on a free port, that can be restarted."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Postgres:
    """A cluster in a folder of its own; it trusts everybody on 127.0.0.1."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self._data = folder / "data"
        self._log = folder / "log"
        self._sockets = folder
        self._binaries = binaries
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]

    def create(self) -> None:
        self._run("initdb", "-D", self._data, "-U", "fujita", "-A", "trust", "-E", "UTF8", "-N")

    def start(self) -> None:
        options = (
            f"-p {self.port} -h 127.0.0.1 -k {self._sockets} -c fsync=off -c max_connections=100"
            " -c log_min_messages=fatal"
        )
        self._run("pg_ctl", "-D", self._data, "-l", self._log, "-w", "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def database(self, name: str) -> str:
        """Makes a database, and returns its URL."""
        self._run(
            "createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "fujita", "-T", "template0", name
        )
        return f"postgresql+asyncpg://fujita@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._binaries / program), *map(str, arguments)]
        if os.geteuid() == 0:
            # It refuses to run as root.
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(
            command,
            cwd=self._sockets,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "createdb" else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{program} failed: {self._log}"


def binaries() -> Path | None:
    """Finds PostgreSQL's programs: Debian keeps them out of the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Runs a server; where there is none to run, the test is skipped, but not in CI."""
    where = binaries()
    if where is None:
        assert not os.environ.get("CI"), "CI tests with PostgreSQL, which is not installed"
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(prefix="fujita-pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        server = Postgres(folder, where)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()
