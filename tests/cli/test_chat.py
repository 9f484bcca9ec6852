import signal
import socket
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.programs import fujita as run_fujita
from tests.programs import running_fujita


def test_the_chat_room_opens_and_ends(tmp_path: Path) -> None:
    with running_fujita("chat", "--port", "0", cwd=tmp_path) as program:
        line = program.line()
        port = int(line.partition("http://127.0.0.1:")[2].split()[0])
        socket.create_connection(("127.0.0.1", port), 10).close()
        status, _, errors = program.end(signal.SIGTERM)
    assert (status, errors) == (0, "")
    assert (tmp_path / "chat.db").exists()


def test_settings_from_the_environment(tmp_path: Path) -> None:
    variables = {"FUJITA_PORT": "0", "FUJITA_DATABASE": "other.db"}
    with running_fujita("chat", cwd=tmp_path, **variables) as program:
        assert "other.db" in program.line()
        assert program.end(signal.SIGINT)[0] == 0
    assert (tmp_path / "other.db").exists()


def test_what_goes_wrong_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = run_fujita("chat", "--port", str(port), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"fujita chat: cannot listen on 127.0.0.1:{port}")
    assert done.stderr.count("\n") == 1
    lost = run_fujita("chat", "--port", "0", "--database", "no/such/chat.db", cwd=tmp_path)
    assert lost.returncode == 2
    assert lost.stderr.startswith("fujita chat: ")
    assert lost.stderr.count("\n") == 1


def test_without_its_libraries_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    command = import_module("fujita.cli.chat")
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    for arguments, extras in [
        ([], "chat"),
        (["--redis", "redis://x"], "chat,redis"),
        (["--database", "postgresql://x/y"], "chat,postgres"),
    ]:
        done = CliRunner().invoke(command.chat, arguments)
        assert done.exit_code == 2
        assert f"pip install 'fujita[{extras}]'" in done.output
