import errno
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from tests import ip_api
from tests.programs import PATIENCE, Program, running, running_fujita

PORT = 8888
"""The port that the programs have in their text."""

HERE = Path(__file__).parent


class Start(Protocol):
    """What the fixture ``start`` is."""

    def __call__(self, name: str) -> Program: ...


@pytest.fixture
def upstream() -> Iterator[ip_api.IpApi]:
    """A server that the programs take for ip-api.com."""
    with ip_api.serving() as api:
        yield api


@pytest.fixture
def start(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Start]:
    """Starts a program of the seed, unchanged, by ``fujita run server.py``.

    The programs have the suffix ``.txt`` here for the formatter to leave every byte alone.
    """

    def begin(name: str) -> Program:
        wait_until_free()
        folder = tmp_path / name
        shutil.copytree(HERE / name, folder)
        (folder / "server.py.txt").rename(folder / "server.py")
        program = programs.enter_context(launch(folder, request))
        wait_until_served(program)
        return program

    with ExitStack() as programs:
        yield begin


@contextmanager
def launch(folder: Path, request: pytest.FixtureRequest) -> Iterator[Program]:
    if "upstream" in request.fixturenames:
        api: ip_api.IpApi = request.getfixturevalue("upstream")
        command: list[str | Path] = [HERE / "with_upstream.py", str(api.port), "server.py"]
        with running(command, {}, folder) as program:
            yield program
    else:
        with running_fujita("run", "server.py", cwd=folder) as program:
            yield program


def wait_until_free() -> None:
    """Waits until nobody listens on the programs' port."""
    until = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind(("0.0.0.0", PORT))
            except OSError as error:
                if error.errno != errno.EADDRINUSE or time.monotonic() > until:
                    pytest.fail(f"port {PORT}, which the seed's programs listen on: {error}")
            else:
                return
        time.sleep(0.1)


def wait_until_served(program: Program) -> None:
    """Waits until the program listens, of which it tells nobody."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", PORT), PATIENCE).close()
            return
        except ConnectionRefusedError:
            if program.process.poll() is not None or time.monotonic() > until:
                program.process.kill()
                pytest.fail(f"the program does not serve: {program.wait()}")
        time.sleep(0.02)
