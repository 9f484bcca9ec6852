"""Servers that are renewed, or end, while clients ask as fast as they can: nobody is cut off."""

import shutil
import signal
import ssl
import subprocess
import sys
import threading
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest

from fujita import testing
from tests import loop_kinds
from tests.programs import PATIENCE, running_fujita

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork()")

APPLICATION = """
import asyncio
from tornado import web

class Hello(web.RequestHandler):
    def get(self):
        self.write("hello")

class Waiting(web.RequestHandler):
    async def get(self):
        await asyncio.sleep(0.01)
        self.write("hello")

def make():
    return web.Application([("/", Hello), ("/waiting", Waiting)])
"""

CERTIFICATE = Path(testing.__file__).with_name("localhost.crt")
TLS = ["--certificate", str(CERTIFICATE), "--key", str(CERTIFICATE.with_suffix(".key"))]

CLIENTS = 8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "served.py").write_text(APPLICATION)
    return tmp_path


class Client:
    """Asks on one connection, again and again, until it is told that this was the last time."""

    def __init__(self, scheme: str, port: int, path: str) -> None:
        self.error: Exception | None = None
        self.is_served = threading.Event()
        if scheme == "https":
            context = ssl.create_default_context(cafile=CERTIFICATE)
            context.check_hostname = False
            self._connection: HTTPConnection = HTTPSConnection(
                "127.0.0.1", port, timeout=PATIENCE, context=context
            )
        else:
            self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._path = path
        self.thread = threading.Thread(target=self._work)
        self.thread.start()

    def _work(self) -> None:
        try:
            is_open = True
            while is_open:
                self._connection.request("GET", self._path)
                answer = self._connection.getresponse()
                is_open = answer.headers["Connection"] != "close"
                assert (answer.status, answer.read()) == (200, b"hello")
                self.is_served.set()
        except Exception as error:
            self.error = error
        finally:
            self._connection.close()


def begin(*options: str) -> list[str]:
    return ["run", "--factory", "--port", "0", *options, "served:make"]


def port_of(line: str) -> int:
    assert line.startswith("Serving served:make on http"), line
    return int(line.partition("127.0.0.1:")[2].split()[0])


@pytest.mark.parametrize("workers", [[], ["--workers", "2"]], ids=["one-process", "workers"])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("loop", loop_kinds.KINDS)
def test_every_request_is_answered_to_the_end(
    folder: Path, loop: str, scheme: str, workers: list[str]
) -> None:
    options = ["--loop", loop, *workers, *(TLS if scheme == "https" else [])]
    with running_fujita(*begin(*options), cwd=folder) as program:
        port = port_of(program.error_line())
        paths = ["/", "/waiting"] * (CLIENTS // 2)
        clients = [Client(scheme, port, path) for path in paths]
        for client in clients:
            assert client.is_served.wait(PATIENCE)
        program.send(signal.SIGTERM)
        for client in clients:
            client.thread.join(PATIENCE)
            assert not client.thread.is_alive()
        assert [client.error for client in clients] == CLIENTS * [None]
        assert program.wait() == (0, "", "")


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_renewal_under_load_loses_no_request(folder: Path, scheme: str) -> None:
    options = ["--workers", "2", *(TLS if scheme == "https" else [])]
    with running_fujita(*begin(*options), cwd=folder) as program:
        port = port_of(program.error_line())
        command = ["wrk", "-t1", "-c8", "-d3", f"{scheme}://127.0.0.1:{port}/"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as wrk:
            program.send(signal.SIGHUP)
            assert program.error_line() == "fujita: all workers are renewed"
            report, _ = wrk.communicate(timeout=PATIENCE)
        assert program.end()[0] == 0
    # wrk prints a line of errors only where there are any.
    assert "Requests/sec" in report
    assert "Socket errors" not in report
    assert "Non-2xx" not in report
