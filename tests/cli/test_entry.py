import platform
import subprocess
import sys
from importlib.metadata import version

import fujita
from tests.programs import environment
from tests.programs import fujita as run_fujita


def test_version_says_what_runs() -> None:
    done = run_fujita("--version")
    assert done.returncode == 0
    assert done.stderr == ""
    first, second, third = done.stdout.splitlines()
    assert fujita.__version__ in first
    assert f"Tornado {fujita.version}" in first
    assert platform.python_version() in second
    assert f"uvloop {version('uvloop')}" in second
    assert third.startswith("compiled parts: ")


def test_help_of_each_command() -> None:
    overview = run_fujita("--help")
    assert overview.returncode == 0
    assert "fujita run server.py" in overview.stdout
    assert run_fujita().stdout == overview.stdout
    for command in ["run", "chat", "shim"]:
        assert f"  {command} " in overview.stdout
        done = run_fujita(command, "--help")
        assert done.returncode == 0
        assert f"Usage: fujita {command} " in done.stdout


def test_every_option_tells_its_environment_variable() -> None:
    for command, names in {
        "run": ["PORT", "ADDRESS", "FACTORY", "LOOP", "GRACE", "TRACEBACK"],
        "chat": ["PORT", "ADDRESS", "DATABASE"],
    }.items():
        shown = run_fujita(command, "--help").stdout
        assert [name for name in names if f"FUJITA_{name}" not in shown] == []


def test_mistakes_are_told_in_one_line() -> None:
    for arguments, expected in [
        (["rnu"], "fujita: No such command 'rnu'"),
        (["--prot"], "fujita: No such option '--prot'"),
        (["run"], "fujita run: Missing argument 'TARGET'"),
        (["run", "--prot", "3", "x.py"], "fujita run: No such option '--prot'"),
        (["run", "--port", "http", "a.b:c"], "fujita run: Invalid value for '--port'"),
        (["run", "--loop", "trio", "x.py"], "fujita run: Invalid value for '--loop'"),
        (["run", "--grace", "-1", "x.py"], "fujita run: Invalid value for '--grace'"),
        (["chat", "--port", "70000"], "fujita chat: Invalid value for '--port'"),
    ]:
        done = run_fujita(*arguments)
        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.startswith(expected)
        assert "--help')\n" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_mistake_in_an_environment_variable() -> None:
    done = run_fujita("run", "server.py", FUJITA_GRACE="long")
    assert done.returncode == 2
    assert "Invalid value" in done.stderr
    assert "'long'" in done.stderr


def test_help_imports_little() -> None:
    code = (
        "import sys; from fujita.cli.entry import fujita\n"
        "try: fujita(['run', '--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('asyncio', 'ssl', 'uvloop', 'fujita.web', 'fujita.httpserver')"
        " if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
