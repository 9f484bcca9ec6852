import errno
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import fujita as run_fujita


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        yield port


def one_line(folder: Path, *arguments: str) -> str:
    """Runs what must fail, and gives the one line that it is to write."""
    done = run_fujita("run", *arguments, cwd=folder)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_missing_file(tmp_path: Path) -> None:
    line = one_line(tmp_path, "server.py")
    assert line == f"fujita run: no such file: server.py (in {tmp_path})\n"
    assert "'fujita run -m package.thing'" in one_line(tmp_path, "package.thing")


def test_a_folder_that_is_no_program(tmp_path: Path) -> None:
    assert "__main__.py" in one_line(tmp_path, str(tmp_path))


def test_a_missing_module(tmp_path: Path) -> None:
    line = one_line(tmp_path, "-m", "no_such_module")
    assert line == "fujita run: ImportError: No module named no_such_module\n"


def test_an_exception_names_file_line_and_what(tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text("\n\ndef work():\n    raise ValueError('expected a\\nb')\n")
    (tmp_path / "server.py").write_text("import part\npart.work()\n")
    line = one_line(tmp_path, "server.py")
    assert line.startswith("fujita run: part.py, line 4: ValueError: expected a b (")
    assert "--traceback" in line


def test_the_place_is_the_programs_not_a_librarys(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("import json\n\njson.loads('{')\n")
    line = one_line(tmp_path, "server.py")
    assert line.startswith("fujita run: server.py, line 3: json.decoder.JSONDecodeError: ")


def test_a_missing_dependency_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("import no_such_dependency\n")
    line = one_line(tmp_path, "server.py")
    assert "server.py, line 1: ModuleNotFoundError: No module named 'no_such_dependency'" in line


def test_a_syntax_error(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("def f():\n    pass\n\n@async\ndef g(): pass\n")
    assert one_line(tmp_path, "server.py").startswith("fujita run: server.py, line 4: SyntaxError")


def test_a_syntax_error_in_a_module_that_it_imports(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("x = = 1\n")
    (tmp_path / "server.py").write_text("import broken\n")
    assert one_line(tmp_path, "server.py").startswith("fujita run: broken.py, line 1: SyntaxError")


def test_a_file_that_is_no_python(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_bytes(b"\xff\xfe\x00")
    assert "SyntaxError" in one_line(tmp_path, "server.py")


def test_a_port_in_use(tmp_path: Path, taken_port: int) -> None:
    (tmp_path / "server.py").write_text(
        "from tornado import web\n"
        "app = web.Application([])\n"
        f"app.listen({taken_port}, '127.0.0.1')\n"
    )
    line = one_line(tmp_path, "server.py")
    assert line.startswith(f"fujita run: server.py, line 3: OSError: [Errno {errno.EADDRINUSE}] ")
    assert f"127.0.0.1:{taken_port}" in line
    assert "another program listens there" in line


def test_traceback_begins_in_the_program(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("def work():\n    1 / 0\n\nwork()\n")
    done = run_fujita("run", "--traceback", "server.py", cwd=tmp_path)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1].strip() == f'File "{tmp_path / "server.py"}", line 4, in <module>'
    assert lines[-1] == "fujita run: server.py, line 2: ZeroDivisionError: division by zero"
    assert "fujita/cli" not in done.stderr
    assert run_fujita("run", "server.py", cwd=tmp_path, FUJITA_TRACEBACK="1").stderr == done.stderr


def test_traceback_of_a_module_and_of_an_application_begins_there_too(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("1 / 0\n")
    for target in (["-m", "program"], ["program:app"]):
        done = run_fujita("run", "--traceback", *target, cwd=tmp_path)
        lines = done.stderr.splitlines()
        assert lines[1].strip() == f'File "{tmp_path / "program.py"}", line 1, in <module>'
        assert done.returncode == 2


def test_an_exception_after_serving_is_the_programs_own(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(
        "from tornado import ioloop, web\n"
        "server = web.Application([]).listen(0, '127.0.0.1')\n"
        "raise RuntimeError('afterwards')\n"
    )
    done = run_fujita("run", "server.py", cwd=tmp_path)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[1].strip() == f'File "{tmp_path / "server.py"}", line 3, in <module>'
    assert lines[-1] == "RuntimeError: afterwards"


def test_options_for_applications_are_refused_for_scripts(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("print('ran')\n")
    line = one_line(tmp_path, "--port", "9000", "server.py")
    assert "--port is for applications" in line
    # In the environment they may stand for other programs.
    done = run_fujita("run", "server.py", cwd=tmp_path, FUJITA_PORT="9000")
    assert (done.returncode, done.stdout) == (0, "ran\n")
