import os
import signal
import subprocess
import sys
import textwrap

import pytest

from fujita.process import cpu_count, task_id, workers

HEAD = """
    import os, signal, sys, time
    from fujita.process import fork_processes, task_id

    def say(text):
        os.write(1, (text + "\\n").encode())
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Forks in a fresh interpreter: this one has threads."""
    text = textwrap.dedent(HEAD) + textwrap.dedent(code)
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", text], capture_output=True, text=True, timeout=30
    )


def test_the_machine_has_processors() -> None:
    assert cpu_count() == os.cpu_count()


def test_this_process_is_no_worker() -> None:
    assert task_id() is None


def test_every_worker_has_a_number_and_the_parent_exits() -> None:
    result = run("""
        number = fork_processes(3)
        assert number == task_id()
        say(f"worker {number}")
    """)
    assert sorted(result.stdout.split("\n")) == ["", "worker 0", "worker 1", "worker 2"]
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("count", ["None", "0", "-1"])
def test_by_default_there_is_one_worker_per_processor(count: str) -> None:
    result = run(f"""
        os.cpu_count = lambda: 2
        say(str(fork_processes({count})))
    """)
    assert sorted(result.stdout.split()) == ["0", "1"]


def test_a_failed_worker_is_started_again_under_its_number() -> None:
    result = run("""
        lives = os.pipe()
        os.write(lives[1], b"12")
        number = fork_processes(2)
        if number == 1:
            life = os.read(lives[0], 1)
            say(f"life {life.decode()} of worker {number}")
            if life == b"1":
                os.kill(os.getpid(), signal.SIGKILL)
    """)
    assert result.stdout.split("\n") == ["life 1 of worker 1", "life 2 of worker 1", ""]
    assert result.returncode == 0
    assert "child 1" in result.stderr
    assert "killed by signal 9, restarting" in result.stderr


def test_failing_too_often_is_an_error_and_ends_the_others() -> None:
    result = run("""
        ready, ended = os.pipe(), os.pipe()
        number = fork_processes(2, max_restarts=1)
        if number == 0:
            def on_sigterm(*args):
                say("worker 0 was ended")
                os._exit(0)
            signal.signal(signal.SIGTERM, on_sigterm)
            os.write(ready[1], b"12")
            time.sleep(30)
        os.read(ready[0], 1)
        sys.exit(3)
    """)
    assert result.returncode == 1
    assert result.stderr.count("exited with status 3, restarting") == 2
    assert "RuntimeError: Too many child restarts, giving up" in result.stderr
    assert result.stdout == "worker 0 was ended\n"


def test_a_sigterm_reaches_the_workers_and_then_ends_the_parent() -> None:
    result = run("""
        ready, lives, parent = os.pipe(), os.pipe(), os.getpid()
        os.write(lives[1], b"12")
        number = fork_processes(3)
        if number < 2:
            def on_sigterm(*args):
                say("ended")
                os._exit(number)
            signal.signal(signal.SIGTERM, on_sigterm)
            os.write(ready[1], b"1")
            time.sleep(30)
        if os.read(lives[0], 1) == b"1":
            # When this worker lives again, the parent is certainly watching.
            sys.exit(3)
        os.read(ready[0], 1)
        os.read(ready[0], 1)
        os.kill(parent, signal.SIGTERM)
        time.sleep(30)
    """)
    assert result.returncode == -signal.SIGTERM
    assert result.stdout == "ended\nended\n"
    assert result.stderr.count("restarting") == 1


def test_a_worker_cannot_fork_workers() -> None:
    result = run("""
        fork_processes(1)
        try:
            fork_processes(1)
        except RuntimeError as error:
            say(str(error))
    """)
    assert result.stdout == "fork_processes() called in a worker process (number 0)\n"


def test_a_running_loop_is_refused() -> None:
    result = run("""
        import asyncio

        async def main():
            fork_processes(1)

        asyncio.run(main())
    """)
    assert result.returncode == 1
    assert "must be called before the event loop runs" in result.stderr


def test_a_program_s_own_sigterm_handler_is_kept() -> None:
    def ours(*args: object) -> None:
        pass

    before = signal.signal(signal.SIGTERM, ours)
    try:
        with workers._SigtermRelay({}):
            assert signal.getsignal(signal.SIGTERM) is ours
        assert signal.getsignal(signal.SIGTERM) is ours
    finally:
        signal.signal(signal.SIGTERM, before)


def test_processes_of_others_are_passed_over() -> None:
    result = run("""
        import subprocess
        other = subprocess.Popen(["true"])
        say(str(fork_processes(1)))
    """)
    assert result.stdout == "0\n"
    assert result.returncode == 0
