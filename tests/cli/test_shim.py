import site
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from click.testing import CliRunner

import fujita
from fujita.cli.shim import shim
from tests.programs import environment

SOURCE = Path(fujita.__file__).parents[1]
WHICH = "import tornado.util, fujita.util; print(tornado.util is fujita.util)"


class Environment:
    """A virtual environment that finds Fujita's source and its dependencies."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=False, symlinks=True)
        self.folder = folder
        self.python = folder / "bin" / "python"
        (self.packages,) = folder.glob("lib/python*/site-packages")
        paths = [str(SOURCE), *site.getsitepackages()]
        (self.packages / "_fujita.pth").write_text("\n".join(paths))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, *arguments],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=30,
        )

    def shim(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "fujita", "shim", *arguments)


@pytest.fixture
def inner(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "environment")


def test_every_process_of_the_environment_finds_tornado(inner: Environment) -> None:
    assert inner.run("-c", WHICH).stdout != "True\n"
    done = inner.shim("install")
    assert (done.returncode, done.stderr) == (0, "")
    assert str(inner.packages) in done.stdout
    for options in [[], ["-I"]]:
        done = inner.run(*options, "-c", WHICH)
        assert (done.stdout, done.stderr) == ("True\n", "")
    done = inner.run("-m", "tornado.autoreload", "--help")
    assert "--until-success" in done.stdout


def test_a_second_installation_changes_nothing(inner: Environment) -> None:
    assert inner.shim("install").stdout == inner.shim("install").stdout
    assert inner.run("-c", WHICH).stdout == "True\n"


def test_remove(inner: Environment) -> None:
    before = set(inner.packages.iterdir())
    inner.shim("install")
    done = inner.shim("remove")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("removed ")
    assert set(inner.packages.iterdir()) == before
    assert inner.run("-c", WHICH).stdout != "True\n"
    done = inner.shim("remove")
    assert (done.returncode, done.stderr) == (0, "")
    assert "not installed" in done.stdout


def test_python_starts_silently_when_fujita_has_gone(inner: Environment) -> None:
    inner.shim("install")
    (inner.packages / "_fujita.pth").unlink()
    done = inner.run("-c", "print('started')")
    assert (done.stdout, done.stderr) == ("started\n", "")


def test_a_file_that_cannot_be_written(inner: Environment) -> None:
    (inner.packages / "fujita_shim.pth").mkdir()
    done = inner.shim("install")
    assert done.returncode == 2
    assert done.stderr.startswith("fujita shim install: ")
    assert done.stderr.count("\n") == 1
    assert str(inner.packages) in done.stderr


def test_only_force_installs_outside_a_virtual_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    done = CliRunner().invoke(shim, ["install"])
    assert done.exit_code == 2
    assert "is no virtual environment" in done.output
    assert list(tmp_path.iterdir()) == []
    assert CliRunner().invoke(shim, ["install", "--force"]).exit_code == 0
    assert len(list(tmp_path.iterdir())) == 1
