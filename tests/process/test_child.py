import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Coroutine
from typing import Any

import pytest

from fujita.ioloop import IOLoop
from fujita.process import CalledProcessError, Subprocess

PYTHON = [sys.executable, "-I", "-S", "-c"]


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, 30))
    assert not Subprocess._waiting


@pytest.fixture(params=["descriptor", "thread"], autouse=True)
def _both_ways_to_wait(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "thread":
        monkeypatch.delattr(os, "pidfd_open")


def test_streams_talk_to_the_child() -> None:
    async def main() -> None:
        process = Subprocess("cat", stdin=Subprocess.STREAM, stdout=Subprocess.STREAM)
        await process.stdin.write(b"hello\n")
        assert await process.stdout.read_until(b"\n") == b"hello\n"
        process.stdin.close()
        assert await process.stdout.read_until_close() == b""
        assert process.stderr is None
        assert await process.wait_for_exit() == 0

    run(main())


def test_stderr_can_be_a_stream() -> None:
    async def main() -> None:
        process = Subprocess([*PYTHON, "1/0"], stderr=Subprocess.STREAM)
        assert b"ZeroDivisionError" in await process.stderr.read_until_close()
        assert await process.wait_for_exit(raise_error=False) == 1

    run(main())


def test_other_files_are_popen_s() -> None:
    async def main() -> None:
        process = Subprocess("cat", stdin=subprocess.PIPE)
        assert process.proc.stdin is not None
        assert process.stdin is process.proc.stdin
        process.stdin.close()
        await process.wait_for_exit()

    run(main())


def test_a_failure_is_an_error_that_names_the_command() -> None:
    async def main() -> None:
        process = Subprocess(["false"])
        with pytest.raises(CalledProcessError) as caught:
            await process.wait_for_exit()
        assert caught.value.returncode == 1
        assert process.returncode == 1
        assert caught.value.cmd == ["false"]

    run(main())


def test_a_signal_is_a_negative_status() -> None:
    async def main() -> None:
        process = Subprocess("cat", stdin=Subprocess.STREAM)
        ended = process.wait_for_exit(raise_error=False)
        os.kill(process.pid, signal.SIGTERM)
        assert await ended == -signal.SIGTERM
        process.stdin.close()

    run(main())


def test_the_callback_runs_on_the_loop() -> None:
    async def main() -> None:
        process = Subprocess("true")
        ended: asyncio.Future[int] = asyncio.Future()

        def on_exit(returncode: int) -> None:
            assert IOLoop.current() is process.io_loop
            ended.set_result(returncode)

        process.set_exit_callback(on_exit)
        assert await ended == 0

    run(main())


def test_everyone_who_waits_is_told() -> None:
    async def main() -> None:
        process = Subprocess("true")
        statuses = await asyncio.gather(process.wait_for_exit(), process.wait_for_exit())
        assert list(statuses) == [0, 0]
        assert await process.wait_for_exit() == 0

    run(main())


def test_the_end_may_have_been_seen_by_popen_already() -> None:
    async def main() -> None:
        process = Subprocess("true")
        process.proc.wait()
        assert await process.wait_for_exit() == 0

    run(main())


def test_a_future_that_nobody_wants_any_more_is_left_alone() -> None:
    async def main() -> None:
        process = Subprocess("true")
        process.wait_for_exit().cancel()
        assert await process.wait_for_exit() == 0

    run(main())


def test_uninitialize_ends_the_waiting() -> None:
    async def main() -> None:
        Subprocess.initialize()
        process = Subprocess("cat", stdin=Subprocess.STREAM)
        ended = process.wait_for_exit(raise_error=False)
        Subprocess.uninitialize()
        process.stdin.close()
        await asyncio.to_thread(process.proc.wait)
        await asyncio.sleep(0)
        assert not ended.done()

    run(main())


def test_uninitialize_also_after_the_loop_has_gone() -> None:
    async def main() -> Subprocess:
        process = Subprocess("cat", stdin=subprocess.PIPE)
        process.set_exit_callback(print)
        return process

    process = asyncio.run(main())
    Subprocess.uninitialize()
    process.stdin.close()
    process.proc.wait()
    assert not Subprocess._waiting


def test_a_program_that_is_not_there_leaves_no_pipe_open() -> None:
    async def main() -> None:
        before = os.listdir("/proc/self/fd") if sys.platform == "linux" else []
        with pytest.raises(FileNotFoundError, match="/nowhere/at-all"):
            Subprocess("/nowhere/at-all", stdin=Subprocess.STREAM, stdout=Subprocess.STREAM)
        after = os.listdir("/proc/self/fd") if sys.platform == "linux" else []
        assert len(after) == len(before)

    run(main())
