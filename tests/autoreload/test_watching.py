import asyncio
import logging
import os
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from fujita import autoreload
from fujita.autoreload import restart as restart_module
from fujita.autoreload import watching
from fujita.autoreload.watching import Changes


class Restarted(SystemExit):
    """Stands for the end of this process."""


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def restart() -> None:
        raise Restarted

    monkeypatch.setattr(restart_module, "restart", restart)
    monkeypatch.setattr(watching, "_more_files", set())
    yield
    watching._watched_loops.clear()


def change(path: Path) -> None:
    """Changes a file so that its time differs, however coarse the file system's clock is."""
    later = path.stat().st_mtime_ns + 1_000_000_000
    os.utime(path, ns=(later, later))


def test_a_watched_file_that_changes_is_found_once(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("a = 1")
    autoreload.watch(str(path))
    changes = Changes()
    assert changes.first() is None
    change(path)
    assert changes.first() == str(path)
    assert changes.first() is None


def test_a_watched_path_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("a = 1")
    monkeypatch.chdir(tmp_path)
    autoreload.watch("settings.toml")
    monkeypatch.chdir("/")
    changes = Changes()
    changes.first()
    change(path)
    assert changes.first() == str(path)


@pytest.mark.parametrize("suffix", [".py", ".pyc"])
def test_modules_are_watched(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "part.py"
    path.write_text("")
    module = types.ModuleType("part_of_a_test")
    module.__file__ = str(path.with_suffix(suffix))
    monkeypatch.setitem(sys.modules, "part_of_a_test", module)
    changes = Changes()
    changes.first()
    change(path)
    assert changes.first() == str(path)


def test_a_file_that_is_away_for_a_moment_has_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "edited.py"
    path.write_text("one")
    autoreload.watch(str(path))
    changes = Changes()
    changes.first()
    path.rename(tmp_path / "backup")
    assert changes.first() is None
    path.write_text("one two")
    assert changes.first() == str(path)


def test_strange_things_among_the_modules_are_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Strange:
        def __getattr__(self, name: str) -> str:
            raise AssertionError("was looked into")

    monkeypatch.setitem(sys.modules, "strange", Strange())
    monkeypatch.setitem(sys.modules, "namespace", types.ModuleType("namespace"))
    Changes().first()


def test_a_change_restarts_a_running_program(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tornado.general")
    path = tmp_path / "page.html"
    path.write_text("")
    autoreload.watch(str(path))

    async def main() -> None:
        autoreload.start(check_time=1)
        autoreload.start(check_time=1)
        assert len(watching._watched_loops) == 1
        asyncio.get_running_loop().call_later(0.02, change, path)
        await asyncio.Event().wait()

    with pytest.raises(Restarted):
        asyncio.run(asyncio.wait_for(main(), 10))
    assert f"{path} modified" in caplog.text


def test_starting_on_a_second_loop_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        autoreload.start(check_time=100_000)

    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(main())
        assert not caplog.records
        second.run(main())
        assert "on several loops" in caplog.text


def test_workers_are_not_restarted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[bool] = []

    def task_id() -> int:
        looked.append(True)
        return 0

    monkeypatch.setattr("fujita.process.task_id", task_id)
    path = tmp_path / "page.html"
    path.write_text("")
    autoreload.watch(str(path))
    monkeypatch.setattr(Changes, "first", lambda self: str(path))

    async def main() -> None:
        autoreload.start(check_time=1)
        while len(looked) < 3:
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(main(), 10))


def test_waiting_ends_with_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "page.html"
    path.write_text("")
    autoreload.watch(str(path))
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            change(path)

    monkeypatch.setattr(time, "sleep", sleep)
    with pytest.raises(Restarted):
        autoreload.wait()
    assert len(slept) == 2
