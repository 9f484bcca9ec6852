import signal
import socket
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.programs import PATIENCE, Program, running_fujita
from tests.programs import fujita as run_fujita

MODULE = """
import sys
from fujita.web import Application, RequestHandler

class Hello(RequestHandler):
    def get(self):
        self.write("hello from " + __name__)

app = Application([("/", Hello)])

def make_app():
    return app

class Holder:
    app = app

number = 7

async def asgi(scope, receive, send):
    pass

class Asgi:
    async def __call__(self, scope, receive, send):
        pass

asgi_object = Asgi()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "module.py").write_text(MODULE)
    return tmp_path


def answer(program: Program, name: str) -> bytes:
    """Asks the application that is being served."""
    line = program.error_line()
    assert line.startswith(f"Serving {name} on http://127.0.0.1:")
    port = int(line.partition("127.0.0.1:")[2].split()[0])
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/")
    body = connection.getresponse().read()
    connection.close()
    return body


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "0", "package.module:app"],
        ["package.module:app", "--port=0"],
        ["package.module:Holder.app", "--port", "0", "--grace", "1"],
        ["--factory", "package.module:make_app", "--port", "0"],
    ],
)
def test_an_application_is_served(folder: Path, arguments: list[str]) -> None:
    (name,) = [each for each in arguments if ":" in each]
    with running_fujita("run", *arguments, cwd=folder) as program:
        assert answer(program, name) == b"hello from package.module"
        assert program.end(signal.SIGINT) == (0, "", "")


def test_port_and_address_from_the_environment(folder: Path) -> None:
    variables = {"FUJITA_PORT": "0", "FUJITA_ADDRESS": "localhost"}
    with running_fujita("run", "package.module:app", cwd=folder, **variables) as program:
        assert answer(program, "package.module:app") == b"hello from package.module"
        assert program.end()[0] == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["no_such:app"], "no module named 'no_such' in "),
        (["package.no_such:app"], "no module named 'package.no_such' in "),
        (["package.module:no_such"], "module package.module has no 'no_such'"),
        (["package.module:asgi"], "package.module:asgi is an ASGI application; those cannot be"),
        (["package.module:asgi_object"], "is an ASGI application; those cannot be served yet"),
        (["package.module:number"], "is no application: expected a web.Application, got int"),
        (["package.module:make_app"], "is a function; if it makes the application, add --factory"),
        (["--factory", "package.module:number"], "--factory: package.module:number is no function"),
        (["package.module:app", "stray"], "an application takes no arguments, got 'stray'"),
        (["package.module:app", "--no-such"], "No such option '--no-such'"),
        (["package.module:app", "--address", "no.such.host.invalid"], "no.such.host.invalid"),
    ],
)
def test_what_cannot_be_served_is_told_in_one_line(
    folder: Path, arguments: list[str], expected: str
) -> None:
    done = run_fujita("run", *arguments, cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith("fujita run: ")
    assert expected in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_port_in_use(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = run_fujita("run", "package.module:app", "--port", str(port), cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith(f"fujita run: cannot listen on 127.0.0.1:{port}: ")
    assert "another program listens there" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_module_that_fails(folder: Path) -> None:
    (folder / "failing.py").write_text("import no_such_dependency\n")
    done = run_fujita("run", "failing:app", cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith("fujita run: failing.py, line 1: ModuleNotFoundError: ")
