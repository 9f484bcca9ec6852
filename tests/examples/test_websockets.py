import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from fujita.testing import bind_unused_port
from tests.programs import PATIENCE, Program, running_fujita

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@contextmanager
def serving(name: str) -> Iterator[tuple[Program, str]]:
    """Runs one of the servers under ``fujita run``; gives it and its address."""
    sock, port = bind_unused_port()
    sock.close()
    script = EXAMPLES / name / "server.py"
    with running_fujita("run", script, f"--port={port}", cwd=EXAMPLES) as program:
        yield program, program.line()


def socket_of(url: str, path: str) -> ClientConnection:
    return connect(url.replace("http", "ws", 1) + path, proxy=None, open_timeout=PATIENCE)


def ended(program: Program, number: signal.Signals) -> None:
    """Ends it by a signal, and sees that it has nothing to say but its access log."""
    status, output, errors = program.end(number)
    assert (status, output) == (0, "")
    assert [line for line in errors.splitlines() if not line.startswith("[I ")] == []


def test_the_quick_start() -> None:
    with serving("13_websocket") as (program, url):
        with urlopen(url, timeout=PATIENCE) as response:
            page = response.read().decode()
        assert "new WebSocket(" in page
        with socket_of(url, "home") as client:
            assert client.recv(PATIENCE) == "欢迎来到 (welcome to) index.html"
            client.send("Hello, world")
            assert program.line() == "接收数据 (received)：'Hello, world'"
        assert program.line() == "socket连接断开 (the connection is closed)"
        ended(program, signal.SIGINT)


def test_another_sites_page_is_refused() -> None:
    with serving("13_websocket") as (_, url):
        address = url.replace("http", "ws", 1) + "home"
        with pytest.raises(InvalidStatus, match="403"):
            connect(address, proxy=None, additional_headers={"Origin": "http://other.example"})


def test_the_chat_room() -> None:
    def shown(client: ClientConnection) -> tuple[str, str]:
        line = client.recv(PATIENCE)
        assert isinstance(line, str)
        match = re.fullmatch(r"\[127\.0\.0\.1\]-(\d\d)-\[\d\d:\d\d:\d\d\]-(.*)", line)
        assert match is not None
        return match[1], match[2]

    with serving("14_chat") as (program, url):
        with urlopen(url, timeout=PATIENCE) as response:
            assert "textContent" in response.read().decode()
        with socket_of(url, "chat") as one:
            assert shown(one) == ("01", "登录 (joined)")
            with socket_of(url, "chat") as two, socket_of(url, "chat") as three:
                assert shown(two) == ("02", "登录 (joined)")
                assert shown(one) == ("02", "登录 (joined)")
                for client in (one, two, three):
                    assert shown(client) == ("03", "登录 (joined)")
                two.send("大家好 <b>")
                for client in (one, two, three):
                    assert shown(client) == ("02", "发送 (says)：大家好 <b>")
                three.close()
                assert shown(one) == ("03", "退出 (left)")
            assert shown(one) == ("02", "退出 (left)")
            ended(program, signal.SIGTERM)
