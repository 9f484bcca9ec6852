import signal
import socket
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.programs import PATIENCE, running_fujita

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

SERVER = """
import asyncio, signal, sys, threading
from tornado import httpserver, ioloop, netutil, web, websocket

class Hello(web.RequestHandler):
    def get(self):
        self.write("hello")

class Slow(web.RequestHandler):
    async def get(self):
        print("begun")
        await asyncio.sleep(float(self.get_argument("seconds")))
        self.write("done")

class Stuck(web.RequestHandler):
    async def get(self):
        print("begun")
        try:
            await asyncio.Event().wait()
        finally:
            print("given up")

class Talk(websocket.WebSocketHandler):
    def open(self):
        self.write_message("welcome")

def listen():
    urls = [("/", Hello), ("/slow", Slow), ("/stuck", Stuck), ("/talk", Talk)]
    application = web.Application(urls)
    sockets = netutil.bind_sockets(0, "127.0.0.1")
    httpserver.HTTPServer(application).add_sockets(sockets)
    print(sockets[0].getsockname()[1])
"""

IOLOOP = """
listen()
try:
    ioloop.IOLoop.current().start()
finally:
    print("finally")
"""

ASYNCIO = """
async def main():
    listen()
    try:
        await asyncio.Event().wait()
    finally:
        print("finally")

asyncio.run(main())
"""

THREAD = """
def work():
    loop = ioloop.IOLoop()
    listen()
    loop.start()

thread = threading.Thread(target=work, daemon=True)
thread.start()
try:
    thread.join()
finally:
    print("finally")
"""

STARTS = {"ioloop": IOLOOP, "asyncio": ASYNCIO}


def script(folder: Path, start: str) -> Path:
    path = folder / "server.py"
    path.write_text(SERVER + start)
    return path


def get(port: int, target: str) -> HTTPConnection:
    """Sends a request whose response is not waited for."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", target)
    return connection


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_server_ends_at_once(
    tmp_path: Path, start: str, loop: str, number: signal.Signals
) -> None:
    with running_fujita("run", "--loop", loop, script(tmp_path, start), cwd=tmp_path) as program:
        connection = get(int(program.line()), "/")
        assert connection.getresponse().read() == b"hello"
        assert connection.sock is not None
        status, output, errors = program.end(number)
        assert connection.sock.recv(1) == b""
        connection.close()
    assert (status, output, errors) == (0, "finally\n", "")


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_is_finished(
    tmp_path: Path, start: str, number: signal.Signals
) -> None:
    with running_fujita("run", script(tmp_path, start), cwd=tmp_path) as program:
        port = int(program.line())
        connection = get(port, "/slow?seconds=0.5")
        assert program.line() == "begun"
        program.send(number)
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"done")
        connection.close()
        status, output, errors = program.wait()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), PATIENCE)
    assert (status, output, errors) == (0, "finally\n", "")


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_grace_has_an_end(tmp_path: Path, start: str) -> None:
    path = script(tmp_path, start)
    with running_fujita("run", "--grace", "0.2", path, cwd=tmp_path) as program:
        connection = get(int(program.line()), "/stuck")
        assert program.line() == "begun"
        status, output, errors = program.end()
        connection.close()
    assert status == 0
    assert sorted(output.split("\n")) == ["", "finally", "given up"]
    # The application logs the request that was cut off, too.
    assert "fujita: 1 connection was still busy after 0.2 s and cut off" in errors.splitlines()
    assert "Traceback" not in errors


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_at_once(tmp_path: Path, number: signal.Signals) -> None:
    with running_fujita("run", script(tmp_path, IOLOOP), cwd=tmp_path) as program:
        port = int(program.line())
        connection = get(port, "/stuck")
        assert program.line() == "begun"
        idle = get(port, "/")
        assert idle.getresponse().read() == b"hello"
        assert idle.sock is not None
        program.send(number)
        # The first signal has been taken when the idle connection is closed.
        assert idle.sock.recv(1) == b""
        idle.close()
        status, output, errors = program.end(number)
        connection.close()
    assert (status, output, errors) == (-number, "", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_in_another_thread_finishes_too(tmp_path: Path, number: signal.Signals) -> None:
    with running_fujita("run", script(tmp_path, THREAD), cwd=tmp_path) as program:
        connection = get(int(program.line()), "/slow?seconds=0.3")
        assert program.line() == "begun"
        program.send(number)
        assert connection.getresponse().read() == b"done"
        connection.close()
        status, output, errors = program.wait()
    assert (status, output, errors) == (0, "finally\n", "")


def test_programs_keep_their_own_handlers(tmp_path: Path) -> None:
    start = """
async def main():
    listen()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    signal.signal(signal.SIGINT, lambda number, frame: print("own SIGINT"))
    print("ready")
    await ended.wait()
    print("own SIGTERM")
    sys.exit(5)

asyncio.run(main())
"""
    with running_fujita("run", script(tmp_path, start), cwd=tmp_path) as program:
        program.line()
        assert program.line() == "ready"
        program.send(signal.SIGINT)
        assert program.line() == "own SIGINT"
        assert program.end() == (5, "own SIGTERM\n", "")


def test_an_ignored_signal_stays_ignored(tmp_path: Path) -> None:
    start = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + IOLOOP
    with running_fujita("run", script(tmp_path, start), cwd=tmp_path) as program:
        port = int(program.line())
        program.send(signal.SIGTERM)
        connection = get(port, "/")
        assert connection.getresponse().read() == b"hello"
        connection.close()
        assert program.end(signal.SIGINT)[0] == 0


def test_a_program_may_take_the_interrupt(tmp_path: Path) -> None:
    start = """
listen()
try:
    ioloop.IOLoop.current().start()
except KeyboardInterrupt:
    print("goodbye")
    sys.exit(3)
"""
    with running_fujita("run", script(tmp_path, start), cwd=tmp_path) as program:
        connection = get(int(program.line()), "/")
        assert connection.getresponse().read() == b"hello"
        connection.close()
        assert program.end(signal.SIGINT) == (3, "goodbye\n", "")


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_program_that_does_not_serve(
    tmp_path: Path, number: signal.Signals, expected: int
) -> None:
    (tmp_path / "program.py").write_text(
        "import time\n"
        "try:\n"
        "    print('ready')\n"
        "    time.sleep(60)\n"
        "finally:\n"
        "    print('finally')\n"
    )
    with running_fujita("run", "program.py", cwd=tmp_path) as program:
        assert program.line() == "ready"
        assert program.end(number) == (expected, "finally\n", "")


def test_forked_workers_finish_when_their_parent_is_told_to_end(tmp_path: Path) -> None:
    start = """
from tornado import process
sockets = netutil.bind_sockets(0, "127.0.0.1")
print(sockets[0].getsockname()[1])
process.fork_processes(2)
httpserver.HTTPServer(web.Application([("/slow", Slow)])).add_sockets(sockets)
try:
    ioloop.IOLoop.current().add_callback(print, "ready")
    ioloop.IOLoop.current().start()
finally:
    print("finally")
"""
    with running_fujita("run", script(tmp_path, start), cwd=tmp_path) as program:
        port = int(program.line())
        assert [program.line(), program.line()] == ["ready", "ready"]
        connection = get(port, "/slow?seconds=0.5")
        assert program.line() == "begun"
        program.send(signal.SIGTERM)
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"done")
        connection.close()
        status, output, errors = program.wait()
    assert (status, output, errors) == (0, "finally\nfinally\n", "")


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_websockets_are_told_that_the_server_goes_away(tmp_path: Path, start: str) -> None:
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    with running_fujita("run", script(tmp_path, start), cwd=tmp_path) as program:
        port = int(program.line())
        with connect(f"ws://127.0.0.1:{port}/talk", proxy=None) as client:
            assert client.recv(PATIENCE) == "welcome"
            program.send(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(PATIENCE)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1001
        assert program.wait() == (0, "finally\n", "")
