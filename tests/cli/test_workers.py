import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from fujita import testing
from tests.programs import PATIENCE, Program, running_fujita
from tests.programs import fujita as run_fujita

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork()")

APPLICATION = """
import asyncio, os, signal
from pathlib import Path
from tornado import web, websocket
from tornado.process import task_id

VERSION = "first"

class Who(web.RequestHandler):
    def get(self):
        self.write(f"{VERSION} {task_id()} {os.getpid()}")

class Slow(web.RequestHandler):
    async def get(self):
        self.write("begun ")
        await self.flush()
        await asyncio.sleep(float(self.get_argument("seconds")))
        self.finish("done")

class Talk(websocket.WebSocketHandler):
    def open(self):
        self.write_message("welcome")

def make():
    if Path("poison").exists():
        os._exit(7)
    return web.Application([("/", Who), ("/slow", Slow), ("/talk", Talk)])
"""

NEW_CERTIFICATE = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=new"]
CERTIFICATE = Path(testing.__file__).with_name("localhost.crt")
KEY = CERTIFICATE.with_suffix(".key")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "served.py").write_text(APPLICATION)
    return tmp_path


def port_of(line: str) -> int:
    assert line.startswith("Serving served:make on http"), line
    return int(line.partition("127.0.0.1:")[2].split()[0])


@contextmanager
def served(folder: Path, *options: str) -> Iterator[tuple[Program, int]]:
    arguments = ["run", "--factory", "--port", "0", "--workers", "2", *options, "served:make"]
    with running_fujita(*arguments, cwd=folder) as program:
        yield program, port_of(program.error_line())


def ask(port: int) -> list[str]:
    """Asks which worker answers: version, number, process id."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/", headers={"Connection": "close"})
    answer = connection.getresponse().read().decode().split()
    connection.close()
    return answer


def ask_until(port: int, found: set[str], index: int) -> None:
    """Asks until all of that have answered."""
    seen: set[str] = set()
    while not found <= seen:
        seen.add(ask(port)[index])


def begin_slow(port: int, seconds: float) -> socket.socket:
    """Sends a request, and returns when it is being answered."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
    connection.sendall(b"GET /slow?seconds=%g HTTP/1.1\r\nHost: x\r\n\r\n" % seconds)
    received = b""
    while b"begun" not in received:
        received += connection.recv(65536)
    return connection


def rest(connection: socket.socket) -> bytes:
    received = b""
    with connection:
        while piece := connection.recv(65536):
            received += piece
    return received


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_workers_share_a_port_and_end_together(folder: Path, number: signal.Signals) -> None:
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    with served(folder) as (program, port):
        ask_until(port, {"0", "1"}, 1)
        slow = begin_slow(port, 0.3)
        with connect(f"ws://127.0.0.1:{port}/talk", proxy=None) as client:
            assert client.recv(PATIENCE) == "welcome"
            program.send(number)
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(PATIENCE)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1001
        assert rest(slow).endswith(b"4\r\ndone\r\n0\r\n\r\n")
        assert program.wait() == (0, "", "")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), PATIENCE)


def test_the_whole_process_group_may_be_told(folder: Path) -> None:
    """As a terminal and systemd do; workers must not take the second word for "at once"."""
    with served(folder) as (program, port):
        pid = ask(port)[2]
        slow = begin_slow(port, 0.5)
        for each in {pid, ask(port)[2]}:
            os.kill(int(each), signal.SIGINT)
            os.kill(int(each), signal.SIGTERM)
        program.send(signal.SIGTERM)
        assert rest(slow).endswith(b"4\r\ndone\r\n0\r\n\r\n")
        status, _, errors = program.wait()
        assert status == 0
        assert "Traceback" not in errors


def test_a_second_signal_ends_all_at_once(folder: Path) -> None:
    with served(folder) as (program, port):
        slow = begin_slow(port, 60)
        program.send(signal.SIGTERM)
        # The listening sockets are closed when the first signal has been taken.
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), PATIENCE).close()
            except ConnectionRefusedError:
                break
            except ConnectionResetError:
                # It was in line when the last of them was closed.
                continue
        # Standard output is closed when the last of them has ended.
        assert program.end(signal.SIGTERM)[0] == -signal.SIGTERM
        assert b"done" not in rest(slow)


def test_grace_has_an_end(folder: Path) -> None:
    with served(folder, "--grace", "0.2") as (program, port):
        slow = begin_slow(port, 60)
        status, _, errors = program.end()
        slow.close()
    assert status == 0
    assert "still busy after 0.2 s and cut off" in errors


def test_a_worker_that_is_killed_is_replaced(folder: Path) -> None:
    with served(folder) as (program, port):
        _, number, pid = ask(port)
        os.kill(int(pid), signal.SIGKILL)
        expected = f"fujita: worker {number} (pid {pid}) was killed by signal 9; it is replaced"
        assert program.error_line() == expected
        ask_until(port, {"0", "1"}, 1)
        assert program.end() == (0, "", "")


def test_a_worker_that_keeps_dying_is_told_of_and_waited_for(folder: Path) -> None:
    with served(folder) as (program, port):
        (folder / "poison").touch()
        os.kill(int(ask(port)[2]), signal.SIGKILL)
        assert program.error_line().endswith("was killed by signal 9; it is replaced")
        assert program.error_line().endswith("status 7; it is replaced (2. in a row, in 0.4 s)")
        assert program.error_line().endswith("status 7; it is replaced (3. in a row, in 0.8 s)")
        (folder / "poison").unlink()
        ask_until(port, {"0", "1"}, 1)
        assert program.end() == (0, "", "")


def test_renewal_serves_what_is_there_now(folder: Path) -> None:
    with served(folder) as (program, port):
        slow = begin_slow(port, 0.5)
        former = ask(port)
        assert former[0] == "first"
        source = APPLICATION.replace('"first"', '"second version"')
        (folder / "served.py").write_text(source)
        program.send(signal.SIGHUP)
        assert program.error_line() == "fujita: all workers are renewed"
        assert rest(slow).endswith(b"4\r\ndone\r\n0\r\n\r\n")
        ask_until(port, {"second"}, 0)
        assert program.end() == (0, "", "")


def test_a_renewal_that_fails_leaves_the_workers_as_they_are(folder: Path) -> None:
    with served(folder) as (program, port):
        (folder / "poison").touch()
        program.send(signal.SIGHUP)
        assert program.error_line().endswith("before it served; the workers stay as they are")
        ask_until(port, {"0", "1"}, 1)
        assert program.end() == (0, "", "")


def test_workers_end_with_their_supervisor(folder: Path) -> None:
    with served(folder) as (program, port):
        slow = begin_slow(port, 0.3)
        program.send(signal.SIGKILL)
        assert rest(slow).endswith(b"4\r\ndone\r\n0\r\n\r\n")
        # Standard output is closed when the last of them has ended.
        assert program.wait()[0] == -signal.SIGKILL


def test_what_is_wrong_is_told_once(folder: Path) -> None:
    done = run_fujita("run", "--workers", "3", "--port", "0", "served:no_such", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "fujita run: module served has no 'no_such'\n"


def certificate_of(port: int) -> bytes | None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE) as connection,
        context.wrap_socket(connection) as tls,
    ):
        return tls.getpeercert(binary_form=True)


def test_a_certificate_is_renewed_without_a_restart(folder: Path) -> None:
    certificate, key = folder / "site.crt", folder / "site.key"
    shutil.copy(CERTIFICATE, certificate)
    shutil.copy(KEY, key)
    options = ["--workers", "1", "--certificate", str(certificate), "--key", str(key)]
    with served(folder, *options) as (program, port):
        first = certificate_of(port)
        assert first == ssl.PEM_cert_to_DER_cert(CERTIFICATE.read_text())
        key.write_text("no key")
        program.send(signal.SIGHUP)
        assert program.error_line().endswith("; the former certificate stays")
        assert certificate_of(port) == first
        subprocess.run(
            [*NEW_CERTIFICATE, "-keyout", str(key), "-out", str(certificate)],
            check=True,
            capture_output=True,
        )
        program.send(signal.SIGHUP)
        assert program.error_line() == "fujita: the certificate is renewed"
        assert certificate_of(port) == ssl.PEM_cert_to_DER_cert(certificate.read_text())
        assert program.end() == (0, "", "")


@pytest.mark.parametrize(
    ("certificate", "key", "expected"),
    [
        ("no-such.crt", None, "--certificate no-such.crt: No such file or directory"),
        (str(CERTIFICATE), None, "expected a certificate and its private key in PEM format"),
        (None, str(KEY), "--key needs --certificate"),
    ],
)
def test_files_that_cannot_be_used(
    folder: Path, certificate: str | None, key: str | None, expected: str
) -> None:
    options = ["--certificate", certificate] if certificate else []
    options += ["--key", key] if key else []
    done = run_fujita("run", *options, "--factory", "served:make", cwd=folder)
    assert done.returncode == 2
    assert expected in done.stderr
    assert done.stderr.count("\n") == 1
