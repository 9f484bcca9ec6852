import re
import signal
from urllib.request import urlopen

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.programs import PATIENCE
from tests.seed.conftest import PORT, Start

PLACE = f"127.0.0.1:{PORT}"
SIGNALS = [signal.SIGINT, signal.SIGTERM]


def page() -> str:
    with urlopen(f"http://{PLACE}/", timeout=PATIENCE) as response:
        return str(response.read().decode())


def socket_of(path: str) -> ClientConnection:
    # Programs and pages of other sites may connect: check_origin() is overridden.
    headers = {"Origin": "http://elsewhere.example"}
    return connect(f"ws://{PLACE}{path}", proxy=None, additional_headers=headers)


def closing_code(client: ClientConnection) -> int:
    """Waits for the end of a connection."""
    with pytest.raises(ConnectionClosed) as closed:
        client.recv(PATIENCE)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


@pytest.mark.parametrize("number", SIGNALS)
def test_the_quick_start(number: signal.Signals, start: Start) -> None:
    program = start("websocket")
    assert f'new WebSocket("ws://{PLACE}/home")' in page()
    with socket_of("/home") as first:
        assert first.recv(PATIENCE) == "欢迎来到socket.html"
        first.send("Hello, world")
        assert program.line() == "接收数据：Hello, world"
    assert program.line() == "socket连接断开"
    with socket_of("/home") as second:
        assert second.recv(PATIENCE) == "欢迎来到socket.html"
        program.send(number)
        assert closing_code(second) == 1001
    assert program.wait() == (0, "socket连接断开\n", "")


def shown(client: ClientConnection) -> str:
    """Gives what the chat room says next; who says it is a number that changes."""
    line = client.recv(PATIENCE)
    assert isinstance(line, str)
    match = re.fullmatch(r"\[127\.0\.0\.1\]-\d\d-\[\d\d:\d\d:\d\d\]-(.*)", line)
    assert match is not None
    return match[1]


@pytest.mark.parametrize("number", SIGNALS)
def test_the_chat_room(number: signal.Signals, start: Start) -> None:
    program = start("chat")
    assert f'new WebSocket("ws://{PLACE}/chat")' in page()
    with socket_of("/chat") as one:
        assert shown(one) == "登录"
        with socket_of("/chat") as two, socket_of("/chat") as three:
            everybody = (one, two, three)
            assert [shown(two), shown(one)] == ["登录"] * 2
            assert [shown(client) for client in everybody] == ["登录"] * 3
            for client, text in [(one, "大家好"), (three, "hello"), (two, "x" * 5000)]:
                client.send(text)
                assert [shown(each) for each in everybody] == [f"发送：{text}"] * 3
            three.close()
            assert [shown(one), shown(two)] == ["退出"] * 2
            two.close()
            assert shown(one) == "退出"
        program.send(number)
        assert closing_code(one) == 1001
    assert program.wait() == (0, "", "")


def test_the_port_is_free_again_at_once(start: Start) -> None:
    first = start("chat")
    with socket_of("/chat") as client:
        assert shown(client) == "登录"
        first.send(signal.SIGTERM)
        assert closing_code(client) == 1001
    assert first.wait()[0] == 0
    second = start("websocket")
    assert "/home" in page()
    assert second.end()[0] == 0
